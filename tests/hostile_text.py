#!/usr/bin/python3
"""Hostile text in every place that takes text: refused with a finding at that place, or given back exactly by the
program that reads the artifact.

keys      every key that may hold a string (from `gpuplan schema`), on its own and by a profile, times every text, alone,
          before and behind a good value. What is accepted is compiled and read back by the readers of tests/plans.
names     of hosts, VMs, GPUs, profiles, plugin parameters.
readers   the texts that are accepted, by the real programs: xmllint, QEMU (over QMP), bash and dash on `show --shell`,
          libvirt's parser of .vmx files.
catalog   every cell of every table by --catalog: refused with its place, or `boards` and the setup script show it as it is.
captures  names of captures that are hostile but good files are read; no finding hides in them.
"""

import argparse
import csv
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
sys.path[:0] = [str(TESTS), str(TESTS / "plans"), str(TESTS / "oracles")]
import compare  # noqa: E402
import grammar  # noqa: E402
import make  # noqa: E402
import read  # noqa: E402
from hostile import CONTROL  # noqa: E402
from judging import tools, vmx as vmx_judge  # noqa: E402

TEXTS = {
    "quote": "'", "double quote": '"', "comma": ",", "commas": "a,b=c,,d", "equals": "=", "pipe": "|", "vmx escape": "|22", "hash": "#",
    "comment": " # x", "substitution": "$(touch PWNED)", "backquotes": "`touch PWNED`", "variable": "${HOME}", "and": "; touch PWNED;", "redirect": ">PWNED",
    "newline": "\n", "line end": "\r\n", "argument": "\n-device\nvirtio-rng", "tab": "\t", "up": "..", "path up": "../../../etc/passwd", "absolute": "/etc/passwd",
    "dash": "-", "option": "--help", "nul": "\0", "nul inside": "a\0b", "bidi": "\u202e", "isolate": "\u2066", "mark": "\ufeff", "escape": "\x1b[31m",
    "bell": "\x07", "delete": "\x7f", "C1": "\x9b31m", "NEL": "\x85", "LS": "\u2028", "format": "%s%n%1$s", "glob": "*?[a]", "tilde": "~", "backslash": "\\",
    "backslashes": "\\\\n\\x41\\u0041", "entity": "&lt;&#10;", "markup": "<a b='c'/>]]>", "comment markup": "<!-- -->", "brackets": "}{][)(", "blank": " ", "blanks": "a  b ",
    "nbsp": "\u00a0", "accent": "é", "wide": "日本語", "emoji": "😀", "combining": "e\u0301\u0301\u0301", "no XML": "\ufffe", "no XML 2": "\uffff", "private": "\ue000",
    "true": "true", "null": "null", "empty": "", "number": "1e999", "minus": "-1", "long": "a" * 65536, "too long": "a" * 65537, "long quotes": "'" * 65536,
    "long wide": "é" * 65536,
}
# Texts for what costs a run each.
FEW = ["quote", "commas", "substitution", "argument", "path up", "nul", "bidi", "escape", "markup", "long"]


def yaml(text):
    """A double-quoted scalar, everything odd escaped: the YAML itself is beyond doubt."""
    def one(c):
        if c.isascii() and c.isprintable() and c not in '"\\':
            return c
        return f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}"
    return '"' + "".join(map(one, text)) + '"'


