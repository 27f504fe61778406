#!/usr/bin/python3
"""--catalog DIR: with a newer table the verdicts follow it without a rebuild; a broken one is refused
with its file, row and column."""

import argparse
import csv
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLES = ROOT / "rules" / "tables"
SPEC = """\
version: 1
hosts:
  h:
    hypervisor: vsphere
    nvlink: all
    gpus:
      g0: {{board: {board}, address: 05:00.0}}
      g1: {{board: {board}, address: 06:00.0}}
vms:
  v:
    host: h
    vcpus: 8
    memory: 64GiB
    p2p: nvlink
    vgpu: {vgpu} # gpuplan: ignore[vsphere-nvaie] licensed
    gpus: [g0, g1]
"""


class Test:
    def __init__(self, gpuplan):
        self.gpuplan = gpuplan
        self.passed = self.failed = 0

    def check(self, what, good, shown=""):
        self.passed += bool(good)
        self.failed += not good
        if not good:
            print(f"FAIL {what}\n{shown}")

    def call(self, *arguments, spec):
        return subprocess.run([self.gpuplan, *arguments], input=spec, text=True, capture_output=True, timeout=30)

    def rules(self, spec, *catalog):
        done = self.call("lint", "-f", "json", *catalog, "-", spec=spec)
        if not done.stdout:
            return [done.stderr]
        return [f["rule"] for f in json.loads(done.stdout)["findings"]]

    def window(self, spec, *catalog):
        done = self.call("show", "v", *catalog, "-", "-t", "vmx", spec=spec)
        return [line for line in done.stdout.splitlines() if "64bitMMIOSizeGB" in line]


