#!/usr/bin/python3
"""Random plans, judged twice: by gpuplan, and here from the CSV tables alone.

Nothing is shared with the program but rules/tables: the verdicts on vGPU P2P, the MMIO windows and
the clique ids are computed again, straight from what the rules' pages say, and must agree for every
VM and host. A rule that no random plan ever sets off, or that all set off, fails the test too.
"""

import argparse
import collections
import csv
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BATCH = 100
GIB = 1 << 30
MIB = 1 << 20

P2P_RULES = """vgpu-type-unknown vgpu-type-wrong-board vgpu-mig-mismatch p2p-mig-backed
    p2p-vgpu-fractional p2p-vgpu-series p2p-vgpu-unsupported p2p-conflicting-docs p2p-legacy-vgpu
    p2p-mixed-vgpu p2p-over-pcie p2p-topology-unknown p2p-footnote-fully-connected p2p-windows-guest
    p2p-old-release p2p-single-gpu p2p-unstated uvm-on-a100 uvm-on-ga100 uvm-fractional
    multicast-needs-uvm multicast-unsupported""".split()
MMIO_RULES = """mmio-too-small mmio-not-power-of-two mmio-needs-efi mmio-exceeds-phys-bits
    mmio-unknown-board mmio-many-large-bars""".split()
CLIQUE_RULES = """clique-split clique-id-range clique-singleton clique-mixed-models clique-geforce
    clique-unknown-board clique-not-proven clique-pair-not-ok clique-old-qemu clique-iommufd
    clique-libvirt-too-old clique-hidden-hypervisor clique-windows-guest""".split()

# Rules that must be seen with both severities.
SEVERITIES = {"p2p-vgpu-series": {"error", "warning"}, "mmio-needs-efi": {"error", "warning"},
              "mmio-unknown-board": {"warning", "note"}, "clique-geforce": {"error", "warning"},
              "clique-iommufd": {"error", "warning"}}


