#!/usr/bin/python3
"""Captures in the file system, and what follows from them: where they may lie, what compile writes.

Each test gets an empty folder. What a capture may look like is in cases/captures.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
CASES = HERE / "cases" / "captures"
TOPO = "\tGPU0\tGPU1\nGPU0\t X \tNV4\nGPU1\tNV4\t X \n"
SPEC = """version: 1
hosts:
  h:
    hypervisor: kvm
    captures: {topo: %s}
    gpus:
      g0: {board: a40, address: 05:00.0}
      g1: {board: a40, address: 06:00.0}
vms:
  v: {host: h, vcpus: 4, memory: 8GiB, p2p: nvlink, gpus: [g0, g1]}
"""


class Test:
    def __init__(self, gpuplan, folder):
        self.gpuplan, self.folder, self.failed, self.passed = gpuplan, folder, [], 0

    def put(self, name, text):
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    def run(self, *arguments, cwd=".", stdin=None):
        return subprocess.run(
            [self.gpuplan, *arguments], cwd=self.folder / cwd, input=stdin, capture_output=True, timeout=20
        )

    def check(self, good, why):
        if good:
            self.passed += 1
        else:
            self.failed.append(why)

    def finds(self, want, *paths, cwd=".", stdin=None, file=None):
        done = self.run("lint", "-f", "json", *paths, cwd=cwd, stdin=stdin)
        try:
            found = json.loads(done.stdout)["findings"]
        except json.JSONDecodeError:
            self.check(False, f"{paths}: status {done.returncode}: {done.stderr!r}")
            return
        rules = [f["rule"] for f in found]
        self.check(rules == want, f"lint {paths}: {[(f['rule'], f['message']) for f in found]}, expected {want}")
        if file:
            self.check([f["file"] for f in found] == [file], f"lint {paths}: in {[f['file'] for f in found]}, expected {file}")


def test_relative_to_the_file(t):
    t.put(".gpuplan.yaml", "{}")
    t.put("hosts/c/t.txt", TOPO)
    t.put("hosts/a.yaml", SPEC % "c/t.txt")
    t.finds([], "hosts/a.yaml")
    t.finds([], "a.yaml", cwd="hosts")
    t.finds([], str(t.folder / "hosts" / "a.yaml"), cwd="/")
    t.finds([], "../a.yaml", cwd="hosts/c")
    t.finds([], "-", cwd="hosts", stdin=(SPEC % "c/t.txt").encode())
    t.finds([], "-", stdin=(SPEC % "hosts/c/t.txt").encode())
    t.finds(["spec-capture"], "-", stdin=(SPEC % "c/t.txt").encode())


def test_repository(t):
    t.put("t.txt", TOPO)
    t.put("repo/t.txt", TOPO)
    t.put("repo/hosts/a.yaml", SPEC % "../t.txt")
    t.put("repo/hosts/b.yaml", SPEC % (t.folder / "repo/t.txt"))
    for name in ("a", "b"):
        t.finds(["spec-capture"], f"repo/hosts/{name}.yaml", file=f"repo/hosts/{name}.yaml")
    (t.folder / "repo/.git").mkdir()
    t.finds([], "repo/hosts/a.yaml")
    t.finds([], "repo/hosts/b.yaml")
    t.put("repo/hosts/.gpuplan.yaml", "{}")  # the nearest one
    t.finds(["spec-capture"], "repo/hosts/a.yaml")
    t.put("repo/a.yaml", SPEC % "../t.txt")
    t.finds(["spec-capture"], "repo/a.yaml")
    t.put("repo/a.yaml", SPEC % "../repo/hosts/../t.txt")
    t.finds([], "repo/a.yaml")
    # A neighbour whose name starts alike is outside.
    t.put("repo-2/t.txt", TOPO)
    t.put("repo/a.yaml", SPEC % "../repo-2/t.txt")
    t.finds(["spec-capture"], "repo/a.yaml")


def test_links(t):
    t.put("t.txt", TOPO)
    t.put("repo/.gpuplan.yaml", "{}")
    t.put("repo/inside.txt", TOPO)
    (t.folder / "repo/link.txt").symlink_to("inside.txt")
    (t.folder / "repo/out.txt").symlink_to("../t.txt")
    (t.folder / "repo/folder").symlink_to("..")
    (t.folder / "repo/loop.txt").symlink_to("loop.txt")
    for name, want in (("link", []), ("out", ["spec-capture"]), ("folder/t", ["spec-capture"]), ("loop", ["spec-capture"])):
        t.put("repo/a.yaml", SPEC % f"{name}.txt")
        t.finds(want, "repo/a.yaml")
    # The folder of the spec counts, not that of a link to it.
    (t.folder / "elsewhere").symlink_to("repo")
    t.put("repo/a.yaml", SPEC % "inside.txt")
    t.finds([], "elsewhere/a.yaml")


def test_no_plain_files(t):
    os.mkfifo(t.folder / "fifo.txt")  # nobody writes: opening it would wait
    (t.folder / "folder.txt").mkdir()
    t.put("big.txt", TOPO.encode() + b"\n" * (1 << 20))
    t.put("fits.txt", TOPO.encode() + b"\n" * ((1 << 20) - len(TOPO)))
    t.put("lines.txt", b"GPU0\n" * 200000)
    t.put("wide.txt", b"\tGPU0" * 200000)
    t.put("many.txt", (b" ".join(b"GPU%d" % i for i in range(64)) + b"\n") * 2500)
    for name, want in (("fifo", 1), ("folder", 1), ("big", 1), ("fits", 0), ("lines", 1), ("wide", 1), ("many", 1), (".", 1)):
        t.put("a.yaml", SPEC % (f"{name}.txt" if name != "." else "."))
        start = time.monotonic()
        t.finds(["spec-capture"] * want, "a.yaml")
        t.check(time.monotonic() - start < 5, f"{name}: slow")
    if os.getuid():
        t.put("secret.txt", TOPO).chmod(0)
        t.put("a.yaml", SPEC % "secret.txt")
        t.finds(["spec-capture"], "a.yaml")


def test_walking_skips_nothing_more(t):
    t.put("t.yaml", TOPO)  # not ours, and a capture all the same
    t.put("a.yaml", SPEC % "t.yaml")
    done = t.run("lint", ".")
    t.check(done.returncode == 0 and b"1 file, 1 host" in done.stderr and b"1 file skipped" in done.stderr, done.stderr)


def test_sources(t):
    """The manifest and the depfile name captures."""
    t.put("hosts/t.txt", TOPO)
    t.put("hosts/a.yaml", SPEC % "t.txt")
    done = t.run("compile", "hosts", "-o", "out", "--depfile", "out.d")
    t.check(done.returncode == 0, done.stderr)
    sources = json.loads((t.folder / "out/manifest.json").read_text())["sources"]
    t.check("t.txt" in json.dumps(sources), f"manifest: {sources}")
    t.check("hosts/t.txt" in (t.folder / "out.d").read_text(), "depfile")
    before = (t.folder / "out/manifest.json").read_bytes()
    t.run("compile", "hosts", "-o", "out")
    t.check(before == (t.folder / "out/manifest.json").read_bytes(), "the manifest changes")
    t.put("hosts/t.txt", TOPO + "\n")
    t.check(t.run("compile", "hosts", "-o", "out", "--check").returncode == 1, "a changed capture is not seen")


def cliques(t, rows, *vms):
    n = len(rows)
    head = "\t" + "\t".join(f"GPU{i}" for i in range(n)) + "\n"
    cells = [["X" if i == j else "OK" if c == "1" else "NS" for j, c in enumerate(r)] for i, r in enumerate(rows)]
    t.put("p2p.txt", head + "".join(f" GPU{i}\t" + "\t".join(c) + "\n" for i, c in enumerate(cells)))
    spec = "version: 1\nhosts:\n  h:\n    hypervisor: kvm\n    managed_by: proxmox\n    versions: {qemu: 9.2.0}\n"
    spec += "    captures: {p2p_read: p2p.txt}\n    gpus:\n"
    # Listed against the order of their addresses: GPUn goes by address.
    spec += "".join(f"      g{i}: {{board: l40s, address: {i + 16:02x}:00.0}}\n" for i in reversed(range(n)))
    spec += "vms:\n" if vms else ""
    for i, vm in enumerate(vms):
        spec += f"  v{i}: {{host: h, vcpus: 4, memory: 8GiB, p2p: pcie, gpus: [{', '.join(f'g{x}' for x in vm)}]}}\n"
    t.put("a.yaml", spec)
    done = t.run("compile", "a.yaml", "-o", "out")
    t.check(done.returncode == 0, done.stderr)
    file = t.folder / "out" / "h" / "clique-map.json"
    text = file.read_text() if file.exists() else "{}"
    found = {}
    for i in range(n):
        at = text.find(f"{i + 16:02x}:00.0")
        if at >= 0:
            found.setdefault(int("".join(filter(str.isdigit, text[at + 7 :].split(",")[0].split("}")[0]))), set()).add(i)
    return sorted(map(sorted, found.values()))


def test_cliques(t):
    chain = "0100", "1010", "0101", "0010"
    for rows, vms, want in (
        (("0111", "1011", "1101", "1110"), (), [[0, 1, 2, 3]]),
        (("0100", "1000", "0001", "0010"), (), [[0, 1], [2, 3]]),
        (chain, (), [[0, 1], [2, 3]]),
        (chain, ((1, 2),), [[1, 2]]),
        (("0000", "0000", "0001", "0010"), (), [[2, 3]]),
        (("0011", "0011", "1101", "1110"), ((0, 2),), [[0, 2, 3]]),
    ):
        got = cliques(t, rows, *vms)
        t.check(got == want, f"cliques of {rows} for {vms}: {got}, expected {want}")


def test_mutations(t):
    """A few bytes changed: an answer, never a crash, always at a place in a file."""
    random.seed(7)
    good = [f.read_bytes() for f in sorted(CASES.glob("*/*.txt")) if f.stat().st_size < 10000]
    pieces = [b"\t", b" ", b"\n", b"\r", b"GPU0", b"GPU1", b"X", b"NV4", b"OK", b"\x1b[", b"\x1b]0;", b"[4m", b"\0", b"\xff", b"NV#", b"-p2p w"]
    t.put("a.yaml", SPEC % "t.txt")
    for i in range(300):
        text = bytearray(random.choice(good))
        for _ in range(random.randint(1, 6)):
            at = random.randrange(len(text) + 1)
            text[at : at + random.randint(0, 9)] = random.choice(pieces)
        t.put("t.txt", bytes(text))
        done = t.run("lint", "-f", "json", "a.yaml")
        good_answer = done.returncode in (0, 1)
        for f in json.loads(done.stdout.decode())["findings"] if good_answer else ():
            good_answer &= f["line"] >= 1 and f["path"].startswith(("hosts.h", "vms.v"))
        t.check(good_answer, f"mutation {i}: status {done.returncode}: {done.stderr[-300:]!r} of {bytes(text)!r}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(HERE.parent / "build" / "gpuplan"))
    options = parser.parse_args()
    gpuplan = str(Path(options.gpuplan).resolve())
    passed = failed = 0
    for name, test in [(n, f) for n, f in globals().items() if n.startswith("test_")]:
        with tempfile.TemporaryDirectory() as folder:
            t = Test(gpuplan, Path(folder).resolve())
            test(t)
            passed += t.passed
            failed += len(t.failed)
            for why in t.failed:
                print(f"FAIL {name}: {why}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
