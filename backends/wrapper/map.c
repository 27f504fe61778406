#include "backends/wrapper/map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backends/wrapper/json.h"
#include "backends/wrapper/pci.h"

/* The contents of the file, and a byte more to detect a file that is too large. Static, because the
 * heap may be exhausted. Unused pages cost nothing. */
static char text[MAP_BYTES + 1];

const char *map_path(void)
{
	const char *path = getenv(MAP_VARIABLE);

	return path && *path ? path : MAP_FILE;
}

/* Records why the map is wrong, and where: `at` points into `text`, NULL for the whole file. */
__attribute__((format(printf, 3, 4))) static bool wrong(struct map *map, const char *at,
							const char *format, ...)
{
	va_list arguments;
	size_t line = 1, n = 0;

	for (const char *p = text; at && p < at; p++)
		line += *p == '\n';
	if (at)
		n = (size_t)snprintf(map->wrong, sizeof map->wrong, "line %zu: ", line);
	va_start(arguments, format);
	vsnprintf(map->wrong + n, sizeof map->wrong - n, format, arguments);
	va_end(arguments);
	return false;
}

/* Opens a regular file. Does not block on a FIFO or terminal. */
static int open_regular(const char *path, struct map *map)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0) {
		wrong(map, NULL, "%s", strerror(errno));
		return -1;
	}
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	wrong(map, NULL, "not a regular file");
	close(fd);
	return -1;
}

/* Reads the whole file into `text`. */
static bool read_file(const char *path, size_t *length, struct map *map)
{
	int fd = open_regular(path, map);
	bool good = fd >= 0;

	*length = 0;
	while (good && *length < sizeof text) {
		ssize_t n = read(fd, text + *length, sizeof text - *length);

		if (n == 0)
			break;
		if (n > 0)
			*length += (size_t)n;
		else if (errno != EINTR)
			good = wrong(map, NULL, "%s", strerror(errno));
	}
	if (fd >= 0)
		close(fd);
	if (good && *length == sizeof text)
		good = wrong(map, NULL, "larger than 1 MiB");
	return good;
}

/* Reads a clique: a whole number without sign, point or exponent. */
static bool read_clique(struct str number, unsigned *out)
{
	unsigned clique = 0;

	if (number.n > 2)
		return false;
	for (size_t i = 0; i < number.n; i++) {
		if (number.p[i] < '0' || number.p[i] > '9')
			return false;
		clique = clique * 10 + (unsigned)(number.p[i] - '0');
	}
	*out = clique;
	return clique < MAP_CLIQUES;
}

static bool add_entry(struct map *map, struct str key, struct str value)
{
	int shown = key.n < 48 ? (int)key.n : 48;
	struct map_entry entry;
	char name[PCI_TEXT * 2];

	if (!json_decode(key, name, sizeof name) || !pci_read(name, &entry.address))
		return wrong(map, key.p, "%.*s is not a PCI address such as \"0000:05:00.0\"",
			     shown, key.p);
	if (!read_clique(value, &entry.clique))
		return wrong(map, value.p, "the clique of %.*s is not a number from 0 to 15", shown,
			     key.p);
	if (map_find(map, entry.address, &(unsigned){0}))
		return wrong(map, key.p, "a second entry for %.*s", shown, key.p);
	if (map->n == MAP_ENTRIES)
		return wrong(map, key.p, "more than %d GPUs", MAP_ENTRIES);
	map->entries[map->n++] = entry;
	return true;
}

static bool read_cliques(struct map *map, struct str object)
{
	struct json json;
	struct str key, value;

	if (!json_object(&json, object))
		return wrong(map, object.p, "'cliques' is not an object");
	while (json_member(&json, &key, &value))
		if (!add_entry(map, key, value))
			return false;
	return true;
}

/* The keys of the map, each allowed once. Unknown keys are ignored. */
enum { VERSION = 1, HOST = 2, CLIQUES = 4 };

static unsigned known_key(struct str key)
{
	char name[16];

	if (!json_decode(key, name, sizeof name))
		return 0;
	return strcmp(name, "version") == 0   ? VERSION
	       : strcmp(name, "host") == 0    ? HOST
	       : strcmp(name, "cliques") == 0 ? CLIQUES
					      : 0;
}

static bool take_member(struct map *map, unsigned key, struct str value)
{
	if (key == VERSION && !str_is(value, "1"))
		return wrong(map, value.p, "'version' is not 1");
	if (key == HOST && !json_decode(value, map->host, sizeof map->host))
		return wrong(map, value.p, "'host' is not a name");
	return key != CLIQUES || read_cliques(map, value);
}

bool map_read(const char *path, struct map *map)
{
	struct json json;
	struct str key, value;
	unsigned seen = 0;
	size_t length;

	map->n = 0;
	*map->host = '\0';
	if (!read_file(path, &length, map))
		return false;
	json_object(&json, (struct str){text, length});
	while (json_member(&json, &key, &value)) {
		unsigned known = known_key(key);

		if (seen & known)
			return wrong(map, key.p, "duplicate key %.*s", (int)key.n, key.p);
		seen |= known;
		if (!take_member(map, known, value))
			return false;
	}
	if (!json_close(&json))
		return wrong(map, json.scan.at, "%s", json.scan.wrong);
	if (!(seen & VERSION) || !(seen & CLIQUES))
		return wrong(map, NULL, "'%s' is missing", seen & VERSION ? "cliques" : "version");
	return true;
}

bool map_find(const struct map *map, uint64_t address, unsigned *clique)
{
	for (size_t i = 0; i < map->n; i++) {
		if (map->entries[i].address == address) {
			*clique = map->entries[i].clique;
			return true;
		}
	}
	return false;
}
