"""Counted checks, for tests that are many small ones; and a user of git about whom this machine knows nothing."""

from pathlib import Path

failures = []
count = 0


def check(good, why):
    global count
    count += 1
    if not good:
        failures.append(why)
        print("FAIL", why[:3000], flush=True)


def same(what, there, expected):
    check(there == expected, f"{what}: {there!r}, not {expected!r}")


def verdict():
    """The exit status; a test in which nothing was checked fails."""
    print(f"{count} checks, {len(failures)} failed")
    return 1 if failures or not count else 0


def stranger(gpuplan, home):
    """The environment of somebody with gpuplan on PATH and a home of their own."""
    return {
        "HOME": str(home),
        "PATH": f"{Path(gpuplan).parent}:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@b",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@b",
    }
