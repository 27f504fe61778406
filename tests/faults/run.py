#!/usr/bin/python3
"""Every allocation, and every system call, fails once: tests/faults/run.py allocations|calls|kills|places

Whatever fails, the program ends by itself, with status 2 and a message, or as if nothing had happened; each
artifact is wholly old or wholly new; and the next run, in which nothing fails, leaves what a first run would.

    allocations  the N-th malloc, calloc or realloc, for all N (faults.c)
    calls        the N-th call of each system call, with each error that it may have (strace's injection), and
                 short reads and writes
    kills        kill -9 at random moments of a compile, until N died of it (--kills N)
    places       a full disk, /dev/full, a read-only folder, a closed pipe
"""

import argparse
import concurrent.futures
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

HOSTS = """version: 1
hosts:
  h:
    hypervisor: kvm
    versions: {qemu: 9.2.0, libvirt: 10.0.0}
    captures: {topo: topo.txt}
    pcie_p2p: [[g0, g1]]
    gpus:
      g0: {board: l40s, address: 05:00.0}
      g1: {board: l40s, address: 06:00.0}
  e:
    hypervisor: vsphere
    nvlink: all
    gpus:
      g0: {board: a100-sxm4-80gb, address: 05:00.0}
      g1: {board: a100-sxm4-80gb, address: 06:00.0}
"""
TOPO = "\tGPU0\tGPU1\tCPU Affinity\tNUMA Affinity\nGPU0\t X \tPIX\t0-15\t0\nGPU1\tPIX\t X \t0-15\t0\n"
VMS = """version: 1
vms:
  a:
    host: h
    vcpus: 8
    memory: %s
    p2p: pcie
    gpus: [g0, g1]
    disks: [{file: /a.qcow2}]
  %s:
    host: e
    vcpus: 8
    memory: 64GiB
    p2p: nvlink
    vgpu: A100DX-80C
    gpus: [g0, g1]
"""
FIXABLE = VMS.replace("    hugepages: 1GiB\n", "") % ("64GiB", "b") + "    mmio: 600GiB # rounded\n"
WRONG = """version: 1
vms:
  a: {host: h, vcpus: 8, memory: 64GB, gpus: [g0, g9], uvm: maybe, nonsense: 1}
  b: {host: i}
"""

ERRORS = {
    "openat": ("ENOSPC", "EACCES", "EMFILE", "EINTR"),
    "read": ("EIO", "EINTR"),
    "write": ("ENOSPC", "EIO", "EINTR"),
    "fsync": ("EIO", "ENOSPC", "EINTR"),
    "close": ("EIO", "EINTR"),
    "rename": ("EACCES", "ENOSPC"),
    "renameat": ("EACCES", "ENOSPC"),
    "renameat2": ("EACCES", "ENOSPC"),
    "mkdir": ("EACCES", "ENOSPC"),
    "mkdirat": ("EACCES", "ENOSPC"),
    "unlinkat": ("EACCES", "EIO"),
    "newfstatat": ("EACCES", "EIO"),
    "getdents64": ("EIO",),
    "flock": ("ENOLCK", "EINTR"),
    "getcwd": ("ENOENT",),
    "getrandom": ("EINTR",),
}

failures = []
n_runs = 0


def fail(why):
    failures.append(why)
    if len(failures) < 400:
        print("FAIL", why[:1500], flush=True)


def tree(folder):
    """But for what a run that died left beside a spec: hidden, and read by nobody."""
    files = folder.rglob("*") if folder.exists() else ()
    names = {str(f.relative_to(folder)): f for f in files if f.is_file()}
    return {n: f.read_bytes() for n, f in names.items() if folder.name != "specs" or ".gpuplan-" not in n}


