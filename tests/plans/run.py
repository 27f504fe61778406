#!/usr/bin/python3
"""Random valid plans, from the key tables and the catalog: each lints clean and compiles for every target, and what
comes back out of the artifacts is what the plan says.

`make.py` makes the plans, `write.py` writes them as YAML, `facts.py` computes what the artifacts must say, `read.py` reads
them: libvirt's XML by libvirt's own schema too, QEMU's arguments, .vmx, the clique map by bash, the setup script by dash.
A plan may have warnings and notes, of the rules in MAY_WARN alone. Each spec is compiled six times more: with the files
named in another order, in another locale, from another folder, without ASLR, on one thread, and written down in another way.
A key of the tables, or a word of one, that no plan had fails the test.
"""

import argparse
import collections
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "oracles"), str(Path(__file__).parent)]
import agree  # noqa: E402
import compare  # noqa: E402
import grammar  # noqa: E402
import locales  # noqa: E402
import make  # noqa: E402
import write  # noqa: E402
from judging import tools, vmx as vmx_judge  # noqa: E402

BATCH = 50
# What a valid plan may still be told.
MAY_WARN = """clique-geforce clique-iommufd clique-nvswitch clique-openstack-xml clique-unknown-board clique-windows-guest
    fabric-manager-version geforce-p2p-driver host-cpu-overcommit iommu-group-split key-without-effect mmio-many-large-bars mmio-needs-efi
    mmio-not-power-of-two mmio-unknown-board numa-split p2p-conflicting-docs p2p-legacy-vgpu p2p-pcie-vsphere p2p-single-gpu
    p2p-topology-unknown p2p-unstated p2p-vgpu-series uvm-blocks-migration uvm-on-ga100 vmx-profile-unconfirmed vmx-system-id
    vsphere-nvaie""".split()
LOCALES = ["C", "POSIX", "C.UTF-8", *locales.NAMES]


class Batch(compare.Judge):
    """Some plans in one spec, and what is wrong with what becomes of it."""

    def __init__(self, gpuplan, seed, numbers, keep=False):
        self.gpuplan, self.rng = gpuplan, random.Random(f"{seed} {numbers[0]}")
        self.seen, self.rules = set(), collections.Counter()
        self.folder = Path(tempfile.mkdtemp(prefix="gpuplan-plans-"))
        self.grammar = grammar.Grammar(gpuplan)
        maker = make.Maker(self.rng, self.grammar)
        super().__init__([maker.plan(n) for n in numbers])
        self.counts["plans"], self.counts["VMs"] = len(self.plans), sum(len(p.vms) for p in self.plans)
        self.counts["VMs drawn again"] = maker.retries
        try:
            self.all()
        finally:
            if not (keep and self.problems):
                shutil.rmtree(self.folder)
        if keep and self.problems:
            print(f"kept {self.folder}")

    def run(self, *command, cwd=None, env=None, prefix=()):
        return subprocess.run([*prefix, self.gpuplan, *map(str, command)], cwd=cwd or self.folder, capture_output=True,
                              env={**os.environ, **(env or {})}, timeout=300)

    def put(self, name):
        """The spec, written down; its files."""
        spec = self.folder / name
        sections, texts = write.Writer(self.rng).files(self.plans, self.rng.choice([1, 2, 3]))
        self.seen |= set(grammar.used(sections))
        texts |= {name: text for plan in self.plans for name, text in plan.captures.items()} | {".gpuplan.yaml": "{}\n"}
        for file, text in texts.items():
            (spec / file).parent.mkdir(parents=True, exist_ok=True)
            (spec / file).write_text(text, encoding="utf-8", newline="")
        return [spec / t for t in texts if t.endswith(".yaml") and not t.startswith(".")]

    def all(self):
        files = self.put("spec")
        self.lint()
        done = self.run("compile", "-q", "spec", "-o", "out")
        if done.returncode:
            self.problem(f"compile: {done.returncode}: {done.stderr.decode()[-2000:]}")
            return
        self.judge(self.folder / "out")
        for host in (self.folder / "out").iterdir():
            found, n = agree.of_host(host) if host.is_dir() else ([], 0)
            self.problems += [f"{host.name}: {f}" for f in found]
            self.counts["facts of hosts' artifacts that agree"] += n
        self.again(files, compare.tree(self.folder / "out"))

    def lint(self):
        done = self.run("lint", "-q", "-f", "json", "spec")
        if done.returncode not in (0, 1):
            self.problem(f"lint: {done.returncode}: {done.stderr.decode()[-2000:]}")
            return
        report = json.loads(done.stdout)
        for f in report["findings"]:
            self.rules[f["rule"], f["severity"]] += 1
            if f["severity"] == "error" or f["rule"] not in MAY_WARN:
                line = (self.folder / f["file"]).read_text().splitlines()[f["line"] - 1]
                self.problem(f"{f['path']}: {f['severity']} {f['rule']}: {f['message']}\n    {line[:300]}")
        if done.returncode and not self.problems:
            self.problem(f"lint: {done.returncode} without an error")

    def again(self, files, wanted):
        """The same bytes, whatever is around them."""
        rng = self.rng
        rng.shuffle(files)
        elsewhere = self.folder / "else" / "where"
        elsewhere.mkdir(parents=True)
        spelled = self.put("spelled")
        runs = [("files in another order", files, {}), ("another locale", ["spec"], {"env": {"LC_ALL": rng.choice(LOCALES), "LANG": "", "TZ": "Asia/Tokyo"}}),
                ("another folder", [Path("../../spec")], {"cwd": elsewhere}), ("no ASLR", ["spec"], {"prefix": ("setarch", "-R")}),
                ("one thread", ["spec", "-j", "1"], {}), ("spelled in another way", spelled, {})]
        for k, (what, paths, how) in enumerate(runs):
            out = self.folder / f"out{k}"
            done = self.run("compile", "-q", *paths, "-o", out, **how)
            found = compare.tree(out) if done.returncode == 0 else {}
            names = set(wanted) - ({"manifest.json"} if what.startswith("spelled") else set())
            differ = sorted(n for n in names | set(found) - {"manifest.json"} if found.get(n) != wanted.get(n))
            if done.returncode or differ:
                self.problem(f"{what}: status {done.returncode}, other bytes in {differ[:5]}: {done.stderr.decode()[-500:]}")
            self.counts["compiled again"] += 1
            shutil.rmtree(out, ignore_errors=True)

    def result(self):
        return self.problems, self.seen, self.rules, self.counts


