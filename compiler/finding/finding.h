/* Findings: what is wrong with a plan, as values.
 *
 * Code that sees a mistake adds a finding and prints nothing. When all are in, findings_finish
 * sorts them by place and drops repeated ones, and a renderer (compiler/finding/render.h) shows
 * them.
 *
 *     struct finding *f = finding_add(findings, "spec-value", SEVERITY_ERROR, at, "…", …);
 *     finding_note(findings, f, other, "…");
 *     finding_help(findings, f, "write %s", …);
 *
 * Messages: lower case, no final stop, the user's values in 'quotes' (finding_quote cuts long
 * ones). Texts live in the arena of the findings. */
#ifndef GPUPLAN_FINDING_H
#define GPUPLAN_FINDING_H

#include "compiler/base/arena.h"
#include "compiler/source/problem.h"
#include "compiler/source/source.h"

enum severity { SEVERITY_NOTE = 1, SEVERITY_WARNING, SEVERITY_ERROR };

/* Most notes per finding. A fourth one, or one without a place, asserts. */
enum { FINDING_NOTES = 3 };

/* Replaces a piece of the source; an empty `with` removes it. */
struct edit {
	struct span at;
	struct str with;
};

/* The edits that mend a finding, all or none of them. `safe`: they do what the author plainly
 * meant. */
struct fix {
	bool given, safe;
	struct str description;
	struct edit *edits; /* in the order of their places */
	uint32_t n_edits;
};

struct note {
	struct span at;
	struct str message;
};

struct finding {
	const char *rule; /* its name in rules/list.h */
	enum severity severity;
	struct span at; /* the smallest wrong piece of the source */
	struct str message;
	struct note *notes; /* the other places that matter, FINDING_NOTES at most */
	uint8_t n_notes;
	bool hidden; /* switched off, silenced or in the baseline; see findings_drop_hidden */
	/* No artifact of its VM or host can be written, even if the finding is silenced. */
	bool firm;
	uint32_t order;	 /* of adding, for findings_finish */
	struct str help; /* what to write instead; may be empty */
	struct fix fix;
	struct str path; /* vms.train-1.gpus[0].vgpu: filled by paths_of_findings */
};

struct findings {
	struct arena *arena;
	struct finding *items;
	uint32_t n, capacity;
	uint32_t limit;	      /* how many are kept; 0: all */
	struct span cut;      /* place of the first finding over the limit, or nowhere */
	struct finding spare; /* returned for each finding over the limit */
};

void findings_init(struct findings *findings, struct arena *arena);

/* Adds a finding and never returns NULL. The next finding_add may move it, so complete it first. Of
 * findings over the limit only the first place is kept, in `cut`. */
struct finding *finding_add(struct findings *findings, const char *rule, enum severity severity,
			    struct span at, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
struct finding *finding_vadd(struct findings *findings, const char *rule, enum severity severity,
			     struct span at, const char *format, va_list args)
	__attribute__((format(printf, 5, 0)));
void finding_note(struct findings *findings, struct finding *f, struct span at, const char *format,
		  ...) __attribute__((format(printf, 4, 5)));
void finding_help(struct findings *findings, struct finding *f, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The help line "did you mean 'X'?" (schema/nearest.h), or `otherwise` where `near` is empty; NULL:
 * none. */
void finding_suggest(struct findings *findings, struct finding *f, struct str near,
		     const char *otherwise);
/* Adds one edit that mends the finding (see compiler/finding/edit.h). Where several VMs repeat the
 * finding of their profile, findings_finish joins the edits of all. */
void finding_fix(struct findings *findings, struct finding *f, bool safe, struct edit edit,
		 const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Compares by place, then by text; 0: the same edit. */
int edit_cmp(const struct edit *x, const struct edit *y);

/* The user's text for a message, terminated: cut to 80 bytes with an ellipsis when it is longer,
 * a NUL byte written as \0. */
const char *finding_quote(struct findings *findings, struct str s);

/* Appends the findings `first` to `past` - 1 of `from`. If `from` was cut, so is the result. */
void findings_append(struct findings *findings, const struct findings *from, uint32_t first,
		     uint32_t past);

/* Sorts by place, then rule, then message. Of equal findings it keeps the one added first, with the
 * fixes of all. Sources are read in the order of their names, so this sorts by file too. */
void findings_finish(struct findings *findings);
/* Removes the hidden findings. */
void findings_drop_hidden(struct findings *findings);
uint32_t findings_count(const struct findings *findings, enum severity severity);

/* A reporter for readers (compiler/source/problem.h) that turns each problem into an error. */
struct reporter findings_reporter(struct findings *findings);

const char *severity_name(enum severity severity);
bool severity_parse(struct str s, enum severity *out);

#endif
