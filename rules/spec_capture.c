/* The page of the rule that is checked while a capture is read (compiler/capture/). */
#include "compiler/finding/rule.h"
#include "compiler/plan/plan.h"

const struct rule rule_spec_capture = {
	.name = "spec-capture",
	.severity = SEVERITY_ERROR,
	.flags = RULE_NEVER_OFF,
	.summary = "a capture that cannot be read or is damaged",
	.what = "A file in `captures` cannot be read, lies outside the spec's repository, or is "
		"larger than 1 MiB; or its matrix is missing or of another kind, has an invalid "
		"cell, the wrong number of rows or GPUs, or differs between the two directions of "
		"a pair (`-p2p`: OK in one direction only). The finding points at the line in the "
		"capture.",
	.why = "nvidia-smi prints its matrices for people: terminals cut and wrap them, and with "
	       "many NICs nvidia-smi itself merges columns (`PH0-115`). A matrix read one column "
	       "off gives wrong links and cliques, so a damaged matrix is not used at all.",
	.source = "output of nvidia-smi topo from twelve machines, V100 to H100",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "-    captures: {topo: ../../../../../gpu-1.topo-m.txt}\n"
		   "+    nvlink: none\n"
		   "     gpus:\n"
		   "       g0: {board: l40s, address: 05:00.0}\n",
};
