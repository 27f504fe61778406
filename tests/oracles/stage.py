#!/usr/bin/python3
"""stage.py --root DIR --nodes N [--probe] -- COMMAND...: runs COMMAND on a host as the plan wants it.

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
    if options.probe:
        print(*page_sizes)
        return 0
    os.execvp(options.command[0], options.command)


def _parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--nodes", type=int, required=True)
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


if __name__ == "__main__":
    sys.exit(main())
