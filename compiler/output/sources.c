/* Names of spec files: in the manifest, where they must not depend on the location of the tree, and
 * in a depfile, where Make must find them. */
#include <stdlib.h>

#include "compiler/base/digest.h"
#include "compiler/base/file_name.h"
#include "compiler/base/utf8.h"
#include "compiler/output/private.h"

static size_t folder_length(struct str path)
{
	while (path.n && path.p[path.n - 1] != '/')
		path.n--;
	return path.n;
}

/* The length of the deepest folder that contains all paths, including its slash. */
static size_t common_folder(const struct str *paths, uint32_t n)
{
	size_t common = n ? folder_length(paths[0]) : 0;

	for (uint32_t i = 1; i < n; i++) {
		size_t same = 0;

		while (same < common && same < paths[i].n && paths[i].p[same] == paths[0].p[same])
			same++;
		common = folder_length((struct str){paths[0].p, same});
	}
	return common;
}

/* The name to show for standard input: the user's, or its last part if that is not a clean path. */
static struct str shown_name(struct arena *arena, struct str name)
{
	struct str root = file_name_absolute(arena, STR(""),
					     arena_printf(arena, "/%.*s", STR_ARG(name)));
	bool clean = root.n == name.n + 1 && memcmp(root.p + 1, name.p, name.n) == 0;
	size_t folder = folder_length(root);

	if (clean && name.n)
		return name;
	return root.n > folder ? (struct str){root.p + folder, root.n - folder} : STR("<stdin>");
}

static int compare_sources(const void *a, const void *b)
{
	const struct source_entry *x = a, *y = b;
	int d = str_cmp(x->path, y->path);

	return d ? d : strcmp(x->sha256, y->sha256);
}

struct source_entry *source_entries(const struct output *output, uint32_t *n)
{
	struct arena *arena = output->arena;
	struct source_entry *entries = arena_array(arena, output->n_sources, sizeof *entries);
	struct str *paths = arena_array(arena, output->n_sources, sizeof *paths);
	uint32_t n_paths = 0, kept = 0;
	size_t common;

	for (uint32_t i = 0; i < output->n_sources; i++) {
		if (!output->sources[i].is_stdin)
			paths[n_paths++] = file_name_absolute(arena, output->here,
							      output->sources[i].name);
	}
	common = common_folder(paths, n_paths);
	n_paths = 0;
	for (uint32_t i = 0; i < output->n_sources; i++) {
		const struct output_source *s = &output->sources[i];
		struct str path = s->is_stdin ? shown_name(arena, s->name) : paths[n_paths++];

		if (!s->is_stdin)
			path = (struct str){path.p + common, path.n - common};
		entries[i].path = utf8_clean(arena, path);
		sha256_hex(s->text, entries[i].sha256);
	}
	if (output->n_sources)
		qsort(entries, output->n_sources, sizeof *entries, compare_sources);
	for (uint32_t i = 0; i < output->n_sources; i++) {
		if (!kept || compare_sources(&entries[kept - 1], &entries[i]) != 0)
			entries[kept++] = entries[i];
	}
	*n = kept;
	return entries;
}

/* Quotes a name for Make and Ninja as GCC does: a backslash before each blank, and backslashes that
 * precede a blank are doubled. */
static void add_make_name(struct buffer *out, struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (c == ' ' || c == '\t') {
			for (size_t j = i; j > 0 && name.p[j - 1] == '\\'; j--)
				buffer_puts(out, "\\");
			buffer_puts(out, "\\");
		} else if (c == '#' || c == ':') {
			buffer_puts(out, "\\");
		} else if (c == '$') {
			buffer_puts(out, "$");
		}
		buffer_add(out, (struct str){&c, 1});
	}
}

static void add_prerequisite(struct buffer *out, struct str name)
{
	/* Make and Ninja cannot quote a newline. */
	if (memchr(name.p, '\n', name.n))
		return;
	buffer_puts(out, " \\\n  ");
	add_make_name(out, name);
}

struct str output_depfile(const struct output *output, const char *dir)
{
	struct arena *arena = output->arena;
	struct buffer out;

	buffer_init(&out, arena);
	add_make_name(&out, arena_printf(arena, "%s%s" OUTPUT_MANIFEST, dir,
					 dir[strlen(dir) - 1] == '/' ? "" : "/"));
	buffer_puts(&out, ":");
	for (uint32_t i = 0; i < output->n_sources; i++) {
		if (!output->sources[i].is_stdin)
			add_prerequisite(&out, output->sources[i].name);
	}
	for (uint32_t i = 0; i < output->n_inputs; i++)
		add_prerequisite(&out, output->inputs[i]);
	buffer_puts(&out, "\n");
	return buffer_text(&out);
}
