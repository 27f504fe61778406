/* From the model to YAML, by the key tables: the inverse of decode.
 *
 * Given keys are written in the order of their table, each in a short form where there is one: a
 * map in braces if it fits on a line, a list in brackets unless its items are maps or lists, `[g0,
 * g1]` for `{gpus: [g0, g1]}`. Decoding what was written gives the same model, up to spans,
 * whatever its texts hold. What is made rather than read gets its spans from the constructors of
 * schema/value.h.
 *
 *     struct encode_notes notes = {.arena = arena};
 *     encode_note(&notes, &host.driver, NOTE_ABOVE, "open, or open-p2p: the module does not tell");
 *     encode(out, &host_section, &host, 4, &notes);
 */
#ifndef GPUPLAN_ENCODE_H
#define GPUPLAN_ENCODE_H

#include "compiler/base/buffer.h"
#include "schema/keys.h"

enum note_place {
	NOTE_ABOVE,  /* on lines of its own; also where the key is absent */
	NOTE_BELOW,  /* the same, behind the value */
	NOTE_BEHIND, /* on the line of a value, or of the key of a value of several lines */
};

/* Comments, in the order of encode_note. */
struct encode_notes {
	struct arena *arena;
	struct encode_note_entry {
		const void *at;
		enum note_place place;
		struct str text;
	} * items;
	uint32_t n, capacity;
};

/* `at`: a field of the model that is written, or the struct of a host, VM, profile or GPU. */
void encode_note(struct encode_notes *notes, const void *at, enum note_place place,
		 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The keys of a struct of that section (`document_section`: all of a document), behind `indent`
 * blanks. `notes` may be NULL. */
void encode(struct buffer *out, const struct section *section, const void *spec, unsigned indent,
	    const struct encode_notes *notes);
/* One value that has a form without lines of its own: a scalar, parameters, a list of scalars. */
void encode_value(struct buffer *out, const struct key *key, const void *field);

#endif
