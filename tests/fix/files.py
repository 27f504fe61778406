#!/usr/bin/python3
"""`lint --fix` and the files: what it writes, what it refuses, and that no file is ever lost.

Each test gets an empty folder with three specs, two of which have a fix. Run as root, gpuplan is
started as another user where permissions are what is tested.
"""

import argparse
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NOBODY = 65534

HOSTS = """version: 1
hosts:
  gpu-1:
    hypervisor: kvm
    gpus:
      g0: {board: l40s, address: 05:00.0}
      g1: {board: l40s, address: 06:00.0}
      g2: {board: l40s, address: 07:00.0}
"""
VM = """version: 1
vms:
  %s:
    host: gpu-1
    vcpus: 8
    memory: 64GiB
    mmio: %s # the window
    gpus: [%s]
"""
BAD_A, GOOD_A = (VM % ("a", size, "g0") for size in ("200GiB", "256GiB"))
BAD_B, GOOD_B = (VM % ("b", size, "g1") for size in ("300GiB", "512GiB"))
FINE = VM % ("c", "256GiB", "g2")
SPECS = {"hosts.yaml": HOSTS, "a.yaml": BAD_A, "b.yaml": BAD_B, "c.yaml": FINE}
MENDED = {**SPECS, "a.yaml": GOOD_A, "b.yaml": GOOD_B}


# The leak checker cannot work below strace.
TRACED = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}


class Failed(Exception):
    pass


def expect(good, why):
    if not good:
        raise Failed(why)


class Folder:
    def __init__(self, gpuplan, path):
        self.gpuplan, self.path = gpuplan, path
        for name, text in SPECS.items():
            self.put(name, text)

    def put(self, name, text):
        (self.path / name).write_text(text)

    def texts(self):
        return {p.name: p.read_text() for p in sorted(self.path.iterdir()) if p.is_file()}

    def run(self, *arguments, limit=None, user=None, stdin=None):
        def prepare():
            if limit is not None:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        return subprocess.run(
            [self.gpuplan, "lint", "--fix", *arguments], cwd=self.path, input=stdin, text=True, capture_output=True,
            timeout=60, preexec_fn=prepare, user=user, group=user, extra_groups=[] if user else None,
        )

    def same(self, wanted, why):
        got = self.texts()
        expect(got == wanted, f"{why}: {sorted(k for k in got.keys() | wanted.keys() if got.get(k) != wanted.get(k))}")

    def refused(self, done, *words):
        expect(done.returncode == 2, f"status {done.returncode}: {done.stderr}")
        expect(done.stdout == "", f"prints {done.stdout}")
        for word in words:
            expect(word in done.stderr, f"'{word}' is not in: {done.stderr}")


def mends(f):
    before = {p.name: p.stat() for p in f.path.iterdir()}
    done = f.run()
    expect(done.returncode == 0 and done.stdout == "", f"{done.returncode}: {done.stdout}{done.stderr}")
    expect(done.stderr.endswith("2 fixed, 0 left\n"), done.stderr)
    f.same(MENDED, "after --fix")
    after = {p.name: p.stat() for p in f.path.iterdir()}
    for name in ("hosts.yaml", "c.yaml"):
        expect(after[name].st_ino == before[name].st_ino and after[name].st_mtime_ns == before[name].st_mtime_ns,
               f"{name} was written though nothing in it changed")
    again = f.run()
    expect(again.returncode == 0 and again.stderr.endswith("0 fixed, 0 left\n"), again.stderr)
    expect({p.name: p.stat().st_mtime_ns for p in f.path.iterdir()} == {n: s.st_mtime_ns for n, s in after.items()},
           "a second run writes")


def keeps_mode_and_owner(f):
    file = f.path / "a.yaml"
    file.chmod(0o640)
    os.setxattr(file, "user.note", b"mine")
    if os.geteuid() == 0:
        os.chown(file, 1234, 4321)
    old = file.stat()
    expect(f.run().returncode == 0, "status")
    new = file.stat()
    expect((old.st_mode, old.st_uid, old.st_gid) == (new.st_mode, new.st_uid, new.st_gid), f"{old} {new}")
    expect(os.getxattr(file, "user.note") == b"mine", "the extended attribute is lost")
    f.same(MENDED, "after --fix")


def symbolic_link(f):
    inner = f.path / "store"
    inner.mkdir()
    (f.path / "a.yaml").rename(inner / "real.txt")
    (f.path / "a.yaml").symlink_to("store/real.txt")
    done = f.run("hosts.yaml", "a.yaml")
    expect(done.returncode == 0, done.stderr)
    expect((f.path / "a.yaml").is_symlink(), "the link was replaced")
    expect((inner / "real.txt").read_text() == GOOD_A, "the link's file was not mended")
    expect(sorted(p.name for p in inner.iterdir()) == ["real.txt"], "something is left in its folder")
    (f.path / "a.yaml").unlink()
    (inner / "real.txt").write_text(BAD_A)
    (f.path / "link").symlink_to("store")
    done = f.run("hosts.yaml", "link/real.txt")
    expect(done.returncode == 0 and (inner / "real.txt").read_text() == GOOD_A, done.stderr)


