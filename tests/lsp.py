#!/usr/bin/python3
"""The language server, by a client that speaks the protocol over pipes.

What the server says of a text is held against `gpuplan lint --format json` of the same text. `§` marks
the cursor in a spec.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lsp_client import CAPABILITIES, Client, uri_of

ROOT = Path(__file__).resolve().parent.parent
SEVERITIES = {"error": 1, "warning": 2, "note": 3}
HOSTS = """version: 1
host_profiles:
  rack: {iommu: true}
hosts:
  hgx:
    hypervisor: vsphere
    profile: rack
    system_id: 6d1a7d5e-0001-5000-8000-00000000000a
    nvlink: all
    gpus:
      g0: {board: a100-sxm4-80gb, address: 0000:10:00.0, numa: 0}
      g1: {board: a100-sxm4-80gb, address: 0000:11:00.0, numa: 0}
  desk:
    hypervisor: kvm
    gpus:
      left: {board: l40s, address: 17:00.0}
"""
VMS = """version: 1
profiles:
  big: {vcpus: 32, memory: 256GiB}
vms:
  train:
    host: hgx
    profile: big
    p2p: nvlink
    vgpu: A100DX-40C
    gpus: [g0, g1]
"""


class Failures(list):
    def check(self, good, *what):
        if not good:
            self.append(" ".join(str(w) for w in what))


class Session:
    """A server in a folder with hosts.yaml and vms.yaml."""

    def __init__(self, gpuplan, folder, failures, **initialize):
        self.folder, self.check, self.gpuplan = folder, failures.check, gpuplan
        (folder / "hosts.yaml").write_text(HOSTS)
        (folder / "vms.yaml").write_text(VMS)
        self.client = Client(gpuplan)
        self.answer = self.client.initialize(folder, **initialize)
        self.version = 1

    def uri(self, name="vms.yaml"):
        return uri_of(self.folder / name)

    def text(self, text, name="vms.yaml"):
        """The editor shows this text, and the server has judged it."""
        self.version += 1
        self.client.open(self.uri(name), text, self.version)
        self.client.settle()
        return self.client.diagnostics.get(self.uri(name), [])

    def mark(self, marked, name="vms.yaml"):
        """Shows the text without its mark; where the mark was."""
        before, _, after = marked.partition("§")
        self.text(before + after, name)
        last = before.rpartition("\n")[2]
        return before.count("\n"), len(last.encode("utf-16-le")) // 2

    def complete(self, marked, name="vms.yaml"):
        return self.client.at("completion", self.uri(name), *self.mark(marked, name)) or []

    def labels(self, marked, name="vms.yaml"):
        return [item["label"] for item in self.complete(marked, name)]

    def hover(self, marked, name="vms.yaml"):
        answer = self.client.at("hover", self.uri(name), *self.mark(marked, name))
        return answer["contents"]["value"] if answer else ""

    def actions(self, marked, name="vms.yaml", **context):
        line, character = self.mark(marked, name)
        place = {"line": line, "character": character}
        return self.client.ask(
            "textDocument/codeAction",
            {
                "textDocument": {"uri": self.uri(name)},
                "range": {"start": place, "end": place},
                "context": {"diagnostics": [], **context},
            },
        )


def apply_change(text, change):
    """What a text is after a change, positions in UTF-16."""
    if "range" not in change:
        return change["text"]
    start, end = (offset(text, change["range"][side]) for side in ("start", "end"))
    return text[:start] + change["text"] + text[end:]


def line_starts(text):
    starts, i = [0], 0
    while i < len(text):
        i += 2 if text[i : i + 2] == "\r\n" else 1
        if text[i - 1] in "\r\n":
            starts.append(i)
    return starts


def offset(text, position):
    starts = line_starts(text)
    i, units = starts[position["line"]], position["character"]
    while units > 0:
        units -= 2 if ord(text[i]) > 0xFFFF else 1
        i += 1
    return i


def position(text, i, unit="utf-16"):
    starts = [s for s in line_starts(text) if s <= i]
    piece = text[starts[-1] : i]
    count = {"utf-8": lambda s: len(s.encode()), "utf-16": lambda s: len(s.encode("utf-16-le")) // 2, "utf-32": len}
    return {"line": len(starts) - 1, "character": count[unit](piece)}


def lint(gpuplan, folder, name=None, text=None):
    """The findings of `gpuplan lint` in the folder, as the server would place them."""
    if name:
        (folder / name).write_bytes(text.encode())
    run = subprocess.run([gpuplan, "lint", "-f", "json"], cwd=folder, capture_output=True, timeout=60)
    findings = {}
    for f in json.loads(run.stdout)["findings"]:
        content = (folder / f["file"]).read_bytes().decode()
        lines = line_starts(content)
        mark = content.startswith("\ufeff")

        def place(line, column):
            return position(content, lines[line - 1] + column - 1 + (mark and line == 1))

        findings.setdefault(f["file"], []).append(
            (
                place(f["line"], f["column"]),
                place(f["end_line"], f["end_column"]),
                SEVERITIES[f["severity"]],
                f["rule"],
                f["message"] + (f"\nhelp: {f['help']}" if f["help"] else ""),
            )
        )
    return findings


def shown(diagnostics):
    return [
        (d["range"]["start"], d["range"]["end"], d["severity"], d["code"], d["message"]) for d in diagnostics
    ]


# --- diagnostics ---


def test_diagnostics(gpuplan, folder, failures):
    s = Session(gpuplan, folder, failures)
    found = s.text(VMS)
    failures.check(shown(found) == lint(gpuplan, folder).get("vms.yaml"), "vms.yaml:", found)
    failures.check(any(d["code"] == "p2p-vgpu-fractional" for d in found), "the rules run")
    related = [d["relatedInformation"] for d in found if d["code"] == "p2p-vgpu-fractional"]
    failures.check(related and related[0][0]["location"]["uri"] == s.uri("hosts.yaml"), "the note's file", related)
    failures.check(found[0]["source"] == "gpuplan", "the source")
    # Mended: the diagnostics go, and the version is that of the text.
    left = [d["code"] for d in s.text(VMS.replace("40C", "80C"))]
    failures.check(left == ["vsphere-nvaie"], "mended", left)
    failures.check(s.client.published[-1]["version"] == s.version, "the version")
    # A host that is renamed in one file is missing in the other, and is there again.
    s.text(HOSTS.replace("hgx:", "hgx2:"), "hosts.yaml")
    failures.check([d["code"] for d in s.client.diagnostics[s.uri()]] == ["spec-reference"], "in the other file")
    s.client.close(s.uri("hosts.yaml"))
    s.client.settle()
    failures.check([d["code"] for d in s.client.diagnostics[s.uri()]] == left, "closed: the file on the disk counts")
    # A file that changes on the disk is read again when the client says so.
    (folder / "hosts.yaml").write_text(HOSTS.replace("hgx:", "hgx2:"))
    s.client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": s.uri("hosts.yaml"), "type": 2}]})
    s.client.settle()
    failures.check([d["code"] for d in s.client.diagnostics[s.uri()]] == ["spec-reference"], "changed on the disk")
    failures.check(s.client.requests[0]["method"] == "client/registerCapability", "files are watched")
    failures.check(s.client.quit() == 0, "the exit status")


def test_files(gpuplan, folder, failures):
    s = Session(gpuplan, folder, failures)
    broken = "version: 1\nvms:\n  x: {host: nowhere}\n"
    # None of ours, hidden, excluded: as lint leaves them out.
    failures.check(s.text("services:\n  web: {image: x}\n", "compose.yaml") == [], "not ours")
    failures.check(s.text(broken, ".hidden.yaml") == [], "hidden")
    failures.check(s.text(broken, "note.txt") == [], "no YAML by its name")
    # Not saved yet: in the plan, which sees its hosts, and which it sees.
    failures.check(len(s.text(broken, "new.yaml")) == 3, "a new file is judged", s.client.diagnostics)
    new = "version: 1\nvms:\n  x: {host: desk, profile: big, gpus: [left]}\n"
    failures.check(s.text(new, "new.yaml") == [], "it sees the host of another file", s.client.diagnostics)
    # Its place is where it will be: of two with one name the later one is wrong.
    s.text(VMS, "first.yaml")
    found = [d["code"] for d in s.client.diagnostics[s.uri()]]
    failures.check("spec-duplicate" in found, "the saved file is the later one", found)
    s.client.close(s.uri("first.yaml"))
    # The project file counts as it is typed, and is judged itself.
    (folder / ".gpuplan.yaml").write_text("")
    failures.check(s.text("exclude: [new.yaml]\n", ".gpuplan.yaml") == [], "a good project file")
    failures.check(s.text(broken, "new.yaml") == [], "excluded", s.client.diagnostics)
    found = s.text("rules: {no-such-rule: off}\n", ".gpuplan.yaml")
    failures.check([d["code"] for d in found] == ["spec-value"], "a wrong rule", found)
    failures.check(len(s.client.diagnostics[s.uri("new.yaml")]) == 3, "not excluded any more")
    s.text("rules: {p2p-vgpu-fractional: note}\n", ".gpuplan.yaml")
    grades = {d["code"]: d["severity"] for d in s.client.diagnostics[s.uri()]}
    failures.check(grades["p2p-vgpu-fractional"] == 3, "graded by the project file", grades)
    # Outside of the folder: alone.
    with tempfile.TemporaryDirectory() as other:
        uri = uri_of(Path(other) / "alone.yaml")
        s.client.open(uri, broken)
        s.client.settle()
        failures.check("spec-reference" in [d["code"] for d in s.client.diagnostics[uri]], "a file alone")
        s.client.close(uri)
        s.client.settle()
        failures.check(s.client.diagnostics[uri] == [], "closed: nothing is left of it")
    # What is no file is nobody's.
    s.client.open("untitled:one", broken)
    s.client.open("file:///%00x.yaml", broken)
    s.client.open("file:///" + "a/" * 5000 + "x.yaml", broken)
    s.client.settle()
    failures.check("untitled:one" not in s.client.diagnostics, "no file")
    failures.check(s.client.quit() == 0, "the exit status")


def test_names_of_files(gpuplan, folder, failures):
    """Odd names go into URIs and back; a client may reach the folder through a link, and encode as it likes."""
    real, link = folder / "real", folder / "link to it"
    real.mkdir()
    link.symlink_to(real)
    odd = "ä ü%20#?[x]'\".yaml"
    (real / odd).write_text("version: 1\nvms:\n  x: {host: nowhere, vcpus: 1, memory: 4GiB}\n")
    (real / "b.yaml").write_text("version: 1\nvms:\n  y: {host: elsewhere, vcpus: 1, memory: 4GiB}\n")
    client = Client(gpuplan)
    client.initialize(None, rootUri="file://" + str(link).replace(" ", "%20"))
    client.settle()
    uri = "file://" + str(link).replace(" ", "%20") + "/"
    expected = {uri + "%C3%A4%20%C3%BC%2520%23%3F%5Bx%5D%27%22.yaml", uri + "b.yaml"}
    failures.check(set(client.diagnostics) == expected, "the URIs", set(client.diagnostics))
    own = uri + "%62.y%61ml"
    client.open(own, (real / "b.yaml").read_text())
    client.settle()
    failures.check([d["code"] for d in client.diagnostics.get(own, [])] == ["spec-reference"], "the client's spelling")
    failures.check(client.quit() == 0, "the exit status")


def test_folders(gpuplan, folder, failures):
    one, two = folder / "one", folder / "two"
    for each in (one, two):
        each.mkdir()
        (each / "a.yaml").write_text("version: 1\nvms:\n  x: {host: nowhere, vcpus: 1, memory: 4GiB}\n")
    client = Client(gpuplan)
    client.initialize(None, workspaceFolders=[{"uri": uri_of(one), "name": "one"}])
    client.settle()
    failures.check(list(client.diagnostics) == [uri_of(one / "a.yaml")], "one folder", client.diagnostics)
    event = {"added": [{"uri": uri_of(two), "name": "two"}], "removed": [{"uri": uri_of(one), "name": "one"}]}
    client.notify("workspace/didChangeWorkspaceFolders", {"event": event})
    client.settle()
    failures.check(client.diagnostics[uri_of(one / "a.yaml")] == [], "the one that was left")
    failures.check(len(client.diagnostics[uri_of(two / "a.yaml")]) == 1, "the one that came")
    failures.check(client.quit() == 0, "the exit status")


def test_captures(gpuplan, folder, failures):
    """A capture in the editor counts as it is typed; its findings stand in it, and its key leads to it."""
    s = Session(gpuplan, folder, failures)
    (folder / "hosts").mkdir()
    (folder / ".git").mkdir()
    (folder / "topo.txt").write_text("\tGPU0\tCPU Affinity\nGPU0\t X \t0-31\n")
    host = "version: 1\nhosts:\n  h:\n    hypervisor: kvm\n    captures: {topo: ../top§o.txt}\n"
    host += "    gpus:\n      g0: {board: l40s, address: 17:00.0}\n"
    place = s.mark(host, "hosts/h.yaml")
    there = s.client.at("definition", s.uri("hosts/h.yaml"), *place)
    failures.check(there and there["uri"] == s.uri("topo.txt"), "to the capture", there)
    failures.check(not s.client.diagnostics.get(s.uri("hosts/h.yaml")), "good on the disk", s.client.diagnostics)
    found = s.text("\tGPU0\nGPU0\t?\n", "topo.txt")
    failures.check([d["code"] for d in found] == ["spec-capture"], "in the capture", s.client.diagnostics)
    there = s.client.at("definition", s.uri("hosts/h.yaml"), *place)
    failures.check(there and there["uri"] == s.uri("topo.txt"), "to the capture", there)
    failures.check(s.client.quit() == 0, "the exit status")


# --- positions ---


def test_positions(gpuplan, folder, failures):
    """Columns are counted in what client and server agreed on."""
    text = "version: 1\nvms:\n  x: {memory: 4GiB, vgpu: '😀漢é', host: nowhere, vcpus: 1}\n"
    for unit in ("utf-16", "utf-8", "utf-32"):
        client = Client(gpuplan)
        answer = client.initialize(folder, encodings=None if unit == "utf-16" else ["x", unit, "utf-16"])
        failures.check(answer["capabilities"]["positionEncoding"] == unit, "the encoding", answer)
        for content in (text, text.replace("\n", "\r\n"), text.replace("\n", "\r"), "\ufeff" + text):
            uri = uri_of(folder / "a.yaml")
            client.open(uri, content)
            client.settle()
            found = [d["range"] for d in client.diagnostics[uri] if d["code"] == "spec-reference"]
            at = content.index("nowhere")
            if "\r" in content and "\n" not in content:
                continue  # CR alone is refused as a whole; that it ends a line is shown below
            expected = {"start": position(content, at, unit), "end": position(content, at + 7, unit)}
            failures.check(found == [expected], unit, repr(content), found, expected)
        client.quit()
    # A file that is not open: its mark is no column, for an editor hides it.
    (folder / "a.yaml").write_text("\ufeffversion: 2\n")
    client = Client(gpuplan)
    client.initialize(folder)
    client.settle()
    failures.check(not client.diagnostics, "version 2 alone is nobody's", client.diagnostics)
    (folder / "a.yaml").write_text("\ufeff\"hosts\": 3\nversion: 1\n")
    client.notify("textDocument/didSave", {"textDocument": {"uri": uri_of(folder / "a.yaml")}})
    client.settle()
    found = client.diagnostics[uri_of(folder / "a.yaml")]
    failures.check(found[0]["range"]["start"] == {"line": 0, "character": 9}, "behind a mark", found)
    # Invalid UTF-8 on the disk comes out as valid JSON.
    (folder / "a.yaml").write_bytes(b"version: 1\nhosts:\n  a: {hypervisor: \xff\xfe}\n")
    client.notify("textDocument/didSave", {"textDocument": {"uri": uri_of(folder / "a.yaml")}})
    client.settle()
    failures.check(client.diagnostics[uri_of(folder / "a.yaml")], "invalid UTF-8 is found")
    failures.check(client.quit() == 0, "the exit status")


PIECES = ["\n", "\r\n", " ", "    ", "{", "}", "[", "]", ":", ", ", "- ", "😀", "漢", "é", "x", "#", '"', "'", "|", "\t", "~"]
PIECES += ["gpus: ", "host: desk", "vgpu: A100DX-80C", "\n  y:\n    vcpus: 4\n", "# gpuplan: ignore[p2p-unstated] so\n", "---\n"]


def random_change(chance, text):
    starts = sorted(chance.randrange(len(text) + 1) for _ in range(2))
    if chance.random() < 0.95:
        starts[1] = min(len(text), starts[0] + chance.randrange(4))
    # Not between CR and LF, which is no place of the protocol.
    starts = [i - 1 if text[i - 1 : i + 1] == "\r\n" else i for i in starts]
    with_text = chance.choice(PIECES) if chance.random() < 0.8 else ""
    edges = [position(text, i) for i in starts]
    return {"range": {"start": edges[0], "end": edges[1]}, "text": with_text}


def test_edits(gpuplan, folder, failures):
    """After random edits the server says what lint says of the same text."""
    s = Session(gpuplan, folder, failures)
    chance = random.Random(7)
    judged = 0
    for _ in range(30):
        text = chance.choice([VMS, VMS.replace("\n", "\r\n"), VMS.replace("big", "größ"), "\ufeff" + VMS])
        s.text(text)
        for _ in range(6):
            changes = []
            for _ in range(chance.randrange(1, 4)):
                changes.append(random_change(chance, text))
                text = apply_change(text, changes[-1])
            s.version += 1
            s.client.change(s.uri(), *changes, version=s.version)
            s.client.settle()
            says = {name: shown(s.client.diagnostics.get(s.uri(name), [])) for name in ("vms.yaml", "hosts.yaml")}
            found = lint(gpuplan, folder, "vms.yaml", text)
            expected = {name: found.get(name, []) for name in says}
            judged += bool(expected["vms.yaml"])
            if says != expected:
                failures.check(False, "after edits:", repr(text), says, expected)
                return
    failures.check(judged > 50, "too few texts had findings", judged)
    # Whole texts, and ranges that reach behind the end.
    s.client.change(s.uri(), {"text": VMS}, version=900)
    far = {"start": {"line": 2, "character": 999}, "end": {"line": 4000000000, "character": 4294967295}}
    s.client.change(s.uri(), {"range": far, "text": "\nvms: 3\n"}, version=901)
    s.client.settle()
    expected = lint(gpuplan, folder, "vms.yaml", VMS.split("\nvms:")[0] + "\nvms: 3\n")["vms.yaml"]
    failures.check(shown(s.client.diagnostics[s.uri()]) == expected, "behind the end", s.client.diagnostics[s.uri()])
    failures.check(s.client.quit() == 0, "the exit status")


# --- completion ---

VM_FIRST = ["host", "vcpus", "memory"]
DISK = ["file", "block", "format", "bus", "readonly"]
# A text behind VMS, and the labels that are offered: all of them, or (…) the first ones, or (!) one that is not.
COMPLETIONS = [
    ("  new:\n    §", ..., VM_FIRST),
    ("  new:\n    vc§", ..., VM_FIRST),
    ("  new:\n    §\n    host: hgx\n    vcpus: 4\n", ..., ["memory"]),
    ("  new:\n    vcpus: 4\n    §\n    host: hgx\n", ..., ["memory"]),
    ("  new:\n    host: hgx\n    vcpus: 4\n§", None, ["hosts", "host_profiles"]),
    ("  new: {§", ..., VM_FIRST),
    ("  new: { ho§", ..., VM_FIRST),
    ("  new: {host: hgx, §}\n  other: {host: hgx}\n", ..., ["vcpus", "memory"]),
    ("  new: {vcpus: 4, host: hgx, gpus: [g0], §\n  other: {host: hgx}\n", ..., ["memory"]),
    ("  new:\n    host: §", None, ["desk", "hgx"]),
    ("  new:\n    host: h§", None, ["desk", "hgx"]),
    ("  new:\n    host:§", None, ["desk", "hgx"]),
    ("  new:\n    host: '§'", None, ["desk", "hgx"]),
    ('  new:\n    host: "h§', None, ["desk", "hgx"]),
    ("  new:\n    host: §  # a comment\n", None, ["desk", "hgx"]),
    ("  new:\n    host:\n      §\n", None, ["desk", "hgx"]),
    ("  new: {vcpus: 3, host: §, memory: 3GiB}", None, ["desk", "hgx"]),
    ("  new: {host: §", None, ["desk", "hgx"]),
    ("  new:\n    profile: §", None, ["big"]),
    ("  new:\n    host: hgx\n    gpus: [§]", None, ["g0", "g1"]),
    ("  new:\n    host: hgx\n    gpus: [g0,§", None, ["g0", "g1"]),
    ("  new:\n    gpus: [g0,\n           §\n    host: hgx\n", None, ["g0", "g1"]),
    ("  new:\n    gpus: [g0, # one\n      g§]\n    host: hgx\n", None, ["g0", "g1"]),
    ("  new: {host: desk, gpus: [§", None, ["left"]),
    ("  new:\n    host: desk\n    gpus:\n      - §", None, ["gpu", "vgpu", "uvm", "vgpu_params", "mdev", "vf", "left"]),
    ("  new:\n    host: desk\n    gpus:\n    - §\n    vcpus: 3\n", None, ["gpu", "vgpu", "uvm", "vgpu_params", "mdev", "vf", "left"]),
    ("  new:\n    host: desk\n    gpus:\n      - gpu: left\n        §", None, ["vgpu", "uvm", "vgpu_params", "mdev", "vf"]),
    ("  new:\n    host: desk\n    gpus:\n      - gpu: §", None, ["left"]),
    ("  new:\n    host: desk\n    gpus: [{gpu: left, §}]", None, ["vgpu", "uvm", "vgpu_params", "mdev", "vf"]),
    ("  new:\n    host: desk\n    gpus: [{gpu: left, uvm: §}]", None, ["true", "false", "default"]),
    ("  new:\n    host: hgx\n    p2p: nvlink\n    gpus: [g0, g1]\n    vgpu: §", ..., ["A100DX-80C"]),
    ("  new:\n    host: hgx\n    gpus: [{gpu: g0, vgpu: §}]", "!", ["L40S-48C"]),
    ("  new:\n    host: desk\n    vgpu: §\n", "!", ["A100DX-80C"]),
    ("  new:\n    p2p: §", None, ["none", "nvlink", "pcie"]),
    ("  new:\n    multicast: §", None, ["true", "false"]),
    ("  new:\n    mmio: §", None, ["auto"]),
    ("  new:\n    hugepages: [§", None, []),
    ("  new:\n    disks:\n      - §", None, DISK),
    ("  new:\n    disks:\n      -§\n", None, DISK),
    ("  new:\n    disks:\n      - bus: scsi\n        §", None, ["file", "block", "format", "readonly"]),
    ("  new:\n    disks:\n      - file: /x\n      - §", None, DISK),
    ("  new:\n    disks:\n      - file: /x\n        §", None, ["format", "bus", "readonly"]),
    ("  new:\n    disks: [{file: /x, bus: §", None, ["virtio", "scsi", "sata"]),
    ("  new:\n    # §", None, []),
    ("  new:\n    vcpus: 4 # §", None, []),
    ("  new:\n    vcpus: 4 # gpuplan: ignore[numa-split] §", None, []),
    ("  §", None, []),
    ("  new:\n    nowhere:\n      §", None, []),
    ("profiles2:\n  new:\n    §", None, []),
    ("---\n§", None, ["version", "hosts", "host_profiles", "vms", "profiles"]),
    ("---\nversion: §", None, ["1"]),
    ("---\nhosts:\n  a:\n    versions: {§", ..., ["esxi", "qemu", "libvirt"]),
    ("---\nhosts:\n  a:\n    nvlink: §", None, ["all", "none"]),
    ("---\nhosts:\n  a:\n    gpus:\n      g0: {§", ..., ["board", "address"]),
    ("---\nhosts:\n  a:\n    gpus:\n      g0: {board: l40§, address: 17:00.0}", "+", ["l40s", "a100-sxm4-80gb"]),
    ("---\nhosts:\n  hgx:\n    nvlink: [[§", None, ["g0", "g1"]),
    ("---\nhosts:\n  hgx:\n    nvlink: [{gpus: [g0, §", None, ["g0", "g1"]),
    ("---\nhosts:\n  a:\n    pcie_p2p:\n      - {gpus: [a, b], §", None, ["clique", "verified"]),
    ("---\nhosts:\n  a:\n    nvswitch: {partitions: §", None, ["hgx-h100", "hgx-b200"]),
    ("---\nprofiles:\n  p:\n    vcpus: 3\n    §", "!", ["host"]),
    ("---\nhost_profiles:\n  p: {§", "!", ["profile"]),
    # Broken before the cursor, and far from it.
    ("  bad: {host: [\n  new:\n    host: §", None, ["desk", "hgx"]),
    ("  bad:\n    vgpu: 'never closed\n  new:\n    host: §", None, ["desk", "hgx"]),
    ("  bad:\n   - }\n   : ]\n  new:\n    p2p: §", None, ["none", "nvlink", "pcie"]),
    ("  text:\n    vcpus: |\n      a: {\n      b: [\n    p2p: §", None, ["none", "nvlink", "pcie"]),
    ("  new:\r\n    vcpus: 4\r\n    p2p: §\r\n", None, ["none", "nvlink", "pcie"]),
    ("  new:\n    vgpu: '😀', \n    p2p: §", None, ["none", "nvlink", "pcie"]),
    ("  new: {vgpu: 'it''s {, [', p2p: §", None, ["none", "nvlink", "pcie"]),
    ('  new: {vgpu: "a\\"b, {", p2p: §', None, ["none", "nvlink", "pcie"]),
]


def test_completion(gpuplan, folder, failures):
    s = Session(gpuplan, folder, failures)
    s.text(VMS)
    for tail, how, expected in COMPLETIONS:
        labels = s.labels(VMS + tail)
        good = {
            None: labels == expected,
            ...: labels[: len(expected)] == expected and len(labels) > len(expected),
            "!": labels and not set(expected) & set(labels),
            "+": set(expected) <= set(labels),
        }[how]
        failures.check(good, "completion of", repr(tail), "offers", labels[:12])
    for before in ("    vcpus: 4 ", "    ", "    gpus: [g0] ", "    gpus: [g0, ", "    vgpu: 'x' "):
        rules = s.labels(VMS + f"  new:\n{before}# gpuplan: ignore[numa-split, §")
        failures.check("p2p-unstated" in rules and "spec-value" not in rules, "rules in a comment", before, rules[:9])
    project = s.labels("rules:\n  §", ".gpuplan.yaml")
    failures.check("p2p-unstated" in project, "rules in the project file", project[:9])
    failures.check(s.labels("rules: {p2p-unstated: §}", ".gpuplan.yaml") == ["error", "warning", "note", "off"], "levels")
    failures.check("libvirt" in s.labels("targets: [§", ".gpuplan.yaml"), "targets")
    failures.check(s.client.quit() == 0, "the exit status")


def completed(s, marked, label, name="vms.yaml"):
    """The text after the item of that label was taken."""
    text = marked.replace("§", "")
    item = next(i for i in s.complete(marked, name) if i["label"] == label)
    return apply_change(text, {"range": item["textEdit"]["range"], "text": item["textEdit"]["newText"]})


def test_completion_texts(gpuplan, folder, failures):
    s = Session(gpuplan, folder, failures)
    for marked, label, expected in [
        ("  new:\n    vc§", "vcpus", "  new:\n    vcpus: "),
        ("  new:\n    vc§: 4", "vcpus", "  new:\n    vcpus: 4"),
        ("  new:\n    host:§", "hgx", "  new:\n    host: hgx"),
        ("  new:\n    host: '§d'", "desk", "  new:\n    host: 'desk'"),
        ("  é😀: {vgpu: '漢', host: x§y, vcpus: 4}", "hgx", "  é😀: {vgpu: '漢', host: hgx, vcpus: 4}"),
        ("  new: {vgpu_§", "vgpu_params", "  new: {vgpu_params: "),
        ("  new:\n    vcpus: 4 # gpuplan: ignore[numa§]", "numa-split", "  new:\n    vcpus: 4 # gpuplan: ignore[numa-split]"),
        ("  new:\n    -§", None, None),
    ]:
        if label:
            got = completed(s, VMS + marked, label)
            failures.check(got == VMS + expected, "completed", repr(got[len(VMS) :]))
    item = next(i for i in s.complete(VMS + "  new:\n    §") if i["label"] == "vcpus")
    failures.check("1 to 768" in item["detail"] and "255 on kvm" in item["documentation"]["value"], "its doc", item)
    board = next(i for i in s.complete(HOSTS + "      g2: {board: §", "hosts.yaml") if i["label"] == "l40s")
    failures.check("48 GiB" in board["detail"], "the board's framebuffer", board)
    failures.check(all("insertTextFormat" not in i for i in s.complete(VMS + "  new:\n    §")), "no snippets")
    s.client.quit()
    capabilities = json.loads(json.dumps(CAPABILITIES))
    capabilities["textDocument"]["completion"]["completionItem"]["snippetSupport"] = True
    s = Session(gpuplan, folder, failures, capabilities=capabilities)
    texts = {i["label"]: i["textEdit"]["newText"] for i in s.complete(VMS + "  new:\n    §")}
    failures.check(texts["disks"] == "disks:\n\t- $0" and texts["gpus"] == "gpus: [$0]", "snippets", texts)
    failures.check(s.client.quit() == 0, "the exit status")


# --- hover, definition, outline, fixes ---


def test_hover(gpuplan, folder, failures):
    s = Session(gpuplan, folder, failures)
    for name, marked, expected in [
        ("vms.yaml", VMS.replace("  host", "  ho§st"), ["**host**", "required", "The host that it runs on."]),
        ("vms.yaml", VMS.replace(": hgx", ": hg§x"), ["**hgx**: vsphere, 2 GPUs: 2 x a100-sxm4-80gb; 1 VM"]),
        ("vms.yaml", VMS.replace("DX-40C", "DX-4§0C"), ["A100DX-40C", "40 GiB", "**p2p-vgpu-fractional**", "Source:"]),
        ("vms.yaml", VMS.replace("    p2p", "    multicast: tr§ue\n    p2p"), ["**multicast-unsupported**", "Listed are B200X-180C, "]),
        ("vms.yaml", VMS.replace("[g0", "[g§0"), ["0000:10:00.0", "NUMA node 0", "used by train", "80 GiB"]),
        ("hosts.yaml", HOSTS.replace("l40s", "l4§0s"), ["**l40s**", "48 GiB", "10de:26b9"]),
        ("hosts.yaml", HOSTS.replace("  desk:", "  de§sk:"), ["**desk**: kvm, 1 GPU"]),
        ("hosts.yaml", HOSTS.replace("left:", "le§ft:"), ["**left**: l40s"]),
        ("vms.yaml", VMS + "  new: {nonsen§se: 3}", ["**spec-unknown-key**"]),
        ("vms.yaml", VMS + "  new: {huge§pages: 2MiB}", ["*(kvm only)*", "Default `none`."]),
        ("hosts.yaml", HOSTS.replace("kvm", "xen").replace("  desk:", "  de§sk:"), ["**desk**: 1 GPU"]),
    ]:
        text = s.hover(marked, name)
        failures.check(all(e in text for e in expected), "hover:", expected, "not in", repr(text))
    failures.check(s.hover(VMS + "# a com§ment\n") == "", "nothing on a comment")
    failures.check(s.client.at("hover", s.uri("none.yaml"), 0, 0) is None, "a file that is not open")
    failures.check(s.client.quit() == 0, "the exit status")


def test_definition(gpuplan, folder, failures):
    s = Session(gpuplan, folder, failures)
    for name, marked, there, text, target in [
        ("vms.yaml", VMS.replace(": hgx", ": hg§x"), "hosts.yaml", HOSTS, "hgx"),
        ("vms.yaml", VMS.replace(": big", ": §big"), "vms.yaml", VMS, "big"),
        ("vms.yaml", VMS.replace("g1]", "g1§]"), "hosts.yaml", HOSTS, "g1"),
        ("hosts.yaml", HOSTS.replace(": rack", ": ra§ck"), "hosts.yaml", HOSTS, "rack"),
        ("hosts.yaml", HOSTS.replace("nvlink: all", "nvlink: [[g0, g§1]]"), "hosts.yaml", HOSTS.replace("all", "[[g0, g1]]"), "g1:"),
        # Broken while it is typed: from the last plan that could be read.
        ("vms.yaml", VMS.replace(": hgx", ": hg§x") + "  new: {", "hosts.yaml", HOSTS, "hgx"),
    ]:
        s.text(HOSTS, "hosts.yaml")
        place = s.client.at("definition", s.uri(name), *s.mark(marked, name))
        start = position(text, text.index(target))
        failures.check(
            place and place["uri"] == s.uri(there) and place["range"]["start"] == start, "definition of", target, place, start
        )
    failures.check(s.client.at("definition", s.uri(), *s.mark(VMS.replace("vcpus", "vc§pus"))) is None, "of a key")
    failures.check(s.client.quit() == 0, "the exit status")


def test_outline(gpuplan, folder, failures):
    s = Session(gpuplan, folder, failures)
    s.text(HOSTS, "hosts.yaml")
    outline = s.client.settle(s.uri("hosts.yaml"))
    names = [(o["name"], [c["name"] for c in o["children"]]) for o in outline]
    failures.check(names == [("desk", ["left"]), ("hgx", ["g0", "g1"]), ("rack", [])], "the outline", names)
    for o in outline:
        inside = o["range"]["start"]["line"] <= o["selectionRange"]["start"]["line"] <= o["range"]["end"]["line"]
        failures.check(inside, "the name lies in the range", o)
    failures.check(s.client.quit() == 0, "the exit status")


def edits_of(action, uri):
    change = action["edit"]["documentChanges"][0]
    assert change["textDocument"]["uri"] == uri, change
    return change


def test_fixes(gpuplan, folder, failures):
    """Every fix that lint offers is an action, and its edit makes the text that lint's would make."""
    s = Session(gpuplan, folder, failures)
    tried = 0
    for case in sorted((ROOT / "tests/cases/rules").glob("*/*.yaml")):
        run = subprocess.run([gpuplan, "lint", "-f", "json", case], capture_output=True, timeout=60)
        try:
            text = case.read_bytes().decode()
        except UnicodeDecodeError:
            continue
        for f in json.loads(run.stdout)["findings"]:
            for fix in f["fixes"]:
                lines, edit = line_starts(text), fix["edits"][0]
                start = lines[edit["line"] - 1] + edit["column"] - 1
                end = lines[edit["end_line"] - 1] + edit["end_column"] - 1
                at = lines[f["line"] - 1] + f["column"] - 1
                with tempfile.TemporaryDirectory() as alone:
                    uri = uri_of(Path(alone) / "a.yaml")
                    s.client.open(uri, text, 5)
                    place = position(text, at)
                    actions = s.client.ask(
                        "textDocument/codeAction",
                        {
                            "textDocument": {"uri": uri},
                            "range": {"start": place, "end": place},
                            "context": {"diagnostics": [], "only": ["quickfix"]},
                        },
                    )
                    s.client.close(uri)
                ours = [a for a in actions if a["title"] == fix["description"]]
                failures.check(ours, f"{case}: no action {fix['description']}", actions)
                if not ours:
                    continue
                change = edits_of(ours[0], uri)
                got = apply_change(text, {"range": change["edits"][0]["range"], "text": change["edits"][0]["newText"]})
                failures.check(got == text[:start] + edit["text"] + text[end:], f"{case}: the edit", change)
                failures.check(ours[0].get("isPreferred", False) == fix["safe"], f"{case}: safe", ours[0])
                failures.check(ours[0]["diagnostics"][0]["code"] == f["rule"], f"{case}: its diagnostic")
                failures.check(change["textDocument"]["version"] == 5, f"{case}: the version")
                tried += 1
    failures.check(tried > 10, "too few fixes were tried", tried)
    failures.check(s.actions(VMS.replace("40C", "4§0C"), only=["refactor"]) in ([], None), "other kinds")
    failures.check(s.client.quit() == 0, "the exit status")


