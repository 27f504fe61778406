"""Processes, timed side by side."""
import os
import statistics
import time


class Run:
    """One process from its start to its end."""

    def __init__(self, command, cwd=None, stdout=None):
        null = os.open(os.devnull, os.O_WRONLY)
        actions = [(os.POSIX_SPAWN_DUP2, stdout if stdout is not None else null, 1),
                   (os.POSIX_SPAWN_DUP2, null, 2)]
        before = os.getcwd()
        if cwd:
            os.chdir(cwd)
        start = time.monotonic()
        pid = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
        _, status, usage = os.wait4(pid, 0)
        self.wall = time.monotonic() - start
        os.chdir(before)
        os.close(null)
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak = usage.ru_maxrss * 1024
        self.status = os.waitstatus_to_exitcode(status)
        if self.status != 0:
            raise SystemExit(f"exit status {self.status}: {' '.join(command)[:300]}")


class Median:
    """Of several runs."""

    def __init__(self, runs):
        self.wall = statistics.median(r.wall for r in runs)
        self.cpu = statistics.median(r.cpu for r in runs)
        self.peak = max(r.peak for r in runs)


def side_by_side(rounds, *commands, prepare=lambda: None):
    """The median of each command; they take turns, so that a slow moment slows all of them."""
    runs = [[] for _ in commands]
    for i in range(rounds + 1):
        for command, seen in zip(commands, runs):
            prepare()
            run = Run(command)
            if i:  # the first round fills the caches
                seen.append(run)
    return [Median(seen) for seen in runs]
