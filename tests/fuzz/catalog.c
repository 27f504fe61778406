/* A table of --catalog: the first byte chooses which, the rest is its text. */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "compiler/catalog/table.h"
#include "tests/fuzz/fuzz.h"

#define TABLE_FILE(id, name) #name ".csv",
static const char *const tables[] = {CATALOG_TABLES(TABLE_FILE)};

static char folder[] = "/dev/shm/gpuplan-fuzz-XXXXXX";

static void remove_folder(void)
{
	rmdir(folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool made;
	struct arena *arena = arena_new();
	struct catalog_error error = {0};
	char path[128];
	int fd;

	if (!made && mkdtemp(folder))
		made = atexit(remove_folder) == 0;
	assert(made);
	snprintf(path, sizeof path, "%s/%s", folder,
		 tables[(size ? data[0] : 0) % (sizeof tables / sizeof *tables)]);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert(fd >= 0 && (size < 2 || write(fd, data + 1, size - 1) == (ssize_t)(size - 1)));
	close(fd);
	if (!catalog_open(arena, &system_files, folder, &error))
		assert(error.message.n && error.file.n);
	unlink(path);
	arena_free(arena);
	return 0;
}
