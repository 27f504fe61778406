#include "compiler/session/mend.h"

#include "compiler/finding/fix.h"
#include "compiler/session/private.h"
#include "rules/rules.h"

enum {
	MAX_ROUNDS = 16,
	/* Each attempt judges the whole plan. Finding a bad fix among n takes about 2 log n. */
	MAX_ATTEMPTS = 1024,
};

struct fixer {
	struct gpuplan_session *first;
	struct mended *mended;
	bool unsafe;
	struct gpuplan_session *now;	/* the plan at the start of this round */
	struct gpuplan_session *better; /* the best plan of this round, or `now` */
	uint32_t *kept;			/* the findings of `now` that are fixed in `better` */
	uint32_t n_kept, n_attempts;
	enum gpuplan_status status;
};

/* --- comparing plans --- */

struct tally {
	uint32_t errors, warnings, notes, all;
};

static struct tally tally(const struct gpuplan_session *s)
{
	const struct findings *f = &s->findings;

	return (struct tally){findings_count(f, SEVERITY_ERROR),
			      findings_count(f, SEVERITY_WARNING), findings_count(f, SEVERITY_NOTE),
			      f->n};
}

static uint32_t failing_of(const struct gpuplan_session *s, const struct rule *rule)
{
	const struct findings *f = &s->findings;
	uint32_t n = 0;

	for (uint32_t i = 0; i < f->n; i++)
		n += f->items[i].severity > SEVERITY_NOTE &&
		     strcmp(f->items[i].rule, rule->name) == 0;
	return n;
}

static bool has_new_kind(const struct gpuplan_session *before, const struct gpuplan_session *after)
{
	for (size_t i = 0; rules[i]; i++)
		if (failing_of(after, rules[i]) > failing_of(before, rules[i]))
			return true;
	return false;
}

/* True if `after` has fewer or less severe findings. With several fixes, no rule may have more
 * findings than before, so that a bad fix cannot hide behind good ones. */
static bool is_better(const struct gpuplan_session *before, const struct gpuplan_session *after,
		      bool single)
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

/* Judges the plan with the fixes kept so far and `n` more. Returns NULL and sets x->status on
 * failure. */
static struct gpuplan_session *attempt(struct fixer *x, const uint32_t *more, uint32_t n)
{
	struct gpuplan_session *s = session_like(x->first);
	uint32_t *all = arena_array(s->arena, (size_t)x->n_kept + n, sizeof *all);

	if (x->n_kept)
		memcpy(all, x->kept, x->n_kept * sizeof *all);
	memcpy(all + x->n_kept, more, n * sizeof *all);
	s->texts = fix_texts(s->arena, &x->now->findings, &x->now->sources, all, x->n_kept + n);
	x->n_attempts++;
	x->status = session_judge(s);
	if (x->status == GPUPLAN_OK)
		x->status = session_settle(s);
	if (x->status == GPUPLAN_OK)
		return s;
	for (uint32_t i = 0; i < s->n_errors; i++)
		session_fail(x->first, x->status, "%.*s", STR_ARG(s->errors[i]));
	session_close(s);
	return NULL;
}

static void keep(struct fixer *x, struct gpuplan_session *s, const uint32_t *more, uint32_t n)
{
	memcpy(x->kept + x->n_kept, more, n * sizeof *more);
	x->n_kept += n;
	if (x->better != x->now)
		session_close(x->better);
	x->better = s;
}

/* Keeps those fixes that make the plan better. */
static void try_fixes(struct fixer *x, const uint32_t *fixes, uint32_t n)
{
	struct gpuplan_session *s;

	if (n == 0 || x->status != GPUPLAN_OK)
		return;
	if (x->n_attempts == MAX_ATTEMPTS) {
		x->mended->n_untried += n;
		return;
	}
	s = attempt(x, fixes, n);
	if (!s)
		return;
	if (is_better(x->better, s, n == 1)) {
		keep(x, s, fixes, n);
		return;
	}
	session_close(s);
	if (n == 1) {
		x->mended->n_refused++;
		return;
	}
	try_fixes(x, fixes, n / 2);
	try_fixes(x, fixes + n / 2, n - n / 2);
}

/* Runs a round. Returns false if it fixed nothing. */
static bool mend_round(struct fixer *x)
{
	struct gpuplan_session *now = x->now;
	struct chosen chosen = fix_choose(now->arena, &now->findings, &now->sources, x->unsafe);

	x->mended->n_refused = x->mended->n_untried = 0;
	/* If findings are missing because of the limit, plans cannot be compared. */
	if (now->plan->cut)
		return false;
	x->better = now;
	x->kept = arena_array(now->arena, chosen.n, sizeof *x->kept);
	x->n_kept = 0;
	try_fixes(x, chosen.items, chosen.n);
	if (x->better == now)
		return false;
	x->mended->n_fixed += x->n_kept;
	if (now != x->first)
		session_close(now);
	x->now = x->better;
	return true;
}

enum gpuplan_status session_mend(struct gpuplan_session *first, bool unsafe, struct mended *mended)
{
	struct fixer x = {.first = first, .mended = mended, .unsafe = unsafe, .now = first};

	*mended = (struct mended){.last = first};
	x.status = session_enter(first, first->settled);
	for (int i = 0; i < MAX_ROUNDS && x.status == GPUPLAN_OK && mend_round(&x); i++)
		mended->last = x.now;
	return x.status;
}

void mended_close(struct mended *mended, const struct gpuplan_session *first)
{
	if (mended->last != first)
		session_close(mended->last);
	mended->last = NULL;
}

struct str mended_text(const struct mended *mended, const struct source *source)
{
	const struct overlay_text *text;
	const char *path;

	if (span_given(source->key) || source->cut)
		return source->text;
	path = source->is_stdin
		       ? "-"
		       : arena_printf(mended->last->arena, "%.*s", STR_ARG(source->name)).p;
	text = overlay_find(&mended->last->texts, path);
	return text ? text->text : source->text;
}
