/* The top level of a document. */
#include "schema/keys.h"

#define AT(field) offsetof(struct document_spec, field)

static const struct key keys[] = {
	{
		.name = "version",
		.type = KEY_NUMBER,
		.flags = KEY_REQUIRED,
		.offset = AT(version),
		.min = SPEC_VERSION,
		.max = SPEC_VERSION,
		.doc = "The version of the spec language that the document is written in: 1.",
	},
	{
		.name = "hosts",
		.type = KEY_NAMED,
		.flags = KEY_NULL,
		.offset = AT(hosts),
		.section = &host_section,
		.grammar = GRAMMAR_HOST,
		.doc = "The machines that hold the GPUs, by name.",
	},
	{
		.name = "host_profiles",
		.type = KEY_NAMED,
		.flags = KEY_NULL,
		.offset = AT(host_profiles),
		.section = &host_section,
		.grammar = GRAMMAR_NAME,
		.doc = "What several hosts have in common, by name; nothing in it is required.",
	},
	{
		.name = "vms",
		.type = KEY_NAMED,
		.flags = KEY_NULL,
		.offset = AT(vms),
		.section = &vm_section,
		.grammar = GRAMMAR_NAME,
		.doc = "The virtual machines, by name.",
	},
	{
		.name = "profiles",
		.type = KEY_NAMED,
		.flags = KEY_NULL,
		.offset = AT(profiles),
		.section = &vm_section,
		.grammar = GRAMMAR_NAME,
		.doc = "What several VMs have in common, by name; nothing in it is required.",
	},
};

const struct section document_section = {
	.title = "A document",
	.what = "a document",
	.doc = "Every document of a spec is a map of these keys.",
	.size = sizeof(struct document_spec),
	.keys = keys,
	.n = sizeof keys / sizeof *keys,
};