def table(name):
    with open(ROOT / "rules" / "tables" / name, newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


def number(text):
    found = re.match(r"[0-9.]+", text)
    return float(found.group()) if found else None


def size(text):
    return int(text[:-3]) * {"KiB": 1 << 10, "MiB": MIB, "GiB": GIB, "TiB": 1 << 40}[text[-3:]]


def figure(text):
    """A size in bytes, or a count."""
    return size(text.replace(" ", "")) if "i" in text else int(text)


def pow2_up(n):
    return 1 << max(n - 1, 0).bit_length()


def version(text):
    return tuple(int(n) for n in text.split("."))


# ---------------------------------------------------------------- the tables


class Type:
    """A vGPU type, from its row."""

    def __init__(self, row):
        self.name = row["full_name"].removeprefix(row["prefix"] + " ")
        self.prefix = row["prefix"]
        self.driver_name = self.name  # of a type that the documents alone call otherwise: the driver's name
        self.code = row["board_code"]
        self.mig = row["kind"] == "mig"
        self.full = row["is_full_fb_timesliced"] == "1"
        self.series = row["series"]
        self.fb = int(row["fb_gb"])


    def vcenter(self):
        """As vCenter spells it; for a name with blanks no source shows it (vmx-profile-unconfirmed)."""
        return f"{self.prefix}_{self.name}".lower().replace(" ", "_")


class Tables:
    def __init__(self):
        self.boards = {r["id"]: r for r in table("boards.csv")}
        self.geforce = {r["pci_device"]: r for r in table("geforce.csv")}
        self.types = {t.name: t for t in map(Type, table("vgpu_types_driver_union.csv"))}
        self.spelled = {r["docs_code"]: r["driver_code"] for r in table("vgpu_spellings.csv")}
        self.multicast = {r["vgpu_type"] for r in table("multicast.csv")}
        self.uvm = {r["board_id"]: r["uvm_p2p"] for r in table("board_uvm.csv")}
        self.p2p = collections.defaultdict(set)
        for r in table("p2p_nvlink_vgpu.csv"):
            names = {r["driver_type_name"], r["vgpu_type_in_docs"]} - {""}
            self.p2p[r["board_id"]] |= names
            # A name that only the documents have is a type all the same.
            for name in names:
                code, size = name.rsplit("-", 1)
                if name not in self.types and code not in self.spelled:
                    like = self.types[r["driver_type_name"]]
                    self.types[name] = twin = object.__new__(Type)
                    twin.__dict__.update(like.__dict__, name=name)
        self.remarks = {(r["board_id"], r["remark"]) for r in table("p2p_remarks.csv")}
        self.release = {r["what"]: r["release"] for r in table("releases.csv")}
        self.figure = {r["what"]: figure(r["value"]) for r in table("figures.csv")}
        self.architecture = {r["arch"]: r for r in table("architectures.csv")}
        self.arch_of_prefix = {r["chip_prefix"]: r["arch"] for r in table("chip_architectures.csv")}
        self.by_code = collections.defaultdict(list)
        for t in self.types.values():
            self.by_code[t.code].append(t)
        pci = collections.Counter(r["pci_device"] for r in self.boards.values())
        self.by_pci = {r["pci_device"]: r for r in self.boards.values() if pci[r["pci_device"]] == 1}

    def board(self, written):
        """The row of a board that a spec names by id or PCI id, or None."""
        return self.boards.get(written) or self.by_pci.get(written.split("/")[0])

    def type(self, written):
        """The type of a name as written, or None."""
        if re.match("grid_|nvidia_", written):
            return next((t for t in self.types.values() if t.vcenter() == written), None)
        name = re.sub(r"^(GRID|NVIDIA) ", "", written)
        for docs, driver in self.spelled.items():
            if name.startswith(docs + "-") and name not in self.types:
                name = driver + name[len(docs):]
        return self.types.get(name)


T = Tables()


# ---------------------------------------------------------------- a plan: YAML and what it means


def flow(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)


def yaml_map(name, entries, indent="  "):
    return f"{indent}{name}:\n" + "".join(f"{indent}  {k}: {flow(v)}\n" for k, v in entries.items())


class Case:
    """One host and at most one VM: `host`, `vm` and `profile` are the maps of their keys."""

    def __init__(self, n, host, vm=None, profile=None):
        self.n, self.host, self.vm, self.profile = n, host, vm, profile

    def parts(self):
        host = dict(self.host)
        parts = {"hosts": yaml_map(f"h{self.n}", host)}
        if self.vm is not None:
            vm = {"host": f"h{self.n}", **({"profile": f"p{self.n}"} if self.profile else {}), **self.vm}
            parts["vms"] = yaml_map(f"v{self.n}", vm)
        if self.profile:
            parts["profiles"] = yaml_map(f"p{self.n}", self.profile)
        return parts

    def yaml(self):
        return plan_text([self])

    def key(self, name, default=None):
        """A VM's key with its profile's counted in."""
        return self.vm.get(name, (self.profile or {}).get(name, default))

    def items(self):
        """The VM's GPUs: (id, GPU map, type as written or None, uvm as written)."""
        for item in self.key("gpus", []):
            item = item if isinstance(item, dict) else {"gpu": item}
            vgpu = item.get("vgpu", self.key("vgpu", "none"))
            uvm = item.get("uvm", self.key("uvm", "default"))
            yield item["gpu"], self.host["gpus"][item["gpu"]], None if vgpu == "none" else vgpu, uvm


def plan_text(cases):
    sections = collections.defaultdict(str)
    for case in cases:
        for name, text in case.parts().items():
            sections[name] += text
    return "version: 1\n" + "".join(f"{name}:\n{text}" for name, text in sections.items())


def components(ids, edges):
    groups = []
    left = list(ids)
    while left:
        group, grow = [], [left[0]]
        while grow:
            here = grow.pop()
            if here in left:
                left.remove(here)
                group.append(here)
                grow += [b for b in ids if frozenset((here, b)) in edges]
        groups.append(group)
    return groups


def edges_of(spec, gpus):
    """The pairs that `nvlink` or `pcie_p2p` connects; None where the host does not say."""
    if spec is None:
        return None
    if spec == "none":
        return set()
    groups = [list(gpus)] if spec == "all" else [g["gpus"] if isinstance(g, dict) else g for g in spec]
    return {frozenset((a, b)) for g in groups for a in g for b in g if a != b}


# ---------------------------------------------------------------- P2P, computed


def type_verdict(board, gpu, written, p2p, vgpu_release):
    """The first of the rules on one vGPU's type that holds: (rule, severity) or None."""
    t = T.type(written)
    if t is None:
        return "vgpu-type-unknown", "error"
    code = board and board["vgpu_code"]
    if code and code in T.by_code and t.code != code:
        return "vgpu-type-wrong-board", "error"
    mig = gpu.get("mig")
    if not p2p:
        return ("vgpu-mig-mismatch", "error") if mig is not None and mig != t.mig else None
    if t.mig or mig:
        return "p2p-mig-backed", "error"
    if board is None:
        return None
    listed = T.p2p.get(board["id"], set())
    if listed and not t.full:
        return "p2p-vgpu-fractional", "error"
    if listed and t.series != "C":
        return "p2p-vgpu-series", "warning" if t.series == "Q" else "error"
    if t.name not in listed:
        return "p2p-vgpu-unsupported", "error"
    if (board["id"], "conflict") in T.remarks:
        return "p2p-conflicting-docs", "warning"
    dropped = version(T.release["vgpu_p2p_old_rows_dropped"])
    if (board["id"], "old") in T.remarks and not (vgpu_release and version(vgpu_release) < dropped):
        return "p2p-legacy-vgpu", "warning"
    return None


def one_type(board, t):
    """The names that a board's row has for a type: the documents' and the driver's are one type (B300X)."""
    names = T.p2p.get(board["id"], set()) if board else set()
    return names if t.name in names else {t.name}


def p2p_links(case, items, nvlink):
    """p2p-over-pcie and p2p-topology-unknown of a P2P group's VM."""
    ids = [i[0] for i in items]
    if case.key("p2p") == "pcie":
        if any(i[2] for i in items):
            yield "p2p-over-pcie", "error"
    elif nvlink is None:
        yield "p2p-topology-unknown", "warning"
    elif case.key("p2p_scope", "vm") == "group":
        if any(len(g) == 1 for g in components(ids, nvlink)):
            yield "p2p-over-pcie", "error"
    elif any(frozenset((a, b)) not in nvlink for a in ids for b in ids if a != b):
        yield "p2p-over-pcie", "error"


def p2p_verdicts(case):
    items = list(case.items())
    boards = [T.board(gpu["board"]) for _, gpu, _, _ in items]
    types = [T.type(written) if written else None for _, _, written, _ in items]
    release = case.host.get("versions", {}).get("vgpu")
    p2p = case.key("p2p")
    wanted = p2p not in (None, "none")
    group = wanted and len(items) > 1
    vgpus = [n for n, i in enumerate(items) if i[2]]
    found = set()

    if wanted and len(items) == 1:
        found.add(("p2p-single-gpu", "warning"))
    if p2p is None and len(items) > 1:
        found.add(("p2p-unstated", "note"))

    verdicts = {n: type_verdict(boards[n], items[n][1], items[n][2], group, release) for n in vgpus}
    found |= {v for v in verdicts.values() if v}
    nvlink = edges_of(case.host.get("nvlink"), case.host["gpus"])
    if group:
        found |= set(p2p_links(case, items, nvlink))
    if group and vgpus:
        if case.key("guest") == "windows":
            found.add(("p2p-windows-guest", "error"))
        if release and version(release) < version(T.release["vgpu_p2p_first"]):
            found.add(("p2p-old-release", "error"))
        if not any(v and v[1] == "error" for v in verdicts.values()):
            whole_vm = [[i[0] for i in items]]
            scoped = case.key("p2p_scope") == "group" and p2p == "nvlink" and nvlink is not None
            for ids in components(whole_vm[0], nvlink) if scoped else whole_vm:
                here = [n for n, i in enumerate(items) if i[0] in ids]
                kinds = {types[n] and types[n].driver_name for n in here}
                known = {boards[n]["id"] for n in here if boards[n]}
                if len(kinds) > 1 or len(known) > 1:
                    found.add(("p2p-mixed-vgpu", "error"))
        if p2p == "nvlink" and nvlink is not None:
            noted = {boards[n]["id"] for n in vgpus if boards[n] and types[n] and
                     types[n].name in T.p2p.get(boards[n]["id"], ()) and
                     (boards[n]["id"], "fully_connected") in T.remarks}
            if any(not fully_connected(case, board, nvlink) for board in noted):
                found.add(("p2p-footnote-fully-connected", "error"))
    found |= set(uvm_verdicts(case, items, boards, types, verdicts))
    return found


def fully_connected(case, board_id, nvlink):
    ids = [i for i, gpu in case.host["gpus"].items() if (T.board(gpu["board"]) or {}).get("id") == board_id]
    return all(frozenset((a, b)) in nvlink for a in ids for b in ids if a != b)


def uvm_verdicts(case, items, boards, types, verdicts):
    for rule, severity, mark in (("uvm-on-a100", "error", "lost"), ("uvm-on-ga100", "warning", "unnamed")):
        on = [n for n in verdicts if boards[n] and T.uvm.get(boards[n]["id"]) == mark]
        if case.key("p2p") == "nvlink" and len(on) > 1 and any(items[n][3] is True for n in on):
            yield rule, severity
    for n in verdicts:
        t = types[n]
        if verdicts[n] and verdicts[n][0] in ("vgpu-type-unknown", "vgpu-type-wrong-board"):
            continue  # what hangs on a broken value is skipped
        if items[n][3] is True and not t.mig and not t.full:
            yield "uvm-fractional", "error"
        if case.key("multicast") is True:
            if not one_type(boards[n], t) & T.multicast:
                yield "multicast-unsupported", "error"
            elif items[n][3] is not True:
                yield "multicast-needs-uvm", "error"


# ---------------------------------------------------------------- P2P, at random


def spelled(rng, t):
    """One of the ways to write a type."""
    docs = [d for d, driver in T.spelled.items() if driver == t.code]
    ways = [t.name, t.name, f"{t.prefix} {t.name}", t.vcenter()]
    if docs:
        ways += [docs[0] + t.name[len(t.code):]] * 2
    return rng.choice(ways)


def random_type(rng, board):
    own = T.by_code.get(board["vgpu_code"], []) if board else []
    listed = [T.types[n] for n in T.p2p.get(board["id"], ()) if n in T.types] if board else []
    mig = [t for t in own if t.mig]
    kind = rng.random()
    if kind < 0.5 and listed:
        return spelled(rng, rng.choice(listed))
    if kind < 0.58 and own:
        full = [t for t in own if t.full]
        return spelled(rng, rng.choice(full)) if full else own[0].name
    if kind < 0.70 and mig:
        return spelled(rng, rng.choice(mig))
    if kind < 0.84 and own:
        return spelled(rng, rng.choice(own))
    if kind < 0.94:
        return spelled(rng, rng.choice(list(T.types.values())))
    code = board["vgpu_code"] if board and board["vgpu_code"] else "A40"
    return rng.choice([f"{code}-33C", f"{code}-9-8C", "Z9-8C", f"NVIDIA {code}X9-8C", "grid_z9-8c"])


def random_groups(rng, ids):
    ids = list(ids)
    rng.shuffle(ids)
    groups = []
    while len(ids) > 1:
        size = rng.choice([2, 2, 3, 4])
        groups.append(ids[:size])
        ids = ids[size:] + ([groups[-1][0]] if rng.random() < 0.3 and len(ids) > size else [])
    groups = [g for g in groups if len(g) > 1]
    return [{"gpus": g, "links": rng.choice([2, 4])} if rng.random() < 0.3 else g for g in groups]


LIKELY = """a100-sxm4-80gb a100-sxm4-40gb a100-pcie-80gb a100x a800-sxm4-80gb a800-sxm4-40gb a800-pcie-80gb a30
    a30x a40 h100-sxm5-80gb h800-sxm5-80gb h20-sxm5-96gb b200-sxm-180gb b300-sxm6 v100-sxm2-16gb v100-sxm2-32gb
    rtx-a6000 quadro-rtx-8000-passive l40s rtx-6000-ada rtx-pro-6000-blackwell-server""".split()


def random_gpus(rng, count, boards, mig=False):
    gpus = {}
    for k in range(count):
        gpu = {"board": rng.choice(boards), "address": f"0000:{0x10 + 5 * k:02x}:00.0"}
        if mig:
            state = rng.choice([None, None, None, False, False, True])
            if state is not None:
                gpu["mig"] = state
        gpus[f"g{k}"] = gpu
    return gpus


def p2p_case(rng, n):
    pool = rng.choice([LIKELY, LIKELY, list(T.boards)])
    boards = [rng.choice(pool)]
    if rng.random() < 0.15:
        boards.append(rng.choice(pool))
    if rng.random() < 0.04:
        boards.append("10de:fff0")
    count = rng.choice([1, 2, 2, 2, 3, 4, 4, 6, 8])
    host = {"hypervisor": rng.choice(["kvm", "vsphere"]),
            "gpus": random_gpus(rng, count, boards, mig=rng.random() < 0.25)}
    release = rng.choice([None, None, "8.0", "9.0", "17.3", "18.2"])
    if release:
        host["versions"] = {"vgpu": release}
    nvlink = rng.choice(["all", "all", "all", "none", "groups", "groups", None])
    if nvlink == "groups":
        nvlink = random_groups(rng, host["gpus"]) or "none"
    if nvlink:
        host["nvlink"] = nvlink

    picked = rng.sample(list(host["gpus"]), rng.randint(1, count))
    vm = {"vcpus": 8, "memory": rng.choice(["16GiB", "64GiB"])}
    p2p = rng.choice(["nvlink"] * 6 + ["pcie", "none", None])
    if p2p:
        vm["p2p"] = p2p
    if rng.random() < 0.3:
        vm["p2p_scope"] = rng.choice(["vm", "group", "group"])
    if rng.random() < 0.15:
        vm["guest"] = rng.choice(["linux", "windows", "windows"])
    if rng.random() < 0.2:
        vm["multicast"] = rng.choice([True, True, False])
    if rng.random() < 0.45:
        vm["uvm"] = rng.choice([True, True, False, "default"])
    row = T.board(host["gpus"][picked[0]]["board"])
    if rng.random() < 0.9:
        vm["vgpu"] = random_type(rng, row)
    vm["gpus"] = [random_item(rng, host["gpus"][g], g, vm) for g in picked]
    profile = {}
    if rng.random() < 0.3:
        for key in list(vm):
            if rng.random() < 0.4:
                profile[key] = vm.pop(key)
        if "vgpu" in profile and rng.random() < 0.2:
            vm["vgpu"] = rng.choice(["none", random_type(rng, row)])
        if "uvm" in profile and rng.random() < 0.3:
            vm["uvm"] = "default"
    return Case(n, host, vm, profile)


def random_item(rng, gpu, gpu_id, vm):
    item = {"gpu": gpu_id}
    if rng.random() < 0.12:
        item["vgpu"] = rng.choice([random_type(rng, T.board(gpu["board"])), "none", vm.get("vgpu", "none")])
    if rng.random() < 0.08:
        item["uvm"] = rng.choice([True, False, "default"])
    return item if len(item) > 1 else gpu_id


# ---------------------------------------------------------------- MMIO, computed


def bar1_gib(gpu, board):
    if "bar1" in gpu:
        return size(gpu["bar1"]) / GIB
    return number(board["bar1_gb"]) if board else None


def share_gib(gpu, board):
    if "bar1" in gpu:
        return 2 * bar1_gib(gpu, board)
    if board is None:
        return 0
    if number(board["vsphere_mmio_gb"]):
        return number(board["vsphere_mmio_gb"])
    if number(board["bar1_gb"]):
        return 2 * number(board["bar1_gb"])
    return 2 * pow2_up(int(number(board["fb_gb"])))


def mmio_need(case):
    """The bytes that the VM's GPUs need: the sum of their shares; with expanders the largest once more,
    and the next power of two."""
    vsphere = case.host["hypervisor"] == "vsphere"
    shares = []
    for _, gpu, written, _ in case.items():
        share = share_gib(gpu, T.board(gpu["board"]))
        if vsphere and written and (share * GIB < T.figure["vsphere_vgpu_mmio"] or
                                    size(case.vm["memory"]) < T.figure["vsphere_vgpu_memory"]):
            share = 0
        shares.append(int(share * GIB))
    if expanders(case):
        return pow2_up(sum(shares) + max(shares))
    return sum(shares)


def expanders(case):
    """How many pcie-expander-buses the VM has: one a node, where its GPUs are known to span several."""
    nodes = {gpu.get("numa") for _, gpu, _, _ in case.items()}
    return len(nodes) if case.host["hypervisor"] == "kvm" and len(nodes) > 1 and None not in nodes else 0


def mmio_window(case):
    """The window in bytes that the artifact must say, or None where it says none."""
    if not list(case.items()):
        return None
    given = case.key("mmio", "auto")
    if given != "auto":
        return size(given)
    return pow2_up(max(mmio_need(case), T.figure["mmio_least"]))


def at_least(name, bars):
    """How many of the BARs, in GiB, are as large as that figure."""
    return sum(b * GIB >= T.figure[name] for b in bars)


def mmio_verdicts(case):
    items = list(case.items())
    if not items:
        return set()
    found = set()
    vsphere = case.host["hypervisor"] == "vsphere"
    boards = [T.board(gpu["board"]) for _, gpu, _, _ in items]
    bars = [bar1_gib(i[1], b) for i, b in zip(items, boards)]
    window = mmio_window(case)
    need = mmio_need(case)
    given = case.key("mmio", "auto") != "auto"
    if given and window < need:
        found.add(("mmio-too-small", "error"))
    elif given and window & (window - 1):
        found.add(("mmio-not-power-of-two", "warning"))

    for board, bar in zip(boards, bars):
        listed = vsphere and board and number(board["vsphere_mmio_gb"])
        if bar is None and not listed:
            found.add(("mmio-unknown-board", "warning"))
        elif vsphere and not listed:
            found.add(("mmio-unknown-board", "note"))

    known = [b for b in bars if b is not None]
    if case.key("firmware", "efi") == "bios":
        # A GPU in NVIDIA's table has a BAR1 over the limit, whatever it is.
        limit = T.figure["vsphere_bios_bar1_most"] / GIB
        if vsphere and any(b > limit if b is not None else board and number(board["vsphere_mmio_gb"])
                           for b, board in zip(bars, boards)):
            found.add(("mmio-needs-efi", "error"))
        if not vsphere and at_least("seabios_large_bar", known) > T.figure["seabios_large_bars_most"]:
            found.add(("mmio-needs-efi", "warning"))
    qemu = case.host.get("versions", {}).get("qemu")
    if qemu and not vsphere and at_least("stalling_bar1", known) >= T.figure["stalling_gpus"]:
        if version(qemu) < version(T.release["qemu_many_large_bars"]):
            found.add(("mmio-many-large-bars", "note"))
    if exceeds(case, window):
        found.add(("mmio-exceeds-phys-bits", "error"))
    return found


def exceeds(case, window):
    """What QEMU and OVMF were seen to do: nothing is known of ESXi."""
    if case.host["hypervisor"] == "vsphere":
        return False
    if window > T.figure["ovmf_window_most"]:
        return True
    cpus = case.host.get("cpus", {})
    if "phys_bits" not in cpus:
        return False
    memory = size(case.vm["memory"])
    high = memory - T.figure["q35_low_memory"]
    end = 4 * GIB + high
    if cpus.get("vendor") == "amd" and end + window > T.figure["amd_hole_start"]:
        end = T.figure["amd_hole_end"] + high
    align = 1 << (window.bit_length() - 1)
    return -(-end // align) * align + window > 1 << cpus["phys_bits"]


# ---------------------------------------------------------------- MMIO, at random


def mmio_case(rng, n):
    vsphere = rng.random() < 0.4
    pool = list(T.boards) + ["10de:fff0", "10de:20b2", "10de:2330", "10de:26b9", "10de:2bb5"]
    boards = rng.choices(pool, k=rng.choice([1, 1, 2]))
    if rng.random() < 0.3:
        boards = [rng.choice(["h200-sxm5-141gb", "rtx-pro-6000-blackwell-server", "b200-sxm-180gb", "a100-pcie-80gb"])]
    count = rng.choice([1, 1, 2, 2, 3, 4, 5, 8])
    gpus = random_gpus(rng, count, boards)
    numa = rng.choice(["all", "all", "one", "none", "some"])
    for k, gpu in enumerate(gpus.values()):
        if numa == "all" or (numa == "some" and rng.random() < 0.6):
            gpu["numa"] = rng.randint(0, 1) if count < 5 else k * rng.choice([2, 2, 3]) // count
        elif numa == "one":
            gpu["numa"] = 1
        if rng.random() < 0.08:
            gpu["bar1"] = rng.choice(["256MiB", "512MiB", "16GiB", "32GiB", "64GiB", "128GiB", "256GiB", "512GiB"])
    host = {"hypervisor": "vsphere" if vsphere else "kvm", "gpus": gpus}
    if not vsphere:
        for k, gpu in enumerate(gpus.values()):
            gpu["vfs"] = [f"0000:{0x10 + 5 * k:02x}:00.{f}" for f in (4, 5, 6)]
        if rng.random() < 0.6:
            host["versions"] = {"qemu": rng.choice(["8.2.2", "9.2.0", "10.0.3", "10.1.0", "11.0"])}
    if rng.random() < 0.6:
        host["cpus"] = {"sockets": 2, "cores": 32, "threads": 2}
        if rng.random() < 0.8:
            host["cpus"]["phys_bits"] = rng.choice([39, 40, 41, 42, 43, 44, 46, 52])
        if rng.random() < 0.7:
            host["cpus"]["vendor"] = rng.choice(["amd", "intel"])
    memory = rng.choice(["4GiB", "16GiB", "28GiB", "32GiB", "64GiB", "512GiB", "1000GiB", "1024GiB", "2TiB",
                         f"{rng.randint(31 * 256, 33 * 256) * 4}MiB", f"{rng.randint(1, 1024)}GiB"])
    vm = {"vcpus": 8, "memory": memory, "p2p": "none"}
    if rng.random() < 0.35:
        vm["firmware"] = rng.choice(["bios", "bios", "efi"])
    picked = list(gpus)[:rng.randint(1, count)] if rng.random() < 0.97 else []
    if rng.random() < 0.4 and picked:
        board = T.board(gpus[picked[0]]["board"])
        own = [t for t in T.by_code.get(board["vgpu_code"], []) if t.full] if board else []
        if own:
            code = board["vgpu_code"]
            picked = [p for p in picked if (T.board(gpus[p]["board"]) or {}).get("vgpu_code") == code]
            vm["vgpu"] = own[0].name
            parts = [t for t in T.by_code[code] if t.series == own[0].series and not t.mig and t.fb < own[0].fb / 3]
            if parts and rng.random() < 0.3:
                vm["vgpu"] = parts[0].name
                picked = [p for p in picked for _ in range(rng.choice([1, 1, 2, 3]))]
    vm["gpus"] = picked
    case = Case(n, host, vm)
    if rng.random() < 0.45 and picked:
        need = mmio_need(case) // GIB or 64
        options = [need, need - 1, need + 1, pow2_up(need), pow2_up(need) // 2, 2 * pow2_up(need), need * 3 // 2,
                   64, 96, 128, 1024, 16384, 16385, 32768]
        vm["mmio"] = f"{max(rng.choice(options), 1)}GiB"
        if not vsphere and rng.random() < 0.2:
            vm["mmio"] = f"{max(need, 1) * 1024 + rng.choice([-1, 0, 1, 512])}MiB"
    return case


def windows_of(case, out):
    """Every place of the VM's artifacts that says the window: a set of bytes."""
    folder = out / f"h{case.n}"
    if case.host["hypervisor"] == "vsphere":
        text = (folder / f"v{case.n}.vmx").read_text()
        return {int(n) * GIB for n in re.findall(r'^pciPassthru\.64bitMMIOSizeGB = "(\d+)"$', text, re.M)}
    xml = (folder / f"v{case.n}.xml").read_text()
    qemu = (folder / f"v{case.n}.qemu-args").read_text()
    holes = [re.findall(r'<pcihole64 unit="KiB">(\d+)<', xml),
             re.findall(r"^q35-pcihost\.pci-hole64-size=(\d+)K$", qemu, re.M)]
    firmware = [re.findall(r"X-PciMmio64Mb,string=(\d+)", text) for text in (xml, qemu)]
    found = {int(h) << 10 for hole in holes for h in hole} | {int(m) * MIB for mb in firmware for m in mb}
    if len({len(h) for h in holes}) != 1 or len({len(m) for m in firmware}) != 1:
        found.add("XML and QEMU arguments do not say the same")
    if xml.count("<model name=\"pxb-pcie\"/>") != expanders(case):
        found.add("an expander bus for each node of the VM's GPUs")
    if bool(firmware[0]) != bool(holes[0] and case.key("firmware", "efi") == "efi"):
        found.add("the firmware's window is there with EFI only")
    return found


# ---------------------------------------------------------------- cliques


def clique_groups(host):
    """(ids of GPUs, fixed id or None, verified) of each group."""
    spec = host.get("pcie_p2p", "none")
    if spec == "none":
        return []
    if spec == "all":
        return [(list(host["gpus"]), None, False)]
    spec = [g if isinstance(g, dict) else {"gpus": g} for g in spec]
    return [(g["gpus"], g.get("clique"), g.get("verified") == "destination") for g in spec]


def clique_ids(groups):
    fixed = {f for _, f, _ in groups if f is not None}
    free = iter(n for n in range(1000) if n not in fixed)
    return [f if f is not None else next(free) for _, f, _ in groups]


def clique_map(case):
    groups = clique_groups(case.host)
    return {case.host["gpus"][g]["address"]: n for (gpus, _, _), n in zip(groups, clique_ids(groups)) for g in gpus}


def chip_of(written):
    row = T.board(written) or T.geforce.get(written)
    return row and row["chip"]


def is_geforce(written):
    row = T.board(written)
    return written in T.geforce or bool(row and row["class"] == "geforce")


def place_is_taken(written):
    """Its MSI-X capability is where older QEMUs put the clique."""
    row, chip = T.board(written), re.match("[A-Z]+", chip_of(written) or "")
    arch = row["arch"] if row else T.arch_of_prefix.get(chip and chip[0])
    return arch is not None and T.architecture[arch]["msix_at_c8"] == "yes"


def clique_verdicts(case):
    found = set(clique_vm_verdicts(case)) if case.vm else set()
    if map_written(case):
        found |= set(clique_host_verdicts(case.host))
    return found


def map_written(case):
    wanted = case.vm is not None and case.key("p2p") == "pcie"
    return bool(clique_groups(case.host)) and (wanted or case.host["managed_by"] in ("openstack", "proxmox"))


def clique_host_verdicts(host):
    groups = clique_groups(host)
    members = collections.Counter(g for gpus, _, _ in groups for g in gpus)
    fixed = collections.Counter(f for _, f, _ in groups if f is not None)
    if max(members.values()) > 1 or any(n > 1 for f, n in fixed.items() if 0 <= f <= 15):
        yield "clique-split", "error"
    if any(not 0 <= f <= 15 for f in fixed) or len(groups) > 16:
        yield "clique-id-range", "error"
    for gpus, _, verified in groups:
        boards = [host["gpus"][g]["board"] for g in gpus]
        if len(gpus) == 1:
            yield "clique-singleton", "warning"
        if len({chip_of(b) for b in boards} - {None}) > 1:
            yield "clique-mixed-models", "error"
        if any(map(is_geforce, boards)):
            yield "clique-geforce", "warning" if verified else "error"
        if None in map(chip_of, boards):
            yield "clique-unknown-board", "warning"
    versions = host.get("versions", {})
    if older(versions, "qemu", "qemu_clique_alternate_offset"):
        if any(place_is_taken(host["gpus"][g]["board"]) for gpus, _, _ in groups for g in gpus):
            yield "clique-old-qemu", "error"
    if host.get("iommu_backend") == "iommufd":
        newest = version(T.release["qemu_iommufd_no_p2p_newest"])
        yield "clique-iommufd", "warning" if version(versions.get("qemu", "0"))[:len(newest)] > newest else "error"


def clique_vm_verdicts(case):
    host = case.host
    ids = [gpu_id for gpu_id, _, _, _ in case.items()]
    if case.key("p2p") != "pcie" or len(ids) < 2:
        return
    proven = edges_of(host.get("pcie_p2p"), host["gpus"])
    if proven is None:
        yield "clique-not-proven", "error"
    elif case.key("p2p_scope", "vm") == "group":
        if any(len(g) == 1 for g in components(ids, proven)):
            yield "clique-pair-not-ok", "error"
    elif any(frozenset((a, b)) not in proven for a in ids for b in ids if a != b):
        yield "clique-pair-not-ok", "error"
    versions = host.get("versions", {})
    if older(versions, "libvirt", "libvirt_qemu_override") and host["managed_by"] == "libvirt":
        yield "clique-libvirt-too-old", "error"
    if case.key("hide_hypervisor"):
        yield "clique-hidden-hypervisor", "error"
    if case.key("guest") == "windows":
        yield "clique-windows-guest", "warning"


def older(versions, what, release):
    return what in versions and version(versions[what]) < version(T.release[release])


def clique_case(rng, n):
    boards = [rng.choice("l40s rtx-a6000 rtx-pro-6000-blackwell-server p40 v100-pcie-16gb a2 a10 t4".split())]
    if rng.random() < 0.2:
        boards.append(rng.choice("a40 a10 l40 geforce-rtx-3090 10de:fff0 10de:2684 10de:2489".split()))
    count = rng.choice([2, 4, 4, 8, 8, 16, 40, 64])
    gpus = random_gpus(rng, count, boards)
    for k, gpu in enumerate(gpus.values()):
        gpu["address"] = f"{rng.choice(['0000', '0001', '10000'])}:{k + 1:02x}:00.0"
    host = {"hypervisor": "kvm", "managed_by": rng.choice(["openstack", "proxmox", "libvirt", "qemu"]), "gpus": gpus}
    if rng.random() < 0.4:
        host["versions"] = {"qemu": rng.choice(["7.2.0", "8.0.4", "8.1", "9.2.0", "11.1", "11.1.2", "11.2", "12.0"]),
                            "libvirt": rng.choice(["8.0.0", "8.2.0", "10.0.0"])}
    if rng.random() < 0.15:
        host["iommu_backend"] = rng.choice(["legacy", "iommufd"])
    groups = random_cliques(rng, list(gpus))
    if groups:
        host["pcie_p2p"] = groups
    if rng.random() < 0.3:
        return Case(n, host)
    return Case(n, host, clique_vm(rng, host, groups))


def clique_vm(rng, host, groups):
    vm = {"vcpus": 8, "memory": "16GiB", "p2p": rng.choice(["pcie", "pcie", "pcie", "none"])}
    picked = rng.sample(list(host["gpus"]), rng.randint(1, min(len(host["gpus"]), 6)))
    if isinstance(groups, list) and rng.random() < 0.7:
        chosen = rng.sample(groups, min(len(groups), rng.choice([1, 1, 2])))
        picked = list(dict.fromkeys(g for c in chosen for g in (c["gpus"] if isinstance(c, dict) else c)))
    if rng.random() < 0.4:
        vm["p2p_scope"] = rng.choice(["vm", "group", "group"])
    if rng.random() < 0.1:
        vm["hide_hypervisor"] = rng.random() < 0.7
    if rng.random() < 0.15:
        vm["guest"] = rng.choice(["linux", "windows"])
    vm["gpus"] = picked
    return vm


def random_cliques(rng, ids):
    if rng.random() < 0.2:
        return rng.choice(["all", "all", "none", None])
    rng.shuffle(ids)
    groups, used = [], []
    while ids:
        size_wanted = rng.choice([1, 2, 2, 3, 4, 4, 4]) if rng.random() < 0.5 else 2
        group = [ids.pop() for _ in range(min(len(ids), size_wanted))]
        if rng.random() < 0.02 and groups:
            group.append(rng.choice(groups)[0][0])
        item = {"gpus": group}
        if rng.random() < 0.3:
            free = [f for f in range(16) if f not in used] or [16]
            fixed = rng.choice([16, 99, -1]) if rng.random() < 0.02 else rng.choice(free)
            fixed = rng.randint(0, 15) if rng.random() < 0.05 else fixed
            used.append(fixed)
            item["clique"] = fixed
        if rng.random() < 0.2:
            item["verified"] = "destination"
        groups.append((group, item))
        if rng.random() < 0.1:
            break
    return [item if len(item) > 1 else group for group, item in groups]


# ---------------------------------------------------------------- the other side


def run(gpuplan, command, cases, folder, *options):
    """Standard output of a command on the cases as one plan. Findings are no failure."""
    path = Path(folder) / "plan.yaml"
    path.write_text(plan_text(cases))
    done = subprocess.run([gpuplan, command, str(path), *options], capture_output=True, text=True, timeout=120)
    if done.returncode > (1 if command == "lint" else 0):
        raise RuntimeError(f"gpuplan {command}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def lint(gpuplan, cases, folder):
    """The findings of each case: n -> set of (rule, severity)."""
    found = {c.n: set() for c in cases}
    for finding in json.loads(run(gpuplan, "lint", cases, folder, "-f", "json"))["findings"]:
        place = re.match(r"(?:hosts\.h|vms\.v|profiles\.p)(\d+)\b", finding["path"])
        if not place:
            raise RuntimeError(f"a finding of no VM or host: {finding}")
        found[int(place.group(1))].add((finding["rule"], finding["severity"]))
    return found


def artifacts(gpuplan, cases, found, folder):
    """Compiles the cases without an error; the folder, and the cases in it."""
    clean = [c for c in cases if not any(severity == "error" for _, severity in found[c.n])]
    out = Path(folder) / "out"
    run(gpuplan, "compile", clean, folder, "-q", "-o", str(out))
    return out, clean


class Family:
    """What is compared for one kind of case."""

    def __init__(self, name, rules, make, verdicts):
        self.name, self.rules, self.make, self.verdicts = name, rules, make, verdicts

    def told(self, case, out):
        """What an artifact says, and what it should say; None, None: nothing is compared."""
        return None, None


def vmx_wanted(case):
    """pciPassthruN.vgpu and its enable_uvm, from the spec."""
    items = list(case.items())
    lost = [n for n, (_, gpu, written, _) in enumerate(items)
            if written and T.uvm.get((T.board(gpu["board"]) or {}).get("id")) == "lost"]
    off = set(lost) if len(lost) > 1 and case.key("p2p") == "nvlink" else set()
    wanted = {}
    for n, (_, _, written, uvm) in enumerate(items):
        if written:
            t = T.type(written)
            wanted[n] = t.vcenter(), {True: "1", False: "0"}.get(uvm, "0" if n in off else None)
    return wanted


class P2P(Family):
    def told(self, case, out):
        path = out / f"h{case.n}" / f"v{case.n}.vmx"
        if case.host["hypervisor"] != "vsphere":
            return None, None
        text = path.read_text()
        uvm = dict(re.findall(r'^pciPassthru(\d+)\.cfg\.enable_uvm = "(.*)"$', text, re.M))
        return {int(n): (name, uvm.get(n)) for n, name in
                re.findall(r'^pciPassthru(\d+)\.vgpu = "(.*)"$', text, re.M)}, vmx_wanted(case)


class Mmio(Family):
    def told(self, case, out):
        window = mmio_window(case)
        return windows_of(case, out), {window} if window is not None else set()


class Clique(Family):
    def told(self, case, out):
        path = out / f"h{case.n}" / "clique-map.json"
        wanted = clique_map(case) if map_written(case) else {}
        if not (wanted and path.exists()):
            return path.exists(), bool(wanted)
        return json.loads(path.read_text())["cliques"], wanted


FAMILIES = [P2P("P2P", P2P_RULES, p2p_case, p2p_verdicts), Mmio("MMIO", MMIO_RULES, mmio_case, mmio_verdicts),
            Clique("clique", CLIQUE_RULES, clique_case, clique_verdicts)]


def judge(gpuplan, family, cases):
    """Differences of a batch as text, how often a rule fired, and how many artifacts were read."""
    problems, fired, read = [], collections.Counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        found = lint(gpuplan, cases, folder)
        for case in cases:
            theirs = {f for f in found[case.n] if f[0] in family.rules or f[0].startswith(("spec-", "yaml-"))}
            ours = family.verdicts(case)
            fired.update(ours & theirs)
            if ours != theirs:
                problems.append(f"{family.name}: gpuplan alone {sorted(theirs - ours)}, "
                                f"here alone {sorted(ours - theirs)}\n{case.yaml()}")
        out, clean = artifacts(gpuplan, cases, found, folder)
        for case in clean:
            theirs, ours = family.told(case, out)
            read += ours is not None
            if theirs != ours:
                problems.append(f"{family.name}: gpuplan writes {theirs}, here {ours}\n{case.yaml()}")
    return problems, fired, read


def weak_spots(family, fired, total):
    """Rules that this run says nothing about; prints how often each rule was agreed on."""
    for rule in family.rules:
        counts = {s: n for (r, s), n in sorted(fired.items()) if r == rule}
        print(f"  {rule:30} " + ", ".join(f"{n} {s}" for s, n in counts.items()))
        if not 0 < sum(counts.values()) < total:
            yield f"{family.name}: {rule} fired in {sum(counts.values())} of {total} plans"
        elif rule in SEVERITIES and set(counts) != SEVERITIES[rule]:
            yield f"{family.name}: {rule} was seen as {sorted(counts)} alone"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(ROOT / "build" / "gpuplan"))
    parser.add_argument("--plans", type=int, default=4000, help="how many random hosts with a VM")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=5, help="how many differences to print in full")
    options = parser.parse_args()
    gpuplan = str(Path(options.gpuplan).resolve())

    shares = {"P2P": 0.5, "MMIO": 0.3, "clique": 0.2}
    work = []
    for family in FAMILIES:
        rng = random.Random(f"{options.seed} {family.name}")
        cases = [family.make(rng, n) for n in range(max(int(options.plans * shares[family.name]), BATCH))]
        work += [(family, cases[n:n + BATCH]) for n in range(0, len(cases), BATCH)]
    problems, fired, read = [], collections.Counter(), collections.Counter()
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for (family, _), result in zip(work, pool.map(lambda job: judge(gpuplan, *job), work)):
            problems += result[0]
            fired += result[1]
            read[family.name] += result[2]

    total = {f.name: sum(len(cases) for family, cases in work if family is f) for f in FAMILIES}
    for family in FAMILIES:
        print(f"{family.name}: {total[family.name]} plans, {read[family.name]} artifacts")
        problems += weak_spots(family, fired, total[family.name])
    for problem in problems[:options.show]:
        print(f"\n{problem}")
    print(f"{sum(total.values())} plans, {len(problems)} differences")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