def batch(job):
    return Batch(*job).result()


def real_vmx(gpuplan, seed):
    """A few .vmx by libvirt's own parser and by virt-v2v. Returns the problems, and how many were read."""
    rng = random.Random(f"{seed} vmx")
    maker, problems, n = make.Maker(rng, grammar.Grammar(gpuplan)), [], 0
    with tempfile.TemporaryDirectory(prefix="gpuplan-vmx-") as name:
        folder = Path(name)
        base = (ROOT / "tests/oracles/base.vmx").read_text(encoding="utf-8")
        vmx_judge.make_disks(base, folder)
        plans = [p for p in (maker.plan(k) for k in range(60)) if p.host["hypervisor"] == "vsphere" and p.vms]
        _, texts = write.Writer(rng).files(plans, 1)
        (folder / "spec").mkdir()
        for file, text in (texts | {k: v for p in plans for k, v in p.captures.items()}).items():
            (folder / "spec" / file).parent.mkdir(exist_ok=True)
            (folder / "spec" / file).write_text(text, encoding="utf-8", newline="")
        subprocess.run([gpuplan, "compile", "-q", "spec", "-o", "out"], cwd=folder, check=True, capture_output=True, timeout=120)
        for plan in plans[:8]:
            # Neither libvirt 9 nor virt-v2v knows another firmware than "efi" by name.
            for vm in [v for v in plan.vms if v.key("firmware") != "bios"][:1]:
                text = (folder / "out" / plan.name / f"{vm.name}.vmx").read_text(encoding="utf-8")
                problems += [f"{vm.name}.vmx: {f}" for f in vmx_judge.faults(base, text, folder)]
                n += 1
    return problems, n


def missing(gpuplan, seen):
    """Keys and words of the tables that no plan had."""
    seen = {(path.replace("host_profiles.", "hosts.").replace("profiles.", "vms."), word) for path, word in seen}
    seen |= {(path, word) for path, word in seen if isinstance(word, bool)}
    for path, word in grammar.Grammar(gpuplan).everything():
        path = path.replace("host_profiles.", "hosts.").replace("profiles.", "vms.")
        if (path, word) not in seen and path != "version":
            yield f"no plan had {path}{'' if word is None else f': {word}'}"


def main():
    with tempfile.TemporaryDirectory(prefix="gpuplan-locales-") as folder:
        locales.make(Path(folder))
        return compare_all()


def compare_all():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(ROOT / "build" / "gpuplan"))
    parser.add_argument("--plans", type=int, default=600, help="how many hosts with their VMs")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--show", type=int, default=10, help="how many problems to print")
    parser.add_argument("--keep", action="store_true", help="keep the specs that show a problem")
    options = parser.parse_args()
    gpuplan = str(Path(options.gpuplan).resolve())
    for tool, package in (("xmllint", "libxml2-utils"), ("dash", "dash"), ("setarch", "util-linux"), ("virsh", "libvirt-clients"), ("virt-v2v", "virt-v2v")):
        tools.require(tool, package)

    jobs = [(gpuplan, options.seed, range(n, min(n + BATCH, options.plans)), options.keep) for n in range(0, options.plans, BATCH)]
    problems, n_vmx = real_vmx(gpuplan, options.seed)
    seen, rules, counts = set(), collections.Counter(), collections.Counter({"vmx by libvirt and virt-v2v": n_vmx})
    with ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for found in pool.map(batch, jobs):
            problems += found[0]
            seen |= found[1]
            rules.update(found[2])
            counts.update(found[3])
    problems += missing(gpuplan, seen)
    for what, n in counts.items():
        print(f"{n:8} {what}")
    print("warnings and notes: " + ", ".join(f"{n} {rule}" for (rule, _), n in sorted(rules.items())))
    for problem in problems[:options.show]:
        print(f"FAIL {problem[:3000]}")
    print(f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