def hard_link(f):
    os.link(f.path / "a.yaml", f.path / "other.txt")
    f.refused(f.run(), "a.yaml", "hard link")
    f.same({**SPECS, "other.txt": BAD_A}, "nothing may be written")


def read_only_file(f):
    (f.path / "b.yaml").chmod(0o444)
    f.refused(f.run(), "b.yaml", "read-only" if os.geteuid() == 0 else "Permission denied")
    f.same(SPECS, "nothing may be written")


def as_another(f):
    """A user who may write everything here; where we are that user, ourselves."""
    if os.geteuid() != 0:
        return None
    f.path.chmod(0o777)
    os.chown(f.path, NOBODY, NOBODY)
    for p in f.path.iterdir():
        os.chown(p, NOBODY, NOBODY)
    return NOBODY


def read_only_folder(f):
    user = as_another(f)
    f.path.chmod(0o555)
    done = f.run(user=user)
    f.path.chmod(0o755)
    f.refused(done, "a.yaml", "Permission denied")
    f.same(SPECS, "nothing may be written")


def anothers_file(f):
    """In a folder that all may write to, a file of another user's that we may write too."""
    if os.geteuid() != 0:
        return
    user = as_another(f)
    os.chown(f.path / "b.yaml", 0, 0)
    (f.path / "b.yaml").chmod(0o666)
    f.refused(f.run(user=user), "b.yaml", "Operation not permitted")
    f.same(SPECS, "nothing may be written")


def second_of_two_fails(f):
    """The first file is staged already: it must go again."""
    (f.path / "b.yaml").chmod(0o444)
    f.refused(f.run(), "b.yaml")
    expect(sorted(p.name for p in f.path.iterdir()) == sorted(SPECS), "a staged file is left")


def file_too_large(f):
    f.refused(f.run(limit=16), "a.yaml", "File too large")
    f.same(SPECS, "nothing may be written")


def full_disk(f):
    if os.geteuid() != 0:
        return
    disk = f.path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", disk], capture_output=True)
    if mounted.returncode:
        print(f"no tmpfs can be mounted here: {mounted.stderr.decode().strip()}")
        return
    try:
        small = Folder(f.gpuplan, disk)
        with open(disk / "fill", "wb", buffering=0) as fill:
            try:
                while True:
                    fill.write(b"x" * 512)
            except OSError:
                pass
        filled = small.texts()
        small.refused(small.run(), "a.yaml", "No space left")
        small.same(filled, "nothing may be written")
    finally:
        subprocess.run(["umount", disk], check=True)


def changed_meanwhile(f):
    """A pipe among the specs: while gpuplan waits for it, it has read a.yaml, and an editor saves it."""
    os.mkfifo(f.path / "z.pipe")
    mine = BAD_A.replace("vcpus: 8", "vcpus: 16")

    def edit():
        with open(f.path / "z.pipe", "w") as pipe:
            f.put("a.new", mine)
            os.rename(f.path / "a.new", f.path / "a.yaml")
            pipe.write("version: 1\n")

    thread = threading.Thread(target=edit)
    thread.start()
    done = f.run("hosts.yaml", "a.yaml", "b.yaml", "z.pipe")
    thread.join()
    f.refused(done, "a.yaml", "has changed since it was read")
    f.same({**SPECS, "a.yaml": mine}, "nothing may be written")


def no_regular_file(f):
    os.mkfifo(f.path / "z.pipe")

    def feed():
        with open(f.path / "z.pipe", "w") as pipe:
            pipe.write(VM % ("p", "200GiB", "g2"))

    thread = threading.Thread(target=feed)
    thread.start()
    done = f.run("hosts.yaml", "a.yaml", "z.pipe")
    thread.join()
    f.refused(done, "z.pipe", "not a regular file")
    f.same(SPECS, "nothing may be written")


def only_what_was_linted(f):
    f.put(".hidden.yaml", BAD_A.replace("  a:", "  h:"))
    before = (f.path / ".hidden.yaml").read_text()
    (f.path / "outside").mkdir()
    (f.path / "outside" / "o.yaml").write_text(BAD_A)
    done = f.run("hosts.yaml", "b.yaml")
    expect(done.returncode == 0, done.stderr)
    f.same({**SPECS, "b.yaml": GOOD_B, ".hidden.yaml": before}, "only b.yaml was named")
    expect((f.path / "outside" / "o.yaml").read_text() == BAD_A, "a file that was not named is written")


