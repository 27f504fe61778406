#!/usr/bin/python3
"""Every fix in every form that YAML has for it: what `lint --fix` must make of it, to the byte.

A VM is rendered from its entries in one form (a block, braces on one line or several, JSON), with
its value plain, in quotes, in a block scalar, on the next line, with comments and tabs; the text that
is expected is the same rendering of the mended entries. Nothing of gpuplan's own is used for it.
"""

import argparse
import itertools
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

KVM = "hypervisor: kvm"
HGX = f"""{KVM}
    nvlink: all
    gpus:
      g0: {{board: %s, address: 07:00.0, vfs: ["07:00.4"]}}
      g1: {{board: %s, address: 0b:00.0, vfs: ["0b:00.4"]}}
"""
A100 = HGX % (("a100-sxm4-80gb",) * 2)
H100 = HGX % (("h100-sxm5-80gb",) * 2)
A40 = HGX % (("a40",) * 2)
L40S = f"""{KVM}
    pcie_p2p: [[g0, g1]]
    gpus:
      g0: {{board: l40s, address: 05:00.0}}
      g1: {{board: l40s, address: 06:00.0}}
"""
VSPHERE = """hypervisor: vsphere
    system_id: 65106d9a-406e-5fda-b7ab-b8ca3a63b8b4
    gpus:
      g0: {board: a100-sxm4-80gb, address: 07:00.0}
      g1: {board: a100-sxm4-80gb, address: 0b:00.0}
"""

# rule, its host, the key, the wrong value, the right one, the VM's other keys. A list of keys is a
# path: an entry of a map in braces.
FIXES = [
    ("p2p-vgpu-fractional", A100, "vgpu", "A100DX-40C", "A100DX-80C", {"p2p": "nvlink"}),
    ("p2p-vgpu-fractional", A100, "vgpu", "GRID A100DX-40C", "GRID A100DX-80C", {"p2p": "nvlink"}),
    ("p2p-vgpu-fractional", A100, "vgpu", "grid_a100dx-40c", "grid_a100dx-80c", {"p2p": "nvlink"}),
    ("p2p-vgpu-series", A40, "vgpu", "A40-48A", "A40-48C", {"p2p": "nvlink"}),
    ("uvm-on-a100", A100, "uvm", "true", "false", {"p2p": "nvlink", "vgpu": "A100DX-80C"}),
    ("multicast-needs-uvm", H100, "uvm", "false", "true",
     {"p2p": "nvlink", "vgpu": "H100XM-80C", "multicast": "true"}),
    ("multicast-needs-uvm", H100, "uvm", "default", "true",
     {"p2p": "nvlink", "vgpu": "H100XM-80C", "multicast": "true"}),
    ("mmio-too-small", L40S, "mmio", "64GiB", "256GiB", {"p2p": "none"}),
    ("mmio-too-small", VSPHERE, "mmio", "256 GiB", "512GiB", {"p2p": "none"}),
    ("mmio-not-power-of-two", L40S, "mmio", "600GiB", "1TiB", {"p2p": "none"}),
    ("clique-hidden-hypervisor", L40S, "hide_hypervisor", "true", "false", {"p2p": "pcie"}),
    ("mmio-needs-efi", VSPHERE, "firmware", "bios", "efi", {"p2p": "none"}),
]
# Plugin parameters: what the VM's map, or its profile's, holds, and what is expected there.
PARAMS = [
    ("uvm-on-a100", A100, "{disable_vnc: 1, enable_uvm: 1}", "{disable_vnc: 1, enable_uvm: 0}",
     {"p2p": "nvlink", "vgpu": "A100DX-80C"}),
    # A text that YAML would read as none keeps its quotes.
    ("uvm-on-a100", A100, '{disable_vnc: "null", enable_uvm: 1}', '{disable_vnc: "null", enable_uvm: 0}',
     {"p2p": "nvlink", "vgpu": "A100DX-80C"}),
    ("multicast-needs-uvm", H100, "{enable_uvm: 0, frame_rate_limiter: 0}",
     "{enable_uvm: 1, frame_rate_limiter: 0}", {"p2p": "nvlink", "vgpu": "H100XM-80C", "multicast": "true"}),
]

HEAD = "version: 1\nhosts:\n  gpu-1:\n    %s"


def quote(text):
    return f'"{text}"'


# --- how a value may be written: a name, and the value in a block map whose keys stand at 4

