/* The grammars of texts, as regular expressions.
 *
 * One pattern each, in the common part of PCRE2 and ECMA-262, so that the decoder and the JSON
 * Schema cannot disagree. */
#ifndef GPUPLAN_SCHEMA_GRAMMAR_H
#define GPUPLAN_SCHEMA_GRAMMAR_H

#include "compiler/base/str.h"

enum grammar {
	GRAMMAR_ANY,	 /* one line of text, no control characters */
	GRAMMAR_PATH,	 /* the same, from the root of the file system */
	GRAMMAR_NAME,	 /* a VM or profile, or a reference to a host */
	GRAMMAR_HOST,	 /* a host: a name that can be a folder beside the manifest */
	GRAMMAR_GPU_ID,	 /* a GPU: a name without a dot */
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
	GRAMMAR_NUMBER,	   /* any number, for what is a version of the spec language */
	GRAMMAR_INTERFACE, /* a bridge or network */
	GRAMMARS,
};

/* The pattern, anchored at both ends. */
const char *grammar_pattern(enum grammar grammar);
/* What such a text is, for messages: "a size such as 64GiB". */
const char *grammar_what(enum grammar grammar);
/* What it is made of, where `what` does not show it; or NULL. */
const char *grammar_rule(enum grammar grammar);
/* For the reference page: such a text, and what it is called. */
const char *grammar_example(enum grammar grammar);

const char *grammar_noun(enum grammar grammar);

/* What else than text a YAML reader that guesses may take such a text for: `123`, `8.0`, `true`. */
enum reads_as { READS_AS_NUMBER = 1 << 0, READS_AS_BOOLEAN = 1 << 1 };
unsigned grammar_reads_as(enum grammar grammar);

/* The text is of that grammar. */
bool grammar_match(enum grammar grammar, struct str s);
/* Hundreds of thousands of texts will come: takes the time to make matching fast. Before threads
 * start, for they share what it makes. */
void grammar_expect_many(void);

#endif
