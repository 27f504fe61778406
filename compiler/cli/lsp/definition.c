/* Go to definition: hosts, profiles and GPUs by name, captures by path. */
#include "compiler/cli/lsp/methods.h"
#include "compiler/cli/lsp/place.h"
#include "compiler/cli/lsp/shape.h"

/* The definition of the name at the cursor; nowhere: unknown. */
static struct span find_name(const struct asked *asked, const struct section *owner,
			     const struct key *key)
{
	const struct gpuplan_session *names = asked->names;
	struct str word = word_here(asked);
	const struct host *host = host_around(asked);
	const struct vm_spec *profile;
	const struct host_spec *host_profile;
	const struct gpu *gpu;

	if (is_key_of(owner, key, &vm_section, "host")) {
		host = plan_host(names->plan, word);
		return host ? host->spec->name.at : (struct span){0, 0};
	}
	if (is_key_of(owner, key, &vm_section, "profile")) {
		profile = find_vm_spec(&names->spec.profiles, word);
		return profile ? profile->name.at : (struct span){0, 0};
	}
	if (is_key_of(owner, key, &host_section, "profile")) {
		host_profile = find_host_spec(&names->spec.host_profiles, word);
		return host_profile ? host_profile->name.at : (struct span){0, 0};
	}
	gpu = key->grammar == GRAMMAR_GPU_ID && host ? host_gpu(host, word) : NULL;
	return gpu ? gpu->spec->name.at : (struct span){0, 0};
}

/* The start of the capture that the key at the cursor names. */
static struct json *find_capture(const struct asked *asked)
{
	const struct gpuplan_session *j = asked->scope->latest;
	const struct source *own = judged_source(j, asked->document);
	const struct sources *sources = &j->sources;

	for (uint32_t i = 0; own && i < sources->n; i++) {
		const struct source *s = &sources->items[i];
		uint32_t at = own->base + (uint32_t)asked->cursor;

		if (span_given(s->key) && at >= s->key.at && at <= span_end(s->key))
			return location_of_span(asked->server, asked->scope, sources,
						(struct span){s->base, 0});
	}
	return NULL;
}

struct json *answer_definition(struct server *server, const struct json *params)
{
	const struct section *owner;
	const struct key *key;
	struct asked asked;
	struct span at;

	if (!asked_at(&asked, server, params) || !asked.names ||
	    asked.context->kind != CONTEXT_NODE || asked.context->is_key)
		return NULL;
	key = value_key(&asked, &owner);
	if (!key)
		return NULL;
	at = find_name(&asked, owner, key);
	return span_given(at) ? location_of_span(server, asked.scope, &asked.names->sources, at)
			      : find_capture(&asked);
}
