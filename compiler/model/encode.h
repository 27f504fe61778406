/* From the model to YAML, by the key tables: the inverse of decode.
 *
 * Given keys are written in the order of their table, in their short form if there is one: a flow
 * map if it fits on a line, a flow list unless its items are maps or lists, `[g0, g1]` for `{gpus:
 * [g0, g1]}`. Decoding the output gives the same model again, apart from spans, whatever its texts
 * hold. Values that were not read from a spec get their spans from the constructors of
 * schema/value.h.
 *
 *     struct encode_notes notes = {.arena = arena};
 *     encode_note(&notes, &host.driver, NOTE_ABOVE, "open, or open-p2p: the module does not tell");
 *     encode(out, &host_section, &host, 4, &notes); */
#ifndef GPUPLAN_ENCODE_H
#define GPUPLAN_ENCODE_H

#include "compiler/base/buffer.h"
#include "schema/keys.h"

enum note_place {
	NOTE_ABOVE,  /* on lines of its own above the key, even if the key is absent */
	NOTE_BELOW,  /* on lines of its own below the value */
	NOTE_BEHIND, /* at the end of the line of the value, or of its key */
};

/* Comments, in the order of the calls of encode_note. */
struct encode_notes {
	struct arena *arena;
	struct encode_note_entry {
		const void *at;
		enum note_place place;
		struct str text;
	} * items;
	uint32_t n, capacity;
};

/* `at`: a field of the model, or the struct of a host, VM, profile or GPU. */
void encode_note(struct encode_notes *notes, const void *at, enum note_place place,
		 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Writes the keys of a struct of that section (`document_section` for a whole document), indented
 * by `indent` blanks. `notes` may be NULL. */
void encode(struct buffer *out, const struct section *section, const void *spec, unsigned indent,
	    const struct encode_notes *notes);
/* Writes one value that fits on a line: a scalar, parameters, or a list of scalars. */
void encode_value(struct buffer *out, const struct key *key, const void *field);

#endif
