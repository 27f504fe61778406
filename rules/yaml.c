/* The pages of what the reader of YAML reports (compiler/source/yaml.c): nothing is left to check
 * here. */
#include "compiler/finding/rule.h"
#include "compiler/plan/plan.h"

#define YAML_1_2 "YAML 1.2.2"

const struct rule rule_yaml_syntax = {
	.name = "yaml-syntax",
	.severity = SEVERITY_ERROR,
	.flags = RULE_NEVER_OFF,
	.summary = "the file is not YAML, or not UTF-8",
	.what = "The text breaks off or goes wrong before it is a YAML document: an open quote or "
		"bracket, a tab as indentation, keys that do not line up, bytes that are not "
		"UTF-8.",
	.why = "Nothing that follows the place can be trusted, so nothing of that document is "
	       "judged or compiled. Documents of the same file that ended before it still count.",
	.source = YAML_1_2 ", as libyaml reads it",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     gpus:\n"
		   "-      g0: {board: l40s, address: 05:00.0\n"
		   "+      g0: {board: l40s, address: 05:00.0}\n",
};

const struct rule rule_yaml_duplicate_key = {
	.name = "yaml-duplicate-key",
	.severity = SEVERITY_ERROR,
	.flags = RULE_NEVER_OFF,
	.summary = "one key stands twice in a map",
	.what = "A map has the same key twice. The first one is read, the second one is reported.",
	.why = "YAML forbids it, and yet most programs take the last one without a word: two "
	       "people add the same VM at both ends of a long file, and one of the two is gone.",
	.source = YAML_1_2 ", section 3.2.1.1: the keys of a mapping are unique",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     memory: 512GiB\n"
		   "     gpus:\n"
		   "       g0: {board: l40s, address: 05:00.0}\n"
		   "-    memory: 1TiB\n",
};

const struct rule rule_yaml_alias = {
	.name = "yaml-alias",
	.severity = SEVERITY_ERROR,
	.flags = RULE_NEVER_OFF,
	.summary = "an anchor, an alias, a merge key or a tag",
	.what = "The spec uses `&name`, `*name`, `<<:` or `!tag`.",
	.why = "A value that stands somewhere else has no place of its own: a finding about it, or "
	       "a fix, would change every VM that shares it. Aliases of aliases also let a small "
	       "file grow without bound. Profiles say the same in a way that a message can point "
	       "at; and a tag has nothing to say where the key decides what its value is.",
	.source = "the spec language, version 1; " YAML_1_2
		  ", chapters 6.9 and 7.1 for what is left out",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     gpus:\n"
		   "       g0: {board: l40s, address: 05:00.0}\n"
		   "       g1: {board: l40s, address: 06:00.0}\n"
		   "+profiles:\n"
		   "+  small: {vcpus: 8, memory: 64GiB}\n"
		   " vms:\n"
		   "   infer-1:\n"
		   "     host: gpu-1\n"
		   "-    vcpus: &cpus 8\n"
		   "-    memory: &size 64GiB\n"
		   "+    profile: small\n"
		   "     gpus: [g0]\n"
		   "   infer-2:\n"
		   "     host: gpu-1\n"
		   "-    vcpus: *cpus\n"
		   "-    memory: *size\n"
		   "+    profile: small\n"
		   "     gpus: [g1]\n",
};

const struct rule rule_yaml_limit = {
	.name = "yaml-limit",
	.severity = SEVERITY_ERROR,
	.flags = RULE_NEVER_OFF,
	.summary =
		"the file is larger or deeper than the spec language allows, or has too many mistakes",
	.what = "A file of more than 64 MiB, maps and lists nested more than 32 deep, a value of "
		"more than 65,536 characters, a host of more than 64 GPUs, or more than 100,000 "
		"mistakes in a file.",
	.why = "No spec comes near these sizes; a file that does is a mistake (a log in place of a "
	       "spec) or made to exhaust the program that reads it. The limit says so at once.",
	.source = "the spec language, version 1: Limits",
	.example =
		" version: 1\n"
		" hosts:\n"
		"   gpu-1:\n"
		"     hypervisor: kvm\n"
		"-    nvlink: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[g0]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n"
		"+    nvlink: [[g0, g1]]\n"
		"     gpus:\n"
		"       g0: {board: rtx-a6000, address: 05:00.0}\n"
		"       g1: {board: rtx-a6000, address: 06:00.0}\n",
};
