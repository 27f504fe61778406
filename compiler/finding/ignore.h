/* Comments that switch a rule off at one place:
 *
 *     # gpuplan: ignore[rule-a, rule-b] reason
 *
 * At the end of a line, a comment covers findings on that line. Alone on a line, it covers the next
 * line that is neither blank nor a comment; before the first key of a file, the whole file. Every
 * comment also covers its own line, so that findings about the comment can be silenced in it.
 *
 * A comment that starts with `gpuplan:` and cannot be read is an error: it is never ignored
 * silently. */
#ifndef GPUPLAN_IGNORE_H
#define GPUPLAN_IGNORE_H

#include "compiler/finding/finding.h"
#include "compiler/finding/rule.h"

/* Hides the findings that comments silence, except those of rules that are never off, and returns
 * how many it hid. Adds findings about the comments themselves: ignore-without-reason,
 * ignore-unused, ignore-unknown-rule. The findings must be sorted (findings_finish). A comment also
 * counts as used if its finding is hidden already, because the rule is off. A file without comments
 * for gpuplan costs one search. */
uint32_t ignore_findings(struct findings *findings, const struct sources *sources,
			 rule_finder *find, rule_guesser *guess);

#endif
