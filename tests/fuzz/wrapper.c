/* The wrapper: a clique map, a line `--`, then one argument a line. */
#include <assert.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backends/wrapper/arguments.h"
#include "backends/wrapper/device.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 64 };

static char path[64];

static void remove_map(void)
{
	unlink(path);
}

static void write_map(const char *text, size_t n)
{
	int fd;

	if (!*path) {
		snprintf(path, sizeof path, "/dev/shm/gpuplan-fuzz-map-%d", (int)getpid());
		atexit(remove_map);
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert(fd >= 0 && write(fd, text, n) == (ssize_t)n);
	close(fd);
}

/* Lines as strings; a NUL ends one too. */
static size_t split(char *text, char **argv)
{
	size_t n = 0;

	argv[n++] = (char *)"qemu";
	for (char *line; n < MOST && (line = strsep(&text, "\n"));)
		argv[n++] = line;
	argv[n] = NULL;
	return n;
}

/* The caller's own where nothing changed; otherwise it has a clique now, and nothing else is gone.
 */
static void check_argument(const char *before, const char *after)
{
	struct device device;

	if (before == after)
		return;
	assert(device_read(before, &device) && !device_read(after, &device));
	assert(strlen(after) > strlen(before) && strlen(after) < strlen(before) + DEVICE_GROWS);
	assert(strstr(after, "x-nv-gpudirect-clique"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct map map;
	char *text = malloc(size + 1), *argv[MOST + 1], *middle, **list;
	size_t n;

	assert(text);
	memcpy(text, data, size);
	text[size] = '\0';
	middle = memmem(text, size, "\n--\n", 4);
	write_map(text, middle ? (size_t)(middle - text) : size);
	n = split(middle ? middle + 4 : text, argv);
	(void)arguments_want_map(argv);
	if (map_read(path, &map)) {
		list = arguments_with_cliques(argv, &map);
		for (size_t i = 0; i <= n; i++)
			if (list[i])
				check_argument(argv[i], list[i]);
		if (list != argv)
			free(list);
	} else {
		assert(*map.wrong);
	}
	free(text);
	return 0;
}
