/* gpuplan-manual TEMPLATE DATE: prints the template with its placeholders filled in. */
#include "compiler/cli/manual/manual.h"

#include <stdlib.h>
#include <string.h>

static const char *release_date;

static void version(FILE *out)
{
	fputs(GPUPLAN_VERSION, out);
}

static void date(FILE *out)
{
	fputs(release_date, out);
}

static const struct hole {
	const char *name;
	void (*print)(FILE *out);
} holes[] = {
	{"version", version},
	{"date", date},
	{"commands", man_commands},
	{"targets", man_targets},
	{"formats", man_formats},
	{"rules", man_rules},
	{"project-keys", man_project_keys},
	{"spec-files", man_spec_files},
	{"spec-example", man_spec_example},
	{"spec-values", man_spec_values},
	{"spec-keys", man_spec_keys},
};

static const struct hole *find_hole(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof holes / sizeof *holes; i++)
		if (strlen(holes[i].name) == n && memcmp(holes[i].name, name, n) == 0)
			return &holes[i];
	return NULL;
}

/* A `@` that opens no hole is text. What looks like a hole and is none is a typing mistake. */
static bool fill(const char *line, FILE *out)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz-";

	while (*line) {
		size_t n = *line == '@' ? strspn(line + 1, letters) : 0;
		const struct hole *hole;

		if (n == 0 || line[n + 1] != '@') {
			fputc(*line++, out);
			continue;
		}
		hole = find_hole(line + 1, n);
		if (!hole) {
			trouble("no hole '%.*s'", (int)n, line + 1);
			return false;
		}
		hole->print(out);
		line += n + 2;
	}
	return true;
}

static bool fill_all(FILE *in, FILE *out)
{
	char *line = NULL;
	size_t size = 0;
	bool good = true;

	while (good && getline(&line, &size, in) >= 0)
		good = fill(line, out);
	free(line);
	return good && !ferror(in);
}

int main(int argc, char **argv)
{
	FILE *in;
	bool good;

	if (argc != 3) {
		trouble("usage: gpuplan-manual TEMPLATE DATE");
		return STATUS_TROUBLE;
	}
	in = fopen(argv[1], "r");
	if (!in) {
		trouble("%s cannot be read", argv[1]);
		return STATUS_TROUBLE;
	}
	release_date = argv[2];
	good = fill_all(in, stdout);
	fclose(in);
	return good && flush_output(stdout, "standard output") ? STATUS_OK : STATUS_TROUBLE;
}
