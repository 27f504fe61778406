#!/usr/bin/python3
"""No spec makes gpuplan open a file outside its tree; no folder makes it write outside the output folder.

strace tells what was really opened, made, renamed and removed: the path of each descriptor as the kernel has it (`-y`),
not as the program named it. What a run of an innocent spec opens (libraries, /proc of its own) is allowed to all.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MATRIX = " \tGPU0\tGPU1\nGPU0\tX\tOK\nGPU1\tOK\tX\n"
SECRET = "the secret of /etc\n"
SPEC = """version: 1
hosts:
  h:
    hypervisor: kvm
%s
    gpus: {g0: {board: l40s, address: 05:00.0}, g1: {board: l40s, address: 06:00.0}}
vms:
  v: {host: h, vcpus: 2, memory: 8GiB, p2p: pcie, gpus: [g0, g1]}
"""
GOOD = SPEC % "    pcie_p2p: all"
# Calls that change something below their last path.
CHANGES = "mkdir mkdirat rename renameat renameat2 unlink unlinkat rmdir link linkat symlink symlinkat mknod mknodat truncate chmod fchmodat chown fchownat".split()
ENVIRONMENT = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}  # of a build with sanitizers: no leaks can be found under strace
CALL = re.compile(r"(?:\d+ +)?(\w+)\((.*)\) += (-?\d+)(?:<([^>]*)>)?")


class Trace:
    """What one run opened and changed."""

    def __init__(self, log, cwd):
        self.read, self.written, self.changed = set(), set(), set()
        for line in log.read_text(errors="replace").splitlines():
            call = CALL.match(line)
            if not call or int(call[3]) < 0:
                continue
            if call[1] in ("open", "openat", "creat", "openat2"):
                writes = re.search(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC", call[2]) or call[1] == "creat"
                (self.written if writes else self.read).add(call[4])
            elif call[1] in CHANGES:
                self.changed |= set(self.places(call[2], cwd))

    @staticmethod
    def places(arguments, cwd):
        """The real folder of each path, with its last part."""
        for folder, path in re.findall(r'(?:(?:AT_FDCWD|\d+)(?:<([^>]*)>)?, )?"((?:[^"\\]|\\.)*)"', arguments):
            whole = os.path.join(folder or cwd, path)
            yield os.path.join(os.path.realpath(os.path.dirname(whole)), os.path.basename(whole))


class Test:
    def __init__(self, gpuplan, folder):
        self.gpuplan, self.folder = gpuplan, Path(folder).resolve()
        self.passed = self.failed = self.runs = 0
        self.allowed = set()

    def check(self, good, what):
        self.passed += bool(good)
        if not good:
            self.failed += 1
            print(f"FAIL {what}"[:700])

    def run(self, cwd, *arguments, status=None, what=""):
        self.runs += 1
        log = self.folder / "trace"
        done = subprocess.run(["strace", "-f", "-y", "-qq", "-s", "4096", "-e", "trace=%file", "-o", str(log), self.gpuplan, *map(str, arguments)],
                              cwd=cwd, capture_output=True, timeout=120, stdin=subprocess.DEVNULL, env=ENVIRONMENT)
        if status is not None:
            self.check(done.returncode in status, f"{what}: status {done.returncode}: {done.stderr[-300:]!r}")
        return done, Trace(log, str(cwd))

    def outside(self, paths, *folders):
        """Paths that no innocent run opened, and that lie in none of the folders."""
        return sorted(p for p in paths - self.allowed if p and not re.match(r"/proc/(self|\d+)/|(pipe|socket|anon_inode):", p)
                      and not any(Path(p) == f or f in Path(p).parents for f in folders))


def innocent(test):
    """What every run opens: libraries, locale, the machine's number of CPUs."""
    tree = test.folder / "innocent"
    (tree / "spec").mkdir(parents=True)
    (tree / "spec/a.yaml").write_text(GOOD)
    (tree / "spec/.gpuplan.yaml").write_text("{}\n")
    for command in (["lint"], ["compile", "-o", "out"]):
        _, trace = test.run(tree, *command, "spec", status=(0,), what="innocent")
        test.allowed |= {p for p in trace.read if tree not in Path(p).parents and Path(p) != tree}
        test.check(not test.outside(trace.written, tree / "out") and not test.outside(trace.changed, tree / "out", tree), f"innocent: {trace.written} {trace.changed}")
    test.check(str(tree / "spec/a.yaml") in trace.read and str(tree / "out/manifest.json") in trace.changed, "strace does not show the files")
    test.check(not any(p.startswith("/etc/") and p != "/etc/ld.so.cache" for p in test.allowed), f"{sorted(test.allowed)}")


