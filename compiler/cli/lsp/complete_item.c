#include "compiler/cli/lsp/complete.h"

#include "compiler/cli/lsp/message.h"

void add_item(struct completion *c, struct item item)
{
	struct json *o = json_append_map(c->items), *edit;
	struct str text = item.text.n ? item.text : item.label;

	json_put_text(o, "label", item.label);
	json_put_number(o, "kind", item.kind);
	if (item.detail.n)
		json_put_text(o, "detail", item.detail);
	if (item.doc.n) {
		struct json *doc = json_put_map(o, "documentation");

		json_put_text(doc, "kind", STR("markdown"));
		json_put_text(doc, "value", item.doc);
	}
	json_put_text(o, "sortText", arena_printf(c->arena, "%05u", c->rank++));
	if (item.snippet)
		json_put_number(o, "insertTextFormat", 2);
	/* The cursor is right behind `host:`, where YAML wants a blank. */
	if (c->asked.context->after_colon)
		text = arena_printf(c->arena, " %.*s", STR_ARG(text));
	edit = json_put_map(o, "textEdit");
	json_put(edit, "range", json_copy(c->arena, c->range));
	json_put_text(edit, "newText", text);
}
