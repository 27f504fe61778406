/* What the key tables say about a place in a text, and what the plan knows there. */
#ifndef GPUPLAN_LSP_SHAPE_H
#define GPUPLAN_LSP_SHAPE_H

#include "compiler/cli/lsp/scope.h"
#include "compiler/source/yaml_context.h"
#include "schema/keys.h"

enum shape_kind {
	SHAPE_NONE,   /* the key tables have no such place */
	SHAPE_MAP,    /* the keys of `section` */
	SHAPE_NAMES,  /* names, each of a map of `section` */
	SHAPE_PARAMS, /* names, each of a text */
	SHAPE_LIST,   /* of what `key` says */
	SHAPE_VALUE,  /* a scalar of `key` */
};

struct shape {
	enum shape_kind kind;
	const struct section *section;
	const struct section *owner; /* the section whose table holds `key`; NULL: the top level */
	const struct key *key;	     /* whose value it is, or an item of it */
};

/* A question about a place in an open text. */
struct asked {
	struct server *server;
	const struct document *document;
	const struct scope *scope;
	const struct gpuplan_session *names; /* NULL: there is no plan yet */
	size_t cursor;
	struct context *context;
	const struct section *root; /* of a spec, or of the project file */
};

/* Reads the parameters textDocument and position; false: the text is not open. */
bool asked_at(struct asked *asked, struct server *server, const struct json *params);

/* The place that the first `n` steps lead to. */
struct shape shape_at(const struct asked *asked, uint32_t n);
/* At the cursor. */
struct shape shape_here(const struct asked *asked);
/* The key whose value the scalar at the cursor is, also by a shorthand (`- g0`); NULL: none.
 * `*owner`: its section. */
const struct key *value_key(const struct asked *asked, const struct section **owner);
/* The key has that name in that section. */
bool is_key_of(const struct section *owner, const struct key *key, const struct section *section,
	       const char *name);

/* The cursor is below `vms` or `hosts` (with `profiles`: below their profiles too). */
bool is_in_vm(const struct asked *asked, bool profiles);
bool is_in_host(const struct asked *asked, bool profiles);
/* The value of a key of the VM or host around the cursor, as it is typed. */
struct str typed_value(const struct asked *asked, const char *key);
/* The host around the cursor, or the one that runs the VM around it; NULL: unknown. */
const struct host *host_around(const struct asked *asked);
/* The VM around the cursor; NULL: not in the plan. */
const struct vm *vm_around(const struct asked *asked);
/* The word at the cursor. */
struct str word_here(const struct asked *asked);

#endif
