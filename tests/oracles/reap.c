/*
 * reap COMMAND [ARGUMENT...]: runs COMMAND and reaps the orphans it leaves.
 *
 * libvirt's embedded driver forks QEMU daemons to probe what QEMU can do. Where
 * no init reaps them, as in a container, libvirt waits for the dead ones in
 * vain, for minutes. This process adopts them instead (as tini -s would) and
 * exits with COMMAND's status.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile pid_t child;

static void forward(int number)
{
	if (child > 0)
		kill(child, number);
}

static void forward_signals(void)
{
	static const int numbers[] = {SIGHUP, SIGINT, SIGTERM};
	struct sigaction action = {.sa_handler = forward};

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		sigaction(numbers[i], &action, NULL);
}

static int wait_for_child(void)
{
	for (;;) {
		int status;
		pid_t pid = wait(&status);

		if (pid == child)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		if (pid < 0 && errno != EINTR)
			return 1;
	}
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: reap COMMAND [ARGUMENT...]\n");
		return 2;
	}
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) {
		perror("reap: prctl");
		return 2;
	}
	child = fork();
	if (child < 0) {
		perror("reap: fork");
		return 2;
	}
	if (child == 0) {
		execvp(argv[1], argv + 1);
		perror(argv[1]);
		_exit(127);
	}
	forward_signals();
	return wait_for_child();
}
