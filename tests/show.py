#!/usr/bin/python3
"""What is asked for by hand: show, boards, help, and what is said to who asks wrongly.

An artifact that `show` prints is the file that compile writes; the GPUs' parts are parts of the whole; the quoted
command is the list of arguments; the catalog that is printed is rules/tables.
"""

import argparse
import csv
import json
import os
import pty
import shlex
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

import checks

ROOT = Path(__file__).resolve().parent.parent
SPECS = ("examples", "tests/oracles/specs")
OF_VM = {".xml": "libvirt", ".qemu-args": "qemu", ".vmx": "vmx"}
OF_HOST = {"clique-map.json": ("clique-map",), "clique-map.sh": ("clique-map", "--shell"), "host-setup.sh": ("host-setup",)}
GIB = 1 << 30


class Run:
    def __init__(self, gpuplan):
        self.gpuplan = gpuplan

    def __call__(self, *arguments, stdin=None):
        return subprocess.run([self.gpuplan, *arguments], cwd=ROOT, input=stdin, text=True, capture_output=True, timeout=60)

    def shown(self, name, specs, target, *more):
        done = self("show", name, specs, "-t", target, *more)
        checks.check(done.returncode == 0, f"show {name} -t {target}: {done.stderr}")
        return done.stdout


def artifacts(run):
    """Every file of compile, shown."""
    for specs in SPECS:
        with tempfile.TemporaryDirectory() as folder:
            run("compile", "-q", specs, "-o", folder)
            files = [f for f in sorted(Path(folder).glob("*/*"))]
            checks.check(len(files) > 10, f"{specs}: {len(files)} files")
            for file in files:
                target, *more = OF_HOST.get(file.name) or (OF_VM[file.suffix],)
                name = file.parent.name if file.name in OF_HOST else file.stem
                text = file.read_text()
                checks.same(f"show {name} -t {target} {more}", run.shown(name, specs, target, *more), text)
                if target == "libvirt":
                    parts_of_the_whole(ET.fromstring(text), ET.fromstring(run.shown(name, specs, target, "--devices")), name)
                if target == "qemu":
                    command = shlex.split(run.shown(name, specs, target, "--shell"))
                    checks.same(f"{name} --shell", command, ["qemu-system-x86_64", *text.splitlines()])


def plain(element):
    """An element as text, without its place in the guest, blanks between elements and what the whole alone says."""
    copy = ET.fromstring(ET.tostring(element))
    for child in copy.findall("address") + copy.findall("topology") + copy.findall("numa"):
        copy.remove(child)
    for each in copy.iter():
        each.text, each.tail = (each.text or "").strip(), ""
    return ET.tostring(copy)


def parts_of_the_whole(whole, parts, name):
    for path in ("devices/hostdev", "iommufd", "{http://libvirt.org/schemas/domain/qemu/1.0}override"):
        checks.same(f"{name} --devices: {path}", list(map(plain, parts.findall(path))), list(map(plain, whole.findall(path))))
    hidden = "features/kvm/hidden"
    checks.same(f"{name} --devices: {hidden}", parts.find(hidden) is None, whole.find(hidden) is None)
    hole = "devices/controller/pcihole64"
    checks.same(f"{name} --devices: {hole}", [e.text for e in parts.iterfind(hole)], [e.text for e in whole.iterfind(hole)])
    if parts.find("cpu") is not None:
        checks.same(f"{name} --devices: cpu", plain(parts.find("cpu")), plain(whole.find("cpu")))
    checks.same(f"{name} --devices: a window has its address bits", parts.find("cpu") is None, parts.find(hole) is None)
    # Not the GPUs': the user's own domain has these.
    for path in ("name", "uuid", "memory", "vcpu", "os", "devices/disk", "devices/interface", "features/acpi", "cpu/topology", "cpu/numa"):
        checks.check(parts.find(path) is None, f"{name} --devices: holds {path}")


def size(text):
    """'32 (with ReBAR vBIOS)' in GiB."""
    return int(float(text.split()[0]) * GIB) if text else 0


