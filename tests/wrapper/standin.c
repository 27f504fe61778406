/*
 * standin: QEMU's stand-in in the tests of gpuplan-qemu, and what runs the wrapper many times in a
 * row.
 *
 *   standin ARGUMENT...            as QEMU: writes its arguments to standard output, argv[0] first:
 *                                  their number as four bytes, then each with its NUL
 *   standin --lists FILE WRAPPER   runs WRAPPER once for each list in FILE, which is written
 * likewise; stops where one does not exit with status 0
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static int write_arguments(int argc, char **argv)
{
	uint32_t count = (uint32_t)argc;
	char *text, *p;
	size_t size = sizeof count;

	for (int i = 0; i < argc; i++)
		size += strlen(argv[i]) + 1;
	p = text = malloc(size);
	if (!text)
		return 1;
	p = (char *)memcpy(p, &count, sizeof count) + sizeof count;
	for (int i = 0; i < argc; i++)
		p = stpcpy(p, argv[i]) + 1;
	return write(STDOUT_FILENO, text, size) == (ssize_t)size ? 0 : 1;
}

/* Runs WRAPPER with the list at P; returns where the next begins, NULL where it fails. */
static char *run_list(char *wrapper, char *p)
{
	extern char **environ;
	uint32_t count;
	char **argv;
	pid_t pid;
	int status;

	memcpy(&count, p, sizeof count);
	p += sizeof count;
	argv = calloc(count + 2, sizeof *argv);
	if (!argv)
		return NULL;
	argv[0] = wrapper;
	for (uint32_t i = 0; i < count; i++, p += strlen(p) + 1)
		argv[i + 1] = p;
	if (posix_spawn(&pid, wrapper, NULL, NULL, argv, environ) != 0 ||
	    waitpid(pid, &status, 0) != pid || status != 0)
		p = NULL;
	free(argv);
	return p;
}

static int run_lists(const char *file, char *wrapper)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *p, *end;

	if (fd < 0 || fstat(fd, &st) != 0)
		return 1;
	p = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return 1;
	for (end = p + st.st_size; p && p < end;)
		p = run_list(wrapper, p);
	return p ? 0 : 1;
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "--lists") == 0)
		return run_lists(argv[2], argv[3]);
	return write_arguments(argc, argv);
}
