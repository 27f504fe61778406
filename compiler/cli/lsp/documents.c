#include "compiler/cli/lsp/documents.h"

#include <stdlib.h>

#include "compiler/cli/lsp/uri.h"

static char *keep(struct str s)
{
	char *kept = malloc(s.n + 1);

	if (!kept)
		arena_oom();
	if (s.n)
		memcpy(kept, s.p, s.n);
	kept[s.n] = '\0';
	return kept;
}

struct document *document_find(const struct documents *documents, struct str uri)
{
	struct document *d = documents->first;

	while (d && !str_is(uri, d->uri))
		d = d->next;
	return d;
}

struct document *document_of_path(const struct documents *documents, const char *path)
{
	struct document *d = documents->first;

	while (d && !(d->path && strcmp(d->path, path) == 0))
		d = d->next;
	return d;
}

static void set_path(struct document *d)
{
	struct arena *scratch = arena_new();
	const char *path = uri_to_path(scratch, str_of(d->uri));

	if (path)
		d->path = keep(str_of(path_real(scratch, path)));
	arena_free(scratch);
}

/* Replaces the bytes between two offsets. */
static void replace(struct document *d, size_t start, size_t end, struct str with)
{
	size_t n = d->n - (end - start) + with.n;

	if (n > d->capacity || !d->text) {
		d->capacity = n + n / 2 + 1;
		d->text = realloc(d->text, d->capacity);
		if (!d->text)
			arena_oom();
	}
	memmove(d->text + start + with.n, d->text + end, d->n - end);
	if (with.n)
		memcpy(d->text + start, with.p, with.n);
	d->n = n;
}

static void set_version(struct document *d, const struct json *params)
{
	d->has_version = member_number(params, "textDocument.version", &d->version);
	d->changed = true;
}

struct document *document_open(struct documents *documents, const struct json *params)
{
	struct str uri = member_text(params, "textDocument.uri");
	struct document *d;

	if (uri.n == 0 || memchr(uri.p, '\0', uri.n) ||
	    !member_is_text(params, "textDocument.text"))
		return NULL;
	d = document_find(documents, uri);
	if (!d) {
		d = calloc(1, sizeof *d);
		if (!d)
			arena_oom();
		d->uri = keep(uri);
		set_path(d);
		d->next = documents->first;
		documents->first = d;
	}
	replace(d, 0, d->n, member_text(params, "textDocument.text"));
	set_version(d, params);
	return d;
}

static void change_one(struct document *d, const struct json *change, enum encoding encoding)
{
	uint32_t line, character, end_line, end_character;
	size_t start = 0, end = d->n;

	if (!member_is_text(change, "text"))
		return;
	if (member(change, "range")) {
		if (!member_number(change, "range.start.line", &line) ||
		    !member_number(change, "range.start.character", &character) ||
		    !member_number(change, "range.end.line", &end_line) ||
		    !member_number(change, "range.end.character", &end_character))
			return;
		start = offset_of_position(document_text(d), encoding, line, character);
		end = offset_of_position(document_text(d), encoding, end_line, end_character);
	}
	if (start <= end)
		replace(d, start, end, member_text(change, "text"));
}

struct document *document_change(struct documents *documents, const struct json *params,
				 enum encoding encoding)
{
	struct document *d = document_find(documents, member_text(params, "textDocument.uri"));
	const struct json *changes = member(params, "contentChanges");

	if (!d || !json_is(changes, JSON_LIST))
		return NULL;
	for (const struct json *change = json_first(changes); change; change = change->next)
		change_one(d, change, encoding);
	set_version(d, params);
	return d;
}

static void free_document(struct document *d)
{
	free(d->uri);
	free(d->path);
	free(d->text);
	free(d);
}

bool document_close(struct documents *documents, const struct json *params)
{
	struct document *d = document_find(documents, member_text(params, "textDocument.uri"));
	struct document **link = &documents->first;

	if (!d)
		return false;
	while (*link != d)
		link = &(*link)->next;
	*link = d->next;
	free_document(d);
	return true;
}

void documents_free(struct documents *documents)
{
	for (struct document *d = documents->first, *next; d; d = next) {
		next = d->next;
		free_document(d);
	}
	documents->first = NULL;
}
