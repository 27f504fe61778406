/* Findings: what is wrong with a plan, as values.
 *
 * Whoever sees something wrong adds a finding; nothing prints on the way. When all are in,
 * findings_finish sorts them by place and drops the repeated ones, and a renderer
 * (compiler/finding/render.h) shows them.
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

/* A fourth note, or one that stands nowhere, asserts: say the rest in words. */
enum { FINDING_NOTES = 3 };

/* A piece of the source to replace, `with` nothing to remove it. */
struct edit {
	struct span at;
	struct str with;
};

/* What mends a finding: all of its edits, or none. `safe`: the meaning of the spec stays what its
 * author plainly meant. */
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
	bool hidden; /* switched off, silenced or in the baseline: findings_drop_hidden */
	/* No artifact of its VM or host can be written while it stands, whatever silences it. */
	bool firm;
	uint32_t order;	 /* when it was added: for findings_finish */
	struct str help; /* what to write instead; may be empty */
	struct fix fix;
	struct str path; /* vms.train-1.gpus[0].vgpu: filled by paths_of_findings */
};

struct findings {
	struct arena *arena;
	struct finding *items;
	uint32_t n, capacity;
	uint32_t limit;	      /* so many are kept; 0: all */
	struct span cut;      /* of the first that was one too many; nowhere: none was */
	struct finding spare; /* in place of each that is too many */
};

void findings_init(struct findings *findings, struct arena *arena);

/* The finding may move with the next finding_add: finish it first. Never NULL; of one that is over
 * the limit nothing is kept, but that it was. */
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
/* One edit that mends it (compiler/finding/edit.h makes them). A finding that is repeated, since
 * several VMs have one profile, needs the edits of all: findings_finish joins them. */
void finding_fix(struct findings *findings, struct finding *f, bool safe, struct edit edit,
		 const char *format, ...) __attribute__((format(printf, 5, 6)));

/* By place, then by what is written there; 0: the same edit. */
int edit_cmp(const struct edit *x, const struct edit *y);

/* The user's text for a message, terminated: cut to 80 bytes with an ellipsis when it is longer,
 * a NUL byte written as \0. */
const char *finding_quote(struct findings *findings, struct str s);

/* Adds those of `from` that stand from `first` up to, not including, `past`; if `from` was cut, so
 * is the whole. */
void findings_append(struct findings *findings, const struct findings *from, uint32_t first,
		     uint32_t past);

/* Sorts by place, then rule, then message; of findings that say the same of the same place one
 * stays, the first that was added, with the fixes of all.
 * Sources are read in the order of their names, so the place sorts by file too. */
void findings_finish(struct findings *findings);
/* Forgets the hidden ones. */
void findings_drop_hidden(struct findings *findings);
uint32_t findings_count(const struct findings *findings, enum severity severity);

/* Where readers report to (compiler/source/problem.h): each problem becomes an error. */
struct reporter findings_reporter(struct findings *findings);

const char *severity_name(enum severity severity);
bool severity_parse(struct str s, enum severity *out);

#endif
