/* What docs/spec.md and the manual page gpuplan-spec(5) are made of, beside the key tables. All
 * texts are Markdown, of which `code`, **strong**, *emphasis* and [links](#to) are used. */
#ifndef GPUPLAN_REFERENCE_H
#define GPUPLAN_REFERENCE_H

#include <stdio.h>

#include "schema/keys.h"

struct reference_value {
	const char *name, *example, *doc; /* `example` and `doc` may be empty */
};

extern const char *const reference_example;		/* a spec */
extern const char *const reference_files[];		/* a paragraph each; ends with NULL */
extern const struct reference_value reference_values[]; /* ends with a NULL name */

/* "`kvm` or `vsphere`", "list of sizes". */
void reference_type(FILE *out, const struct key *key);
/* "**Required.** ", "*kvm only.* ": what goes before the key's `doc`. */
void reference_notes(FILE *out, const struct section *section, const struct key *key);
/* Key i's section is an earlier key's too, and was shown there. */
bool reference_repeats(const struct section *section, size_t i);

#endif
