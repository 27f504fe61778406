/* Mending: applies the fixes of findings in memory, as far as they improve the plan.
 *
 * It works in rounds. A round applies all fixes that do not overlap and judges the whole plan
 * again. If that shows new errors or warnings, it tries one half of the fixes and then the other,
 * down to single ones, so that one bad fix does not prevent the others. Each round leaves fewer or
 * less severe findings, so mending ends, and a second run finds nothing to do. */
#ifndef GPUPLAN_MEND_H
#define GPUPLAN_MEND_H

#include "compiler/session/session.h"

struct mended {
	struct gpuplan_session *last; /* the mended plan; `first` if nothing was fixed */
	uint32_t n_fixed;	      /* findings */
	uint32_t n_refused;	      /* fixes that made the plan worse */
	uint32_t n_untried;	      /* fixes skipped after too many attempts */
};

/* Mends a settled plan; `unsafe` includes fixes that change what the spec asks for. Errors are in
 * the message of `first`, which must outlive *mended. Call mended_close even after a failure. */
enum gpuplan_status session_mend(struct gpuplan_session *first, bool unsafe, struct mended *mended);
void mended_close(struct mended *mended, const struct gpuplan_session *first);

/* The text of a source of the first session after mending, changed or not. */
struct str mended_text(const struct mended *mended, const struct source *source);

#endif