VALUES = {
    "plain": "{}",
    "comment": "{} # why it is so: {{a, b}}",
    "tab": "{}\t# behind a tab",
    "blanks": "{}  ",
    "double": '"{}"',
    "double, comment": '"{}" # "quoted"',
    "single": "'{}'",
    "single, tab": "'{}'\t",
    "next line": "\n      {}",
    "next line, comment": "# before\n      '{}' # behind",
    "folded": ">- # a header's comment\n      {}",
    "literal": "|-\n      {}",
}
# The same in braces: block scalars have no place there.
FLOW_VALUES = {"plain": "{}", "double": '"{}"', "single": "'{}'", "next line": "\n      {}"}


def block(name, entries, added=()):
    """`added`: entries that stand plain behind the entry of that name."""
    lines = [f"  {name}:\n"]
    for key, value in entries:
        lines.append(f"    {key}: {value}\n")
        lines += [f"    {k}: {v}\n" for after, k, v in added if after == key]
    return "".join(lines)


def braces(name, entries, added=(), separator=", ", end="", quoted=False):
    parts = []
    for key, value in entries:
        more = "".join(
            f', "{k}": {v if v in ("true", "false") or v[0] == "{" else quote(v)}' if quoted else f", {k}: {v}"
            for after, k, v in added if after == key
        )
        parts.append((f'"{key}": {value}' if quoted else f"{key}: {value}") + more)
    return f"  {name}: {{{separator.join(parts)}{end}}}\n"


def lines(name, entries, added=()):
    """Braces over several lines, each with its comma, and a comment that must stay."""
    return braces(name, entries, added, separator=", # c\n    ", end=",\n  ")


def json(name, entries, added=()):
    values = [(k, v if v[0] in '[{"' or v in ("true", "false") or v.isdigit() else quote(v)) for k, v in entries]
    return braces(name, values, added, quoted=True)


def vm_entries(more, *others):
    return [("host", "gpu-1"), ("vcpus", "8"), ("memory", "256GiB"), *more.items(), *others, ("gpus", "[g0, g1]")]


def in_the_vm(host, key, wrong, right, more):
    """The value stands in the VM."""
    for form, value in VALUES.items():
        texts = [HEAD % host + "vms:\n" + block("a", vm_entries(more, (key, value.format(v)))) for v in (wrong, right)]
        yield f"block, {form}", *texts
    for form, value in FLOW_VALUES.items():
        for shape in (braces, lines):
            texts = [HEAD % host + "vms:\n" + shape("a", vm_entries(more, (key, value.format(v)))) for v in (wrong, right)]
            yield f"{shape.__name__}, {form}", *texts
    kept = [quote(v) if wrong not in ("true", "false") else v for v in (wrong, right)]
    yield "json", *[HEAD % host + "vms:\n" + json("a", vm_entries(more, (key, v))) for v in kept]
    item = "[{gpu: g0, %s: %s}, {gpu: g1, %s: %s}]"
    if key in ("vgpu", "uvm"):
        for form in ("{}", '"{}"', "'{}'"):
            texts = []
            for v in (wrong, right):
                shown = form.format(v)
                entries = vm_entries(more)[:-1] + [("gpus", item % (key, shown, key, shown))]
                texts.append(HEAD % host + "vms:\n" + block("a", entries))
            yield f"items, {form}", *texts


def from_a_profile(host, key, wrong, added, more):
    """The value stands in a profile: the VM gets the entry `added` behind the profile's name."""
    profile = f"profiles:\n  p: {{{key}: {wrong}, vcpus: 8}}\n"
    anchors = {"plain": "p", "comment": "p # which, why", "double": '"p"', "next line": "\n      p # tail",
               "next line, comments": "# one\n      # two\n\n      p # tail", "folded": ">-\n      p", "tab": "p\t# tab"}
    own = {k: v for k, v in more.items() if k != key}
    entries = [("host", "gpu-1"), ("profile", "%s"), ("memory", "256GiB"), *own.items(), ("gpus", "[g0, g1]")]
    last = [e for e in entries if e[0] != "profile"] + [("profile", "%s")]
    added = [("profile", *added)]
    for form, anchor in anchors.items():
        for order in (entries, last):
            with_anchor = [(k, v % anchor if k == "profile" else v) for k, v in order]
            yield f"profile, block, {form}", *[
                HEAD % host + profile + "vms:\n" + block("a", with_anchor, what) for what in ((), added)
            ]
    for form in ("p", '"p"', "'p'"):
        with_anchor = [(k, v % form if k == "profile" else v) for k, v in entries]
        for shape in (braces, lines, json):
            if shape is json and form != "p":
                continue
            yield f"profile, {shape.__name__}, {form}", *[
                HEAD % host + profile + "vms:\n" + shape("a", with_anchor, what) for what in ((), added)
            ]


