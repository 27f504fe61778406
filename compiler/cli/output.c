/* What the commands print: trouble, and the end of an output. */
#include <errno.h>

#include "compiler/base/visible.h"
#include "compiler/cli/cli.h"
#include "schema/nearest.h"

void trouble(const char *format, ...)
{
	va_list args;
	struct arena *arena = arena_new();
	struct buffer shown;
	struct str text;

	va_start(args, format);
	text = arena_vprintf(arena, format, args);
	va_end(args);
	buffer_init(&shown, arena);
	text_visible(&shown, text);
	fprintf(stderr, "gpuplan: %.*s\n", STR_ARG(buffer_text(&shown)));
	arena_free(arena);
}

void trouble_unknown(const char *what, struct str name, struct str near, const char *otherwise)
{
	struct arena *arena = arena_new();

	trouble("%.*s", STR_ARG(unknown_name(arena, what, name, near, otherwise)));
	arena_free(arena);
}

bool flush_output(FILE *out, const char *name)
{
	if (fflush(out) == 0 && !ferror(out))
		return true;
	/* A reader that closes the pipe early has seen enough. */
	if (errno != EPIPE)
		trouble("%s: %s", name, strerror(errno));
	return false;
}

bool write_out(struct arena *arena, const char *name, struct str text)
{
	int error = files_write(&system_files, arena, name, text);

	/* As above. */
	if (error && error != EPIPE)
		trouble("%s: %s", name, files_error(error));
	return !error;
}

struct catalog *open_catalog(struct arena *arena, const char *folder)
{
	struct catalog_error error;
	struct catalog *catalog = catalog_open(arena, &system_files, folder, &error);
	struct str text;

	if (catalog)
		return catalog;
	text = catalog_error_text(arena, &error);
	trouble("%.*s", STR_ARG(text));
	return NULL;
}
