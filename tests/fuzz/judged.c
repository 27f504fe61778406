#include <assert.h>

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

struct gpuplan_session *judged(const uint8_t *data, size_t size)
{
	static const char *const path = "fuzz.yaml";
	struct gpuplan_text text = {path, (const char *)data, size};
	struct gpuplan_options options = {
		.paths = &path, .n_paths = 1, .texts = &text, .n_texts = 1, .only_texts = true};
	struct gpuplan_session *session;

	assert(session_open(&options, &system_files, the_catalog(), &session) == GPUPLAN_OK);
	assert(session_judge(session) == GPUPLAN_OK);
	assert(session_settle(session) == GPUPLAN_OK);
	return session;
}
