/* gpuplan lint --fix: makes the fixes of findings, as far as the plan is better for them.
 *
 * In rounds: all fixes that do not touch each other are made in memory and the whole plan is judged
 * again. Where that shows new errors or warnings, the half of them is tried, down to single fixes,
 * so that one fix that makes things worse keeps no other from being made. Each round leaves fewer
 * or lesser findings, so it ends; and the next run has nothing to do. */
#include "compiler/finding/fix.h"
#include "compiler/base/diff.h"
#include "compiler/base/replace.h"
#include "compiler/cli/cli.h"
#include "rules/rules.h"

enum {
	MAX_ROUNDS = 16,
	/* Each judges the whole plan: a bad fix among n takes some 2 log n. */
	MAX_ATTEMPTS = 1024,
};

/* The plan as it is, or would be, with texts that stand in for its files. */
struct attempt {
	struct arena *arena;
	struct overlay texts;
	struct files files;
	struct workspace workspace;
};

struct fixer {
	struct fixed *fixed;
	const struct options *options;
	struct attempt *now;	/* this round's start */
	struct attempt *better; /* the best of this round, or `now` */
	uint32_t *kept;		/* what was chosen of now's findings for it */
	uint32_t n_kept, n_attempts;
	enum status status;
};

/* --- is it better? --- */

struct tally {
	uint32_t errors, warnings, notes, all;
};

static struct tally tally(const struct attempt *a)
{
	const struct findings *f = &a->workspace.findings;

	return (struct tally){findings_count(f, SEVERITY_ERROR),
			      findings_count(f, SEVERITY_WARNING), findings_count(f, SEVERITY_NOTE),
			      f->n};
}

static uint32_t failing_of(const struct attempt *a, const struct rule *rule)
{
	const struct findings *f = &a->workspace.findings;
	uint32_t n = 0;

	for (uint32_t i = 0; i < f->n; i++)
		n += f->items[i].severity > SEVERITY_NOTE &&
		     strcmp(f->items[i].rule, rule->name) == 0;
	return n;
}

static bool has_new_kind(const struct attempt *before, const struct attempt *after)
{
	for (size_t i = 0; rules[i]; i++)
		if (failing_of(after, rules[i]) > failing_of(before, rules[i]))
			return true;
	return false;
}

/* Of fixes that are made together, none may hide behind what the others mend. */
static bool is_better(const struct attempt *before, const struct attempt *after, bool single)
{
	struct tally b = tally(before), a = tally(after);

	if (a.all > b.all || a.errors > b.errors)
		return false;
	if (a.errors == b.errors &&
	    (a.warnings > b.warnings || (a.warnings == b.warnings && a.notes >= b.notes)))
		return false;
	return single || !has_new_kind(before, after);
}

/* --- attempts --- */

static struct attempt *attempt_free(struct attempt *a)
{
	if (a)
		arena_free(a->arena);
	return NULL;
}

static struct attempt *attempt_new(void)
{
	struct arena *arena = arena_new();
	struct attempt *a = arena_alloc(arena, sizeof *a);

	a->arena = arena;
	return a;
}

/* The round's start with what was kept and `n` fixes more. NULL: trouble, which was printed. */
static struct attempt *attempt_with(struct fixer *x, const uint32_t *more, uint32_t n)
{
	struct attempt *a = attempt_new();
	uint32_t *all = arena_array(a->arena, (size_t)x->n_kept + n, sizeof *all);

	if (x->n_kept)
		memcpy(all, x->kept, x->n_kept * sizeof *all);
	memcpy(all + x->n_kept, more, n * sizeof *all);
	a->texts = fix_texts(a->arena, &x->now->workspace.findings, &x->now->workspace.sources, all,
			     x->n_kept + n);
	a->files = overlay_files(&a->texts, &system_files);
	x->n_attempts++;
	x->status = workspace_open_files(&a->workspace, a->arena, x->options, &a->files,
					 x->options->arguments, x->options->n_arguments);
	return x->status == STATUS_OK ? a : attempt_free(a);
}

static void keep(struct fixer *x, struct attempt *a, const uint32_t *more, uint32_t n)
{
	memcpy(x->kept + x->n_kept, more, n * sizeof *more);
	x->n_kept += n;
	if (x->better != x->now)
		attempt_free(x->better);
	x->better = a;
}