def reading(test):
    """Captures, baselines, ignore files: whatever a spec names."""
    tree = test.folder / "reading"
    spec, secret = tree / "spec", tree / "secret.txt"
    (spec / "sub").mkdir(parents=True)
    secret.write_text(MATRIX)  # a file that would be taken if it were read
    (tree / "specx").mkdir()
    (tree / "specx/m.txt").write_text(MATRIX)  # whose path begins as the tree's does
    (spec / ".gpuplan.yaml").write_text("{}\n")
    for link, target in (("link", "../secret.txt"), ("abs", secret), ("etc", "/etc/passwd"), ("dir", ".."), ("loop", "loop"), ("root", "/"),
                         ("proc", "/proc/self/environ"), ("zero", "/dev/zero"), ("chain", "link"), ("sub/up", "../dir/secret.txt")):
        (spec / link).symlink_to(target)
    os.mkfifo(spec / "fifo")
    os.link(secret, spec / "hard")  # a hard link is the file itself
    names = ["../secret.txt", "./../secret.txt", "sub/../../secret.txt", "../spec/../secret.txt", "//" + str(secret), str(secret), "/etc/passwd", "/etc/../etc/shadow",
             "/proc/self/environ", "/proc/self/root/etc/passwd", "/proc/self/cwd/../secret.txt", "/proc/self/fd/0", "/dev/zero", "/dev/stdin", "/dev/tty", "link",
             "abs", "etc", "dir/secret.txt", "dir/specx/m.txt", "../specx/m.txt", "loop", "root/etc/passwd", "proc", "zero", "chain", "sub/up", "fifo",
             "sub", ".", "..", "/", "-", "~", "~/.ssh/id_rsa", "$HOME/x", "file:///etc/passwd", "http://127.0.0.1/", "|id", "<secret", "no-such", "a" * 5000, "a/" * 3000 + "b"]
    for name in names:
        for kind in ("topo", "p2p_read", "p2p_write"):
            if kind != "p2p_read" and name not in names[:12]:
                continue
            (spec / "a.yaml").write_text(SPEC % f"    captures: {{{kind}: {json.dumps(name)}}}")
            done, trace = test.run(tree, "lint", "-q", "-f", "json", "spec", status=(1,), what=f"{kind} {name[:60]}")
            rules = {f["rule"] for f in json.loads(done.stdout)["findings"] if f["severity"] == "error"}
            test.check("spec-capture" in rules, f"{kind} {name[:60]}: no finding: {rules}")
            bad = test.outside(trace.read | trace.written | trace.changed, spec) + sorted(trace.read & {str(spec / "fifo")})
            test.check(not bad, f"{kind} {name[:60]}: opened {bad}")
    (spec / "a.yaml").write_text(SPEC % "    captures: {p2p_read: hard}")
    test.run(tree, "lint", "-q", "spec", status=(0,), what="a file inside")


def walking(test):
    """A folder of specs with links, devices and pipes among them."""
    tree = test.folder / "walking"
    spec = tree / "spec"
    spec.mkdir(parents=True)
    (tree / "other.yaml").write_text(GOOD.replace("  h:", "  other:"))
    (tree / "folder").mkdir()
    (tree / "folder/other.yaml").write_text(GOOD)
    (spec / "a.yaml").write_text(GOOD)
    for name, target in (("b.yaml", "../other.yaml"), ("c.yaml", "/etc/passwd"), ("d", "../folder"), ("e.yaml", "/dev/zero"), ("f", "/proc/self"), ("g", ".")):
        (spec / name).symlink_to(target)
    os.mkfifo(spec / "h.yaml")
    _, trace = test.run(tree, "lint", "-q", "spec", status=(0,), what="a walk")
    bad = test.outside(trace.read | trace.written | trace.changed, spec)
    test.check(not bad, f"a walk opened {bad}")


def project_file(test):
    """What the project file has read lies in its repository. (`output` is the output folder, wherever it is.)"""
    tree = test.folder / "project"
    spec = tree / "spec"
    spec.mkdir(parents=True)
    (tree / "secret.txt").write_text(SECRET)
    (spec / "a.yaml").write_text(GOOD)
    (spec / "link").symlink_to("../secret.txt")
    for name in ("../secret.txt", str(tree / "secret.txt"), "/etc/passwd", "link", "/proc/self/environ", "/dev/zero", "x/../../secret.txt"):
        (spec / ".gpuplan.yaml").write_text(f"baseline: {json.dumps(name)}\n")
        done, trace = test.run(spec, "lint", "-q", ".", status=(1, 2), what=f"baseline {name}")
        bad = test.outside(trace.read | trace.written | trace.changed, spec)
        test.check(not bad and b"secret of" not in done.stderr + done.stdout, f"baseline {name}: opened {bad}: {done.stderr[:200]!r}")


