/* Completion: complete.c answers the request and offers keys, complete_values.c offers values, and
 * complete_item.c writes both. */
#ifndef GPUPLAN_LSP_COMPLETE_H
#define GPUPLAN_LSP_COMPLETE_H

#include "compiler/cli/lsp/shape.h"

/* LSP's CompletionItemKind */
enum item_kind {
	ITEM_FIELD = 5,
	ITEM_MODULE = 9,
	ITEM_VALUE = 12,
	ITEM_WORD = 20,
	ITEM_CONSTANT = 21,
	ITEM_STRUCT = 22,
};

struct completion {
	struct asked asked;
	struct json *items, *range;
	struct arena *arena;
	uint32_t rank; /* of the next item: the client sorts by it */
};

struct item {
	struct str label;
	enum item_kind kind;
	struct str detail, doc; /* may be empty */
	struct str text;	/* to insert; empty: the label */
	bool snippet;
};

void add_item(struct completion *c, struct item item);
/* The values that the cursor's key takes. */
void add_values(struct completion *c);
/* The rules that may be switched off; `behind` is appended to each name. */
void add_rules(struct completion *c, const char *behind);

#endif
