#include <assert.h>

#include "compiler/finding/ignore.h"
#include "compiler/finding/path.h"
#include "compiler/model/load.h"
#include "compiler/plan/resolve.h"
#include "rules/rules.h"
#include "tests/fuzz/fuzz.h"

/* One for all inputs: its tables are read on first use and never change. */
static struct catalog *the_catalog(void)
{
	static struct catalog *catalog;
	struct catalog_error error;

	if (!catalog)
		catalog = catalog_open(arena_new(), &system_files, NULL, &error);
	assert(catalog);
	return catalog;
}

void judged_open(struct judged *j, const uint8_t *data, size_t size)
{
	struct spec spec = {0};
	struct str text;

	*j = (struct judged){.arena = arena_new()};
	sources_init(&j->sources, j->arena, &system_files);
	findings_init(&j->findings, j->arena);
	text = arena_copy(j->arena, (struct str){(const char *)data, size});
	load_source(&spec, j->arena, &j->sources, &j->findings,
		    source_add(&j->sources, STR("fuzz.yaml"), text));
	j->plan = plan_resolve(j->arena, &j->sources, the_catalog(), &spec, &j->findings, 1);
	judge_plan(j->plan, j->arena, &j->findings, 1);
	findings_finish(&j->findings);
	ignore_findings(&j->findings, &j->sources, rule_find, rule_nearest);
	findings_finish(&j->findings);
	/* As for compile. */
	for (uint32_t i = 0; i < j->findings.n; i++)
		j->findings.items[i].hidden &= !j->findings.items[i].firm;
	findings_drop_hidden(&j->findings);
	paths_of_findings(&j->findings, &j->sources);
}

void judged_close(struct judged *j)
{
	arena_free(j->arena);
}
