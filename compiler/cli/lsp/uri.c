#include "compiler/cli/lsp/uri.h"

#include <limits.h>
#include <strings.h>

#include "compiler/base/buffer.h"
#include "compiler/base/files.h"

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool takes_off(struct str *s, const char *prefix)
{
	size_t n = strlen(prefix);

	if (s->n < n || strncasecmp(s->p, prefix, n) != 0)
		return false;
	s->p += n;
	s->n -= n;
	return true;
}

const char *uri_to_path(struct arena *arena, struct str uri)
{
	char *path;
	size_t n = 0;

	if (!takes_off(&uri, "file://localhost/") && !takes_off(&uri, "file:///"))
		return NULL;
	if (uri.n >= PATH_MAX * 3)
		return NULL;
	path = arena_alloc(arena, uri.n + 2);
	path[n++] = '/';
	for (size_t i = 0; i < uri.n; i++) {
		char c = uri.p[i];

		if (c == '%' && i + 2 < uri.n && hex(uri.p[i + 1]) >= 0 && hex(uri.p[i + 2]) >= 0) {
			c = (char)(hex(uri.p[i + 1]) * 16 + hex(uri.p[i + 2]));
			i += 2;
		}
		if (c == '\0')
			return NULL;
		path[n++] = c;
	}
	return n < PATH_MAX ? path : NULL;
}

struct str uri_of_path(struct arena *arena, struct str path)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
	struct buffer out;

	buffer_init(&out, arena);
	buffer_puts(&out, "file://");
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] && strchr(plain, path.p[i]))
			buffer_add(&out, (struct str){path.p + i, 1});
		else
			buffer_printf(&out, "%%%02X", (unsigned char)path.p[i]);
	return buffer_text(&out);
}

const char *path_real(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/'), *kept;

	if (!system_files.real_path(&system_files, arena, path, &kept))
		return kept;
	if (!slash || slash == path)
		return path;
	kept = path_real(arena, arena_printf(arena, "%.*s", (int)(slash - path), path).p);
	return arena_printf(arena, "%s%s", strcmp(kept, "/") == 0 ? "" : kept, slash).p;
}

bool path_is_below(const char *path, const char *folder)
{
	size_t n = strcmp(folder, "/") == 0 ? 0 : strlen(folder);

	return strncmp(path, folder, n) == 0 && path[n] == '/';
}
