/* Texts for docs/spec.md and the manual page gpuplan-spec(5), in addition to the key tables. They
 * are Markdown with `code`, **strong**, *emphasis* and [links](#to) only. */
#ifndef GPUPLAN_REFERENCE_H
#define GPUPLAN_REFERENCE_H

#include "compiler/base/buffer.h"
#include "schema/keys.h"

struct reference_value {
	const char *name, *example, *doc; /* `example` and `doc` may be empty */
};

extern const char *const reference_example;		/* a spec */
extern const char *const reference_files[];		/* paragraphs, ending with NULL */
extern const struct reference_value reference_values[]; /* ends with a NULL name */

/* Writes the type of a key: "`kvm` or `vsphere`", "list of sizes". */
void reference_type(struct buffer *out, const struct key *key);
/* Writes what precedes reference_doc: "**Required.** ", "*kvm only.* ". */
void reference_notes(struct buffer *out, const struct section *section, const struct key *key);
/* Writes the meaning of a key, its limits on each platform, and its default. */
void reference_doc(struct buffer *out, const struct key *key);
/* True if an earlier key has the same section as key i, which is shown there. */
bool reference_repeats(const struct section *section, size_t i);

/* Writes docs/spec.md. */
void spec_reference(struct buffer *out);

#endif
