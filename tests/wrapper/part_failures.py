"""Memory, system calls and standard error fail: QEMU runs all the same."""

import errno
import os
import signal
import subprocess

import harness

GPU = ["-device", "vfio-pci,host=05:00.0", "-device", '{"driver":"vfio-pci","host":"f4:00.0"}']
DONE = [b"-device", b"vfio-pci,host=05:00.0,x-nv-gpudirect-clique=3",
        b"-device", b'{"driver":"vfio-pci","host":"f4:00.0","x-nv-gpudirect-clique":15}']
PLAIN = [os.fsencode(word) for word in GPU]


def faulty(test, **more):
    return test.run(*GPU, env=test.environment(LD_PRELOAD=test.faults, **more))


def allocations(test):
    """The N-th allocation fails, until there are no more."""
    fallbacks = 0
    for n in range(1, 20):
        done = faulty(test, FAIL_ALLOCATION=n)
        fallback = done.arguments == PLAIN and "Cannot allocate memory" in done.err
        test.check(f"allocation {n}", done.status == 0 and (fallback or done.arguments == DONE and not done.err), done)
        fallbacks += fallback
        strict = faulty(test, FAIL_ALLOCATION=n, GPUPLAN_STRICT=1)
        test.equal(f"allocation {n}, strict", strict.status, 1 if fallback else 0)
    test.equal("one allocation in all", fallbacks, 1)


def calls(test):
    """Each system call fails in each way."""
    for name, number in (("open", errno.EACCES), ("open", errno.EMFILE), ("open", errno.ENOMEM), ("open", errno.EINTR),
                         ("fstat", errno.EIO), ("read", errno.EIO), ("read", errno.EISDIR)):
        done = faulty(test, FAIL_CALL=f"{name}:{number}")
        test.check(f"{name}: {os.strerror(number)}",
                   done.status == 0 and done.arguments == PLAIN and "QEMU runs without GPU cliques" in done.err, done)
    for name, number in (("stat", errno.EACCES), ("readlink", errno.EACCES), ("poll", errno.EINTR), ("write", errno.EIO)):
        done = faulty(test, FAIL_CALL=f"{name}:{number}")
        test.equal(f"{name}: {os.strerror(number)}", (done.status, done.arguments), (0, DONE))
    done = faulty(test, FAIL_CALL=f"read:{errno.EINTR}:3")
    test.equal("an interrupted read", (done.status, done.arguments, done.err), (0, DONE, ""))
    for name in ("poll", "write"):  # now there is something to say, and nobody to say it to
        done = faulty(test, FAIL_CALL=f"{name}:{errno.EIO}", GPUPLAN_CLIQUE_MAP="/nowhere")
        test.equal(f"{name} with something to say", (done.status, done.arguments), (0, PLAIN))


def too_long(test):
    """An argument that only just fits, and no longer with its clique."""
    start = "vfio-pci,host=05:00.0,romfile="
    longest = start + "a" * (128 * 1024 - 1 - len(start))
    test.unchanged("the longest argument", ["-device", longest], "Argument list too long")
    done = test.run("-device", longest, env=test.environment(GPUPLAN_STRICT=1))
    test.equal("the longest argument, strict", (done.status, done.out), (1, b""))
    if not test.sanitized:
        done = faulty(test, FAIL_EXEC=errno.E2BIG)
        test.equal("the whole list too long", (done.status, done.arguments), (0, PLAIN))
        done = faulty(test, FAIL_EXEC=errno.EACCES)
        test.check("exec fails", done.status == 2 and "does not run: Permission denied" in done.err, done)


def silenced(test):
    """Standard error closed, a pipe without a reader, a full pipe, a full disk."""
    env = test.environment(GPUPLAN_CLIQUE_MAP="/nowhere")
    start = lambda: signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # noqa: E731: as a shell starts programs
    test.equal("closed", test.run(*GPU, env=env, preexec_fn=lambda: os.close(2)).arguments, PLAIN)
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    while True:
        try:
            os.write(writer, b"x" * 4096)
        except BlockingIOError:
            break
    os.set_blocking(writer, True)
    test.equal("a full pipe", test.run(*GPU, env=env, stderr=writer, timeout=20).arguments, PLAIN)
    os.close(reader)
    test.equal("nobody reads", test.run(*GPU, env=env, stderr=writer, preexec_fn=start).arguments, PLAIN)
    os.close(writer)
    with open("/dev/full", "wb") as full:
        test.equal("a full disk", test.run(*GPU, env=env, stderr=full).arguments, PLAIN)


def all_closed(test):
    """Started without any file: the map's is not taken for standard error, and none is left open."""
    out = test.folder / "out"
    script = 'exec 0<&- 2>&- >"$0"; exec "$@"'
    done = subprocess.run(["sh", "-c", script, out, test.wrapper, *GPU], env=test.environment(), check=False)
    test.equal("closed standard files", (done.returncode, harness.unpack(out.read_bytes())[0][1:]), (0, DONE))


def run(test):
    parts = [too_long, silenced, all_closed]
    if not test.sanitized:  # its runtime wants to be loaded first, and allocates
        parts += [allocations, calls]
    for part in parts:
        part(test)
