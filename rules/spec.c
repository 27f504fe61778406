/* The pages of rules that are checked while a spec is decoded and resolved (compiler/model/,
 * compiler/plan/). */
#include "compiler/finding/rule.h"
#include "compiler/plan/plan.h"

#define SPEC_LANGUAGE "the spec language, version 1"

/* The host that most examples start with, and the VM that they end with. */
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
	"     vcpus: 8\n"                                                                          \
	"     gpus: [g0]\n"

const struct rule rule_spec_version = {
	.name = "spec-version",
	.severity = SEVERITY_ERROR,
	.flags = RULE_NEVER_OFF,
	.summary = "the spec language version is not supported",
	.what = "`version` is a number that this build does not support. The rest of the document "
		"is not linted.",
	.why = "The same key may have another meaning in another version. Guessing could compile a "
	       "VM that the user did not describe.",
	.source = SPEC_LANGUAGE ": Files",
	.example = "-version: 2\n"
		   "+version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     gpus:\n"
		   "       g0: {board: l40s, address: 05:00.0}\n",
};

const struct rule rule_spec_unknown_key = {
	.name = "spec-unknown-key",
	.severity = SEVERITY_ERROR,
	.flags = RULE_NEVER_OFF,
	.summary = "an unknown key",
	.what = "A map has an unknown key, or a profile has a key that each host or VM must set "
		"itself (`host`, `profile`, `uuid`).",
	.why = "Silently ignoring an unknown key would drop the user's intent: with `hugepage: "
	       "1GiB` the VM would get no huge pages, and nothing would say so.",
	.source = SPEC_LANGUAGE ": Files",
	.example = HOST VM "     host: gpu-1\n"
			   "     memory: 64GiB\n"
			   "-    hugepage: 1GiB\n"
			   "+    hugepages: 1GiB\n",
};

const struct rule rule_spec_missing_key = {
	.name = "spec-missing-key",
	.severity = SEVERITY_ERROR,
	.flags = RULE_NEVER_OFF,
	.summary = "a required key is missing",
	.what = "A document, host, GPU, VM or item lacks a required key, and its profile does not "
		"set it either; or a file contains no document.",
	.why = "No default would be right: the hypervisor of a host or the memory of a VM could "
	       "only be guessed.",
	.source = SPEC_LANGUAGE ": the keys marked required",
	.example = HOST VM "     host: gpu-1\n"
			   "+    memory: 64GiB\n",
};

const struct rule rule_spec_type = {
	.name = "spec-type",
	.severity = SEVERITY_ERROR,
	.flags = RULE_NEVER_OFF,
	.summary = "a value of the wrong type, or no value",
	.what = "A key has a value of the wrong type, such as a list instead of a single value, a "
		"map instead of a list, or text instead of a whole number or a boolean; or it has "
		"no value.",
	.why = "Each key determines the type of its value. YAML parsers disagree on `yes`, `on` "
	       "and `0777`; here a boolean is `true` or `false`, and an empty value is missing.",
	.source = SPEC_LANGUAGE ": Files",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "-    iommu: yes\n"
		   "+    iommu: true\n"
		   "     gpus:\n"
		   "       g0: {board: l40s, address: 05:00.0}\n",
};

const struct rule rule_spec_value = {
	.name = "spec-value",
	.severity = SEVERITY_ERROR,
	.flags = RULE_NEVER_OFF,
	.summary = "an invalid value",
	.what = "A malformed or out-of-range size, address, UUID, name, version, word or number; a "
		"board that the catalog lacks; or values that do not go together (too many vCPUs "
		"for the guest, a pinning list whose length is not the number of vCPUs).",
	.why = "An invalid value cannot be compiled. `GB` is an error and is not read as `GiB`: "
	       "memory, huge pages and MMIO windows use powers of two, and 64 GB is 59.6 GiB.",
	.source = SPEC_LANGUAGE ": the tables of keys",
	.example = HOST VM "     host: gpu-1\n"
			   "-    memory: 64GB\n"
			   "+    memory: 64GiB\n",
};

const struct rule rule_spec_duplicate = {
	.name = "spec-duplicate",
	.severity = SEVERITY_ERROR,
	.flags = RULE_NEVER_OFF,
	.summary = "a duplicate name, address, disk, MAC or UUID",
	.what = "Two hosts, VMs or profiles have the same name, in one file or in several; two "
		"GPUs of a host have the same PCI address, virtual function, module or smi_index; "
		"two NUMA nodes have the same id; or two VMs have the same UUID, MAC address "
		"(given or default) or writable disk.",
	.why = "One of the two would silently win, or both would run and interfere: two VMs that "
	       "write to the same image corrupt it, and two equal MAC addresses receive each "
	       "other's packets.",
	.source = SPEC_LANGUAGE ": Files",
	.example = HOST "-      g1: {board: l40s, address: 0000:05:00.0}\n"
			"+      g1: {board: l40s, address: 0000:06:00.0}\n",
};

const struct rule rule_spec_reference = {
	.name = "spec-reference",
	.severity = SEVERITY_ERROR,
	.flags = RULE_NEVER_OFF,
	.summary = "a reference to an unknown host, profile or GPU",
	.what = "A VM names an unknown host, a host or VM names an unknown profile, or `nvlink` or "
		"`pcie_p2p` names a GPU that the host does not have.",
	.why = "All files of a spec form one plan. An unknown name is a typo, or the file that "
	       "defines it was not given.",
	.source = SPEC_LANGUAGE ": Files",
	.example = HOST VM "     memory: 64GiB\n"
			   "-    host: gpu-l\n"
			   "+    host: gpu-1\n",
};

const struct rule rule_spec_conflict = {
	.name = "spec-conflict",
	.severity = SEVERITY_ERROR,
	.flags = RULE_NEVER_OFF,
	.summary = "two keys, or a key and a capture, contradict each other",
	.what = "A VM sets both `uvm` and the plugin parameter `enable_uvm` in `vgpu_params`; or "
		"`nvlink`, `pcie_p2p`, `numa` or `smi_index` contradicts the host's captures.",
	.why = "`uvm` and `enable_uvm` write the same vGPU setting. A key that contradicts a "
	       "capture is a typo, or the capture is from another machine. gpuplan cannot know "
	       "which of the two is right.",
	.source = SPEC_LANGUAGE
	": hosts.NAME.captures, vms.NAME; NVIDIA vGPU 17, user guide: the plugin parameter "
	"enable_uvm",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     gpus:\n"
		   "       g0: {board: t4, address: 05:00.0}\n"
		   " vms:\n"
		   "   infer-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 8\n"
		   "     memory: 32GiB\n"
		   "     vgpu: T4-16C\n"
		   "     uvm: false\n"
		   "-    vgpu_params: {enable_uvm: 1}\n"
		   "+    vgpu_params: {frame_rate_limiter: 0}\n"
		   "     gpus: [g0]\n",
};
