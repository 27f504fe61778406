/* The pages of rules that the YAML reader checks (compiler/source/yaml.c). */
#include "compiler/finding/rule.h"
#include "compiler/plan/plan.h"

#define YAML_1_2 "YAML 1.2.2"

const struct rule rule_yaml_syntax = {
	.name = "yaml-syntax",
	.severity = SEVERITY_ERROR,
	.flags = RULE_NEVER_OFF,
	.summary = "the file is not YAML, or not UTF-8",
	.what = "The file is not valid YAML or not UTF-8: an unclosed quote or bracket, a tab as "
		"indentation, keys of one map in different columns, bytes that are not UTF-8.",
	.why = "What follows the error cannot be parsed reliably, so the whole document is neither "
	       "linted nor compiled. Earlier documents in the same file are.",
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
	.summary = "a map has the same key twice",
	.what = "A map has the same key twice. The first one is used, the second one is reported.",
	.why = "YAML forbids duplicate keys, but most parsers silently keep the last one. When two "
	       "people add the same VM at both ends of a long file, one of the two VMs is lost.",
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
	.why = "A finding about a shared value cannot say which VM is wrong, and fixing the value "
	       "would change every VM that uses it. Nested aliases also let a small file expand "
	       "without limit. Use profiles to share values. Tags have no use, because each key "
	       "determines the type of its value.",
	.source = "the spec language, version 1; " YAML_1_2
		  ", chapters 6.9 and 7.1 (the omitted features)",
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
	.summary = "the file is larger or more deeply nested than allowed, or has too many errors",
	.what = "The spec exceeds a limit: a file of 64 MiB, maps and lists nested 32 deep, a "
		"value of 65,536 characters, 64 GPUs on a host, or 100,000 errors in a file.",
	.why = "No real spec comes near these limits. A file that does was passed by mistake (a "
	       "log, for example) or built to exhaust memory.",
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
