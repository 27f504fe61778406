/* Mending: the fixes of findings are made as far as the plan is better for them.
 *
 * In rounds: all fixes that do not touch each other are made in memory and the whole plan is judged
 * again. Where that shows new errors or warnings, the half of them is tried, down to single fixes,
 * so that one fix that makes things worse does not keep others from being made. Each round leaves
 * fewer or lesser findings, so it ends; and the next run has nothing to do. Nothing is written. */
#ifndef GPUPLAN_MEND_H
#define GPUPLAN_MEND_H

#include "compiler/session/session.h"

struct mended {
	struct gpuplan_session *last; /* the mended plan; the first where nothing could be done */
	uint32_t n_fixed;	      /* findings */
	uint32_t n_refused;	      /* fixes that would make it worse */
	uint32_t n_untried;	      /* fixes that were given up: too many are bad */
};

/* Mends a settled plan; `unsafe`: also by fixes that change what the spec asks for. What goes wrong
 * is in the message of `first`. Either way `mended_close` frees what was made, and `first` outlives
 * it. */
enum gpuplan_status session_mend(struct gpuplan_session *first, bool unsafe, struct mended *mended);
void mended_close(struct mended *mended, const struct gpuplan_session *first);

/* The text that is to stand in place of a source of the first session; its own where it stays. */
struct str mended_text(const struct mended *mended, const struct source *source);

#endif