class Case:
    """A command, the folder it starts in, and what it does when nothing fails."""

    def __init__(self, name, gpuplan, at, files, command, before=()):
        self.writes = "out" if "out" in command else "specs"
        self.name, self.gpuplan, self.at, self.command = name, gpuplan, at / name, command
        self.start = self.at / "start"
        for file, text in files.items():
            (self.start / file).parent.mkdir(parents=True, exist_ok=True)
            (self.start / file).write_text(text)
        if before:  # an older state of the output
            for file, text in before.items():
                (self.start / file).write_text(text)
            subprocess.run([gpuplan, "compile", "-q", "specs", "-o", "out"], cwd=self.start, check=True)
            for file, text in files.items():
                (self.start / file).write_text(text)
        self.old = tree(self.start / self.writes)
        good = self.run(self.at / "good")
        self.status, self.said, self.new = good.returncode, good.stdout, tree(self.at / "good" / self.writes)
        assert self.status in (0, 1), good.stderr

    def run(self, work, wrap=(), env=None):
        shutil.copytree(self.start, work)
        return subprocess.run(
            [*wrap, self.gpuplan, *self.command],
            cwd=work,
            env={**os.environ, **(env or {})},
            capture_output=True,
            timeout=60,
            check=False,
        )

    def judge(self, work, done, what):
        """Ended as it should, and left nothing half done."""
        global n_runs
        n_runs += 1
        what = f"{self.name}, {what}: status {done.returncode}"
        said = done.stderr.decode(errors="replace")
        if done.returncode == 127 and b"shared libraries" in done.stderr:
            return  # before the program had begun
        if done.returncode == 2:
            if not said.strip():
                fail(f"{what} and not a word")
        elif done.returncode == 1 and b"cannot read the capture" in done.stdout + done.stderr:
            pass  # a finding at the key that names it
        elif "--fix" in self.command and b"mmio-not-power-of-two" in done.stdout and tree(work / self.writes) == self.old:
            pass  # a capture could not be read the second time, so the fix was not taken for better
        elif done.returncode == self.status:
            if done.stdout != self.said:
                fail(f"{what}, but other output: {done.stdout[:300]!r}")
            if tree(work / self.writes) != self.new:
                fail(f"{what}, but other files: {sorted(tree(work / 'out'))}: {said}")
        else:
            fail(f"{what}, not 2 or {self.status}: {said}")
        self.judge_files(work, what)

    def judge_files(self, work, what):
        if self.command[0] == "show":
            return
        left = tree(work / self.writes)
        for name, text in left.items():
            if text not in (self.old.get(name), self.new.get(name)) and "gpuplan-" not in name:
                fail(f"{what}: {name} is neither old nor new")
        for name in self.old.keys() & self.new.keys():
            if name not in left:
                fail(f"{what}: {name} is gone")
        if "--check" in self.command or (self.writes == "specs" and "--fix" not in self.command):
            return
        again = subprocess.run([self.gpuplan, *self.command], cwd=work, capture_output=True, timeout=60, check=False)
        if again.returncode or tree(work / self.writes) != self.new:
            fail(f"{what}: the next run ({again.returncode}) leaves {sorted(tree(work / 'out'))}: {again.stderr}")
        if self.writes == "specs":
            return
        check = subprocess.run(
            [self.gpuplan, *self.command, "--check"], cwd=work, capture_output=True, timeout=60, check=False
        )
        if check.returncode:
            fail(f"{what}: --check after the next run: {check.stdout[:500]}")


def cases(gpuplan, at):
    good = {"specs/hosts.yaml": HOSTS, "specs/topo.txt": TOPO, "specs/vms.yaml": VMS % ("64GiB", "b")}
    older = {"specs/vms.yaml": VMS % ("128GiB", "c")}
    compile_ = ("compile", "-q", "specs", "-o", "out")
    return [
        Case("lint", gpuplan, at, good, ("lint", "specs")),
        Case("lint-json", gpuplan, at, good | {"specs/wrong.yaml": WRONG}, ("lint", "-f", "json", "specs")),
        Case("lint-text", gpuplan, at, good | {"specs/wrong.yaml": WRONG}, ("lint", "--explain", "specs")),
        Case("compile-first", gpuplan, at, good, compile_),
        Case("compile-again", gpuplan, at, good, compile_, older),
        Case("check", gpuplan, at, good, (*compile_, "--check"), older),
        Case("fix", gpuplan, at, good | {"specs/vms.yaml": FIXABLE}, ("lint", "-q", "--fix", "specs")),
        Case("show", gpuplan, at, good, ("show", "a", "specs", "-t", "libvirt")),
    ]


