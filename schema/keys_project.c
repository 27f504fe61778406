/* The project file, .gpuplan.yaml. */
#include "schema/keys.h"

#define WORDS(...)    ((const char *const[]){__VA_ARGS__, NULL})
#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define AT(field)     offsetof(struct project_spec, field)

static const struct key keys[] = {
	{.name = "rules",
	 .type = KEY_PARAMS,
	 .offset = AT(rules),
	 .grammar = GRAMMAR_ANY,
	 .words = WORDS("error", "warning", "note", "off"),
	 .doc = "The severity of a rule, by its name; `--rule` wins."},
	{.name = "exclude",
	 .type = KEY_LIST,
	 .item = KEY_TEXT,
	 .offset = AT(exclude),
	 .grammar = GRAMMAR_ANY,
	 .doc = "Globs, relative to this file: what they match is not read when a directory is "
		"walked."},
	{.name = "targets",
	 .type = KEY_LIST,
	 .item = KEY_TEXT,
	 .offset = AT(targets),
	 .grammar = GRAMMAR_ANY,
	 .min = 1,
	 .doc = "What compile writes where it is given no -t."},
	{.name = "output",
	 .type = KEY_TEXT,
	 .offset = AT(output),
	 .grammar = GRAMMAR_ANY,
	 .doc = "The folder, relative to this file, that compile writes where it is given no -o."},
	{.name = "baseline",
	 .type = KEY_TEXT,
	 .offset = AT(baseline),
	 .grammar = GRAMMAR_ANY,
	 .doc = "The baseline, relative to this file, where --baseline is not given."},
};

const struct section project_section = {
	.title = "The project file",
	.what = "the project file",
	.doc = "`.gpuplan.yaml`, in the working directory or above it.",
	.size = sizeof(struct project_spec),
	.keys = keys,
	.n = LENGTH(keys),
};