# --- the protocol ---


def test_life(gpuplan, folder, failures):
    c = Client(gpuplan)
    early = c.wait(c.start("textDocument/hover", {}))
    failures.check(early["error"]["code"] == -32002, "before initialize", early)
    c.initialize(folder)
    failures.check(c.wait(c.start("initialize", {}))["error"]["code"] == -32600, "initialize twice")
    failures.check(c.wait(c.start("no/such", {}))["error"]["code"] == -32601, "an unknown method")
    c.notify("$/setTrace", {"value": "off"})
    c.notify("no/such", None)
    for params in (None, [], 3, {"textDocument": 3}, {"textDocument": {"uri": None}, "position": {"line": -1}}):
        for method in ("hover", "completion", "definition", "codeAction", "documentSymbol"):
            answer = c.wait(c.start(f"textDocument/{method}", params))
            failures.check(answer.get("result", 0) is None, method, params, answer)
        for method in ("didOpen", "didChange", "didClose", "didSave"):
            c.notify(f"textDocument/{method}", params)
        c.notify("workspace/didChangeWorkspaceFolders", params)
    c.send_bytes(c.frame({"jsonrpc": "2.0", "id": "a", "result": None}))
    # One write: the request is taken back before it is answered.
    c.send_bytes(
        c.frame({"jsonrpc": "2.0", "id": 900, "method": "textDocument/hover", "params": {}})
        + c.frame({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 900}})
    )
    failures.check(c.wait(900)["error"]["code"] == -32800, "a cancelled request")
    c.ask("shutdown", None)
    failures.check(c.wait(c.start("textDocument/hover", {}))["error"]["code"] == -32600, "after shutdown")
    c.notify("exit", None)
    failures.check(c.end() == 0 and c.error == "", "exit after shutdown", c.error)
    c = Client(gpuplan, "--stdio")
    c.initialize(folder)
    c.notify("exit", None)
    failures.check(c.end() == 1, "exit without shutdown")
    c = Client(gpuplan)
    c.initialize(folder)
    failures.check(c.end() == 1, "the end of the input")
    for wrong in (["x"], ["--catalog", "/nowhere"], ["--rule", "no-such=off"], ["--check"]):
        run = subprocess.run([gpuplan, "lsp", *wrong], stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        failures.check(run.returncode == 2 and not run.stdout and run.stderr, wrong, run)


def test_wire(gpuplan, folder, failures):
    """What is no message is answered by an error, and never by a crash."""

    def next_error(client):
        while True:
            message = client.read()
            if "method" not in message:
                return message["error"]["code"]

    c = Client(gpuplan)
    c.initialize(folder)
    for body in (b"", b"{", b"nonsense", b"[" * 5000, b'{"a": \xff}', b"{} {}", b'"' + b"x" * 100000):
        c.send_bytes(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        failures.check(next_error(c) == -32700, "no JSON", body[:20])
    for body in (b"null", b"[]", b"{}", b'[{"jsonrpc": "2.0", "method": "exit"}]', b'{"method": 3, "id": 4}'):
        c.send_bytes(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        failures.check(next_error(c) == -32600, "no request", body)
    # Another header, and capitals as one likes.
    body = b'{"jsonrpc": "2.0", "id": 77, "method": "no/such"}'
    header = b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-LENGTH:%d\r\n\r\n" % len(body)
    for byte in range(len(header)):
        c.send_bytes(header[byte : byte + 1])
    c.send_bytes(body)
    failures.check(next_error(c) == -32601, "a slow message")
    # Over the limit: passed over, and the next one is read.
    c.send_bytes(b"Content-Length: %d\r\n\r\n" % (33 << 20))
    for _ in range(33):
        c.send_bytes(b" " * (1 << 20))
    failures.check(next_error(c) == -32600, "too long")
    failures.check(c.wait(c.start("no/such", {}))["error"]["code"] == -32601, "behind what was too long")
    failures.check(c.quit() == 0, "the exit status")
    for bad in (b"Content-Length: -1\r\n\r\n", b"Content-Length: 99999999999999999999999\r\n\r\n", b"\r\n\r\n",
                b"Content-Length 3\r\n\r\n{}", b"Content-Length: x\r\n\r\n{}", b"x" * 5000, b"A: b\r\n\r\n{}"):
        c = Client(gpuplan)
        c.initialize(folder)
        c.send_bytes(bad)
        failures.check(next_error(c) == -32700, "no header", bad[:30])
        failures.check(c.end() == 2 and "Content-Length" in c.error, "it ends", bad[:30], c.error)
    for cut in (b"Content-Length: 50\r\n\r\n{", b"Content-Le"):
        c = Client(gpuplan)
        c.initialize(folder)
        c.send_bytes(cut)
        failures.check(c.end() == 1 and "middle of a message" in c.error, "cut", cut, c.error)
    # A client that is gone.
    c = Client(gpuplan)
    c.initialize(folder)
    c.process.stdout.close()
    c.notify("textDocument/didOpen", {"textDocument": {"uri": uri_of(folder / "a.yaml"), "text": "version: 1\nvms: 3"}})
    failures.check(c.process.wait(60) == 1, "nobody reads")
    c.process.stdin.close()
    c.process.stderr.close()


def test_random(gpuplan, folder, failures):
    """Requests at every place of texts that are cut anywhere: an answer each."""
    s = Session(gpuplan, folder, failures)
    texts = [p.read_text() for p in sorted((ROOT / "examples").glob("*.yaml"))] + [t for t, _, _ in COMPLETIONS]
    chance = random.Random(11)
    for text in texts:
        for _ in range(8):
            cut = text[: chance.randrange(len(text) + 1)] + chance.choice(PIECES + ["\0", "\x07", "a: b: c", "? x", "&a *b !c"])
            cut += text[chance.randrange(len(text) + 1) :] if chance.random() < 0.5 else ""
            s.client.open(s.uri(), cut)
            at = position(cut, chance.randrange(len(cut) + 1))
            for method in ("completion", "hover", "definition"):
                s.client.at(method, s.uri(), at["line"], at["character"])
    deep = "".join(" " * i + "a:\n" for i in range(300)) + "- " * 3000 + "[{" * 3000
    s.client.open(s.uri(), deep + "}]" * 7000)
    s.client.at("completion", s.uri(), 300, 9000)
    failures.check(s.client.quit() == 0, "the exit status", s.client.error)


def test_trouble(gpuplan, folder, failures):
    """What cannot be read is said once, and nothing is made of what it may hold."""
    c = Client(gpuplan)
    c.initialize(folder / "gone")
    for _ in range(3):
        c.notify("workspace/didChangeWatchedFiles", {"changes": []})
        c.settle()
    notes = [n["params"] for n in c.notes]
    failures.check(len(notes) == 1 and "gone: No such file" in notes[0]["message"], "said once", notes)
    (folder / "gone").mkdir()
    (folder / "gone/a.yaml").write_text(VMS)
    c.notify("workspace/didChangeWatchedFiles", {"changes": []})
    c.settle()
    uri = uri_of(folder / "gone/a.yaml")
    failures.check([d["code"] for d in c.diagnostics[uri]] == ["spec-reference"], "it is there", c.diagnostics)
    failures.check(c.quit() == 0, "the exit status", c.error)


def resident(client):
    status = Path(f"/proc/{client.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def test_memory(gpuplan, folder, failures):
    """Thousands of keystrokes leave nothing behind."""
    s = Session(gpuplan, folder, failures)
    s.text(VMS)

    def type_keys(n):
        for i in range(n):
            there = {"start": {"line": 8, "character": 10}, "end": {"line": 8, "character": 10 + i % 2}}
            s.client.change(s.uri(), {"range": there, "text": "" if i % 2 else "x"}, version=i)
            if i % 10 == 0:
                s.client.at("completion", s.uri(), 8, 10)
                s.client.at("hover", s.uri(), 8, 12)
            s.client.settle()

    type_keys(300)
    before = resident(s.client)
    type_keys(3000)
    grown = resident(s.client) - before
    failures.check(grown < 1024, f"grown by {grown} KiB over 3,000 keystrokes")
    failures.check(s.client.quit() == 0, "the exit status")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gpuplan", required=True)
    parser.add_argument("only", nargs="*")
    args = parser.parse_args()
    gpuplan = str(Path(args.gpuplan).resolve())
    tests = {name[5:]: test for name, test in globals().items() if name.startswith("test_")}
    failed = 0
    for name, test in tests.items():
        if args.only and name not in args.only:
            continue
        failures, start = Failures(), time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            test(gpuplan, Path(folder).resolve(), failures)
        failed += bool(failures)
        print(f"{'FAILED' if failures else 'passed'}: {name} ({time.monotonic() - start:.1f} s)")
        print("".join(f"    {f[:1500]}\n" for f in failures[:20]), end="")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
