/* What docs/spec.md and the manual page gpuplan-spec(5) are made of, beside the key tables. All
 * texts are Markdown, of which `code`, **strong**, *emphasis* and [links](#to) are used. */
#ifndef GPUPLAN_REFERENCE_H
#define GPUPLAN_REFERENCE_H

#include "compiler/base/buffer.h"
#include "schema/keys.h"

struct reference_value {
	const char *name, *example, *doc; /* `example` and `doc` may be empty */
};

extern const char *const reference_example;		/* a spec */
extern const char *const reference_files[];		/* a paragraph each; ends with NULL */
extern const struct reference_value reference_values[]; /* ends with a NULL name */

/* "`kvm` or `vsphere`", "list of sizes". */
void reference_type(struct buffer *out, const struct key *key);
/* "**Required.** ", "*kvm only.* ": what goes before the sentences of reference_doc. */
void reference_notes(struct buffer *out, const struct section *section, const struct key *key);
/* What the key means, its limits on each platform, and its default. */
void reference_doc(struct buffer *out, const struct key *key);
/* Key i's section is an earlier key's too, and was shown there. */
bool reference_repeats(const struct section *section, size_t i);

/* docs/spec.md. */
void spec_reference(struct buffer *out);

#endif
