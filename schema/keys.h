/* The key tables: the single definition of what a spec may contain.
 *
 * The decoder and the encoder (compiler/model/), the profile merge, `gpuplan schema` and
 * docs/spec.md all read these tables. To add a key, add a field in model.h, a line in its section's
 * table, and a test case.
 *
 *     keys_document.c  the top level
 *     keys_host.c      hosts and host_profiles, and all below
 *     keys_vm.c        vms and profiles, and all below
 *     keys_project.c   the project file */
#ifndef GPUPLAN_SCHEMA_KEYS_H
#define GPUPLAN_SCHEMA_KEYS_H

#include "schema/grammar.h"
#include "schema/platform.h"

enum key_type {
	KEY_FLAG,    /* struct flag */
	KEY_NUMBER,  /* struct number, `min` to `max` */
	KEY_SIZE,    /* struct number, bytes */
	KEY_WORD,    /* struct word, one of `words` */
	KEY_TEXT,    /* struct text, of `grammar` */
	KEY_ADDRESS, /* struct address */
	KEY_UUID,    /* struct uuid */
	KEY_MAC,     /* struct mac */
	KEY_VERSION, /* struct version, of a leading dotted number */
	KEY_ESXI,    /* struct version, in VMware's style */
	KEY_MAP,     /* the struct of `section`, in place */
	KEY_LIST,    /* LIST_OF the type `item` */
	KEY_NAMED,   /* LIST_OF the struct of `section`: a map whose keys are names */
	KEY_PARAMS,  /* param_list: a map of `grammar` names to texts */
};

enum key_flag {
	KEY_REQUIRED = 1 << 0,
	/* Not allowed in a profile. */
	KEY_OWN = 1 << 1,
	/* Only meaningful for a vGPU. */
	KEY_VGPU = 1 << 2,
	/* null is the same as empty. */
	KEY_NULL = 1 << 3,
	/* A host's map is merged with its profile's key by key, instead of replacing it. */
	KEY_MERGE = 1 << 4,
	/* Any integer is accepted (UINT64_MAX if it does not fit). A rule checks the range. */
	KEY_UNBOUNDED = 1 << 5,
	/* Set in a copy of a list's key that stands for an item, for messages. */
	KEY_ITEM = 1 << 6,
};

/* The words of a KEY_FLAG, numbered like those of a KEY_WORD. */
enum { KEY_FALSE = 1, KEY_TRUE };

struct section;

struct key {
	const char *name;
	enum key_type type;
	enum key_type item; /* of a KEY_LIST; KEY_MAP: structs of `section` */
	unsigned flags;
	size_t offset; /* of the field in the section's struct */
	const struct section *section;
	/* NULL-terminated: the words of a KEY_WORD, those allowed instead of a number, size or
	 * list, or those allowed as values of a KEY_PARAMS. */
	const char *const *words;
	/* NULL-terminated pairs for hints: a wrong word, in any case, and the right one. */
	const char *const *meant;
	enum grammar grammar;
	uint64_t min,
		max; /* range of a number, or of the length of a list or map (max 0: no limit) */
	/* The default, which the decoder fills in: one of `words`, counted from 1, or KEY_FALSE. 0
	 * for none, or if it depends on the rest of the plan. */
	uint8_t fallback;
	/* Members of struct platform (PLATFORM, schema/platform.h), or 0: the capability without
	 * which the key has no effect (rule key-without-effect), the limit of a number, and the
	 * unit of a size. */
	size_t needs, most, unit;
	const char *doc; /* one sentence for the reference page and the editor */
};

struct section {
	const char *title;  /* hosts.NAME */
	const char *what;   /* for messages: "host" for sections with a name, else "a NUMA node" */
	const char *plural; /* of the items of a list */
	const char *doc;
	size_t size; /* of the struct */
	const struct key *keys;
	size_t n;
	/* The key that a bare scalar or list stands for (`[g0, g1]` for `{gpus: [g0, g1]}`), or
	 * NULL. */
	const char *shorthand;
	/* Two keys of which exactly one is required, or NULL. */
	const char *either[2];
};

extern const struct section document_section;
extern const struct section host_section, gpu_section;
extern const struct section vm_section, vm_gpu_section;
extern const struct section project_section;

/* The place of the key's value in a struct of its section; empty if the key is absent. */
static inline struct span key_at(const struct key *key, const void *spec)
{
	struct span at;

	memcpy(&at, (const char *)spec + key->offset, sizeof at);
	return at;
}

/* True if the value of the field at `offset` was wrong, and has been reported. */
bool key_broken(const struct section *section, uint64_t broken, size_t offset);
#define host_broken(spec, field)                                                                   \
	key_broken(&host_section, (spec)->broken, offsetof(struct host_spec, field))
#define gpu_broken(spec, field)                                                                    \
	key_broken(&gpu_section, (spec)->broken, offsetof(struct gpu_spec, field))
#define vm_broken(spec, field)                                                                     \
	key_broken(&vm_section, (spec)->broken, offsetof(struct vm_spec, field))
#define vm_gpu_broken(spec, field)                                                                 \
	key_broken(&vm_gpu_section, (spec)->broken, offsetof(struct vm_gpu_spec, field))

/* Fills an empty struct of the section with the defaults of its keys. Their spans stay empty, since
 * the keys are still absent. */
void section_defaults(const struct section *section, void *out);
/* The key's default as users would write it, or NULL. */
const char *key_default(const struct key *key);

const struct key *section_key(const struct section *section, struct str name);
/* The known key nearest to a wrong one, or NULL if none is near. */
const struct key *section_nearest_key(const struct section *section, struct str wrong);
/* The size in bytes of a field of that key, for merging. */
size_t key_size(const struct key *key);
/* The size in bytes of an item of a list or of a map with free names. */
size_t key_item_size(const struct key *key);

#endif
