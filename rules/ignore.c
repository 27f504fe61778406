/* The pages of what the reader of comments reports (compiler/finding/ignore*.c): nothing is left to check
 * here. */
#include "compiler/finding/rule.h"
#include "compiler/plan/plan.h"

#define HOST                                                                                       \
	" version: 1\n"                                                                            \
	" hosts:\n"                                                                                \
	"   gpu-1:\n"                                                                              \
	"     hypervisor: kvm\n"                                                                   \
	"     gpus:\n"                                                                             \
	"       g0: {board: l40s, address: 05:00.0}\n"
#define VM                                                                                         \
	" vms:\n"                                                                                  \
	"   infer-1:\n"                                                                            \
	"     host: gpu-1\n"                                                                       \
	"     vcpus: 8\n"                                                                          \
	"     memory: 64GiB\n"                                                                     \
	"     gpus: [g0]\n"
#define SPEC_LANGUAGE "the spec language, version 1: comments that switch a rule off"

const struct rule rule_ignore_without_reason = {
	.name = "ignore-without-reason",
	.severity = SEVERITY_WARNING,
	.summary = "a comment that switches a rule off and does not say why",
	.what = "A comment `# gpuplan: ignore[RULE]` has no text behind its bracket. It silences "
		"all the same.",
	.why = "A silenced finding is a decision that somebody made. Who meets the comment a year "
	       "later, with other drivers and other hosts, cannot tell whether it still holds if "
	       "nobody wrote down what it rested on.",
	.source = SPEC_LANGUAGE,
	.example = HOST VM
	"-    uvm: true # gpuplan: ignore[key-without-effect]\n"
	"+    uvm: true # gpuplan: ignore[key-without-effect] a vGPU comes in May\n",
};

const struct rule rule_ignore_unused = {
	.name = "ignore-unused",
	.severity = SEVERITY_WARNING,
	.summary = "a comment that switches off a rule which does not fire there, or is never off",
	.what = "A rule's name in a comment `# gpuplan: ignore[RULE] reason` silences nothing: the "
		"rule does not fire on the line that the comment is for (or in the file, for one "
		"that stands before its first key), or the rule is never off. A rule that was "
		"switched off by `--rule` or the project file still counts as one that fires. "
		"While the spec cannot be read whole (`yaml-*`, `spec-*`), only names of rules "
		"that "
		"are never off are reported: what hangs on the broken part was not judged.",
	.why = "The comment stays when the value that needed it is mended, and will hide the next "
	       "mistake on that line. And a rule that is never off guards against silent loss of "
	       "data: a comment that seems to silence it is worse than none.",
	.source = SPEC_LANGUAGE,
	.example = HOST VM
	"-    mmio: auto # gpuplan: ignore[mmio-too-small] the guest needs no BAR1\n"
	"+    mmio: auto\n",
};

const struct rule rule_ignore_unknown_rule = {
	.name = "ignore-unknown-rule",
	.severity = SEVERITY_ERROR,
	.flags = RULE_NEVER_OFF,
	.summary = "a comment for gpuplan that names no rule of it, or cannot be read",
	.what = "A comment `# gpuplan: ignore[RULE] reason` names a rule that there is not; or a "
		"comment starts with `gpuplan:` and is not of that form: another word than "
		"`ignore`, no rule in brackets, a bracket that is not closed. A comment that "
		"starts "
		"in any other way is only a comment.",
	.why = "Whoever wrote it believes that a finding is silenced, or will be. If it were "
	       "passed "
	       "over, a slip in the name would be found out when the finding is shown, and one in "
	       "a "
	       "comment for a finding that is not there yet never.",
	.source = SPEC_LANGUAGE,
	.example = HOST VM
	"-    uvm: true # gpuplan: ignore[key-without-efect] a vGPU comes in May\n"
	"+    uvm: true # gpuplan: ignore[key-without-effect] a vGPU comes in May\n",
};
