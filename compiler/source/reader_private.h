/* The reader of one source: shared by yaml.c, which makes the nodes, and yaml_report.c, which says
 * what is wrong with the text. */
#ifndef GPUPLAN_READER_PRIVATE_H
#define GPUPLAN_READER_PRIVATE_H

#include <yaml.h>

#include "compiler/source/yaml.h"

/* One run over one source: libyaml counts characters, spans count bytes. */
struct reader {
	struct yaml *yaml;
	yaml_parser_t parser;
	yaml_event_t event;
	bool failed;
	struct str text; /* without its byte order mark, up to what is no text */
	uint32_t base;	 /* of text on the number line */
	bool ascii;
	bool in_merge;	/* below a merge key, which is the one problem reported of it */
	bool cut_short; /* the text goes on behind `text`, with a byte that no spec can hold */
	size_t character, byte; /* the same place in both counts */
	size_t seen;		/* end of the last event */
};

/* Converts libyaml's count of characters to bytes of `text`. */
size_t yaml_byte_of(struct reader *r, size_t character);

static inline struct span yaml_span_of(const struct reader *r, size_t first_byte, size_t end_byte)
{
	return (struct span){r->base + (uint32_t)first_byte, (uint32_t)(end_byte - first_byte)};
}

/* Where the text stops being one: its length when it does not. Sets `ascii`. */
size_t yaml_check_text(struct reader *r);
void yaml_report(const struct reader *r, const struct problem *problem);
/* The rest of the text starts with what no spec can hold. */
void yaml_report_text(struct reader *r, struct str rest);
/* What the parser stopped at. */
void yaml_report_syntax(struct reader *r);
void yaml_report_limit(struct reader *r, struct span at, const char *what);
/* "anchors", "aliases", "merge keys" */
void yaml_report_shared(struct reader *r, struct span at, const char *what);
/* An anchor or a tag, from its first byte to its end. */
void yaml_report_property(struct reader *r, size_t first, size_t past);

#endif
