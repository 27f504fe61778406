/* The language server: a message a line; with `!` in front, what follows is sent as it is. */
#include <assert.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/cli/lsp/dispatch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FOLDER "/dev/shm/gpuplan-fuzz-lsp"

/* A message may name any folder of this machine; only one is walked. */
int scandir(const char *folder, struct dirent ***list, int (*filter)(const struct dirent *),
	    int (*compare)(const struct dirent **, const struct dirent **))
{
	__typeof__(&scandir) real = (__typeof__(&scandir))dlsym(RTLD_NEXT, "scandir");

	if (strncmp(folder, FOLDER, strlen(FOLDER)) == 0)
		return real(folder, list, filter, compare);
	errno = EACCES;
	return -1;
}

static void send(int fd, const char *text, size_t n)
{
	assert(write(fd, text, n) == (ssize_t)n);
}

static int as_input(const char *text, size_t size)
{
	int fd = memfd_create("messages", MFD_CLOEXEC);

	assert(fd >= 0);
	if (size && *text == '!') {
		send(fd, text + 1, size - 1);
		size = 0;
	}
	while (size) {
		const char *end = memchr(text, '\n', size);
		size_t n = end ? (size_t)(end - text) : size;
		char header[64];

		send(fd, header,
		     (size_t)snprintf(header, sizeof header, "Content-Length: %zu\r\n\r\n", n));
		send(fd, text, n);
		text += n + (end != NULL);
		size -= n + (end != NULL);
	}
	assert(lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int sink = -1;
	static struct catalog *catalog;
	struct gpuplan_options options = {0};
	int in;

	if (!catalog) {
		struct catalog_error error;

		catalog = catalog_open(arena_new(), &system_files, NULL, &error);
		sink = open("/dev/null", O_WRONLY | O_CLOEXEC);
		mkdir(FOLDER, 0700);
	}
	in = as_input((const char *)data, size);
	server_run(&options, catalog, in, sink);
	close(in);
	return 0;
}