def edited(folder, table, old, new):
    """A catalog folder that holds one table, one text of which is another."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    text = (TABLES / table).read_text()
    assert old in text, f"{table} holds no {old!r}"
    (folder / table).write_text(text.replace(old, new, 1))
    return "--catalog", str(folder)


def newer_tables(test, folder):
    l40s = SPEC.format(board="l40s", vgpu="L40S-48C")
    header = (TABLES / "p2p_nvlink_vgpu.csv").read_text().splitlines()[0]
    cells = {"board_id": "l40s", "vgpu_type_in_docs": "L40S-48C", "driver_type_name": "L40S-48C"}
    row = ",".join(cells.get(name, "") for name in header.split(","))
    test.check("built in: no P2P", "p2p-vgpu-unsupported" in test.rules(l40s), test.rules(l40s))
    catalog = edited(folder, "p2p_nvlink_vgpu.csv", header + "\n", f"{header}\n{row}\n")
    test.check("a row more: P2P", "p2p-vgpu-unsupported" not in test.rules(l40s, *catalog), test.rules(l40s, *catalog))

    a100 = SPEC.format(board="a100-sxm4-80gb", vgpu="A100DX-80C")
    test.check("built in: 512", test.window(a100) == ['pciPassthru.64bitMMIOSizeGB = "512"'], test.window(a100))
    line = next(r for r in (TABLES / "boards.csv").read_text().splitlines() if r.startswith("a100-sxm4-80gb,"))
    catalog = edited(folder, "boards.csv", line, line.replace(",128,Denneman,256,", ",128,Denneman,512,"))
    window = test.window(a100, *catalog)
    test.check("another MMIO figure: 1024", window == ['pciPassthru.64bitMMIOSizeGB = "1024"'], window)

    new = SPEC.format(board="a100-next", vgpu="A100DX-80C")
    test.check("built in: unknown board", "spec-value" in test.rules(new), test.rules(new))
    catalog = edited(folder, "boards.csv", line, line.replace("a100-sxm4-80gb,", "a100-next,").replace("10de:20b2", "10de:7777"))
    test.check("a new board is known", "spec-value" not in test.rules(new, *catalog), test.rules(new, *catalog))

    catalog = edited(folder, "figures.csv", "mmio_least,64 GiB,", "mmio_least,1 TiB,")
    window = test.window(a100, *catalog)
    test.check("another least window: 1024", window == ['pciPassthru.64bitMMIOSizeGB = "1024"'], window)

    release = "version: 1\nhosts: {h: {hypervisor: kvm, versions: {qemu: 8.0}, pcie_p2p: all, gpus: {g0: {board: l40s, address: 05:00.0}, g1: {board: l40s, address: 06:00.0}}}}\nvms: {v: {host: h, vcpus: 1, memory: 1GiB, p2p: pcie, gpus: [g0, g1]}}\n"
    test.check("built in: QEMU 8.0 is too old", "clique-old-qemu" in test.rules(release), test.rules(release))
    catalog = edited(folder, "releases.csv", "qemu_clique_alternate_offset,8.1,", "qemu_clique_alternate_offset,8.0,")
    test.check("another release: it is not", "clique-old-qemu" not in test.rules(release, *catalog), test.rules(release, *catalog))
    catalog = edited(folder, "architectures.csv", "\nAda,yes,", "\nAda,no,")
    test.check("another architecture: its place is free", "clique-old-qemu" not in test.rules(release, *catalog), test.rules(release, *catalog))


# For each row of figures.csv: another value, a VM's keys and those of its host, and the rule that fires with one of the two.
FIGURES = [
    ("vsphere_vgpu_memory", "65 GiB", "mmio-too-small", "mmio: 128GiB, vgpu: A100DX-80C", "hypervisor: vsphere, nvlink: all"),
    ("vsphere_vgpu_mmio", "1 TiB", "mmio-too-small", "mmio: 128GiB, vgpu: A100DX-80C", "hypervisor: vsphere, nvlink: all"),
    ("ovmf_window_most", "8 TiB", "mmio-exceeds-phys-bits", "mmio: 16TiB", "hypervisor: kvm"),
    ("vsphere_bios_bar1_most", "128 GiB", "mmio-needs-efi", "firmware: bios", "hypervisor: vsphere"),
    ("seabios_large_bar", "129 GiB", "mmio-needs-efi", "firmware: bios", "hypervisor: kvm"),
    ("seabios_large_bars_most", "2", "mmio-needs-efi", "firmware: bios", "hypervisor: kvm"),
    ("stalling_bar1", "129 GiB", "mmio-many-large-bars", "", "hypervisor: kvm, versions: {qemu: 9.2}"),
    ("stalling_gpus", "5", "mmio-many-large-bars", "", "hypervisor: kvm, versions: {qemu: 9.2}"),
    ("unswitched_gpus", "3", "nvswitch-passthrough-vsphere", "", "hypervisor: vsphere"),
    ("q35_low_memory", "1 GiB", "mmio-exceeds-phys-bits", "memory: 1022GiB, mmio: 1TiB", "hypervisor: kvm, cpus: {phys_bits: 41}"),
    ("amd_hole_start", "2 TiB", "mmio-exceeds-phys-bits", "mmio: 1TiB", "hypervisor: kvm, cpus: {phys_bits: 41, vendor: amd}"),
    ("amd_hole_end", "512 GiB", "mmio-exceeds-phys-bits", "mmio: 1TiB", "hypervisor: kvm, cpus: {phys_bits: 41, vendor: amd}"),
]

# What a finding of its rule prints.
SAID = ("ovmf_window_most", "vsphere_bios_bar1_most", "seabios_large_bar", "stalling_bar1", "amd_hole_start", "amd_hole_end")


def figures(test, folder):
    rows = {r["what"]: r for r in csv.DictReader((TABLES / "figures.csv").read_text().splitlines())}
    for what, value, rule, vm, host in FIGURES:
        gpus = ", ".join(f"g{i}: {{board: a100-sxm4-80gb, address: 0{i}:00.0}}" for i in range(4))
        memory = "" if "memory" in vm else "memory: 64GiB, "
        n = 2 if "firmware" in vm or "vgpu" in vm else 4
        spec = (f"version: 1\nhosts: {{h: {{{host}, gpus: {{{gpus}}}}}}}\n"
                f"vms: {{v: {{host: h, vcpus: 1, {memory}{vm}, p2p: none, gpus: [{', '.join(f'g{i}' for i in range(n))}]}}}}\n")
        spec = spec.replace(", ,", ",")
        old = rows.pop(what)["value"]
        catalog = edited(folder, "figures.csv", f"{what},{old},", f"{what},{value},")
        built_in, changed = test.rules(spec), test.rules(spec, *catalog)
        test.check(f"{what}: {value}", (rule in built_in) != (rule in changed) and "spec-value" not in built_in, f"{built_in}\n{changed}")
        if what in SAID:
            fires, figure = ((), old) if rule in built_in else (catalog, value)
            shown = test.call("lint", "--explain", *fires, "-", spec=spec).stdout
            test.check(f"{what}: the finding says {figure}", figure in shown, shown)
    test.check("every figure is tried", rows.keys() == {"mmio_least"}, rows.keys())


def broken_tables(test, folder):
    spec = SPEC.format(board="a40", vgpu="A40-48C")
    for table, old, new, place in [
        ("boards.csv", ",256,A100DX,", ",much,A100DX,", ":"),
        ("boards.csv", "id,board,", "ident,board,", ":1:"),
        ("boards.csv", "\na100-sxm4-40gb,", "\na100\x1b[31m,", ":11:1:"),
        ("releases.csv", "qemu_many_large_bars,10.1,", "qemu_many_large_bars,,", ":5:2:"),
        ("releases.csv", "qemu_many_large_bars,10.1,", "qemu_many_large_bars,new,", ":5:2:"),
        ("figures.csv", "stalling_gpus,4,", "stalling_gpus,4 GiB,", ":10:2:"),
        ("figures.csv", "stalling_gpus,4,", "stalling,4,", ":10:1:"),
        ("architectures.csv", "Ampere,yes,", "Ampere,ja,", ":6:2:"),
        ("architectures.csv", "kernel_vfio_ampere", "6.8", ":6:6:"),
        ("fm_partitions.csv", "hgx-h100,3,2,1 3,", "hgx-h100,3,2,1 99,", ":5:4:"),
        ("p2p_nvlink_vgpu.csv", "a40,Ampere", "a41,Ampere", ":27:1:"),
    ]:
        done = test.call("lint", *edited(folder, table, old, new), "-", spec=spec)
        named = f"{folder}/{table}{place}" in done.stderr
        test.check(f"{table}: {new}", done.returncode == 2 and named and not done.stdout, done.stderr)
    done = test.call("lint", "--catalog", str(folder / "nowhere"), "-", spec=spec)
    test.check("no such folder", done.returncode == 2 and "nowhere" in done.stderr, done.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(ROOT / "build" / "gpuplan"))
    test = Test(str(Path(parser.parse_args().gpuplan).resolve()))
    with tempfile.TemporaryDirectory() as folder:
        newer_tables(test, Path(folder) / "tables")
        figures(test, Path(folder) / "tables")
        broken_tables(test, Path(folder) / "tables")
    print(f"{test.passed} passed, {test.failed} failed")
    return 1 if test.failed or not test.passed else 0


if __name__ == "__main__":
    sys.exit(main())
