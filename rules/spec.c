/* The pages of what the decoder and the resolver report while they read a spec (compiler/model/,
 * load.c, profiles.c, resolve*.c, guest*.c): nothing is left to check here. */
#include "compiler/finding/rule.h"
#include "compiler/plan/plan.h"

#define SPEC_LANGUAGE "the spec language, version 1"

/* One GPU of each example, and the VM that all of them end with. */
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
	.summary = "the document is written in another version of the spec language",
	.what = "`version` is a number that this build does not read. Nothing else of the document "
		"is judged.",
	.why = "Another version may mean something else by the same key: a guess would compile "
	       "machines that nobody described.",
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
	.summary = "a key that the spec language does not know",
	.what = "A map has a key that its section does not know, or a profile has one that each "
		"host or VM must have for itself (`host`, `profile`, `uuid`).",
	.why = "A key that is passed over is a wish that is lost: `hugepage: 1GiB` would give a VM "
	       "without huge pages, and nobody would hear of it.",
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
	.summary = "a required key is not there",
	.what = "A document, host, GPU, VM or item lacks a key that it cannot be without, neither "
		"does its profile have it; or a file holds no document at all.",
	.why = "There is no default that would be right: a host without a hypervisor, or a VM "
	       "without memory, could only be guessed.",
	.source = SPEC_LANGUAGE ": the keys marked required",
	.example = HOST VM "     host: gpu-1\n"
			   "+    memory: 64GiB\n",
};

const struct rule rule_spec_type = {
	.name = "spec-type",
	.severity = SEVERITY_ERROR,
	.flags = RULE_NEVER_OFF,
	.summary = "a value of the wrong kind, or none",
	.what = "A key has a list where it takes a single value, a map where it takes a list, a "
		"text where it takes a whole number or a boolean, or no value at all.",
	.why = "Values are typed by their key and never guessed. YAML programs disagree on `yes`, "
	       "`on` and `0777`; here a boolean is `true` or `false`, and an empty value is no "
	       "value.",
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
	.summary = "a value that its key cannot have",
	.what = "A size, address, UUID, name, version, word or number that is none or is out of "
		"its range, a board that the catalog lacks, or a combination that no machine has "
		"(more vCPUs than a guest can have, a pinning list of another length).",
	.why = "What cannot be read cannot be compiled. `GB` is an error and not taken for `GiB`: "
	       "memory, huge pages and MMIO windows are powers of two, and 64 GB is 59.6 GiB.",
	.source = SPEC_LANGUAGE ": the tables of keys",
	.example = HOST VM "     host: gpu-1\n"
			   "-    memory: 64GB\n"
			   "+    memory: 64GiB\n",
};

const struct rule rule_spec_duplicate = {
	.name = "spec-duplicate",
	.severity = SEVERITY_ERROR,
	.flags = RULE_NEVER_OFF,
	.summary = "a name, address, disk, MAC or UUID that is taken",
	.what = "Two hosts, VMs or profiles of one name, in whichever files; two GPUs of a host "
		"with one PCI address, virtual function, module or smi_index, two NUMA nodes "
		"with one id; "
		"two VMs with one UUID, MAC address (also by default) or writable disk.",
	.why = "One of the two would win silently, or both would run and damage each other: two "
	       "VMs that write one image destroy it, two equal MAC addresses take each other's "
	       "packets.",
	.source = SPEC_LANGUAGE ": Files",
	.example = HOST "-      g1: {board: l40s, address: 0000:05:00.0}\n"
			"+      g1: {board: l40s, address: 0000:06:00.0}\n",
};

const struct rule rule_spec_reference = {
	.name = "spec-reference",
	.severity = SEVERITY_ERROR,
	.flags = RULE_NEVER_OFF,
	.summary = "a host, profile or GPU that is not there",
	.what = "A VM names a host, or a host or VM a profile, that no file of the spec has; or "
		"`nvlink` or `pcie_p2p` names a GPU that the host lacks.",
	.why = "All files of a spec make one plan. A name that nothing answers to is a slip of the "
	       "pen, or the file that has it was not given.",
	.source = SPEC_LANGUAGE ": Files",
	.example = HOST VM "     memory: 64GiB\n"
			   "-    host: gpu-l\n"
			   "+    host: gpu-1\n",
};

const struct rule rule_spec_conflict = {
	.name = "spec-conflict",
	.severity = SEVERITY_ERROR,
	.flags = RULE_NEVER_OFF,
	.summary = "two keys that say different things of one fact",
	.what = "The plugin parameter `enable_uvm` stands in `vgpu_params` beside the key `uvm`; or "
		"`nvlink`, `pcie_p2p`, `numa` or `smi_index` says something else than the host's "
		"captures.",
	.why = "Both parameters are written into the same setting of the vGPU, and a key that "
	       "contradicts what the machine printed is a slip of the pen or tells of another "
	       "machine. Which of the two is right is not for a compiler to pick.",
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
