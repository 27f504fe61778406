/* Completion: keys that the map at the cursor lacks, and values that fit. */
#include "compiler/cli/lsp/complete.h"

#include "compiler/cli/lsp/facts.h"
#include "compiler/cli/lsp/message.h"
#include "compiler/cli/lsp/methods.h"
#include "compiler/model/decode.h"

/* --- keys --- */

/* The key with what follows it, so that the cursor ends up where the value goes. */
static struct str key_text(struct completion *c, const struct key *key, bool *snippet)
{
	const struct context *at = c->asked.context;
	bool is_map = key->type == KEY_MAP || key->type == KEY_NAMED || key->type == KEY_PARAMS;
	bool is_maps = key->type == KEY_LIST && key->item == KEY_MAP && !key->section->shorthand;
	const char *behind = ": ";

	*snippet = false;
	if (at->is_key)
		return str_of(key->name);
	if (!at->flow && c->asked.server->client.snippets && !key->words) {
		*snippet = is_map || key->type == KEY_LIST;
		behind = is_map			 ? ":\n\t$0"
			 : is_maps		 ? ":\n\t- $0"
			 : key->type == KEY_LIST ? ": [$0]"
						 : behind;
	} else if (!at->flow && is_map) {
		behind = ":";
	}
	return arena_printf(c->arena, "%s%s", key->name, behind);
}

static bool has_key(const struct completion *c, const char *key)
{
	return context_has_key(c->asked.context, document_text(c->asked.document), key);
}

static bool is_either_there(const struct completion *c, const struct section *section,
			    const struct key *key)
{
	const char *const *either = section->either;

	return either[0] &&
	       (strcmp(key->name, either[0]) == 0 || strcmp(key->name, either[1]) == 0) &&
	       (has_key(c, either[0]) || has_key(c, either[1]));
}

static void add_key(struct completion *c, const struct section *section, const struct key *key,
		    bool profile)
{
	struct item item = {.label = str_of(key->name), .kind = ITEM_FIELD};
	struct str facts = key_facts(c->arena, key, profile);

	if ((profile && key->flags & KEY_OWN) || has_key(c, key->name) ||
	    is_either_there(c, section, key))
		return;
	item.detail = decode_expected(c->arena, key);
	if (facts.n)
		item.detail = arena_printf(c->arena, "%.*s (%.*s)", STR_ARG(item.detail),
					   STR_ARG(facts));
	item.doc = key_meaning(c->arena, key);
	item.text = key_text(c, key, &item.snippet);
	add_item(c, item);
}

/* Required keys first, then the others, both in the order of the table. */
static void add_keys(struct completion *c, const struct section *section)
{
	bool profile = (section == &vm_section && !is_in_vm(&c->asked, false)) ||
		       (section == &host_section && !is_in_host(&c->asked, false));

	for (unsigned pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < section->n; i++)
			if (((section->keys[i].flags & KEY_REQUIRED) != 0) == (pass == 0))
				add_key(c, section, &section->keys[i], profile);
}

/* --- the request --- */

/* Within the brackets of `# gpuplan: ignore[`; the word there is what will be replaced. */
static bool find_ignored_rule(struct completion *c)
{
	struct context *at = c->asked.context;
	struct str comment = {c->asked.document->text + at->start, c->asked.cursor - at->start};
	const char *opening = "gpuplan: ignore[";
	const char *list = memmem(comment.p, comment.n, opening, strlen(opening));
	size_t start = c->asked.cursor, end = c->asked.cursor;
	const char *text = c->asked.document->text;

	if (!list)
		return false;
	list += strlen(opening);
	if (memchr(list, ']', (size_t)(comment.p + comment.n - list)))
		return false;
	while (text + start > list && !strchr(", ", text[start - 1]))
		start--;
	while (end < at->end && !strchr("], ", text[end]))
		end++;
	at->start = start;
	at->end = end;
	return true;
}

static void set_range(struct completion *c)
{
	const struct context *at = c->asked.context;

	c->range = range_of_offsets(c->arena, document_text(c->asked.document),
				    c->asked.server->client.encoding, at->start, at->end);
}

/* A word in a map is a key. */
static bool may_be_value(const struct completion *c)
{
	const struct context *at = c->asked.context;

	return !at->is_key && !(at->map && (at->flow || has_key(c, NULL)));
}

struct json *answer_completion(struct server *server, const struct json *params)
{
	struct completion c = {.arena = server->scratch};
	struct shape shape;

	if (!asked_at(&c.asked, server, params))
		return NULL;
	c.items = json_list(c.arena);
	if (c.asked.context->kind == CONTEXT_COMMENT && find_ignored_rule(&c)) {
		set_range(&c);
		add_rules(&c, "");
	} else if (c.asked.context->kind == CONTEXT_NODE) {
		set_range(&c);
		shape = shape_here(&c.asked);
		if (c.asked.context->map && shape.kind == SHAPE_MAP)
			add_keys(&c, shape.section);
		if (c.asked.context->map && shape.kind == SHAPE_PARAMS &&
		    shape.owner == &project_section)
			add_rules(&c, c.asked.context->is_key ? "" : ": ");
		if (may_be_value(&c))
			add_values(&c);
	}
	return c.items;
}
