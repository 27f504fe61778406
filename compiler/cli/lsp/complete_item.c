#include "compiler/cli/lsp/complete.h"

#include "compiler/cli/lsp/message.h"

void add_item(struct completion *c, struct item item)
{
	json_object *o = json_map(), *edit = json_map();
	struct str text = item.text.n ? item.text : item.label;

	json_put(o, "label", json_valid_text(c->arena, item.label));
	json_put_number(o, "kind", item.kind);
	if (item.detail.n)
		json_put(o, "detail", json_valid_text(c->arena, item.detail));
	if (item.doc.n) {
		json_object *doc = json_map();

		json_put_text(doc, "kind", STR("markdown"));
		json_put_text(doc, "value", item.doc);
		json_put(o, "documentation", doc);
	}
	json_put_text(o, "sortText", arena_printf(c->arena, "%05u", c->rank++));
	if (item.snippet)
		json_put_number(o, "insertTextFormat", 2);
	/* `host:` was typed up to the colon: YAML wants a blank behind it. */
	if (c->asked.context->after_colon)
		text = arena_printf(c->arena, " %.*s", STR_ARG(text));
	json_put(edit, "range", json_object_get(c->range));
	json_put(edit, "newText", json_valid_text(c->arena, text));
	json_put(o, "textEdit", edit);
	json_append(c->items, o);
}
