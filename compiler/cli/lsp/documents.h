/* The texts that are open in the editor. */
#ifndef GPUPLAN_LSP_DOCUMENTS_H
#define GPUPLAN_LSP_DOCUMENTS_H

#include "compiler/cli/lsp/position.h"

struct document {
	struct document *next;
	char *uri;  /* as the client spells it */
	char *path; /* real and absolute; NULL: no file */
	char *text;
	size_t n, capacity;
	bool has_version;
	uint32_t version;
	bool changed; /* since its diagnostics were sent */
};

static inline struct str document_text(const struct document *d)
{
	return (struct str){d->text, d->n};
}

/* Newest first. */
struct documents {
	struct document *first;
};

/* NULL where it is not open. */
struct document *document_find(const struct documents *documents, struct str uri);
struct document *document_of_path(const struct documents *documents, const char *path);
/* Take the parameters of didOpen, didChange and didClose. Opening a text twice replaces it; a text
 * that is not open, and parameters that make no sense, change nothing: NULL, or false. */
struct document *document_open(struct documents *documents, const struct json *params);
struct document *document_change(struct documents *documents, const struct json *params,
				 enum encoding encoding);
bool document_close(struct documents *documents, const struct json *params);
void documents_free(struct documents *documents);

#endif
