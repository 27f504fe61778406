/* A run on an output folder, from opening to closing it. */
#include "compiler/output/output.h"

#include <errno.h>

#include "compiler/base/diff.h"
#include "compiler/base/file_name.h"
#include "compiler/output/private.h"

void output_init(struct output *output, struct arena *arena, const struct files *files,
		 const char *version, const char *const *targets)
{
	*output = (struct output){
		.arena = arena, .place = files, .version = version, .targets = targets};
}

void output_add(struct output *output, const char *target, struct str host, struct str vm,
		struct str path, struct str text)
{
	struct output_file *f = arena_push(output->arena, (void **)&output->files, &output->n_files,
					   &output->files_capacity, sizeof *f);

	*f = (struct output_file){
		.target = target,
		.host = host,
		.vm = vm,
		.path = path,
		.text = text,
	};
}

void output_add_source(struct output *output, struct str name, bool is_stdin, struct str text)
{
	struct output_source *s = arena_push(output->arena, (void **)&output->sources,
					     &output->n_sources, &output->sources_capacity,
					     sizeof *s);

	*s = (struct output_source){name, is_stdin, text};
}

void output_add_input(struct output *output, struct str name)
{
	struct str *slot = arena_push(output->arena, (void **)&output->inputs, &output->n_inputs,
				      &output->inputs_capacity, sizeof *slot);

	*slot = name;
}

/* Creates the output folder and those above it. */
static int make_root(struct tree *t)
{
	const struct files *files = t->output->place;
	struct arena *arena = t->output->arena;
	size_t n = 0, end = strlen(t->dir);
	int error = 0;

	while (n < end && !error) {
		struct str path;

		n += 1 + strcspn(t->dir + n + 1, "/");
		path = arena_printf(arena, "%.*s", (int)n, t->dir);
		error = files->make_folder(files, path.p);
		if (!error)
			path_add(arena, &t->made, path);
		else if (error == EEXIST)
			error = 0;
	}
	return error;
}

static bool open_root(struct tree *t, bool make)
{
	const struct files *files = t->output->place;
	struct arena *arena = t->output->arena;
	int error = files->open(files, arena, t->dir, REACH_NAMES, &t->root);

	if (error == ENOENT && !make)
		return true;
	if (error == ENOENT && *t->dir) {
		error = make_root(t);
		if (!error)
			error = files->open(files, arena, t->dir, REACH_NAMES, &t->root);
	}
	if (error)
		return tree_fail(t, make ? "make" : "open", STR(""), error);
	t->exists = true;
	/* Some file systems have no locks. Leftovers are kept there, since they may belong to a
	 * concurrent run. */
	t->locked = !t->root.lock(&t->root, make);
	return true;
}

static bool tree_open(struct tree *t, bool make)
{
	const struct files *files = t->output->place;
	const char *here;
	int error = files->real_path(files, t->output->arena, ".", &here);

	if (error) {
		*t->error = arena_printf(t->output->arena,
					 "cannot determine the working directory: %s",
					 files_error(error));
		return false;
	}
	t->output->here = str_of(here);
	return open_root(t, make);
}

static void tree_close(struct tree *t)
{
	if (t->exists)
		t->root.close(&t->root);
	arena_free(t->scratch);
}

static bool has_changes(const struct tree *t)
{
	for (uint32_t i = 0; i < t->n; i++) {
		if (t->changes[i].kind != CHANGE_NONE)
			return true;
	}
	return t->manifest.kind != CHANGE_NONE;
}

static void count_changes(const struct tree *t, struct output_counts *counts)
{
	*counts = (struct output_counts){0};
	for (uint32_t i = 0; i < t->n; i++) {
		counts->written += t->changes[i].kind == CHANGE_WRITE;
		counts->removed += t->changes[i].kind == CHANGE_REMOVE;
	}
	counts->unchanged = t->output->n_files - counts->written;
}

static void add_diff(const struct change *c, struct arena *scratch, struct str old,
		     struct buffer *diff)
{
	struct str before = STR("/dev/null"), after = STR("/dev/null");
	struct buffer out;

	if (c->exists)
		before = arena_printf(scratch, "a/%.*s", STR_ARG(c->path));
	if (c->kind == CHANGE_WRITE)
		after = arena_printf(scratch, "b/%.*s", STR_ARG(c->path));
	buffer_init(&out, scratch);
	diff_unified(&out, before, old, after, c->text);
	buffer_add(diff, buffer_text(&out));
}

/* Handles one change at a time, to reuse the memory. */
static bool write_diff(struct tree *t, struct buffer *diff)
{
	bool good = true;
	int error;

	for (uint32_t i = 0; good && i <= t->n; i++) {
		struct change *c = i < t->n ? &t->changes[i] : &t->manifest;
		struct str old = {0};

		if (c->kind == CHANGE_NONE)
			continue;
		arena_reset(t->scratch);
		error = c->exists ? tree_read(t, t->scratch, c->path.p, &old) : 0;
		if (error)
			good = tree_fail(t, "read", c->path, error);
		else
			add_diff(c, t->scratch, old, diff);
	}
	return good;
}

static struct tree tree_start(struct output *output, const char *dir, struct str *error)
{
	size_t n = strlen(dir);

	while (n > 1 && dir[n - 1] == '/')
		n--;
	return (struct tree){
		.output = output,
		.dir = arena_printf(output->arena, "%.*s", (int)n, dir).p,
		.error = error,
		.scratch = arena_new(),
	};
}

enum output_status output_write(struct output *output, const char *dir,
				struct output_counts *counts, struct str *error)
{
	struct tree t = tree_start(output, dir, error);
	bool good = tree_open(&t, true) && tree_find_changes(&t);

	if (good) {
		count_changes(&t, counts);
		good = tree_stage(&t) && tree_publish(&t);
	}
	if (!good)
		tree_undo(&t);
	tree_close(&t);
	return good ? OUTPUT_OK : OUTPUT_FAILED;
}

enum output_status output_check(struct output *output, const char *dir, struct buffer *diff,
				struct str *error)
{
	struct tree t = tree_start(output, dir, error);
	bool good = tree_open(&t, false) && tree_find_changes(&t) && write_diff(&t, diff);
	bool drift = good && has_changes(&t);

	tree_close(&t);
	return !good ? OUTPUT_FAILED : drift ? OUTPUT_DRIFT : OUTPUT_OK;
}
