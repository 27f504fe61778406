/* Comments that switch a rule off where they stand:
 *
 *     # gpuplan: ignore[rule-a, rule-b] reason
 *
 * At the end of a line: for findings whose primary place is on that line. Alone on a line: on the
 * next line that is neither blank nor a comment. Before any key of the file: in all of it. Every
 * comment covers its own line too, so that what is said of a comment can be silenced in it.
 *
 * A comment that starts with `gpuplan:` is meant for us: what cannot be read is an error, never
 * passed over. */
#ifndef GPUPLAN_IGNORE_H
#define GPUPLAN_IGNORE_H

#include "compiler/finding/finding.h"
#include "compiler/finding/rule.h"

/* Hides the findings (sorted, findings_finish) that comments silence, but for rules that are never
 * off, and adds what is wrong with the comments: ignore-without-reason, ignore-unused,
 * ignore-unknown-rule. What is hidden already (a rule that is switched off) makes a comment no less
 * used. Returns how many it hid. Files without such a comment cost one search. */
uint32_t ignore_findings(struct findings *findings, const struct sources *sources,
			 rule_finder *find, rule_guesser *guess);

#endif
