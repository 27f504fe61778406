#include "compiler/cli/lsp/shape.h"

#include "compiler/base/inside.h"
#include "compiler/cli/lsp/message.h"

bool asked_at(struct asked *asked, struct server *server, const struct json *params)
{
	const struct document *d = document_find(&server->documents,
						 member_text(params, "textDocument.uri"));
	uint32_t line, character;
	const char *name;

	if (!d || !member_number(params, "position.line", &line) ||
	    !member_number(params, "position.character", &character))
		return false;
	name = strrchr(d->uri, '/');
	*asked = (struct asked){.server = server, .document = d, .root = &document_section};
	if (name && strcmp(name + 1, PROJECT_FILE) == 0)
		asked->root = &project_section;
	asked->scope = scope_of_document(server, d);
	asked->names = asked->scope ? scope_names(asked->scope) : NULL;
	asked->cursor = offset_of_position(document_text(d), server->client.encoding, line,
					   character);
	asked->context = arena_alloc(server->scratch, sizeof *asked->context);
	context_at(asked->context, server->scratch, document_text(d), asked->cursor);
	return true;
}

/* --- the key tables --- */

static struct shape of_key(const struct section *owner, const struct key *key)
{
	static const enum shape_kind kinds[] = {
		[KEY_MAP] = SHAPE_MAP,
		[KEY_LIST] = SHAPE_LIST,
		[KEY_NAMED] = SHAPE_NAMES,
		[KEY_PARAMS] = SHAPE_PARAMS,
	};
	enum shape_kind kind = key->type < KEY_MAP ? SHAPE_VALUE : kinds[key->type];

	return (struct shape){kind, key->section, owner, key};
}

static struct shape into_item(struct shape s)
{
	const struct shape none = {SHAPE_NONE, NULL, NULL, NULL};
	const struct key *key;

	/* In `[[g0, g1]]` the inner list is short for a map with one key. */
	if (s.kind == SHAPE_MAP && s.section->shorthand) {
		key = section_key(s.section, str_of(s.section->shorthand));
		s = of_key(s.section, key);
	}
	if (s.kind != SHAPE_LIST)
		return none;
	s.kind = s.key->item == KEY_MAP ? SHAPE_MAP : SHAPE_VALUE;
	return s;
}

static struct shape into(struct shape s, struct step step)
{
	const struct shape none = {SHAPE_NONE, NULL, NULL, NULL};
	const struct key *key;

	if (step.map == 0)
		return into_item(s);
	switch (s.kind) {
	case SHAPE_MAP:
		key = section_key(s.section, step.key);
		return key ? of_key(s.section, key) : none;
	case SHAPE_NAMES:
		s.kind = SHAPE_MAP;
		return s;
	case SHAPE_PARAMS:
		s.kind = SHAPE_VALUE;
		return s;
	case SHAPE_NONE:
	case SHAPE_LIST:
	case SHAPE_VALUE:
		break;
	}
	return none;
}

struct shape shape_at(const struct asked *asked, uint32_t n)
{
	struct shape s = {SHAPE_MAP, asked->root, NULL, NULL};

	for (uint32_t i = 0; i < n; i++)
		s = into(s, asked->context->steps[i]);
	return s;
}

struct shape shape_here(const struct asked *asked)
{
	return shape_at(asked, asked->context->n);
}

const struct key *value_key(const struct asked *asked, const struct section **owner)
{
	struct shape s = shape_here(asked);

	*owner = s.owner;
	if (s.kind == SHAPE_MAP && s.section->shorthand) {
		const struct key *key = section_key(s.section, str_of(s.section->shorthand));

		*owner = s.section;
		return key->type < KEY_MAP ? key : NULL;
	}
	return s.kind == SHAPE_NONE || s.kind == SHAPE_MAP ? NULL : s.key;
}

bool is_key_of(const struct section *owner, const struct key *key, const struct section *section,
	       const char *name)
{
	return owner == section && strcmp(key->name, name) == 0;
}

/* --- the plan --- */

static bool is_below(const struct asked *asked, const char *key)
{
	const struct context *c = asked->context;

	return asked->root == &document_section && c->n >= 2 && str_is(c->steps[0].key, key);
}

bool is_in_vm(const struct asked *asked, bool profiles)
{
	return is_below(asked, "vms") || (profiles && is_below(asked, "profiles"));
}

bool is_in_host(const struct asked *asked, bool profiles)
{
	return is_below(asked, "hosts") || (profiles && is_below(asked, "host_profiles"));
}

struct str typed_value(const struct asked *asked, const char *key)
{
	const struct context *c = asked->context;

	return context_value(c, c->n > 2 ? c->steps[2].map : c->map, key);
}

const struct vm *vm_around(const struct asked *asked)
{
	if (!asked->names || !is_in_vm(asked, false))
		return NULL;
	return plan_vm(asked->names->plan, asked->context->steps[1].key);
}

const struct host *host_around(const struct asked *asked)
{
	const struct vm *vm = vm_around(asked);
	struct str typed;

	if (!asked->names)
		return NULL;
	if (is_in_host(asked, false))
		return plan_host(asked->names->plan, asked->context->steps[1].key);
	if (!is_in_vm(asked, false))
		return NULL;
	typed = typed_value(asked, "host");
	if (typed.n)
		return plan_host(asked->names->plan, typed);
	return vm ? vm->host : NULL;
}

struct str word_here(const struct asked *asked)
{
	const struct context *c = asked->context;

	return (struct str){asked->document->text + c->start, c->end - c->start};
}