def until_it_no_longer_happens(case, pool, one, what):
    """one(n) -> whether the fault happened; rounds of 16 at a time."""
    n = 1
    while all(pool.map(one, range(n, n + 16))):
        n += 16
        if n > 200000:
            fail(f"{case.name}, {what}: no end")
            return


def preloaded(case, library, kind):
    def one(n):
        with tempfile.TemporaryDirectory(dir=case.at) as at:
            work, fired = Path(at) / "work", Path(at) / "fired"
            env = {"LD_PRELOAD": str(library), "FAULT": f"{kind}:{n}", "FAULT_FIRED": str(fired)}
            done = case.run(work, env=env)
            if fired.exists():
                case.judge(work, done, f"{kind} {n}")
            return fired.exists()

    return one


def injected(case, call, error):
    def one(n):
        with tempfile.TemporaryDirectory(dir=case.at) as at:
            work, log = Path(at) / "work", Path(at) / "log"
            inject = f"inject={call}:error={error}:when={n}"
            done = case.run(work, ["strace", "-qq", "-o", str(log), "-e", f"trace={call}", "-e", inject])
            fired = "(INJECTED)" in log.read_text(errors="replace")
            if fired:
                case.judge(work, done, f"{call} {n} {error}")
            return fired

    return one


def test_allocations(gpuplan, at, library, pool):
    for case in cases(gpuplan, at):
        until_it_no_longer_happens(case, pool, preloaded(case, library, "malloc"), "malloc")


def test_calls(gpuplan, at, library, pool):
    for case in cases(gpuplan, at):
        for kind in ("read", "write"):
            until_it_no_longer_happens(case, pool, preloaded(case, library, kind), kind)
        for call, errors in ERRORS.items():
            for error in errors:
                until_it_no_longer_happens(case, pool, injected(case, call, error), call)


def test_kills(gpuplan, at, kills):
    """An older state, a compile that dies somewhere, and the next one."""
    files = {"specs/hosts.yaml": HOSTS, "specs/topo.txt": TOPO, "specs/vms.yaml": VMS % ("64GiB", "b")}
    older = {"specs/vms.yaml": VMS % ("128GiB", "c")}
    case = Case("kill", gpuplan, at, files, ("compile", "-q", "specs", "-o", "out"), older)
    times = []
    for i in range(9):
        start = time.monotonic()
        case.run(case.at / f"time-{i}")
        times.append(time.monotonic() - start)
    takes = sorted(times)[4]
    draw = random.Random(6)
    killed = tried = 0
    # Some end before their moment comes: they do not count.
    while killed < kills and tried < 10 * kills:
        tried += 1
        with tempfile.TemporaryDirectory(dir=case.at) as folder:
            work = Path(folder) / "work"
            shutil.copytree(case.start, work)
            process = subprocess.Popen([gpuplan, *case.command], cwd=work, stderr=subprocess.DEVNULL)
            time.sleep(draw.uniform(0, takes))
            process.send_signal(signal.SIGKILL)
            killed += process.wait() == -signal.SIGKILL
            case.judge_files(work, f"kill {tried}")
    print(f"{tried} compiles, {killed} of them killed before their end")
    if killed < kills:
        fail(f"only {killed} of {tried} were killed before their end, and not {kills}")


def expect(what, done, *statuses):
    global n_runs
    n_runs += 1
    said = done.stderr.decode(errors="replace") if done.stderr is not None else "x"
    if done.returncode not in statuses:
        fail(f"{what}: status {done.returncode}, not {statuses}: {said}")
    if done.returncode == 2 and not said.strip():
        fail(f"{what}: not a word")
    return said


