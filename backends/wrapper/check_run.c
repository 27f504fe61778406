/* Runs programs for gpuplan-qemu --check. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "backends/wrapper/check_private.h"

enum { PATIENCE_MS = 10000 };

static bool spawn(char *const argv[], int out, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	bool good;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return false;
	good = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0) == 0 &&
	       posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0) == 0 &&
	       posix_spawn_file_actions_adddup2(&actions, out, 1) == 0 &&
	       posix_spawnp(pid, argv[0], &actions, NULL, argv, environ) == 0;
	posix_spawn_file_actions_destroy(&actions);
	return good;
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Reads to the end and keeps the start. False if the end does not come in time. */
static bool read_all(int fd, char *out, size_t size)
{
	long until = now_ms() + PATIENCE_MS;
	size_t kept = 0;

	for (;;) {
		struct pollfd wait = {.fd = fd, .events = POLLIN};
		long left = until - now_ms();
		char bytes[4096];
		ssize_t n;

		if (left <= 0 || poll(&wait, 1, (int)left) == 0)
			return false;
		n = read(fd, bytes, sizeof bytes);
		if (n < 0 && errno == EINTR)
			continue;
		for (ssize_t i = 0; i < n && kept + 1 < size; i++)
			out[kept++] = bytes[i];
		out[kept] = '\0';
		if (n <= 0)
			return n == 0;
	}
}

int run_program(char *const argv[], char *out, size_t size)
{
	int ends[2], status = 0;
	pid_t pid;
	bool good;

	*out = '\0';
	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	good = spawn(argv, ends[1], &pid);
	close(ends[1]);
	if (!good) {
		close(ends[0]);
		return -1;
	}
	if (!read_all(ends[0], out, size)) {
		kill(pid, SIGKILL);
		good = false;
	}
	close(ends[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return good && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
