/* A table of --catalog: the first byte chooses which, the rest is its text. */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "compiler/catalog/catalog.h"
#include "tests/fuzz/fuzz.h"

static const char *const tables[] = {
	"boards.csv",
	"board_uvm.csv",
	"chip_architectures.csv",
	"geforce.csv",
	"vgpu_types_driver_union.csv",
	"vgpu_spellings.csv",
	"vgpu_timesliced_docs.csv",
	"vgpu_mig_docs.csv",
	"p2p_nvlink_vgpu.csv",
	"p2p_remarks.csv",
	"multicast.csv",
	"fm_partitions.csv",
	"releases.csv",
};

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
	if (!catalog_open(arena, folder, &error))
		assert(error.message.n && error.file.n);
	unlink(path);
	arena_free(arena);
	return 0;
}