def boards(run):
    """The catalog as the tables have it, in both forms."""
    with open(ROOT / "rules" / "tables" / "boards.csv", newline="", encoding="utf-8") as f:
        rows = list(csv.DictReader(f))
    listed = json.loads(run("boards", "--format", "json").stdout)
    checks.same("its version", listed["version"], 1)
    checks.same("the boards", [b["id"] for b in listed["boards"]], [r["id"] for r in rows])
    lines = {line.split()[0]: line.split()[1:] for line in run("boards").stdout.splitlines()[3:]}
    checks.same("the boards as text", list(lines), [r["id"] for r in rows])
    for board, row in zip(listed["boards"], rows):
        there = [board[k] for k in ("name", "class", "architecture", "chip", "pci_id", "nvswitch")]
        checks.same(row["id"], there, [row["board"], row["class"], row["arch"], row["chip"], row["pci_device"], row["nvswitch"] == "yes"])
        for key, column in (("framebuffer", "fb_gb"), ("bar1", "bar1_gb"), ("vsphere_mmio", "vsphere_mmio_gb")):
            checks.same(f"{row['id']} {key}", board[key], size(row[column]))
        columns = [board["pci_id"], *(shown_size(board[k]) for k in ("framebuffer", "bar1", "vsphere_mmio"))]
        checks.same(f"{row['id']} as text", lines[row["id"]][:4], columns)
        p2p = {t["name"] for t in board["vgpu_types"] if t["p2p"]}
        checks.same(f"{row['id']} P2P as text", {t.strip(",") for t in lines[row["id"]][4:]} - {"-"}, p2p)
    for asked, answer in (("h100-sxm5-80gb", ["h100-sxm5-80gb"]), ("10DE:2330", ["h100-sxm5-80gb"])):
        there = json.loads(run("boards", "--format", "json", asked).stdout)["boards"]
        checks.same(f"boards {asked}", [b["id"] for b in there], answer)
    shared = [r["id"] for r in rows if r["pci_device"] == "10de:25b6"]
    there = json.loads(run("boards", "--format", "json", "10de:25b6/14a9").stdout)["boards"]
    checks.same("boards that share a PCI id", [b["id"] for b in there], shared)


