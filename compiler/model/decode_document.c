/* Decodes a document: whether it is a spec, of which version, and all its sections. */
#include "compiler/model/decode.h"
#include "compiler/model/decode_scalar.h"

bool decode_is_ours(const struct yaml *yaml)
{
	for (uint32_t i = 0; i < yaml->n_documents; i++) {
		const struct node *top = yaml_node(yaml, yaml->documents[i]);
		bool plan = false, version = false, profiles = false;

		if (top->kind != NODE_MAP)
			continue;
		for (node_id k = top->first; k;
		     k = yaml_node(yaml, yaml_node(yaml, k)->next)->next) {
			const struct node *key = yaml_node(yaml, k);
			struct str s;

			if (key->kind != NODE_SCALAR)
				continue;
			s = yaml_text(yaml, key);
			plan |= str_is(s, "hosts") || str_is(s, "vms");
			version |= str_is(s, "version");
			profiles |= str_is(s, "profiles") || str_is(s, "host_profiles");
		}
		if (plan || (version && profiles))
			return true;
	}
	return false;
}

/* The version comes first: a document of another version is not read any further. */
static bool version_is_ours(struct decoder *d, const struct node *top)
{
	for (node_id k = top->first; k; k = yaml_node(d->yaml, yaml_node(d->yaml, k)->next)->next) {
		const struct node *key = yaml_node(d->yaml, k);
		const struct node *value = yaml_node(d->yaml, key->next);
		struct finding *f;
		struct str s;
		uint64_t n;

		if (key->kind != NODE_SCALAR || key->duplicate ||
		    !str_is(yaml_text(d->yaml, key), "version") || value->kind != NODE_SCALAR)
			continue;
		s = yaml_text(d->yaml, value);
		if (!grammar_match(GRAMMAR_NUMBER, s) || (parse_number(s, &n) && n == SPEC_VERSION))
			continue;
		f = finding_add(d->findings, "spec-version", SEVERITY_ERROR, value->at,
				"unsupported spec language version '%s'",
				finding_quote(d->findings, s));
		finding_help(d->findings, f, "write version: %d", SPEC_VERSION);
		return false;
	}
	return true;
}

static void report_no_map(struct decoder *d, const struct node *node)
{
	bool empty = yaml_is_null(d->yaml, node);
	struct finding *f =
		empty ? finding_add(d->findings, "spec-type", SEVERITY_ERROR, node->at,
				    "the document is empty")
		      : finding_add(d->findings, "spec-type", SEVERITY_ERROR, node->at,
				    "a document must be a map of 'version', 'hosts' and 'vms', not "
				    "%s",
				    decode_kind_name(node));

	finding_help(d->findings, f, "start with 'version: %d'", SPEC_VERSION);
}

bool decode_document(struct decoder *d, node_id top, struct document_spec *out)
{
	const struct node *node = yaml_node(d->yaml, top);

	if (node->kind != NODE_MAP) {
		if (node->kind != NODE_BROKEN)
			report_no_map(d, node);
		if (!yaml_is_null(d->yaml, node))
			d->unread = UNREAD_ALL;
		return false;
	}
	if (!version_is_ours(d, node)) {
		d->unread = UNREAD_ALL;
		return false;
	}
	decode_map_of(d, &document_section, top, out);
	decode_require(d->findings, &document_section, out, (struct span){node->at.at, 0}, STR(""),
		       false);
	return true;
}