def test_full_disk(gpuplan, at):
    """A file system with room for the older artifacts and for some of the new ones."""
    case = cases(gpuplan, at / "full")[4]
    work = at / "disk"
    work.mkdir()
    script = (
        "mount -t tmpfs -o size=%dk tmpfs '{at}' && cp -r '{start}/.' '{at}' && cd '{at}' && "
        "'{gpuplan}' compile -q specs -o out; echo $? && cp -r out '{copy}'"
    ).format(at=work, start=case.start, gpuplan=gpuplan, copy=at / "copy-%d")
    for kib in range(44, 160, 4):
        copy = at / f"copy-{kib}"
        done = subprocess.run(
            ["unshare", "-m", "sh", "-c", script % (kib, kib)], capture_output=True, text=True, timeout=60, check=False
        )
        if "No space left" in done.stderr and not copy.exists():
            continue  # not even the older state had room
        global n_runs
        n_runs += 1
        left = {k: v for k, v in tree(copy).items()}
        if done.stdout.strip() == "2":
            if left != case.old or "No space left" not in done.stderr:
                fail(f"a disk of {kib} KiB: {sorted(left)}: {done.stderr}")
        elif done.stdout.strip() != "0" or left != case.new:
            fail(f"a disk of {kib} KiB: {done.stdout}{done.stderr}{sorted(left)}")


def test_places(gpuplan, at):
    case, wrong = cases(gpuplan, at)[4], cases(gpuplan, at / "again")[1]
    with open("/dev/full", "wb") as full:
        for name, command in (("lint-json", wrong.command), ("show", ("show", "a", "specs", "-t", "qemu"))):
            start = wrong.start if name == "lint-json" else case.start
            done = subprocess.run(
                [gpuplan, *command], cwd=start, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False
            )
            expect(f"{name} to /dev/full", done, 2)
    for fd in (0, 1, 2):
        command = f"exec {fd}>&- ; exec '{gpuplan}' lint -f json specs"
        done = subprocess.run(["sh", "-c", command], cwd=wrong.start, capture_output=True, timeout=60, check=False)
        if done.returncode not in (1, 2):
            fail(f"descriptor {fd} closed: status {done.returncode}")
    # Who reads no further has seen enough: no message, and no death by the signal.
    done = subprocess.run(
        ["bash", "-c", f"'{gpuplan}' rules -f json | head -c 10 >/dev/null; echo ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.stdout.strip() not in ("0", "2", "141"):
        fail(f"a closed pipe: {done.stdout} {done.stderr}")
    if os.geteuid() == 0:
        test_full_disk(gpuplan, at)
        work = at / "read-only"
        shutil.copytree(case.start, work)
        command = f"mount --bind '{work}/out' '{work}/out' && mount -o remount,bind,ro '{work}/out' && cd '{work}' && exec '{gpuplan}' compile -q specs -o out"
        done = subprocess.run(["unshare", "-m", "sh", "-c", command], capture_output=True, timeout=60, check=False)
        said = expect("a read-only folder", done, 2)
        if "Read-only" not in said or tree(work / "out") != case.old:
            fail(f"a read-only folder: {said}")
    else:
        print("SKIPPED: a full and a read-only disk need root")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(ROOT / "build" / "gpuplan"))
    parser.add_argument("--library", default=str(ROOT / "build" / "libfaults.so"))
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("part", choices=("allocations", "calls", "kills", "places"))
    options = parser.parse_args()
    gpuplan = str(Path(options.gpuplan).resolve())
    os.umask(0o022)
    with tempfile.TemporaryDirectory(prefix="gpuplan-faults-") as folder:
        at = Path(folder)
        with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            if options.part == "allocations":
                test_allocations(gpuplan, at, Path(options.library).resolve(), pool)
            elif options.part == "calls":
                test_calls(gpuplan, at, Path(options.library).resolve(), pool)
        if options.part == "kills":
            test_kills(gpuplan, at, options.kills)
        elif options.part == "places":
            test_places(gpuplan, at)
    print(f"{n_runs} runs, {len(failures)} failed")
    return 1 if failures or (not n_runs and options.part != "kills") else 0


if __name__ == "__main__":
    sys.exit(main())
