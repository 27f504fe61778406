/* Completion: keys that may stand here and do not yet, and values that fit. */
#include "backends/backend.h"
#include "compiler/cli/lsp/facts.h"
#include "compiler/cli/lsp/shape.h"
#include "compiler/decode.h"
#include "rules/rules.h"

/* LSP's CompletionItemKind */
enum item_kind {
	ITEM_FIELD = 5,
	ITEM_MODULE = 9,
	ITEM_VALUE = 12,
	ITEM_WORD = 20,
	ITEM_CONSTANT = 21,
	ITEM_STRUCT = 22,
};

struct completion {
	struct asked asked;
	json_object *items, *range;
	struct arena *arena;
	uint32_t rank; /* of the next item: the client sorts by it */
};

struct item {
	struct str label;
	enum item_kind kind;
	struct str detail, doc; /* may be empty */
	struct str text;	/* that is inserted; empty: the label */
	bool snippet;
};

static void add(struct completion *c, struct item item)
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

/* --- keys --- */

/* What stands behind the key, so that the cursor is where its value goes. */
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
	unsigned flags = key->flags & ~(profile ? KEY_REQUIRED : 0U);
	struct str facts = key_facts(c->arena, flags);

	if ((profile && key->flags & KEY_OWN) || has_key(c, key->name) ||
	    is_either_there(c, section, key))
		return;
	item.detail = decode_expected(c->arena, key);
	if (facts.n)
		item.detail = arena_printf(c->arena, "%.*s (%.*s)", STR_ARG(item.detail),
					   STR_ARG(facts));
	item.doc = str_of(key->doc);
	item.text = key_text(c, key, &item.snippet);
	add(c, item);
}

/* What is required first, each part in the order of the table. */
static void add_keys(struct completion *c, const struct section *section)
{
	bool profile = (section == &vm_section && !is_in_vm(&c->asked, false)) ||
		       (section == &host_section && !is_in_host(&c->asked, false));

	for (unsigned pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < section->n; i++)
			if (((section->keys[i].flags & KEY_REQUIRED) != 0) == (pass == 0))
				add_key(c, section, &section->keys[i], profile);
}

/* --- values out of the key tables --- */

static void add_words(struct completion *c, const char *const *words, struct str doc)
{
	for (size_t i = 0; words && words[i]; i++)
		add(c, (struct item){.label = str_of(words[i]), .kind = ITEM_WORD, .doc = doc});
}

static void add_plain_values(struct completion *c, const struct key *key)
{
	static const char *const flags[] = {"true", "false", NULL};
	struct str doc = str_of(key->doc);

	if (key->type == KEY_FLAG)
		add_words(c, flags, doc);
	else if (key->type == KEY_NUMBER && key->min == key->max)
		add(c, (struct item){.label = arena_printf(c->arena, "%u", (unsigned)key->min),
				     .kind = ITEM_VALUE,
				     .doc = doc});
	else
		add_words(c, key->words, doc);
}

/* --- names of the plan --- */

static void add_hosts(struct completion *c)
{
	const struct plan *plan = c->asked.names->workspace.plan;

	for (uint32_t i = 0; i < plan->n_hosts; i++)
		add(c, (struct item){.label = plan->hosts[i].spec->name.s,
				     .kind = ITEM_STRUCT,
				     .detail = host_facts(c->arena, &plan->hosts[i])});
}

static void add_profiles(struct completion *c, const struct section *section)
{
	const struct spec *spec = &c->asked.names->spec;
	bool of_vms = section == &vm_section;
	uint32_t n = of_vms ? spec->profiles.n : spec->host_profiles.n;

	for (uint32_t i = 0; i < n; i++)
		add(c, (struct item){.label = of_vms ? spec->profiles.items[i]->name.s
						     : spec->host_profiles.items[i]->name.s,
				     .kind = ITEM_MODULE});
}

static void add_gpus(struct completion *c)
{
	const struct host *host = host_around(&c->asked);

	for (uint32_t i = 0; host && i < host->n_gpus; i++)
		add(c, (struct item){.label = host->gpus[i].spec->name.s,
				     .kind = ITEM_VALUE,
				     .detail = gpu_facts(c->arena, &host->gpus[i])});
}

/* --- the catalog --- */

static void add_boards(struct completion *c)
{
	size_t n;
	const struct board *boards = catalog_boards(c->asked.server->catalog, &n);

	for (size_t i = 0; i < n; i++)
		add(c, (struct item){.label = boards[i].id,
				     .kind = ITEM_CONSTANT,
				     .detail = board_facts(c->arena, &boards[i])});
}

struct boards {
	const struct board *items[MAX_GPUS];
	uint32_t n;
};

static void add_boards_of(struct boards *boards, const struct host *host)
{
	for (uint32_t i = 0; i < host->n_gpus; i++) {
		const struct board *board = host->gpus[i].board;
		uint32_t known = 0;

		while (known < boards->n && boards->items[known] != board)
			known++;
		if (board && known == boards->n && boards->n < MAX_GPUS)
			boards->items[boards->n++] = board;
	}
}

/* The boards that the vGPU may be on: the item's GPU, else every GPU of the host, else of the plan.
 */
