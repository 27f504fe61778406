/* From nodes to the model, by the key tables.
 *
 * Every wrong value gives one finding (spec-type, spec-value, spec-unknown-key, spec-missing-key,
 * spec-version) and sets its bit in the section's `broken`. The rest of the document is read as if
 * the key were absent. */
#ifndef GPUPLAN_DECODE_H
#define GPUPLAN_DECODE_H

#include "compiler/finding/finding.h"
#include "compiler/source/yaml.h"
#include "schema/keys.h"

struct decoder {
	struct arena *arena;
	struct findings *findings;
	struct yaml *yaml;
	/* what could not be read (enum unread) */
	unsigned unread;
	/* The key names of the last section asked for, for the help of unknown keys. */
	struct {
		const struct section *section;
		bool profile;
		struct str names;
	} known;
};

/* Parts that could not be read. A reference to a name that may be in them is not reported. */
enum unread {
	UNREAD_HOSTS = 1 << 0,
	UNREAD_HOST_PROFILES = 1 << 1,
	UNREAD_VMS = 1 << 2,
	UNREAD_PROFILES = 1 << 3,
	UNREAD_ALL = UNREAD_HOSTS | UNREAD_HOST_PROFILES | UNREAD_VMS | UNREAD_PROFILES,
};

/* False if the document has another version or is no map; nothing of it was read then. */
bool decode_document(struct decoder *d, node_id top, struct document_spec *out);

/* Decodes a document that is a map of `section` (the project file). False, and reported, if it is
 * something else; an empty document is accepted. */
bool decode_map_of(struct decoder *d, const struct section *section, node_id top, void *out);

/* True if the top level of a source found by walking shows that it is a spec of gpuplan. */
bool decode_is_ours(const struct yaml *yaml);

/* Reports, at `at`, required keys that `spec` (a struct of `section`) lacks, and none or both of
 * the section's `either`. Called for hosts and VMs after their profiles are merged. `own`: checks
 * only keys that a profile cannot have. */
void decode_require(struct findings *findings, const struct section *section, const void *spec,
		    struct span at, struct str name, bool own);

/* "id, cpus, memory": the section's keys, for the help of an unknown one. */
struct str decode_known_keys(struct decoder *d, const struct section *section, bool profile);

/* What a key takes, for messages: "auto, or a size such as 64GiB". */
struct str decode_expected(struct arena *arena, const struct key *key);

#endif
