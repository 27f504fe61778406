#!/usr/bin/python3
"""gpuplan import topo: what it prints, pasted into a host, gives the plan that the captures give.

Shown on all captures of cases/captures and on random matrices. What lint refuses is refused here, at the
same place, with nothing on standard output.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
CAPTURES = HERE / "cases" / "captures"
REAL = CAPTURES / "nvidia-smi"
ODD = CAPTURES / "odd"
LEGEND = "\nLegend:\n\n  X    = Self\n  NV#  = Connection traversing a bonded set of # NVLinks\n"


class Test:
    def __init__(self, gpuplan, folder):
        self.gpuplan = gpuplan
        self.folder = folder
        self.passed = self.failed = 0

    def check(self, name, good, why=""):
        self.passed += bool(good)
        if not good:
            self.failed += 1
            print(f"FAIL {name}: {why}"[:1500])

    def call(self, *arguments, stdin=b""):
        return subprocess.run([self.gpuplan, *map(str, arguments)], input=stdin, capture_output=True, timeout=60, cwd=self.folder)

    def put(self, name, text):
        file = self.folder / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    def prints(self, name, *files, stdin=b""):
        """What it prints of them."""
        done = self.call("import", "topo", *files, stdin=stdin)
        self.check(name, done.returncode == 0 and not done.stderr, f"status {done.returncode}: {done.stderr.decode()}")
        return done.stdout.decode()

    def refuses(self, name, status, says, *files, stdin=b""):
        done = self.call("import", "topo", *files, stdin=stdin)
        good = done.returncode == status and not done.stdout and says in done.stderr.decode()
        self.check(name, good, f"status {done.returncode}, no '{says}': {done.stderr.decode()} {done.stdout.decode()}")
        return done.stderr.decode()


def host(n, keys, nodes):
    """A spec without VMs whose cliques are in its clique map, and one with a VM for every pair."""
    gpus = "".join(f"      g{i}: {{board: l40s, address: {i + 16:02x}:00.0{nodes.get(i, '')}}}\n" for i in range(n))
    text = "version: 1\nhosts:\n  h:\n    hypervisor: kvm\n    managed_by: proxmox\n    versions: {qemu: 9.2.0}\n" + keys + "    gpus:\n" + gpus
    vms = "vms:\n" + "".join(
        f"  v{i}-{j}: {{host: h, vcpus: 2, memory: 8GiB, pinning: auto, p2p: nvlink, gpus: [g{i}, g{j}]}}\n"
        for i in range(n) for j in range(i))
    return text, text + vms if n > 1 else text


def plan_of(t, name, specs):
    """Cliques, which pairs NVLink joins, and which VMs leave their nodes."""
    t.put("a.yaml", specs[0])
    done = t.call("compile", "-q", "a.yaml", "-o", f"out-{name}")
    t.check(f"{name} compiles", done.returncode == 0, done.stderr.decode() + specs[0])
    file = t.folder / f"out-{name}" / "h" / "clique-map.json"
    map_text = file.read_text() if file.exists() else ""
    t.put("a.yaml", specs[1])
    found = json.loads(t.call("lint", "-f", "json", "a.yaml").stdout)["findings"]
    wanted = {"p2p-over-pcie", "p2p-topology-unknown", "numa-split", "spec-conflict", "spec-capture", "spec-value", "spec-reference"}
    return map_text, sorted((f["rule"], f["path"]) for f in found if f["rule"] in wanted)


def same_plan(t, name, n, captures):
    """The host with `captures`, and the one with what import prints of them."""
    printed = t.prints(name, *captures.values())
    keys = yaml.safe_load(printed) or {}
    nodes = {int(g[1:]): f", numa: {spec['numa']}" for g, spec in keys.pop("gpus", {}).items()}
    pasted = "".join(f"    {line}\n" for line in printed.split("gpus: #")[0].splitlines())
    named = ", ".join(f"{key}: {file.relative_to(t.folder)}" for key, file in captures.items())
    ours = plan_of(t, "import", host(n, pasted, nodes))
    theirs = plan_of(t, "captures", host(n, f"    captures: {{{named}}}\n", {}))
    t.check(f"{name}: the same plan", ours == theirs, f"{ours}\n{theirs}\n{printed}")
    return printed


def test_real(t):
    for file in sorted(REAL.glob("*.txt")):
        copy = t.put(file.name, file.read_bytes())
        if file.name.startswith("18_"):
            t.refuses(file.name, 1, "18_a100_vm_12nic_corrupt_column_excerpt.txt:2:73: error: ", copy)
            continue
        n = max(int(w[3:]) for w in file.read_text().split() if w.startswith("GPU") and w[3:].isdigit()) + 1
        same_plan(t, file.name, n, {"p2p_read" if "p2p" in file.name else "topo": copy})


def matrix(rows, option):
    n = len(rows)
    text = f"$ nvidia-smi topo {option}\n\t" + "\t".join(f"GPU{i}" for i in range(n))
    text += "\tCPU Affinity\tNUMA Affinity\n" if option.startswith("-m") else "\n"
    for i, row in enumerate(rows):
        text += f"GPU{i}\t" + "\t".join("X" if i == j else c for j, c in enumerate(row))
        text += f"\t0-3\t{i // 2}\n" if option.startswith("-m") else "\n"
    return text + (LEGEND if option == "-m" else "")


def symmetric(n, draw):
    rows = [["X"] * n for _ in range(n)]
    for i in range(n):
        for j in range(i):
            rows[i][j] = rows[j][i] = draw(i, j)
    return rows


def test_random(t):
    random.seed(11)
    for i in range(60):
        n = random.randint(1, 8)
        often = random.random()
        captures = {"topo": t.put("m.txt", matrix(symmetric(n, lambda i, j: random.choice(("NV2", "NV4", "NV20")) if random.random() < often / 2 else "NODE"), "-m"))}
        for key, option in (("p2p_read", "-p2p r"), ("p2p_write", "-p2p w"))[: random.randint(0, 2)]:
            captures[key] = t.put(option[-1] + ".txt", matrix(symmetric(n, lambda i, j: "OK" if random.random() < often else "CNS"), option))
        printed = same_plan(t, f"random {i}", n, captures)
        again = t.prints("again", *captures.values())
        t.check("the same twice", printed == again)


def test_groups(t):
    def of(edges, n=4):
        return matrix(symmetric(n, lambda i, j: edges.get((j, i), "SYS")), "-m")

    for name, text, want in (
        ("none", of({}), {"nvlink": "none"}),
        ("all", of({(i, j): "NV4" for j in range(4) for i in range(j)}), {"nvlink": "all"}),
        ("bridges", of({(0, 1): "NV4", (2, 3): "NV4"}),
         {"nvlink": [{"gpus": ["g0", "g1"], "links": 4}, {"gpus": ["g2", "g3"], "links": 4}]}),
        ("a full set and a chain", of({(0, 1): "NV2", (0, 2): "NV2", (1, 2): "NV2", (2, 3): "NV2"}),
         {"nvlink": [{"gpus": ["g0", "g1", "g2"], "links": 2}, {"gpus": ["g2", "g3"], "links": 2}]}),
        ("more links than a spec may say", of({(0, 1): "NV20"}), {"nvlink": [["g0", "g1"]]}),
    ):
        got = yaml.safe_load(t.prints(name, t.put("x.txt", text)))
        t.check(f"{name}: nodes", got.pop("gpus") == {f"g{i}": {"numa": i // 2} for i in range(4)}, got)
        t.check(f"{name}: groups", got == want, got)
    got = yaml.safe_load(t.prints("a chain of OK", ODD / "p2p-chain.txt"))
    t.check("a chain of OK: groups", got == {"pcie_p2p": [["g0", "g1"], ["g2", "g3"]]}, got)
    printed = t.prints("what a chain gives up", ODD / "p2p-chain.txt")
    t.check("what a chain gives up is told", "give up [g1, g2]" in printed, printed)


def test_kinds(t):
    """Found by themselves: in one file or several, in any order."""
    m, ok, ns = (matrix(symmetric(2, lambda i, j: c), o) for c, o in (("PIX", "-m"), ("OK", "-p2p r"), ("NS", "-p2p w")))
    want = {"nvlink": "none", "pcie_p2p": "none", "gpus": {"g0": {"numa": 0}, "g1": {"numa": 0}}}
    t.put("m", m), t.put("r", ok), t.put("w", ns), t.put("all", m + ok + ns)
    t.put("r2", ok.split("\n", 1)[1]), t.put("w2", ns.split("\n", 1)[1])  # without the command
    for files in (("m", "r", "w"), ("w", "r", "m"), ("all",), ("all", "m", "r"), ("m", "r2", "w2"), ("m", "w2", "r")):
        got = yaml.safe_load(t.prints(f"{files}", *files))
        t.check(f"{files}", got == want, got)
    got = yaml.safe_load(t.prints("a pipe", "-", "m", stdin=ok.encode()))
    t.check("a pipe", got == dict(want, pcie_p2p="all"), got)
    got = t.prints("-mp", t.put("mp", matrix(symmetric(2, lambda i, j: "PIX"), "-mp")))
    t.check("-mp does not say that there is no NVLink", "nvlink" not in yaml.safe_load(got) and "nvlink: none" not in got, got)
    linked = t.put("nv", m.replace("PIX", "NV4"))
    got = yaml.safe_load(t.prints("-mp beside -m", "mp", linked))
    t.check("-mp beside -m", got["nvlink"] == "all", got)
    got = yaml.safe_load(t.prints("w alone", "w"))
    t.check("w alone proves nothing", got is None, got)
    got = yaml.safe_load(t.prints("-p2p n is passed over", t.put("n", ok.replace("p2p r", "p2p n") + m)))
    t.check("-p2p n is passed over", "pcie_p2p" not in got, got)


def test_refused(t):
    two, three = (matrix(symmetric(n, lambda i, j: "OK"), "-p2p r") for n in (2, 3))
    m = matrix(symmetric(2, lambda i, j: "NV4"), "-m")
    t.put("r", two), t.put("r3", three), t.put("m", m), t.put("other", m.replace("NV4", "NV2"))
    shown = t.refuses("two that differ", 1, "other:2:2: error: a second matrix differs from the first [spec-capture]", "m", "other")
    t.check("both places", "\nm:2:2: note: the first matrix" in shown, shown)
    shown = t.refuses("another number", 1, "r3:2:2: error: this matrix has 3 GPUs, another has 2", "r3", "m")
    t.check("both places", "\nm:2:2: note: the other matrix" in shown, shown)
    t.refuses("two reads that differ", 1, "differs from the first", "r", t.put("x", two.replace("OK", "NS")))
    t.refuses("nodes that differ", 1, "differs from the first", "m", t.put("x", m.replace("\t0-3\t0", "\t0-3\t1")))
    t.refuses("one good, one bad", 1, "x:3:8: error: ", "m", t.put("x", two.replace("OK", "OKAY")))
    t.refuses("not r or w", 1, "this is `nvidia-smi topo -p2p n`", t.put("x", two.replace("p2p r", "p2p n")))
    t.refuses("no matrix", 1, "x:1:1: error: no matrix", "m", t.put("x", "bash: nvidia-smi: command not found\n"))
    t.refuses("empty", 1, "the file is empty", "-")
    t.refuses("long", 1, "larger than 1 MiB", t.put("x", m.encode() + b"\n" * (1 << 20)))
    t.refuses("not there", 2, "No such file", "m", "nowhere")
    t.refuses("a folder", 2, "Is a directory", ".")
    t.refuses("no file", 2, "import topo FILE")
    done = t.call("import", "m")
    t.check("no kind", done.returncode == 2 and b"import topo FILE" in done.stderr, done.stderr)


def test_as_lint(t):
    """Whatever lint refuses is refused at the same place."""
    done = subprocess.run([t.gpuplan, "lint", "-f", "json", "not-trusted.yaml"], cwd=CAPTURES, capture_output=True)
    found = {(f["file"], f["line"], f["column"]) for f in json.loads(done.stdout)["findings"]}
    t.check("there are some", len(found) > 20)
    for file, line, column in sorted(found):
        t.refuses(file, 1, f"{file}:{line}:{column}: error: ", CAPTURES / file)


def test_mutations(t):
    """A few bytes changed: keys or a finding, never both, never a crash."""
    random.seed(3)
    good = [f.read_bytes() for f in sorted(CAPTURES.glob("*/*.txt")) if f.stat().st_size < 5000]
    pieces = [b"\t", b" ", b"\n", b"GPU0", b"GPU1", b"X", b"NV4", b"NV99", b"OK", b"NS", b"\x1b[4m", b"\0", b"\xff", b"-p2p w", b"nvidia-smi topo -mp\n"]
    for i in range(200):
        text = bytearray(random.choice(good) + random.choice([b"", random.choice(good)]))
        for _ in range(random.randint(0, 3)):
            at = random.randrange(len(text) + 1)
            text[at : at + random.randint(0, 4)] = random.choice(pieces)
        done = t.call("import", "topo", "-", stdin=bytes(text))
        fine = done.returncode == 0 and not done.stderr or done.returncode == 1 and not done.stdout and b"[spec-capture]" in done.stderr
        t.check(f"mutation {i}", fine, f"status {done.returncode}: {done.stderr[-300:]!r} of {bytes(text)!r}")
        if done.returncode == 0:
            keys = yaml.safe_load(done.stdout) or {}
            t.check(f"mutation {i}: keys", set(keys) <= {"nvlink", "pcie_p2p", "gpus"}, keys)


def test_names(t):
    """A file's name ends up in a comment, whatever it holds."""
    file = t.put("a\nnvlink: all # \x1b[2J", matrix(symmetric(2, lambda i, j: "PIX"), "-m"))
    got = t.prints("a hostile name", file)
    t.check("a hostile name", yaml.safe_load(got)["nvlink"] == "none" and "\x1b" not in got, got)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(HERE.parent / "build" / "gpuplan"))
    options = parser.parse_args()
    passed = failed = 0
    for test in [f for n, f in globals().items() if n.startswith("test_")]:
        with tempfile.TemporaryDirectory() as folder:
            t = Test(str(Path(options.gpuplan).resolve()), Path(folder).resolve())
            test(t)
            passed += t.passed
            failed += t.failed
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
