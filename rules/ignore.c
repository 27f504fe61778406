/* The pages of rules on ignore comments, which compiler/finding/ignore*.c checks. */
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
	.summary = "an ignore comment without a reason",
	.what = "A comment `# gpuplan: ignore[RULE]` has no text after its bracket. It still "
		"silences the rule.",
	.why = "Whoever reads the comment a year later, with other drivers and other hosts, cannot "
	       "tell without a reason whether silencing the finding is still right.",
	.source = SPEC_LANGUAGE,
	.example = HOST VM
	"-    uvm: true # gpuplan: ignore[key-without-effect]\n"
	"+    uvm: true # gpuplan: ignore[key-without-effect] a vGPU comes in May\n",
};

const struct rule rule_ignore_unused = {
	.name = "ignore-unused",
	.severity = SEVERITY_WARNING,
	.summary = "an ignore comment for a rule that does not fire there or cannot be silenced",
	.what = "A rule named in a comment `# gpuplan: ignore[RULE] reason` silences nothing: the "
		"rule does not fire on the comment's line (or, for a comment before the first key, "
		"in the file), or it cannot be silenced. A rule that `--rule` or the project file "
		"turns off still counts as firing. While parts of the spec cannot be read "
		"(`yaml-*`, `spec-*`), only rules that cannot be silenced are reported, because "
		"the others could not be fully checked.",
	.why = "A comment left behind after its value was fixed hides the next mistake on that "
	       "line. A rule that cannot be silenced guards against silent data loss, so a comment "
	       "that seems to silence it is misleading.",
	.source = SPEC_LANGUAGE,
	.example = HOST VM
	"-    mmio: auto # gpuplan: ignore[mmio-too-small] the guest needs no BAR1\n"
	"+    mmio: auto\n",
};

const struct rule rule_ignore_unknown_rule = {
	.name = "ignore-unknown-rule",
	.severity = SEVERITY_ERROR,
	.flags = RULE_NEVER_OFF,
	.summary = "an ignore comment that names an unknown rule or is malformed",
	.what = "A comment `# gpuplan: ignore[RULE] reason` names an unknown rule; or a comment "
		"starts with `gpuplan:` but does not have that form: a word other than `ignore`, "
		"no rule in brackets, an unclosed bracket. Comments that do not start with "
		"`gpuplan:` are not checked.",
	.why = "The author expects the comment to silence a finding. If gpuplan ignored a typo in "
	       "it, nothing would show that the comment has no effect until the finding appears.",
	.source = SPEC_LANGUAGE,
	.example = HOST VM
	"-    uvm: true # gpuplan: ignore[key-without-efect] a vGPU comes in May\n"
	"+    uvm: true # gpuplan: ignore[key-without-effect] a vGPU comes in May\n",
};
