#include "backends/wrapper/arguments.h"

#include <stdlib.h>
#include <string.h>

#include "backends/wrapper/device.h"
#include "backends/wrapper/options.h"

/* Returns the index of the next `-device` argument, from `i` on, that needs a clique, or 0. Words
 * that are not options are disk images. */
static size_t next_device(char **argv, size_t i, struct device *device)
{
	for (; argv[i]; i++) {
		bool is_device = option_is_device(argv[i]);

		if (!option_takes_argument(argv[i]))
			continue;
		if (!argv[++i])
			break;
		if (is_device && device_read(argv[i], device))
			return i;
	}
	return 0;
}

/* The same for devices that the map names. Sets *clique. */
static size_t next_in_map(char **argv, size_t i, const struct map *map, struct device *device,
			  unsigned *clique)
{
	while ((i = next_device(argv, i, device)) && !map_find(map, device->address, clique))
		i++;
	return i;
}

/* The first index to look at: behind argv[0], unless the list is empty. */
static size_t first(char **argv)
{
	return argv[0] ? 1 : 0;
}

bool arguments_want_map(char **argv)
{
	struct device device;

	return next_device(argv, first(argv), &device) != 0;
}

char **arguments_with_cliques(char **argv, const struct map *map)
{
	struct device device;
	unsigned clique;
	size_t n = 0, bytes = 0;
	char **list, *text;

	for (size_t i = first(argv); (i = next_in_map(argv, i, map, &device, &clique)); i++)
		bytes += strlen(argv[i]) + DEVICE_GROWS;
	if (bytes == 0)
		return argv;
	while (argv[n])
		n++;
	/* A single allocation holds the list and, behind it, the changed arguments. */
	list = malloc((n + 1) * sizeof *list + bytes);
	if (!list)
		return NULL;
	memcpy(list, argv, (n + 1) * sizeof *list);
	text = (char *)(list + n + 1);
	for (size_t i = first(argv); (i = next_in_map(argv, i, map, &device, &clique)); i++) {
		list[i] = text;
		text += device_write(argv[i], &device, clique, text);
	}
	return list;
}