/* Keeps as many of the fixes as make it better. */
static void try_fixes(struct fixer *x, const uint32_t *fixes, uint32_t n)
{
	struct attempt *a;

	if (n == 0 || x->status != STATUS_OK)
		return;
	if (x->n_attempts == MAX_ATTEMPTS) {
		x->fixed->n_untried += n;
		return;
	}
	a = attempt_with(x, fixes, n);
	if (!a)
		return;
	if (is_better(x->better, a, n == 1)) {
		keep(x, a, fixes, n);
		return;
	}
	attempt_free(a);
	if (n == 1) {
		x->fixed->n_refused++;
		return;
	}
	try_fixes(x, fixes, n / 2);
	try_fixes(x, fixes + n / 2, n - n / 2);
}

/* false: nothing was left to mend, or nothing could be. */
static bool mend_round(struct fixer *x)
{
	const struct workspace *w = &x->now->workspace;
	struct chosen chosen = fix_choose(x->now->arena, &w->findings, &w->sources,
					  x->options->unsafe);

	x->fixed->n_refused = x->fixed->n_untried = 0;
	/* Whether a fix makes it better cannot be told where not all is known that is wrong. */
	if (w->plan->cut)
		return false;
	x->better = x->now;
	x->kept = arena_array(x->now->arena, chosen.n, sizeof *x->kept);
	x->n_kept = 0;
	try_fixes(x, chosen.items, chosen.n);
	if (x->better == x->now)
		return false;
	x->fixed->n_fixed += x->n_kept;
	if (x->now != x->fixed->first)
		attempt_free(x->now);
	x->now = x->better;
	return true;
}

/* --- what comes of it --- */

/* What `first` read, and what is to stand there. `path` NULL: none of ours to change. */
static struct replacement outcome(const struct attempt *first, const struct attempt *last,
				  const struct source *source)
{
	struct replacement r = {.old = source->text, .new = source->text};
	const struct overlay_text *text;

	if (span_given(source->key) || source->cut)
		return r;
	r.path = source->is_stdin ? "-"
				  : arena_printf(first->arena, "%.*s", STR_ARG(source->name)).p;
	text = overlay_find(&last->texts, r.path);
	if (text)
		r.new = text->text;
	return r;
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

/* The text of standard input, if it was read; false: not all of it, and half a text would be taken
 * for the whole. */
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
	if (!replace_files(arena, files, n, &error)) {
		trouble("%.*s", STR_ARG(error));
		return STATUS_TROUBLE;
	}
	return print_input(sources, texts) ? STATUS_OK : STATUS_TROUBLE;
}

static enum status deliver(struct fixed *fixed, const struct options *options)
{
	const struct sources *sources = &fixed->first->workspace.sources;
	struct arena *arena = fixed->first->arena;
	struct replacement *texts = arena_array(arena, sources->n, sizeof *texts);
	enum status status = STATUS_OK;

	for (uint32_t i = 0; i < sources->n; i++) {
		texts[i] = outcome(fixed->first, fixed->last, &sources->items[i]);
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
	struct fixer x = {.fixed = fixed, .options = options};

	*fixed = (struct fixed){0};
	if (!options_agree(options))
		return STATUS_TROUBLE;
	fixed->first = fixed->last = x.now = attempt_new();
	x.status = workspace_open(&x.now->workspace, x.now->arena, options, options->arguments,
				  options->n_arguments);
	for (int i = 0; i < MAX_ROUNDS && x.status == STATUS_OK && mend_round(&x); i++)
		fixed->last = x.now;
	fixed->workspace = &fixed->last->workspace;
	return x.status == STATUS_OK ? deliver(fixed, options) : x.status;
}

void fix_done(struct fixed *fixed)
{
	if (fixed->last != fixed->first)
		attempt_free(fixed->last);
	attempt_free(fixed->first);
	*fixed = (struct fixed){0};
}

void fix_print_summary(const struct fixed *fixed, const struct options *options)
{
	const struct findings *left = &fixed->workspace->findings;
	uint32_t more = options->unsafe ? 0 : fix_count(left, false);

	if (options->quiet)
		return;
	fprintf(stderr, "%u %s, %u left", fixed->n_fixed,
		options->diff ? "would be fixed" : "fixed", left->n);
	if (more)
		fprintf(stderr, " (%u more with --unsafe-fixes)", more);
	if (fixed->n_refused)
		fprintf(stderr, "; %u %s not made: other findings would come of it",
			fixed->n_refused, fixed->n_refused == 1 ? "fix was" : "fixes were");
	if (fixed->n_untried)
		fprintf(stderr, "; %u not tried any more: run again", fixed->n_untried);
	fputs("\n", stderr);
}
