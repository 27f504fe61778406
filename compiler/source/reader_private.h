/* The state of the YAML reader, shared by yaml.c, which makes the nodes, and yaml_report.c, which
 * reports problems. */
#ifndef GPUPLAN_READER_PRIVATE_H
#define GPUPLAN_READER_PRIVATE_H

#include <yaml.h>

#include "compiler/source/yaml.h"

/* The state of reading one source. libyaml counts characters; spans count bytes. */
struct reader {
	struct yaml *yaml;
	yaml_parser_t parser;
	yaml_event_t event;
	bool failed;
	struct str text; /* without the byte order mark, up to the first invalid byte */
	uint32_t base;	 /* of `text` on the number line */
	bool ascii;
	bool in_merge;	/* within the value of a merge key, whose aliases are not reported again */
	bool cut_short; /* `text` ends before an invalid byte that is not yet reported */
	size_t character, byte; /* the same place in both counts */
	size_t seen;		/* end of the last event */
};

/* Converts libyaml's count of characters to bytes of `text`. */
size_t yaml_byte_of(struct reader *r, size_t character);

static inline struct span yaml_span_of(const struct reader *r, size_t first_byte, size_t end_byte)
{
	return (struct span){r->base + (uint32_t)first_byte, (uint32_t)(end_byte - first_byte)};
}

/* Returns the offset of the first byte or character that is not allowed, or the length. Sets
 * `ascii`. */
size_t yaml_check_text(struct reader *r);
void yaml_report(const struct reader *r, const struct problem *problem);
/* Reports the byte or character at the start of `rest`, which is not allowed. */
void yaml_report_text(struct reader *r, struct str rest);
/* Reports the parser's error. */
void yaml_report_syntax(struct reader *r);
void yaml_report_limit(struct reader *r, struct span at, const char *what);
/* Reports "anchors", "aliases" or "merge keys". */
void yaml_report_shared(struct reader *r, struct span at, const char *what);
/* Reports the anchor or tag from byte `first` to `past`. */
void yaml_report_property(struct reader *r, size_t first, size_t past);

#endif
