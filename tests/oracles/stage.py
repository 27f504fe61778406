#!/usr/bin/python3
"""stage.py --root DIR --nodes N [--gpus ADDRESS,...] [--probe] -- COMMAND...: runs COMMAND on a host as the plan wants it.

Run below `unshare --mount`, which keeps everything here private to COMMAND. libvirt looks at the host
when it converts a domain: it wants the host's NUMA nodes, a hugetlbfs for each page size, and the user
that its package makes. A test machine has one node and none of the rest.
"""

import argparse
import os
import pathlib
import subprocess
import sys

NODES = pathlib.Path("/sys/devices/system/node")
HUGE_PAGES_KIB = {"2M": 2048, "1G": 1048576}
DEFAULT_USER = "libvirt-qemu"


def main():
    options = _parse()
    _mount("--make-rprivate", "/")
    _mount("-t", "tmpfs", "none", "/run")  # where libvirt keeps locks, whatever its root is
    _stage_user(options.root)
    page_sizes = [size for size in HUGE_PAGES_KIB if _mount_huge_pages(options.root, size)]
    _stage_nodes(options.nodes)
    if options.gpus:
        _stage_gpus(options.gpus.split(","))
    if options.probe:
        print(*page_sizes)
        return 0
    os.execvp(options.command[0], options.command)


def _parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--nodes", type=int, required=True)
    parser.add_argument("--gpus", help="PCI addresses of GPUs that are bound to vfio-pci")
    parser.add_argument("--probe", action="store_true", help="print the huge page sizes there are, run nothing")
    parser.add_argument("command", nargs="*")
    return parser.parse_args()


def _mount(*words, check=True):
    return subprocess.run(["mount", *map(str, words)], check=check, stderr=subprocess.DEVNULL).returncode == 0


def _stage_user(root):
    """Debian's libvirt looks its default user up before it reads which one it is to use."""
    for name, line in (("passwd", f"{DEFAULT_USER}:x:64055:64055::/nonexistent:/usr/sbin/nologin\n"),
                       ("group", f"{DEFAULT_USER}:x:64055:\n")):
        text = pathlib.Path("/etc", name).read_text(encoding="utf-8")
        if f"{DEFAULT_USER}:" not in text:
            copy = root / name
            copy.write_text(text.rstrip("\n") + "\n" + line, encoding="utf-8")
            _mount("--bind", copy, f"/etc/{name}")


def _mount_huge_pages(root, size):
    folder = root / f"hugepages-{size}"
    folder.mkdir(exist_ok=True)
    return _mount("-t", "hugetlbfs", "-o", f"pagesize={size}", "none", folder, check=False)


def _stage_nodes(count):
    """Node N has CPU N and a copy of node 0's memory."""
    meminfo = (NODES / "node0/meminfo").read_text(encoding="utf-8")
    _mount("-t", "tmpfs", "none", NODES)
    for n in range(count):
        node = NODES / f"node{n}"
        (node / f"cpu{n}").mkdir(parents=True)
        (node / "cpulist").write_text(f"{n}\n")
        (node / "cpumap").write_text(f"{1 << n:08x}\n")
        (node / "distance").write_text(" ".join("10" if n == m else "20" for m in range(count)) + "\n")
        (node / "meminfo").write_text(meminfo.replace("Node 0", f"Node {n}"))
        for kib in HUGE_PAGES_KIB.values():
            pages = node / f"hugepages/hugepages-{kib}kB"
            pages.mkdir(parents=True)
            for counter in ("nr_hugepages", "free_hugepages", "surplus_hugepages"):
                (pages / counter).write_text("512\n")
    for name in ("online", "possible", "has_cpu", "has_memory", "has_normal_memory"):
        (NODES / name).write_text(f"0-{count - 1}\n")


def _stage_gpus(addresses):
    """Each in an IOMMU group of its own, bound to vfio-pci: there is nothing left for libvirt to do to it."""
    pci, groups = pathlib.Path("/sys/bus/pci"), pathlib.Path("/sys/kernel/iommu_groups")
    _mount("-t", "tmpfs", "none", pci)
    _mount("-t", "tmpfs", "none", groups)
    (pci / "drivers/vfio-pci").mkdir(parents=True)
    for n, address in enumerate(addresses):
        (groups / f"{n}/devices" / address).mkdir(parents=True)
        device = pci / "devices" / address
        device.mkdir(parents=True)
        (device / "config").write_bytes(bytes(256))
        for name, value in (("vendor", "0x10de"), ("device", "0x20b2"), ("class", "0x030200")):
            (device / name).write_text(value + "\n")
        (device / "driver").symlink_to(pci / "drivers/vfio-pci")
        (device / "iommu_group").symlink_to(groups / str(n))
    _stage_dev_vfio(len(addresses))


def _stage_dev_vfio(groups):
    """/dev as it is, with VFIO's files in it; they are never opened by libvirt, and QEMU's are the stand-in's."""
    dev = pathlib.Path("/run/dev")
    dev.mkdir()
    _mount("-t", "tmpfs", "none", dev)
    for entry in pathlib.Path("/dev").iterdir():
        copy = dev / entry.name
        if entry.is_symlink():
            copy.symlink_to(os.readlink(entry))
            continue
        if entry.is_dir():
            copy.mkdir()
        else:
            copy.touch()
        _mount("--rbind", entry, copy)
    (dev / "vfio").mkdir(exist_ok=True)
    for name in ["vfio", *map(str, range(groups))]:
        (dev / "vfio" / name).touch()
    _mount("--move", dev, "/dev")


if __name__ == "__main__":
    sys.exit(main())
