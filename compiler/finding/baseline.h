/* The baseline: known findings of a repository, so that only new ones fail.
 *
 * An entry is a rule, a path into the plan and a count. It names no file and no line, so it still
 * matches after the text has moved. Findings of rules that are never off are neither recorded nor
 * hidden.
 *
 *     {"version": 1, "findings": [
 *       {"rule": "numa-split", "path": "vms.a.gpus", "count": 1}]} */
#ifndef GPUPLAN_BASELINE_H
#define GPUPLAN_BASELINE_H

#include "compiler/base/buffer.h"
#include "compiler/finding/finding.h"
#include "compiler/finding/rule.h"

struct baseline_entry {
	struct str rule, path;
	uint32_t count;
};

struct baseline {
	struct baseline_entry *entries; /* sorted by rule, then path; each pair once */
	uint32_t n, capacity;
};

/* Makes a baseline of the findings, which must have their paths. */
struct baseline baseline_of(struct arena *arena, const struct findings *findings,
			    rule_finder *find);
void baseline_print(const struct baseline *baseline, struct buffer *out);
/* false with *error set: "b.json:3:9: a comma is missing". */
bool baseline_read(struct baseline *baseline, struct arena *arena, const struct files *files,
		   const char *file, struct str *error);

/* Hides the findings that the baseline records, and returns how many it hid. The findings must have
 * their paths. *gone: how many recorded findings no longer occur. */
uint32_t baseline_hide(const struct baseline *baseline, struct arena *arena,
		       struct findings *findings, rule_finder *find, uint32_t *gone);

#endif
