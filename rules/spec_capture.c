/* The page of what reading a capture reports (compiler/capture/): nothing is left to check here.
 */
#include "compiler/finding/rule.h"
#include "compiler/plan/plan.h"

const struct rule rule_spec_capture = {
	.name = "spec-capture",
	.severity = SEVERITY_ERROR,
	.flags = RULE_NEVER_OFF,
	.summary = "a capture that cannot be read, or cannot be trusted",
	.what = "A file of `captures` cannot be read, lies outside the repository that holds the "
		"spec, or is longer than 1 MiB; it holds no matrix of the wanted kind, a cell that "
		"is none, another number of rows or of GPUs than it should, or says one thing on "
		"the way there and another on the way back (`-p2p`: OK in one direction only). "
		"The finding stands at the line in the capture.",
	.why = "nvidia-smi prints its matrices for people: terminals cut and wrap them, and with "
	       "many NICs it has merged columns itself (`PH0-115`). A matrix that is read one "
	       "column off gives links and cliques that no machine has. So it is read whole or "
	       "not at all, and nothing is guessed.",
	.source = "outputs of nvidia-smi topo of twelve machines, V100 to H100",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "-    captures: {topo: ../../../../../gpu-1.topo-m.txt}\n"
		   "+    nvlink: none\n"
		   "     gpus:\n"
		   "       g0: {board: l40s, address: 05:00.0}\n",
};