def flow(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{yaml(k)}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return yaml(value) if isinstance(value, str) else json.dumps(value)


def document(sections):
    lines = ["version: 1\n"]
    for section, names in sections.items():
        lines += [f"{section}:\n"] + [f"  ? {yaml(n)}\n  : {flow(v)}\n" for n, v in names.items()]
    return "".join(lines)


# ---------------------------------------------------------------- a host and a VM that have every key of text


def kvm(n):
    host = {
        "hypervisor": "kvm", "managed_by": "qemu", "memory": "1TiB",
        "versions": {k: "12.8.0" for k in ("qemu", "libvirt", "kernel", "vgpu", "driver", "ovmf")},
        "cpus": {"sockets": "2", "cores": "64", "threads": "2", "phys_bits": "52"},
        "numa": [{"id": "0", "cpus": "0-127", "memory": "512GiB", "hugepages_1g": "512"}],
        "nvlink": [{"gpus": ["g0", "g1"], "links": "4"}, ["g2", "g3"]], "pcie_p2p": [{"gpus": ["g0", "g1"], "clique": "3"}, ["g2", "g3"]],
        "gpus": {f"g{k}": {"board": "l40s", "address": f"0000:0{k + 1}:00.0", "numa": "0", "iommu_group": str(k), "module": str(k + 1),
                           "smi_index": str(k), "vfs": [f"0000:0{k + 1}:02.0"], "bar1": "64GiB"} for k in range(4)},
    }
    vm = {
        "uuid": f"6d1a7d5e-0001-5000-8000-{n:012}", "vcpus": "2", "pinning": ["0-3", "4"], "memory": "64GiB", "mmio": "1TiB", "p2p": "pcie",
        "gpus": [{"gpu": "g0"}, "g1"],
        "disks": [{"file": f"/a/{n}.img"}, {"block": f"/dev/{n}"}],
        "nics": [{"bridge": "br0", "mac": f"02:00:00:{n >> 16:02x}:{n >> 8 & 255:02x}:{n & 255:02x}"}, {"network": "net"}],
    }
    return host, vm


def vgpus(n, **host_keys):
    host = {"versions": {"vgpu": "18.2", **host_keys.pop("versions", {})}, "nvlink": "all", **host_keys,
            "gpus": {f"g{k}": {"board": "a40", "address": f"0000:0{k + 1}:00.0"} for k in range(2)}}
    vm = {"vcpus": "2", "memory": "64GiB", "mmio": "1TiB", "p2p": "none", "vgpu": "A40-48Q", "uvm": False,
          "vgpu_params": {"frame_rate_limiter": "0"}, "gpus": [{"gpu": "g0"}, {"gpu": "g1", "vgpu": "A40-48Q", "vgpu_params": {"x": "1"}}]}
    return host, vm


def mdev(n):
    host, vm = vgpus(n, hypervisor="kvm", vgpu_framework="mdev")
    vm["gpus"][0]["mdev"] = f"6d1a7d5e-0002-5000-8000-{n:012}"
    vm["gpus"][1]["vf"] = "0000:02:02.0"
    host["gpus"]["g1"]["vfs"] = ["0000:02:02.0"]
    return host, vm


def vsphere(n):
    return vgpus(n, hypervisor="vsphere", system_id="6d1a7d5e-0003-5000-8000-00000000000a", versions={"esxi": "8.0u3"})


def fabric(n):
    host, vm = kvm(n)
    host["nvswitch"] = {"mode": "shared", "partitions": [["1", "2"], {"modules": ["3", "4"]}]}
    host["versions"] = {"fabric_manager": "12.8.0"}
    return host, vm


def captured(n):
    """No file is there: whatever the key says, there is a finding at it."""
    host, vm = kvm(n)
    host["captures"] = {k: f"{n}.{k}" for k in ("topo", "p2p_read", "p2p_write")}
    return host, vm


BASES = [kvm, mdev, vsphere, fabric, captured]


def steps(path):
    """vms.*.disks[].file: ['disks', '[]', 'file']"""
    return re.findall(r"\[\]|\*|[^.\[\]*]+", path)[2:]


def reach(value, way):
    """The holder of the last step and its key there, the deepest first; None: this base lacks it."""
    where = []
    for k, step in enumerate(way):
        if step == "[]":
            found = [(i, v) for i, v in enumerate(value) if isinstance(value, list) and fits(v, way[k + 1:])] if isinstance(value, list) else []
        elif step == "*":
            found = list(value.items()) if isinstance(value, dict) else []
        else:
            found = [(step, value[step])] if isinstance(value, dict) and step in value else []
        if not found:
            return None
        where.append(found[0][0])
        holder, value = value, found[0][1]
    return (holder, where) if isinstance(value, str) else None


def fits(value, way):
    return not way and isinstance(value, str) or bool(way) and (reach(value, way) is not None if isinstance(value, (dict, list)) else False)


def shown(section, name, where):
    return f"{section}.{name}" + "".join(f"[{w}]" if isinstance(w, int) else f".{w}" for w in where)


class Case:
    """One text at one key of one host with its VM."""

    def __init__(self, n, base, path, change, profile):
        self.n = n
        host, vm = base(n)
        self.plan = make.Plan(n, f"h{n}")
        self.plan.host = host
        self.vm = make.VM(self.plan, f"v{n}")
        self.vm.vm = vm
        self.plan.vms = [self.vm]
        self.of_host = path.startswith("host")
        holder, where = reach(host if self.of_host else vm, steps(path))
        self.text = holder[where[-1]] = change(holder[where[-1]])
        self.profile, self.top = profile, where[0]
        section = ("host_profiles" if self.of_host else "profiles") if profile else ("hosts" if self.of_host else "vms")
        self.place = shown(section, f"p{n}" if profile else f"h{n}" if self.of_host else f"v{n}", where)

    def sections(self):
        host, vm = dict(self.plan.host), {"host": self.plan.name, **self.vm.vm}
        found = {"hosts": {self.plan.name: host}, "vms": {self.vm.name: vm}}
        if self.profile:
            owner = host if self.of_host else vm
            found["host_profiles" if self.of_host else "profiles"] = {f"p{self.n}": {self.top: owner.pop(self.top)}}
            owner["profile"] = f"p{self.n}"
        return found


def typed(value):
    """A model as facts.py takes it: numbers are numbers."""
    if isinstance(value, dict):
        return {k: int(v) if k in NUMBERS and isinstance(v, str) else typed(v) for k, v in value.items()}
    if isinstance(value, list):
        return [typed(v) for v in value]
    return value


def typed_host(host):
    host = typed(host)
    partitions = host.get("nvswitch", {}).get("partitions", [])
    for k, p in enumerate(partitions):
        partitions[k] = [int(m) for m in (p["modules"] if isinstance(p, dict) else p)]
    return host


NUMBERS = "vcpus numa iommu_group module smi_index id clique links hugepages_1g".split()


class Test:
    def __init__(self, gpuplan, folder):
        self.gpuplan, self.folder = gpuplan, Path(folder)
        self.passed = self.failed = self.refused = 0
        self.read = 0
        self.accepted = {}  # text -> the keys that took it

    def check(self, good, what):
        self.passed += bool(good)
        if not good:
            self.failed += 1
            if self.failed <= 40:
                print(f"FAIL {what}"[:700])

    def run(self, *arguments, status=None, **how):
        done = subprocess.run([self.gpuplan, *map(str, arguments)], cwd=how.pop("cwd", self.folder), capture_output=True, timeout=300, **how)
        if status is not None:
            self.check(done.returncode in status, f"{arguments}: status {done.returncode}: {done.stderr[-300:]!r}")
        return done

    def put(self, name, sections):
        path = self.folder / name
        path.write_text(document(sections), encoding="utf-8")
        return path

    def lint(self, name):
        """The findings of a file, after every format of them was read by what reads it."""
        forms = ["json", "sarif", "junit", "github", "text", "oneline"]
        self.run("lint", "-q", "--explain", name, *(x for f in forms for x in ("-f", f, "-o", f"out.{f}")), status=(0, 1))
        out = {f: (self.folder / f"out.{f}").read_bytes() for f in forms}
        for f in ("text", "oneline", "github"):
            bad = CONTROL.search(out[f])
            self.check(not bad, f"{name}: a control character in {f}: {bad and out[f][max(0, bad.start() - 60):bad.end() + 9]!r}")
        json.loads(out["sarif"].decode("utf-8", "strict"))
        ElementTree.fromstring(out["junit"])
        self.check(all(line.startswith(b"::") for line in out["github"].splitlines()), f"{name}: a line of its own in github's form")
        return json.loads(out["json"].decode("utf-8", "strict"))["findings"]


def merge(cases):
    found = {}
    for case in cases:
        for section, names in case.sections().items():
            found.setdefault(section, {}).update(names)
    return found


CHANGES = {"alone": lambda old, text: text, "before": lambda old, text: text + old, "behind": lambda old, text: old + text}


def text_keys(test):
    """Keys that may hold any string, with a base that has them."""
    for path, schemas in grammar.Grammar(test.gpuplan).leaves.items():
        kinds = [s["type"] if isinstance(s.get("type"), list) else [s.get("type")] for s in schemas]
        if not path.startswith(("hosts.", "vms.")) or not any("string" in k for k in kinds) or steps(path) in (["host"], ["profile"]):
            continue
        bases = [b for b in BASES if reach(b(0)[0 if path.startswith("host") else 1], steps(path))]
        test.check(bases, f"no spec here has {path}: add it to BASES")
        # One that takes the text on kvm may not on vSphere.
        for base in bases if path.endswith("vgpu_params.*") else bases[:1]:
            yield path, base


def keys(test):
    number = 0
    for path, base in text_keys(test):
        own = steps(path)[0] in ("uuid",)
        for profile in (False,) if own else (False, True):
            cases = []
            for text in TEXTS.values():
                for how, change in CHANGES.items():
                    if len(text) > 1000 and (how != "alone" or profile):
                        continue
                    number += 1
                    cases.append(Case(number, base, path, lambda old: change(old, text), profile))
            judge_cases(test, path, cases)
    print(f"{number} texts at keys: {test.refused} refused, {number - test.refused} accepted")


def judge_cases(test, path, cases):
    test.put("keys.yaml", merge(cases))
    findings = test.lint("keys.yaml")
    by_case = {}
    for f in findings:
        if f["severity"] == "error":
            n = re.match(r"[a-z_]+\.[hvp](\d+)\b", f["path"])
            test.check(n, f"{path}: a finding of nothing: {f['path']}: {f['message']}"[:300])
            by_case.setdefault(int(n[1]) if n else 0, []).append(f)
    good = []
    for case in cases:
        errors = by_case.get(case.n, [])
        if not errors:
            good.append(case)
            continue
        test.refused += 1
        at = [f for f in errors if f["path"] == case.place]
        test.check(at, f"{path}: {case.text[:40]!r}: no finding at {case.place}, but {[(f['path'], f['message'][:80]) for f in errors]}")
    for case in good:
        test.accepted.setdefault(case.text, set()).add(path)
    if good:
        read_back(test, path, good)


def read_back(test, path, cases):
    out = test.folder / "out"
    subprocess.run(["rm", "-rf", out], check=True)
    test.put("good.yaml", merge(cases))
    test.run("compile", "-q", "good.yaml", "-o", "out", status=(0,))
    for case in cases:
        case.plan.host, case.vm.vm = typed_host(case.plan.host), typed(case.vm.vm)
        case.vm.host = case.plan.host
    judge = compare.Judge([c.plan for c in cases])
    judge.judge(out)
    test.read += judge.counts["artifacts read back"]
    for problem in judge.problems:
        test.check(False, f"{path}: {problem}")


def names(test):
    for kind in ("host", "VM", "GPU", "profile", "parameter"):
        for what, text in TEXTS.items():
            host, vm = mdev(1)
            sections = {"hosts": {"h": host}, "vms": {"v": {"host": "h", **vm}}, "profiles": {"p": {}}}
            if kind == "host":
                sections["hosts"], sections["vms"]["v"]["host"] = {text: host}, text
            elif kind == "VM":
                sections["vms"] = {text: sections["vms"]["v"]}
            elif kind == "GPU":
                host["gpus"], host["nvlink"] = {text: host["gpus"]["g0"]}, "none"
                sections["vms"]["v"]["gpus"] = [text]
            elif kind == "profile":
                sections["profiles"], sections["vms"]["v"]["profile"] = {text: {}}, text
            else:
                sections["vms"]["v"]["vgpu_params"] = {text: "1"}
            test.put("names.yaml", sections)
            errors = [f for f in test.lint("names.yaml") if f["severity"] == "error"]
            fine = what in ("true", "null") or kind == "parameter" and what in ("dash", "option", "minus") or what == "number"
            test.check(bool(errors) != fine, f"the name of a {kind}: {what}: {[f['message'][:100] for f in errors]}")
            if not fine and what not in FEW:
                continue
            done = test.run("compile", "-q", "names.yaml", "-o", f"names-{kind}", status=(0,) if fine else (1,))
            if done.returncode:
                test.check(not (test.folder / f"names-{kind}").exists(), f"the name of a {kind}: {what}: something was written")
            subprocess.run(["rm", "-rf", test.folder / f"names-{kind}"], check=True)


# ---------------------------------------------------------------- the real readers


def printable():
    """Texts that every key of free text takes."""
    return {what: t for what, t in TEXTS.items() if t and len(t) < 200 and not re.search(r"[\x00-\x1f\x7f-\x9f\ufffe\uffff]", t)}


def readers(test):
    """One VM with a disk for each text, at paths that exist; and vGPUs with the texts as parameters."""
    box = test.folder / "box"
    box.mkdir()
    paths = []
    for text in printable().values():
        name = text.replace("/", "_")
        if name not in (".", ".."):
            (box / f"x{name}").write_bytes(b"\0" * 512)
            paths.append(f"{box}/x{name}")
    host, vm = kvm(1)
    vm["disks"] = [{"file": p, "format": "raw", "bus": "scsi"} for p in paths]
    test.put("disks.yaml", {"hosts": {"h": host}, "vms": {"v": {"host": "h", **vm}}})
    test.run("compile", "-q", "disks.yaml", "-o", "disks", status=(0,))
    xml = test.folder / "disks/h/v.xml"
    for k, path in enumerate(paths):
        done = tools.run(["xmllint", "--xpath", f"string(//disk[{k + 1}]/source/@file)", xml])
        test.check(done.out == path + "\n", f"libxml2 reads {done.out!r}, not {path!r}")
    by_qemu(test, paths)
    by_shells(test)
    by_vmware(test)
    print(f"{len(paths)} paths by libxml2 and QEMU, {len(printable())} parameters by libvirt's vmx parser, the arguments by bash and dash")


def by_qemu(test, paths):
    """QEMU opens the files, and names them when it is asked."""
    lines = (test.folder / "disks/h/v.qemu-args").read_text().split("\n")
    blockdevs = [w for k, line in enumerate(lines) if line == "-blockdev" and "pflash" not in lines[k + 1] for w in (line, lines[k + 1])]
    qmp = '{"execute": "qmp_capabilities"}\n{"execute": "query-named-block-nodes", "arguments": {"flat": true}}\n{"execute": "quit"}\n'
    command = [tools.require("qemu-system-x86_64", "qemu-system-x86"), "-M", "none", "-nodefaults", "-display", "none", "-S", "-qmp", "stdio", *blockdevs]
    done = subprocess.run(command, input=qmp, capture_output=True, text=True, timeout=120)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    nodes = next((a["return"] for a in answers if isinstance(a.get("return"), list)), [])
    found = {n["node-name"]: n["file"] for n in nodes if n["drv"] == "file"}
    test.check(found == {f"disk{k}-file": p for k, p in enumerate(paths)}, f"QEMU opened {list(found.values())[:5]}: {done.stderr[-300:]}")


def by_shells(test):
    """The command of `show --shell`, evaluated with a QEMU that prints its arguments."""
    stand_in = test.folder / "bin"
    stand_in.mkdir()
    (stand_in / "qemu-system-x86_64").write_text("#!/bin/sh\nprintf '%s\\0' \"$@\"\n")
    (stand_in / "qemu-system-x86_64").chmod(0o755)
    command = test.run("show", "v", "disks.yaml", "-t", "qemu", "--shell", status=(0,)).stdout
    wanted = (test.folder / "disks/h/v.qemu-args").read_bytes()[:-1].split(b"\n")
    env = {**os.environ, "PATH": f"{stand_in}:{os.environ['PATH']}", "HOME": "/wrong"}
    for shell in (["bash"], ["bash", "--posix"], ["dash"], ["bash", "-c", 'eval "$(cat)"']):
        done = subprocess.run(shell, input=command, capture_output=True, cwd=stand_in, env=env, timeout=60)
        test.check(done.stdout.split(b"\0")[:-1] == wanted and not done.stderr, f"{shell} reads other arguments: {done.stderr[-200:]!r}")
    test.check(sorted(os.listdir(stand_in)) == ["qemu-system-x86_64"], f"a text was run: {os.listdir(stand_in)}")


def by_vmware(test):
    """libvirt's parser takes the escapes of our values apart: as the annotation of a machine."""
    host, vm = vsphere(1)
    vm["vgpu_params"] = {f"p{k:02}": text for k, text in enumerate(printable().values())}
    test.put("vmx.yaml", {"hosts": {"h": host}, "vms": {"v": {"host": "h", **vm}}})
    text = test.run("show", "v", "vmx.yaml", "-t", "vmx", status=(0,)).stdout.decode()
    escaped = re.findall(r'^pciPassthru0\.cfg\.p\d\d = "(.*)"$', text, re.M)
    base = (TESTS / "oracles/base.vmx").read_text(encoding="utf-8")
    test.check(len(escaped) == len(printable()), "a parameter is missing")
    file = test.folder / "read.vmx"
    env = {"PATH": f"{vmx_judge.STAND_INS}{os.pathsep}{os.environ['PATH']}", "LIBVIRT_LOG_OUTPUTS": "4:file:/dev/null"}
    # All in one; each between letters, as libvirt takes blanks at the ends away.
    file.write_text(f'{base}\nannotation = "{"".join(f"<{e}>" for e in escaped)}"\n', encoding="utf-8")
    done = tools.run(["virsh", "-q", "-c", "vmwareplayer:///session", "domxml-from-native", "vmware-vmx", file], env=env)
    found = ElementTree.fromstring(done.out).findtext("description") if done.ok else done.words
    test.check(found == "".join(f"<{t}>" for t in printable().values()), f"libvirt reads {found!r}")
    vmx_judge.make_disks(base, test.folder)
    faults = vmx_judge.faults(base, text, test.folder)
    test.check(not faults, f"libvirt or virt-v2v refuses the .vmx: {faults}")


# ---------------------------------------------------------------- the catalog


def catalog(test):
    """Each column of each table, a row in its middle, by --catalog."""
    folder = test.folder / "catalog"
    folder.mkdir()
    refused = shown_as = 0
    for table in sorted((ROOT / "rules/tables").glob("*.csv")):
        rows = list(csv.reader(io.StringIO(table.read_text(encoding="utf-8"))))
        for column in range(len(rows[0])):
            for what in FEW:
                changed = [list(r) for r in rows]
                row = changed[len(rows) // 2]
                row[column] += TEXTS[what]
                with open(folder / table.name, "w", newline="", encoding="utf-8") as out:
                    csv.writer(out, lineterminator="\n").writerows(changed)
                done = test.run("boards", "--catalog", folder, "--format", "json", status=(0, 2))
                name = f"{table.name}, {rows[0][column]}: {what}"
                if done.returncode == 2:
                    refused += 1
                    test.check(table.name.encode() in done.stderr and not CONTROL.search(done.stderr), f"{name}: {done.stderr[:200]!r}")
                    continue
                known = json.loads(done.stdout.decode("utf-8", "strict"))["boards"]
                cell = row[column]
                if table.name == "boards.csv" and rows[0][column] in ("id", "board", "chip"):
                    key = {"id": "id", "board": "name", "chip": "chip"}[rows[0][column]]
                    shown_as += 1
                    test.check(cell in [b[key] for b in known], f"{name}: accepted, and not shown")
                out = test.run("boards", "--catalog", folder, status=(0,)).stdout
                test.check(not CONTROL.search(out), f"{name}: a control character on the terminal")
        (folder / table.name).unlink()
    print(f"cells of the catalog: {refused} refused, {shown_as} shown as they are")
    test.check(refused and shown_as, "all cells are refused, or none")


def type_names(test):
    """A vGPU type's full name goes into host-setup.sh: by its prefix, which the user does not write."""
    folder = test.folder / "types"
    folder.mkdir()
    table = (ROOT / "rules/tables/vgpu_types_driver_union.csv").read_text(encoding="utf-8")
    host, vm = mdev(1)
    vm["vgpu"] = "A40-48Q"
    del vm["gpus"][1]["vgpu"]
    test.put("type.yaml", {"hosts": {"h": host}, "vms": {"v": {"host": "h", **vm}}})
    accepted = 0
    for what, text in TEXTS.items():
        rows = list(csv.DictReader(io.StringIO(table)))
        for row in rows:
            if row["full_name"] == "NVIDIA A40-48Q":
                row["prefix"], row["full_name"] = f"NVIDIA{text}", f"NVIDIA{text} A40-48Q"
        with open(folder / "vgpu_types_driver_union.csv", "w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        done = test.run("compile", "-q", "--catalog", folder, "type.yaml", "-o", "types-out", status=(0, 1, 2))
        if done.returncode == 0:
            accepted += 1
            for shell in (("dash",), ("bash", "--posix")):
                plan = read.host_setups([test.folder / "types-out/h/host-setup.sh"], shell)[0]
                test.check(plan[0][6] == f"NVIDIA{text} A40-48Q", f"{what}: {shell[0]} reads the type {plan[0][6]!r}")
        else:
            test.check(not CONTROL.search(done.stderr), f"a type's name, {what}: {done.stderr[:200]!r}")
    print(f"{accepted} names of vGPU types reach the setup script, {len(TEXTS) - accepted} are refused")


# ---------------------------------------------------------------- captures


def captures(test):
    """Files with hostile names are read as any other; hostile cells are findings in the capture."""
    folder = test.folder / "captures"
    folder.mkdir()
    (folder / ".gpuplan.yaml").write_text("{}\n")
    spec = 'version: 1\nhosts:\n  h:\n    hypervisor: kvm\n    captures: {p2p_read: %s}\n    gpus: {g0: {board: a40, address: 05:00.0}, g1: {board: a40, address: 06:00.0}}\n'
    good = " \tGPU0\tGPU1\nGPU0\tX\tOK\nGPU1\tOK\tX\n"
    for what, text in printable().items():
        if "/" in text or text in (".", ".."):
            continue
        (folder / text).write_text(good)
        (folder / "a.yaml").write_text(spec % yaml(text), encoding="utf-8")
        done = test.run("lint", "-q", "a.yaml", cwd=folder, status=(0,))
        test.check(not done.stdout, f"a capture called {what}: {done.stdout[:300]!r}")
        (folder / text).unlink()
    (folder / "a.yaml").write_text(spec % "m.txt")
    for what, text in TEXTS.items():
        for cell, changed in (("OK", f"OK{text}"), ("OK", text), ("GPU1", f"GPU1{text}")):
            (folder / "m.txt").write_text(good.replace(cell, changed, 1), newline="", encoding="utf-8")
            done = test.run("lint", "-q", "-f", "json", "-o", "-", "-f", "text", "-o", "text", "a.yaml", cwd=folder, status=(0, 1))
            found = json.loads(done.stdout)["findings"]
            # Blanks, a terminal's colours, and words behind the last GPU in the header are a capture's own.
            harmless = changed.split() == [cell] or not text.strip() or what in ("newline", "line end", "argument", "mark", "escape")
            if not harmless and (cell == "OK" or " " not in text):
                test.check([f["rule"] for f in found] == ["spec-capture"], f"a cell with {what} ({changed[:20]!r}): {[f['message'][:80] for f in found]}")
            test.check(not CONTROL.search((folder / "text").read_bytes()), f"a cell with {what}: a control character on the terminal")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(ROOT / "build" / "gpuplan"))
    parser.add_argument("part", nargs="*", help="some of: keys names readers catalog type_names captures")
    options = parser.parse_args()
    parts = [keys, names, readers, catalog, type_names, captures]
    with tempfile.TemporaryDirectory(prefix="gpuplan-texts-") as folder:
        for part in parts:
            if not options.part or part.__name__ in options.part:
                where = Path(folder, part.__name__)
                where.mkdir()
                test = Test(str(Path(options.gpuplan).resolve()), where)
                part(test)
                print(f"{part.__name__}: {test.passed} passed, {test.failed} failed{f', {test.read} artifacts read back' if test.read else ''}")
                test.check(not list(where.rglob("PWNED")), "a text was run as a command")
                options.failed = getattr(options, "failed", 0) + test.failed
    return 1 if options.failed else 0


if __name__ == "__main__":
    sys.exit(main())
