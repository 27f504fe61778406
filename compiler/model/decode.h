/* From nodes to the model, by the key tables.
 *
 * Every wrong value gives one finding (spec-type, spec-value, spec-unknown-key, spec-missing-key,
 * spec-version) and its bit in the section's `broken`; the rest of the document is read as if the
 * key were absent. */
#ifndef GPUPLAN_DECODE_H
#define GPUPLAN_DECODE_H

#include "compiler/finding/finding.h"
#include "compiler/source/yaml.h"
#include "schema/keys.h"

struct decoder {
	struct arena *arena;
	struct findings *findings;
	struct yaml *yaml;
	/* What could not be read, of enum unread. */
	unsigned unread;
	/* The keys of one section, for the help of unknown ones: made once. */
	struct {
		const struct section *section;
		bool profile;
		struct str names;
	} known;
};

/* Where a name may stand that could not be read: a reference to it is no mistake of its own. */
enum unread {
	UNREAD_HOSTS = 1 << 0,
	UNREAD_HOST_PROFILES = 1 << 1,
	UNREAD_VMS = 1 << 2,
	UNREAD_PROFILES = 1 << 3,
	UNREAD_ALL = UNREAD_HOSTS | UNREAD_HOST_PROFILES | UNREAD_VMS | UNREAD_PROFILES,
};

/* false: the document is of another version, or no map; nothing of it was read. */
bool decode_document(struct decoder *d, node_id top, struct document_spec *out);

/* A document that is a map of `section` (the project file): false where it is no map, which has
 * been reported; an empty one says nothing. */
bool decode_map_of(struct decoder *d, const struct section *section, node_id top, void *out);

/* The top level of a source that was found by walking says that it is a spec of ours. */
bool decode_is_ours(const struct yaml *yaml);

/* Reports the required keys that `spec` (a struct of `section`) lacks, at `at`, and where it has
 * none or both of the section's `either`. Hosts and VMs
 * are asked after their profiles were merged; `own`: only for keys that no profile may have. */
void decode_require(struct findings *findings, const struct section *section, const void *spec,
		    struct span at, struct str name, bool own);

/* "id, cpus, memory": for the help of an unknown one. */
struct str decode_known_keys(struct decoder *d, const struct section *section, bool profile);

/* What a key takes, for messages: "auto, or a size such as 64GiB". */
struct str decode_expected(struct arena *arena, const struct key *key);

#endif
