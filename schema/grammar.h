/* Grammars of texts, as regular expressions.
 *
 * Each has one pattern in the common subset of PCRE2 and ECMA-262, so that the decoder and the JSON
 * Schema cannot disagree. */
#ifndef GPUPLAN_SCHEMA_GRAMMAR_H
#define GPUPLAN_SCHEMA_GRAMMAR_H

#include "compiler/base/str.h"

enum grammar {
	GRAMMAR_ANY,	 /* one line of text, no control characters */
	GRAMMAR_PATH,	 /* an absolute path without control characters */
	GRAMMAR_NAME,	 /* a name of a VM or profile, or a reference to a host */
	GRAMMAR_HOST,	 /* a name of a host, usable as a folder beside the manifest */
	GRAMMAR_GPU_ID,	 /* a name of a GPU, without a dot */
	GRAMMAR_BOARD,	 /* a board id, or a PCI id */
	GRAMMAR_VGPU,	 /* a vGPU type */
	GRAMMAR_CPULIST, /* 0-31,64-95 */
	GRAMMAR_PARAM,	 /* the name of a plugin parameter */
	GRAMMAR_SIZE,	 /* 64GiB */
	GRAMMAR_PCI,	 /* 0000:05:00.0 */
	GRAMMAR_UUID,
	GRAMMAR_MAC,
	GRAMMAR_VERSION,
	GRAMMAR_ESXI,
	GRAMMAR_INTEGER,
	GRAMMAR_NUMBER,	   /* any number, for versions of the spec language */
	GRAMMAR_INTERFACE, /* a bridge or network */
	GRAMMARS,
};

/* Returns the pattern, anchored at both ends. */
const char *grammar_pattern(enum grammar grammar);
/* Describes the grammar for messages: "a size such as 64GiB". */
const char *grammar_what(enum grammar grammar);
/* Returns the allowed characters if grammar_what does not show them, or NULL. */
const char *grammar_rule(enum grammar grammar);
/* An example and the name of the grammar, for the reference page. */
const char *grammar_example(enum grammar grammar);

const char *grammar_noun(enum grammar grammar);

/* What a YAML reader that guesses types may take such a text for: `123`, `8.0`, `true`. */
enum reads_as { READS_AS_NUMBER = 1 << 0, READS_AS_BOOLEAN = 1 << 1 };
unsigned grammar_reads_as(enum grammar grammar);

/* True if the text matches the grammar. */
bool grammar_match(enum grammar grammar, struct str s);
/* Makes matching fast, at some cost, for hundreds of thousands of texts. Call it before starting
 * threads, which share the compiled patterns. */
void grammar_expect_many(void);

#endif