def killed(f):
    """At whatever moment: each file is wholly old or wholly new, and a later run completes."""
    rng = random.Random(7)
    start = time.monotonic()
    f.run()
    usual = time.monotonic() - start
    for _ in range(40):
        for name, text in SPECS.items():
            f.put(name, text)
        process = subprocess.Popen([f.gpuplan, "lint", "--fix", "-q"], cwd=f.path, stdout=subprocess.DEVNULL)
        time.sleep(rng.random() * usual * 1.2)
        process.kill()
        process.wait()
        for name, text in SPECS.items():
            expect((f.path / name).read_text() in (text, MENDED[name]), f"{name} is neither old nor new")
    expect(f.run().returncode == 0, "the run after it")
    for name, text in MENDED.items():
        expect((f.path / name).read_text() == text, f"{name} after a complete run")
    for p in f.path.iterdir():
        expect(p.name in SPECS or p.name.startswith("."), f"{p.name} is left, and would be read as a spec")


def killed_before_the_rename(f):
    """The same, made certain: stopped by strace at the first rename."""
    done = subprocess.run(
        ["strace", "-f", "-o", "/dev/null", "-e", "trace=renameat,renameat2,rename", "-e",
         "inject=renameat,renameat2,rename:signal=KILL:when=1", f.gpuplan, "lint", "--fix", "-q"],
        cwd=f.path, capture_output=True, timeout=60, env=TRACED,
    )
    expect(done.returncode != 0, f"was not killed: {done.stderr}")
    got = {name: (f.path / name).read_text() for name in SPECS}
    expect(all(got[n] in (SPECS[n], MENDED[n]) for n in SPECS), f"{got}")
    expect(f.run().returncode == 0, "the run after it")
    expect({name: (f.path / name).read_text() for name in SPECS} == MENDED, "after a complete run")


def nobody_reads_along(f):
    """The new text of a private file is private from its first byte on."""
    (f.path / "a.yaml").chmod(0o600)
    log = f.path / "log"
    subprocess.run(
        ["strace", "-f", "-o", log, "-e", "trace=openat", f.gpuplan, "lint", "--fix", "-q"],
        cwd=f.path, capture_output=True, timeout=60, env=TRACED, check=True,
    )
    made = [line for line in log.read_text().splitlines() if "O_CREAT" in line and ".a.yaml." in line]
    expect(len(made) == 1 and ", 0600)" in made[0], f"{made}")
    expect((f.path / "a.yaml").stat().st_mode & 0o777 == 0o600, "the mode")


def rename_fails(f):
    done = subprocess.run(
        ["strace", "-f", "-o", "/dev/null", "-e", "trace=renameat", "-e", "inject=renameat:error=EIO:when=2",
         f.gpuplan, "lint", "--fix"],
        cwd=f.path, capture_output=True, text=True, timeout=60, env=TRACED,
    )
    f.refused(done, "b.yaml", "Input/output error", "1 of 2 files")
    f.same({**SPECS, "a.yaml": GOOD_A}, "the first is new, the second old, and nothing is left")


def sync_fails(f):
    done = subprocess.run(
        ["strace", "-f", "-o", "/dev/null", "-e", "trace=fsync", "-e", "inject=fsync:error=EIO:when=1",
         f.gpuplan, "lint", "--fix"],
        cwd=f.path, capture_output=True, text=True, timeout=60, env=TRACED,
    )
    f.refused(done, "a.yaml", "Input/output error")
    f.same(SPECS, "nothing may be written")


def captures_stay(f):
    """A capture is read with the specs, and is no spec."""
    topo = (ROOT / "tests/cases/captures/gpu-1.topo-m.txt").read_text()
    f.put("topo.txt", topo)
    f.put("hosts.yaml", HOSTS.replace("    gpus:", "    captures: {topo: topo.txt}\n    gpus:"))
    f.run()
    expect((f.path / "topo.txt").read_text() == topo, "the capture was written")


TESTS = [
    mends, keeps_mode_and_owner, symbolic_link, hard_link, read_only_file, read_only_folder, anothers_file,
    second_of_two_fails, file_too_large, full_disk, changed_meanwhile, no_regular_file, only_what_was_linted,
    killed, killed_before_the_rename, nobody_reads_along, rename_fails, sync_fails, captures_stay,
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(ROOT / "build" / "gpuplan"))
    options = parser.parse_args()
    gpuplan, failed = str(Path(options.gpuplan).resolve()), 0
    for test in TESTS:
        # Not in /tmp itself: another user must be able to reach it.
        folder = Path(tempfile.mkdtemp())
        folder.chmod(0o755)
        try:
            test(Folder(gpuplan, folder))
        except Failed as why:
            failed += 1
            print(f"FAIL {test.__name__}: {why}")
        finally:
            shutil.rmtree(folder)
    print(f"{len(TESTS)} tests, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
