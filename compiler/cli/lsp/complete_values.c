/* The values that completion offers. */
#include "backends/backend.h"
#include "compiler/cli/lsp/complete.h"
#include "compiler/cli/lsp/facts.h"
#include "rules/rules.h"

/* --- values from the key tables --- */

static void add_words(struct completion *c, const char *const *words, struct str doc)
{
	for (size_t i = 0; words && words[i]; i++)
		add_item(c,
			 (struct item){.label = str_of(words[i]), .kind = ITEM_WORD, .doc = doc});
}

static void add_plain_values(struct completion *c, const struct key *key)
{
	static const char *const flags[] = {"true", "false", NULL};
	struct str doc = key_meaning(c->arena, key);

	if (key->type == KEY_FLAG)
		add_words(c, flags, doc);
	else if (key->type == KEY_NUMBER && key->min == key->max)
		add_item(c, (struct item){.label = arena_printf(c->arena, "%u", (unsigned)key->min),
					  .kind = ITEM_VALUE,
					  .doc = doc});
	else
		add_words(c, key->words, doc);
}

/* --- names of the plan --- */

static void add_hosts(struct completion *c)
{
	const struct plan *plan = c->asked.names->plan;

	for (uint32_t i = 0; i < plan->n_hosts; i++)
		add_item(c, (struct item){.label = plan->hosts[i].spec->name.s,
					  .kind = ITEM_STRUCT,
					  .detail = host_facts(c->arena, &plan->hosts[i])});
}

static void add_profiles(struct completion *c, const struct section *section)
{
	const struct spec *spec = &c->asked.names->spec;
	bool of_vms = section == &vm_section;
	uint32_t n = of_vms ? spec->profiles.n : spec->host_profiles.n;

	for (uint32_t i = 0; i < n; i++)
		add_item(c, (struct item){.label = of_vms ? spec->profiles.items[i]->name.s
							  : spec->host_profiles.items[i]->name.s,
					  .kind = ITEM_MODULE});
}

static void add_gpus(struct completion *c)
{
	const struct host *host = host_around(&c->asked);

	for (uint32_t i = 0; host && i < host->n_gpus; i++)
		add_item(c, (struct item){.label = host->gpus[i].spec->name.s,
					  .kind = ITEM_VALUE,
					  .detail = gpu_facts(c->arena, &host->gpus[i])});
}

/* --- the catalog --- */

static void add_boards(struct completion *c)
{
	size_t n;
	const struct board *boards = catalog_boards(c->asked.server->catalog, &n);

	for (size_t i = 0; i < n; i++)
		add_item(c, (struct item){.label = boards[i].id,
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

/* The boards that the vGPU may be on: that of the item's GPU if it names one, else those of the
 * host, else those of the plan. */
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
		for (uint32_t i = 0; i < asked->names->plan->n_hosts; i++)
			add_boards_of(&boards, &asked->names->plan->hosts[i]);
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

	/* With p2p: nvlink, types that support it come first. */
	for (unsigned pass = nvlink ? 0 : 1; pass < 2; pass++) {
		for (size_t i = 0; i < n; i++) {
			unsigned how = fit(c, &types[i], &boards);
			struct str facts;

			if (how == 0 || (nvlink && (how == 2) != (pass == 0)))
				continue;
			facts = vgpu_facts(c->arena, &types[i]);
			add_item(c, (struct item){.label = types[i].name,
						  .kind = ITEM_CONSTANT,
						  .detail = arena_printf(
							  c->arena, "%.*s%s", STR_ARG(facts),
							  how == 2 ? ", P2P over NVLink" : "")});
		}
	}
	add_item(c, (struct item){.label = STR("none"),
				  .kind = ITEM_WORD,
				  .detail = STR("the GPU is passed through whole")});
}

/* --- rules and targets, for comments and the project file --- */

void add_rules(struct completion *c, const char *behind)
{
	for (size_t i = 0; rules[i]; i++) {
		if (rules[i]->flags & RULE_NEVER_OFF)
			continue;
		add_item(c, (struct item){.label = str_of(rules[i]->name),
					  .kind = ITEM_CONSTANT,
					  .detail = str_of(severity_name(rules[i]->severity)),
					  .doc = str_of(rules[i]->summary),
					  .text = arena_printf(c->arena, "%s%s", rules[i]->name,
							       behind)});
	}
}

static void add_targets(struct completion *c)
{
	for (size_t i = 0; backends[i]; i++)
		add_item(c, (struct item){.label = str_of(backends[i]->target),
					  .kind = ITEM_CONSTANT,
					  .doc = str_of(backends[i]->doc)});
}

/* --- together --- */

void add_values(struct completion *c)
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
