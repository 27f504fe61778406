#include "compiler/base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "compiler/base/buffer.h"

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static const char too_long[] = "it takes too long";

/* Starts the program in a process group of its own, so that it can be killed with its children. */
static int start(char *const argv[], int out, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int error;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
	posix_spawnattr_setpgroup(&attributes, 0);
	error = posix_spawnp(pid, argv[0], &actions, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

static bool read_all(int fd, int64_t end, size_t limit, struct buffer *text, const char **why)
{
	char piece[4096];

	for (;;) {
		struct pollfd ready = {.fd = fd, .events = POLLIN};
		int64_t left = end - now();
		ssize_t n;

		if (left <= 0 || poll(&ready, 1, (int)left) == 0) {
			*why = too_long;
			return false;
		}
		n = read(fd, piece, sizeof piece);
		if (n == 0)
			return true;
		if (n > 0)
			buffer_add(text, (struct str){piece, (size_t)n});
		if (text->n > limit) {
			*why = "it writes too much";
			return false;
		}
		if (n < 0 && errno != EINTR && errno != EAGAIN) {
			*why = strerror(errno);
			return false;
		}
	}
}

/* Waits for the program, which may have closed its output and still run. Kills it at `end`. */
static bool ended_well(pid_t pid, int64_t end, const char **why)
{
	const struct timespec moment = {.tv_nsec = 5000000};
	int status;
	pid_t gone;

	while ((gone = waitpid(pid, &status, WNOHANG)) == 0 && now() < end)
		nanosleep(&moment, NULL);
	if (gone == pid && status != 0)
		*why = "it fails";
	else if (gone != pid)
		*why = too_long;
	if (gone != pid) {
		kill(-pid, SIGKILL);
		waitpid(pid, &status, 0);
	}
	return gone == pid && status == 0;
}

bool program_output(struct arena *arena, char *const argv[], int milliseconds, size_t limit,
		    struct str *out, const char **why)
{
	int64_t end = now() + milliseconds;
	int pipe_ends[2], error;
	struct buffer text;
	pid_t pid;
	bool read;

	if (pipe2(pipe_ends, O_CLOEXEC) != 0) {
		*why = strerror(errno);
		return false;
	}
	error = start(argv, pipe_ends[1], &pid);
	close(pipe_ends[1]);
	if (error) {
		close(pipe_ends[0]);
		*why = error == ENOENT ? "it is not in PATH" : strerror(error);
		return false;
	}
	buffer_init(&text, arena);
	read = read_all(pipe_ends[0], end, limit, &text, why);
	close(pipe_ends[0]);
	if (!read) {
		kill(-pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return false;
	}
	*out = buffer_text(&text);
	return ended_well(pid, end, why);
}
