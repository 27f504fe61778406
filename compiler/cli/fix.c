/* gpuplan lint --fix: writes the files that mending gives another text, or shows what it would. */
#include "compiler/finding/fix.h"
#include "compiler/base/diff.h"
#include "compiler/base/replace.h"
#include "compiler/cli/cli.h"

/* The old text of a source and its new one. */
static struct replacement outcome(const struct fixed *fixed, const struct source *source)
{
	return (struct replacement){
		.path = arena_printf(fixed->first->arena, "%.*s", STR_ARG(source->name)).p,
		.old = source->text,
		.new = mended_text(&fixed->mended, source),
	};
}

/* a/PATH: an absolute path and one from `.` as `patch -p1` finds them; quoted as git does where a
 * byte of it would break the line. */
static struct str diff_name(struct arena *arena, char side, struct str path)
{
	struct buffer out;
	bool odd = false;

	while (path.n > 1 && (path.p[0] == '/' || memcmp(path.p, "./", 2) == 0)) {
		size_t n = path.p[0] == '/' ? 1 : 2;

		path.p += n;
		path.n -= n;
	}
	buffer_init(&out, arena);
	buffer_printf(&out, "\"%c/", side);
	for (size_t i = 0; i < path.n; i++) {
		unsigned char c = (unsigned char)path.p[i];

		if (c < ' ' || c == 0x7f || c == '"' || c == '\\') {
			buffer_printf(&out, "\\%03o", c);
			odd = true;
		} else {
			buffer_add(&out, (struct str){path.p + i, 1});
		}
	}
	buffer_puts(&out, "\"");
	return odd ? buffer_text(&out) : (struct str){out.p + 1, out.n - 2};
}

static void print_diff(struct arena *arena, const struct source *source,
		       const struct replacement *r)
{
	struct buffer diff;

	buffer_init(&diff, arena);
	diff_unified(&diff, diff_name(arena, 'a', source->name), r->old,
		     diff_name(arena, 'b', source->name), r->new);
	if (diff.n)
		fwrite(diff.p, 1, diff.n, stdout);
}

/* Prints the text of standard input, if it was read. False if only a part was read, which must not
 * pass for the whole. */
static bool print_input(const struct sources *sources, const struct replacement *texts)
{
	for (uint32_t i = 0; i < sources->n; i++) {
		const struct source *source = &sources->items[i];

		if (!source->is_stdin)
			continue;
		if (source->cut) {
			trouble("%.*s: over 64 MiB: not read to its end", STR_ARG(source->name));
			return false;
		}
		if (texts[i].new.n)
			fwrite(texts[i].new.p, 1, texts[i].new.n, stdout);
	}
	return true;
}

/* The files first: where they cannot be written, nothing is printed either. */
static enum status write_texts(struct arena *arena, const struct sources *sources,
			       const struct replacement *texts)
{
	struct replacement *files = arena_array(arena, sources->n, sizeof *files);
	struct str error;
	uint32_t n = 0;

	for (uint32_t i = 0; i < sources->n; i++)
		if (!sources->items[i].is_stdin && !str_eq(texts[i].old, texts[i].new))
			files[n++] = texts[i];
	if (!replace_files(arena, &system_files, files, n, &error)) {
		trouble("%.*s", STR_ARG(error));
		return STATUS_TROUBLE;
	}
	return print_input(sources, texts) ? STATUS_OK : STATUS_TROUBLE;
}

static enum status deliver(struct fixed *fixed, const struct options *options)
{
	const struct sources *sources = &fixed->first->sources;
	struct arena *arena = fixed->first->arena;
	struct replacement *texts = arena_array(arena, sources->n, sizeof *texts);
	enum status status = STATUS_OK;

	for (uint32_t i = 0; i < sources->n; i++) {
		texts[i] = outcome(fixed, &sources->items[i]);
		fixed->changed |= !str_eq(texts[i].old, texts[i].new);
		if (options->diff)
			print_diff(arena, &sources->items[i], &texts[i]);
	}
	if (!options->diff)
		status = write_texts(arena, sources, texts);
	if (status == STATUS_OK && !flush_output(stdout, "standard output"))
		status = STATUS_TROUBLE;
	return status;
}

bool fix_takes_output(const struct options *options)
{
	bool input = false;

	for (uint32_t i = 0; i < options->n_arguments; i++)
		input |= strcmp(options->arguments[i], "-") == 0;
	return options->fix && (options->diff || input);
}

/* Two texts on one stream would be neither, and a baseline is made of what is found, once. */
static bool options_agree(const struct options *options)
{
	if (options->write_baseline) {
		trouble("lint: --write-baseline records what is found: run it after --fix");
		return false;
	}
	for (uint32_t i = 0; fix_takes_output(options) && i < options->n_outputs; i++) {
		if (options->outputs[i].file)
			continue;
		trouble("lint: standard output is for %s: give -f an -o FILE",
			options->diff ? "the diff" : "the text of `-`");
		return false;
	}
	return true;
}

enum status fix_plan(struct fixed *fixed, const struct options *options)
{
	enum status status;

	*fixed = (struct fixed){0};
	if (!options_agree(options))
		return STATUS_TROUBLE;
	status = read_plan(&fixed->first, options, 0);
	if (status != STATUS_OK)
		return status;
	if (session_mend(fixed->first, options->unsafe, &fixed->mended) != GPUPLAN_OK)
		return session_trouble(fixed->first);
	return deliver(fixed, options);
}

void fix_done(struct fixed *fixed)
{
	if (fixed->mended.last)
		mended_close(&fixed->mended, fixed->first);
	session_close(fixed->first);
	*fixed = (struct fixed){0};
}

void fix_print_summary(const struct fixed *fixed, const struct options *options)
{
	const struct mended *mended = &fixed->mended;
	const struct findings *left = &mended->last->findings;
	uint32_t more = options->unsafe ? 0 : fix_count(left, false);

	if (options->quiet)
		return;
	fprintf(stderr, "%u %s, %u left", mended->n_fixed,
		options->diff ? "would be fixed" : "fixed", left->n);
	if (more)
		fprintf(stderr, " (%u more with --unsafe-fixes)", more);
	if (mended->n_refused)
		fprintf(stderr, "; %u %s not made: other findings would come of it",
			mended->n_refused, mended->n_refused == 1 ? "fix was" : "fixes were");
	if (mended->n_untried)
		fprintf(stderr, "; %u not tried any more: run again", mended->n_untried);
	fputs("\n", stderr);
}