def shown_size(n):
    return "-" if n == 0 else f"{n / GIB:.2f}" if n < GIB else str(n // GIB)


WRONG = (
    (("boards", "h100-sxm5-80gc"), "no board 'h100-sxm5-80gc': did you mean 'h100-sxm5-80gb'?"),
    (("boards", "10de:2330zz"), "no board '10de:2330zz'"),
    (("boards", "nothing-like-it"), "no board 'nothing-like-it': `gpuplan boards` lists them"),
    (("lnit",), "no command 'lnit': did you mean 'lint'?"),
    (("quite-another",), "no command 'quite-another': `gpuplan help` lists them"),
    (("help", "lnit"), "no command 'lnit': did you mean 'lint'?"),
    (("show",), "show: -t TARGET is missing: `gpuplan show VM [PATH…] -t TARGET`"),
    (("show", "-t", "qemu"), "show: the name of a VM or host is missing: `gpuplan show VM [PATH…] -t TARGET`"),
    (("show", "infer", "examples", "-t", "qemuu"), "-t: no target 'qemuu': did you mean 'qemu'?"),
    (("show", "infer", "examples", "-t", "qemu", "--devices"), "--devices goes with -t libvirt"),
    (("show", "infer", "examples", "-t", "vmx", "--shell"), "--shell goes with -t qemu and -t clique-map"),
    (("show", "infer", "examples", "-t", "libvirt", "--devices", "--shell"), "--shell does not go with --devices"),
    (("show", "far-domain", "tests/oracles/specs", "-t", "qemu"), "no VM 'far-domain': did you mean 'far-domains'?"),
    (("show", "zzzz", "tests/oracles/specs", "-t", "qemu"), "no VM 'zzzz' in the plan"),
    (("show", "domain", "tests/oracles/specs", "-t", "clique-map"), "no host 'domain': did you mean 'domains'?"),
    (("show", "far-domains", "tests/oracles/specs", "-t", "clique-map"), "'far-domains' is a VM, but -t clique-map needs a host: its host is 'domains'"),
    (("show", "domains", "tests/oracles/specs", "-t", "qemu"), "'domains' is a host, but -t qemu needs a VM"),
    (("show", "esx-bare", "tests/oracles/specs", "-t", "qemu"), "VM 'esx-bare' has no qemu artifact: its host is vsphere"),
    (("show", "far-domains", "tests/oracles/specs", "-t", "vmx"), "VM 'far-domains' has no vmx artifact: its host is kvm"),
    (("show", "domains", "tests/oracles/specs", "-t", "host-setup"), "host 'domains' has no host-setup: none of its VMs has a vGPU"),
    (("version", "--format", "json"), "version: --format is no option here"),
    (("lint", "--format=nope"), "no format 'nope' here: text, oneline, json, sarif, github, junit or auto"),
    (("lint", "--max-findings", "x"), "--max-findings x: a whole number from 1"),
    (("lint", "--nothing"), "lint: --nothing is no option here; see `gpuplan lint --help`"),
)


def questions(run):
    for arguments, words in WRONG:
        done = run(*arguments)
        checks.same(f"status of {arguments}", done.returncode, 2)
        checks.check(f"gpuplan: {words}" in done.stderr and not done.stdout, f"{arguments}: '{done.stderr}', not '{words}'")
    usage = run("help").stdout
    for line in usage.split("\n\n")[2].splitlines():
        command = line.split()[0]
        asked, told = run(command, "--help"), run("help", command)
        checks.check(asked.returncode == 0 and asked.stdout.startswith(f"usage: gpuplan {command}"), asked.stdout)
        checks.same(f"help {command}", told.stdout, asked.stdout)
    checks.check("  lint  " in usage and run().stdout == usage, "the usage without a command")


BROKEN = """version: 1
hosts:
  h: {hypervisor: kvm, gpus: {g: {board: l40s, address: "05:00.0"}, k: {board: l40s, address: "06:00.0"}}}
vms:
  good: {host: h, vcpus: 2, memory: 4GiB, gpus: [g]}
  bad: {host: h, vcpus: 2, memory: 4GiB, gpus: [nowhere]}
"""


def in_the_way(run):
    """Only the findings of what is shown stand in its way."""
    good, bad = (run("show", name, "-", "-t", "libvirt", stdin=BROKEN) for name in ("good", "bad"))
    checks.same("show of a sound VM beside a bad one", (good.returncode, good.stderr), (0, ""))
    checks.check(bad.returncode == 1 and "[gpu-unknown]" in bad.stderr and not bad.stdout, bad.stderr)
    host = run("show", "h", "-", "-t", "clique-map", stdin=BROKEN)
    checks.check(host.returncode == 2 and "host 'h' has no clique-map" in host.stderr, host.stderr)
    unread = run("show", "lost", "-", "-t", "libvirt", stdin=BROKEN + "  lost: [\n")
    checks.check(unread.returncode == 1 and "[yaml-syntax]" in unread.stderr and "no VM 'lost'" in unread.stderr, unread.stderr)


UNKNOWN_TYPE = """version: 1
hosts:
  h: {hypervisor: kvm, gpus: {g: {board: a40, address: "05:00.0", vfs: ["05:00.4"]}}}
vms:
  v: {host: h, vcpus: 2, memory: 4GiB, vgpu: %s, p2p: none, gpus: [g]}
"""


SILENCED = """# gpuplan: ignore[%s] not yet bought
version: 1
hosts:
  h: {hypervisor: kvm, vgpu_framework: vfio, gpus: {g: {board: a40, address: "05:00.0"%s}}}
vms:
  v: {host: h, vcpus: 2, memory: 4GiB, vgpu: %s, p2p: none, gpus: [%s]}
"""


def silenced(run):
    """What no artifact can be written without is silenced for lint alone."""
    vfs = ', vfs: ["05:00.4"]'
    for rule, *spec in (("gpu-unknown", vfs, "A40-48Q", "k"), ("vgpu-vf-missing", "", "A40-48Q", "g"), ("vgpu-type-unknown", vfs, "A40-60C", "g")):
        spec = (rule, *spec)
        linted = run("lint", "-", stdin=SILENCED % spec)
        checks.check(linted.returncode == 0 and "1 silenced by comments" in linted.stderr, f"{rule}: {linted.stderr}")
        for command in (["show", "v", "-", "-t", "qemu"], ["show", "h", "-", "-t", "host-setup"], ["show", "v", "-", "-t", "qemu", "--rule", f"{rule}=note"]):
            done = run(*command, stdin=SILENCED % spec)
            checks.check(done.returncode == 1 and f": error: " in done.stderr and f"[{rule}]" in done.stderr and not done.stdout, f"{command}: {done.stderr}")
        with tempfile.TemporaryDirectory() as folder:
            done = run("compile", "-", "-o", folder + "/out", stdin=SILENCED % spec)
            checks.check(done.returncode == 1 and f": error: " in done.stderr and f"[{rule}]" in done.stderr, done.stderr)
            checks.check(not (Path(folder) / "out").exists(), f"{rule}: something was written")
    checks.check("although it is silenced" in on_a_terminal(run, "show", "v", "-", "-t", "qemu", stdin=SILENCED % spec), "why it is shown")


def on_a_terminal(run, *arguments, stdin):
    """What a terminal shows of standard error."""
    ours, theirs = pty.openpty()
    with open(ours, "rb", buffering=0) as end:
        subprocess.run([run.gpuplan, *arguments], cwd=ROOT, input=stdin.encode(), stdout=subprocess.PIPE, stderr=theirs, timeout=60)
        os.close(theirs)
        return end.read(65536).decode()


def unknown_type(run):
    """A type that NVIDIA brings out tomorrow, its rule switched off: only the user knows how its driver calls it."""
    for prefix in ("GRID ", "NVIDIA ", "", "GRID", "NVIDIB "):
        name = prefix + "A40-60C"
        done = run("show", "h", "-", "-t", "host-setup", "--rule", "vgpu-type-unknown=off", stdin=UNKNOWN_TYPE % name)
        if prefix in ("GRID ", "NVIDIA "):
            checks.check(done.returncode == 0 and f" '{name}' " in done.stdout, f"{name}: {done.stderr}")
        else:
            checks.check(done.returncode == 1 and "[vgpu-type-unknown]" in done.stderr, f"{name}: {done.stderr}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(ROOT / "build" / "gpuplan"))
    run = Run(str(Path(parser.parse_args().gpuplan).resolve()))
    for part in (artifacts, boards, questions, in_the_way, silenced, unknown_type):
        part(run)
    return checks.verdict()


if __name__ == "__main__":
    sys.exit(main())
