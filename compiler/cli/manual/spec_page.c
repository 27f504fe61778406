/* The holes of gpuplan-spec(5): the key tables; and those of the project file, for gpuplan(1). */
#include <string.h>

#include "compiler/cli/manual/manual.h"
#include "schema/reference.h"

void man_spec_files(FILE *out)
{
	for (size_t i = 0; reference_files[i]; i++) {
		fputs(".IP \\(bu 2\n", out);
		roff_markdown(out, reference_files[i]);
		fputs("\n", out);
	}
}

void man_spec_example(FILE *out)
{
	for (const char *s = reference_example; *s; s += strcspn(s, "\n") + 1) {
		char line[256];

		snprintf(line, sizeof line, "%.*s", (int)strcspn(s, "\n"), s);
		roff_text(out, line);
		fputs("\n", out);
	}
}

void man_spec_values(FILE *out)
{
	for (const struct reference_value *v = reference_values; v->name; v++) {
		fputs(".TP\n\\fB", out);
		roff_text(out, v->name);
		fputs("\\fR\n", out);
		if (*v->example) {
			roff_markdown(out, v->example);
			fputs(*v->doc ? ":\n" : "\n", out);
		}
		if (*v->doc) {
			roff_markdown(out, v->doc);
			fputs("\n", out);
		}
	}
}

static void put_key(FILE *out, const struct section *section, const struct key *key)
{
	struct arena *arena = arena_new();
	struct buffer type, text;

	buffer_init(&type, arena);
	buffer_init(&text, arena);
	reference_type(&type, key);
	reference_notes(&text, section, key);
	reference_doc(&text, key);
	fputs(".TP\n\\fB", out);
	roff_text(out, key->name);
	fputs("\\fR: ", out);
	roff_markdown(out, type.p);
	fputs("\n", out);
	roff_markdown(out, text.p);
	fputs("\n", out);
	arena_free(arena);
}

static void put_keys(FILE *out, const struct section *section)
{
	for (size_t i = 0; i < section->n; i++)
		put_key(out, section, &section->keys[i]);
}

void man_project_keys(FILE *out)
{
	put_keys(out, &project_section);
}

static void put_section(FILE *out, const struct section *section)
{
	fputs(".SS \"", out);
	roff_text(out, section->title);
	fputs("\"\n", out);
	roff_markdown(out, section->doc);
	fputs("\n", out);
	put_keys(out, section);
	for (size_t i = 0; i < section->n; i++)
		if (section->keys[i].section && !reference_repeats(section, i))
			put_section(out, section->keys[i].section);
}

void man_spec_keys(FILE *out)
{
	put_section(out, &document_section);
}