static struct boards boards_around(struct completion *c)
{
	const struct asked *asked = &c->asked;
	const struct host *host = host_around(asked);
	const struct context *at = asked->context;
	struct str id = at->n ? context_value(at, at->steps[at->n - 1].map, "gpu") : STR("");
	const struct gpu *gpu = host && id.n ? host_gpu(host, id) : NULL;
	struct boards boards = {.n = 0};

	if (gpu && gpu->board)
		return (struct boards){{gpu->board}, 1};
	if (host)
		add_boards_of(&boards, host);
	else if (asked->names)
		for (uint32_t i = 0; i < asked->names->workspace.plan->n_hosts; i++)
			add_boards_of(&boards, &asked->names->workspace.plan->hosts[i]);
	return boards;
}

static bool wants_nvlink(const struct asked *asked)
{
	struct str typed = typed_value(asked, "p2p");
	const struct vm *vm = vm_around(asked);

	return typed.n ? str_is(typed, "nvlink") : vm && vm->p2p == P2P_NVLINK;
}

/* 0: does not fit, 1: fits, 2: NVIDIA's P2P tables list it for one of the boards. */
static unsigned fit(struct completion *c, const struct vgpu_type *type, const struct boards *boards)
{
	struct catalog *catalog = c->asked.server->catalog;
	unsigned best = boards->n == 0;

	for (uint32_t i = 0; i < boards->n && best < 2; i++)
		if (catalog_p2p(catalog, boards->items[i], type))
			best = 2;
		else if (vgpu_fits(catalog, boards->items[i], type))
			best = 1;
	return best;
}

static void add_vgpu_types(struct completion *c)
{
	struct boards boards = boards_around(c);
	bool nvlink = wants_nvlink(&c->asked);
	size_t n;
	const struct vgpu_type *types = catalog_vgpu_types(c->asked.server->catalog, &n);

	/* With p2p: nvlink the types that can do it stand first. */
	for (unsigned pass = nvlink ? 0 : 1; pass < 2; pass++) {
		for (size_t i = 0; i < n; i++) {
			unsigned how = fit(c, &types[i], &boards);
			struct str facts;

			if (how == 0 || (nvlink && (how == 2) != (pass == 0)))
				continue;
			facts = vgpu_facts(c->arena, &types[i]);
			add(c, (struct item){.label = types[i].name,
					     .kind = ITEM_CONSTANT,
					     .detail = arena_printf(
						     c->arena, "%.*s%s", STR_ARG(facts),
						     how == 2 ? ", P2P over NVLink" : "")});
		}
	}
	add(c, (struct item){.label = STR("none"),
			     .kind = ITEM_WORD,
			     .detail = STR("the GPU is passed through whole")});
}

/* --- rules and targets, of comments and of the project file --- */

static void add_rules(struct completion *c, const char *behind)
{
	for (size_t i = 0; rules[i]; i++) {
		if (rules[i]->flags & RULE_NEVER_OFF)
			continue;
		add(c,
		    (struct item){.label = str_of(rules[i]->name),
				  .kind = ITEM_CONSTANT,
				  .detail = str_of(severity_name(rules[i]->severity)),
				  .doc = str_of(rules[i]->summary),
				  .text = arena_printf(c->arena, "%s%s", rules[i]->name, behind)});
	}
}

static void add_targets(struct completion *c)
{
	for (size_t i = 0; backends[i]; i++)
		add(c, (struct item){.label = str_of(backends[i]->target),
				     .kind = ITEM_CONSTANT,
				     .doc = str_of(backends[i]->doc)});
}

/* --- together --- */

static void add_values(struct completion *c)
{
	const struct section *owner;
	const struct key *key = value_key(&c->asked, &owner);

	if (!key)
		return;
	if (is_key_of(owner, key, &gpu_section, "board"))
		add_boards(c);
	else if (strcmp(key->name, "vgpu") == 0 && key->type == KEY_TEXT)
		add_vgpu_types(c);
	else if (is_key_of(owner, key, &project_section, "targets"))
		add_targets(c);
	else if (key->grammar == GRAMMAR_GPU_ID && key->type != KEY_NAMED && c->asked.names)
		add_gpus(c);
	else if (is_key_of(owner, key, &vm_section, "host") && c->asked.names)
		add_hosts(c);
	else if (strcmp(key->name, "profile") == 0 && c->asked.names)
		add_profiles(c, owner);
	else
		add_plain_values(c, key);
}

/* Within the brackets of `# gpuplan: ignore[`: the word there becomes what is completed. */
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

	c->range = range_of_offsets(document_text(c->asked.document),
				    c->asked.server->client.encoding, at->start, at->end);
}

/* What stands in a map is a key. */
static bool may_be_value(const struct completion *c)
{
	const struct context *at = c->asked.context;

	return !at->is_key && !(at->map && (at->flow || has_key(c, NULL)));
}

json_object *answer_completion(struct server *server, json_object *params)
{
	struct completion c = {.arena = server->scratch};
	struct shape shape;

	if (!asked_at(&c.asked, server, params))
		return NULL;
	c.items = json_list();
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
	json_object_put(c.range);
	return c.items;
}
