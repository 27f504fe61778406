#!/usr/bin/python3
"""Lets real programs judge what gpuplan compile wrote.

judge.py --out DIR [--build BUILD] JUDGE...     (README.md says what each judge proves)

A line a verdict, `ok` or `FAIL`, then a sum for each judge. The exit status is 1 where a judge failed
an artifact, found none, or lacks its tool; 77 where it lacks its tool and GPUPLAN_ALLOW_SKIP=1 allows that.
"""

import argparse
import dataclasses
import os
import pathlib
import sys

sys.dont_write_bytecode = True

from judging import (artifacts, clique_map, clique_old_qemu, host_setup, libvirt_define,  # noqa: E402
                     libvirt_qemu_agree, libvirt_schema, ovmf_boot, qemu_caps, tools, vmx,
                     wrapper_libvirt, wrapper_qemu)
from judging.report import Report  # noqa: E402

JUDGES = {
    "libvirt-schema": libvirt_schema.judge,
    "libvirt-define": libvirt_define.judge,
    "libvirt-qemu-agree": libvirt_qemu_agree.judge,
    "qemu-caps": qemu_caps.judge,
    "ovmf-boot": ovmf_boot.judge,
    "vmx": vmx.judge,
    "clique-map": clique_map.judge,
    "host-setup": host_setup.judge,
    "wrapper-qemu": wrapper_qemu.judge,
    "wrapper-libvirt": wrapper_libvirt.judge,
    "clique-old-qemu-proof": clique_old_qemu.judge,
}
NEEDS_NO_ARTIFACT = {"clique-old-qemu-proof"}
HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77


@dataclasses.dataclass
class Context:
    """What a judge is given."""

    out: artifacts.OutDir | None
    build: pathlib.Path
    base: pathlib.Path = HERE / "base.vmx"
    vms: tuple[str, ...] = ()
    bar1_gib: int = 128
    phys_bits: int | None = None


def main(arguments=None):
    options = _parse(arguments)
    wants_out = set(options.judges) - NEEDS_NO_ARTIFACT
    try:
        out = artifacts.OutDir(options.out) if wants_out else None
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"judge.py: {options.out}/manifest.json: {error}")
    context = Context(out, options.build, options.base, tuple(options.vm), options.bar1, options.phys_bits)
    status = 0
    for name in options.judges:
        status = max(status, run_judge(name, context), key=_gravity)
    return status


def run_judge(name, context, stream=None):
    """Runs one judge and prints its sum; its exit status."""
    report = Report(name, stream)
    try:
        JUDGES[name](context, report)
    except tools.ToolMissing as missing:
        if os.environ.get("GPUPLAN_ALLOW_SKIP") == "1" and "CI" not in os.environ:
            print(f"SKIPPED {name}: {missing.tool} missing (package {missing.package})", file=report.stream)
            return SKIPPED
        report.fail("-", str(missing))
    return 0 if report.finish() else 1


def _gravity(status):
    return {0: 0, SKIPPED: 1}.get(status, 2)


def _parse(arguments):
    parser = argparse.ArgumentParser(
        description="Lets real programs judge what gpuplan compile wrote.")
    parser.add_argument("judges", nargs="+", metavar="JUDGE", choices=[*JUDGES, "all"],
                        help="all, or any of: " + ", ".join(JUDGES))
    parser.add_argument("--out", type=pathlib.Path, help="what gpuplan compile -o wrote")
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build"),
                        help="where CMake put libfakevfio.so and reap (default: build)")
    parser.add_argument("--base", type=pathlib.Path, default=Context.base,
                        help="vmx: the configuration that entries are merged into")
    parser.add_argument("--vm", action="append", default=[], metavar="HOST/VM",
                        help="ovmf-boot: boot this one (repeats; default: the one with the most GPUs)")
    parser.add_argument("--bar1", type=int, default=Context.bar1_gib, metavar="GIB",
                        help="ovmf-boot: size of each GPU's BAR 1 (default: %(default)s)")
    parser.add_argument("--phys-bits", type=int, metavar="N",
                        help="ovmf-boot: address bits of the CPU (default: the fewest that hold memory and window)")
    options = parser.parse_args(arguments)
    if "all" in options.judges:
        options.judges = list(JUDGES)
    if options.out is None and set(options.judges) - NEEDS_NO_ARTIFACT:
        parser.error("--out DIR is needed")
    return options


if __name__ == "__main__":
    sys.exit(main())