def planted(tree):
    """Ways to make an output folder that leads elsewhere: (name, what to do, whether a run may still succeed)."""
    out, away, victim = tree / "out", tree / "away", tree / "victim"

    def link(name, target):
        def plant():
            place = out / name
            place.parent.mkdir(parents=True, exist_ok=True)
            if place.is_dir() and not place.is_symlink():
                shutil.rmtree(place)
            place.unlink(missing_ok=True)
            place.symlink_to(target)
        return plant

    def hard(name):
        def plant():
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            (out / name).unlink(missing_ok=True)
            os.link(victim, out / name)
        return plant

    def manifest(paths):
        def plant():
            out.mkdir(exist_ok=True)
            file = {"target": "libvirt", "host": "h", "vm": "v", "sha256": "0" * 64, "size": 1}
            (out / "manifest.json").write_text(json.dumps({"version": 1, "gpuplan": "0.1.0", "files": [{"path": p, **file} for p in paths], "sources": []}))
        return plant

    def listed(name, path):
        """A link to a folder, and a manifest that claims a file behind it."""
        def plant():
            link(name, away)()
            manifest([path])()
        return plant

    yield "a listed file behind a link", listed("x", "x/file")
    yield "a listed file behind a link further down", listed("x/y", "x/y/file")
    for name in ("h", "h/v.xml", "h/v.qemu-args", "h/clique-map.json", "h/clique-map.sh", "manifest.json"):
        yield f"{name} is a link", link(name, away if name == "h" else victim)
        yield f"{name} is a relative link", link(name, "../away" if name == "h" else "../" * (name.count("/") + 1) + "victim")
        yield f"{name} is a dangling link", link(name, tree / "nowhere" / "x")
        yield f"{name} is a link to /dev/null", link(name, "/dev/null")
        if name != "h":
            yield f"{name} is a hard link", hard(name)
    yield "a manifest of others' files", manifest(["../victim", "h/../../victim", str(victim), "../away/file", "h/v.xml", "away/../../victim"])
    yield "a manifest with odd paths", manifest(["", ".", "..", "/", "h", "h/", "//", "h//v.xml", "h/./v.xml", "\0", "a" * 5000, "manifest.json"])


def writing(test):
    tree = test.folder / "writing"
    tree.mkdir()
    (tree / "a.yaml").write_text(GOOD)
    out, away, victim = tree / "out", tree / "away", tree / "victim"
    succeeded = 0
    for before in (False, True):  # into an empty folder, and into one that gpuplan has written
        for what, plant in planted(tree):
            for one in (out, away):
                shutil.rmtree(one, ignore_errors=True)
            away.mkdir()
            (away / "file").write_text("theirs\n")
            victim.unlink(missing_ok=True)
            victim.write_text(SECRET)
            if before:
                subprocess.run([test.gpuplan, "compile", "-q", "a.yaml", "-o", "out"], cwd=tree, check=True, timeout=60)
            plant()
            for arguments in (["compile", "-q", "a.yaml", "-o", "out"], ["compile", "-q", "a.yaml", "-o", "out", "--check"]):
                name = f"{what}{', compiled before' if before else ''}{', --check' if '--check' in arguments else ''}"
                done, trace = test.run(tree, *arguments, status=(0, 1, 2), what=name)
                succeeded += done.returncode == 0
                bad = test.outside(trace.written | trace.changed, out) + test.outside(trace.read, out, tree / "a.yaml")
                bad = [p for p in bad if p != str(out) and p != str(tree)]
                test.check(not bad, f"{name}: touched {bad}")
                test.check(victim.read_text() == SECRET and os.listdir(away) == ["file"] and not (tree / "nowhere").exists(), f"{name}: a file outside has changed")
                test.check(b"secret of" not in done.stdout + done.stderr, f"{name}: shows a file outside")
    test.check(succeeded, "no run into a planted folder succeeds: nothing was tried")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(ROOT / "build" / "gpuplan"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gpuplan-paths-") as folder:
        test = Test(str(Path(options.gpuplan).resolve()), folder)
        for part in (innocent, reading, walking, project_file, writing):
            part(test)
    print(f"{test.runs} runs under strace; {test.passed} passed, {test.failed} failed")
    return 1 if test.failed else 0


if __name__ == "__main__":
    sys.exit(main())