def multicast_alone():
    """`uvm` is said nowhere: it goes behind `multicast`, or behind the profile that brings it."""
    more = {"p2p": "nvlink", "vgpu": "H100XM-80C"}
    added = [("multicast", "uvm", "true")]
    for form, value in VALUES.items():
        entries = vm_entries(more, ("multicast", value.format("true")))
        yield f"multicast, {form}", *[HEAD % H100 + "vms:\n" + block("a", entries, w) for w in ((), added)]
    entries = vm_entries(more, ("multicast", "true"))
    for shape in (braces, lines, json):
        yield f"multicast, {shape.__name__}", *[HEAD % H100 + "vms:\n" + shape("a", entries, w) for w in ((), added)]
    yield from from_a_profile(H100, "multicast", "true", ("uvm", "true"), more)


def params(host, wrong, right, more):
    head = HEAD % host + "vms:\n"
    for form in ("{}", "{} # c"):
        yield f"params {form}", *[head + block("a", vm_entries(more, ("vgpu_params", form.format(v)))) for v in (wrong, right)]
    for q in "'\"":
        texts = [v.replace("enable_uvm: 0", f"enable_uvm: {q}0{q}").replace("enable_uvm: 1", f"enable_uvm: {q}1{q}")
                 for v in (wrong, right)]
        yield f"params {q}", *[head + block("a", vm_entries(more, ("vgpu_params", v))) for v in texts]
    yield from from_a_profile(host, "vgpu_params", wrong, ("vgpu_params", right), more)


def all_forms():
    for rule, host, key, wrong, right, more in FIXES:
        for name, before, after in itertools.chain(
            in_the_vm(host, key, wrong, right, more), from_a_profile(host, key, wrong, (key, right), more)
        ):
            yield rule, f"{wrong}: {name}", before, after
    for rule, host, wrong, right, more in PARAMS:
        for name, before, after in params(host, wrong, right, more):
            yield rule, name, before, after
    for name, before, after in multicast_alone():
        yield "multicast-needs-uvm", name, before, after


# --- how a file may end its lines, start and end

FILES = {
    "lf": lambda t: t.encode(),
    "crlf": lambda t: t.replace("\n", "\r\n").encode(),
    "cr": lambda t: t.replace("\n", "\r").encode(),
    "mark": lambda t: b"\xef\xbb\xbf" + t.encode(),
    "no end": lambda t: t.rstrip("\n").encode(),
    "crlf, no end, mark": lambda t: b"\xef\xbb\xbf" + t.rstrip("\n").replace("\n", "\r\n").encode(),
    "documents": lambda t: ("# é\n---\n" + t + "...\n---\n# nothing more\nversion: 1\n").encode(),
}


class Forms:
    def __init__(self, gpuplan):
        self.gpuplan, self.failed, self.n = gpuplan, [], 0

    def call(self, text, *options):
        return subprocess.run([self.gpuplan, "lint", *options, "-"], input=text, capture_output=True, timeout=60)

    def check(self, rule, name, before, after):
        """Mended as expected; and again: nothing more."""
        self.n += 1
        done = self.call(before, "--unsafe-fixes")
        if done.stdout != after or before == after:
            self.failed.append(f"{rule}, {name}: --- expected\n{after!r}\n--- got\n{done.stdout!r}\n{done.stderr.decode()}")
            return
        again = self.call(after, "-q", "--unsafe-fixes")
        if again.stdout != after or f"[{rule}]".encode() in again.stderr:
            self.failed.append(f"{rule}, {name}: not mended for good\n{again.stdout.decode()}\n{again.stderr.decode()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(ROOT / "build" / "gpuplan"))
    parser.add_argument("--show", type=int, default=5, help="how many failures to print")
    options = parser.parse_args()
    forms, rules = Forms(str(Path(options.gpuplan).resolve())), set()
    kinds, work = list(FILES), []
    for n, (rule, name, before, after) in enumerate(all_forms()):
        rules.add(rule)
        for kind in ("lf", kinds[1 + n % (len(kinds) - 1)]):
            work.append((rule, f"{name} ({kind})", FILES[kind](before), FILES[kind](after)))
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        list(pool.map(lambda form: forms.check(*form), work))
    listed = subprocess.run([forms.gpuplan, "rules"], capture_output=True, text=True, timeout=60).stdout
    fixable = {line.split()[0] for line in listed.splitlines() if line.endswith("fix)")}
    if fixable != rules or len(rules) < 8:
        forms.failed.append(f"rules with a fix: {fixable}, tested: {rules}")
    for failure in forms.failed[: options.show]:
        print(f"FAIL {failure}")
    print(f"{forms.n} forms, {len(forms.failed)} failed")
    return 1 if forms.failed else 0


if __name__ == "__main__":
    sys.exit(main())
