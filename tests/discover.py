#!/usr/bin/python3
"""gpuplan discover: machines as trees of sysfs and proc, made here, and what is written of them.

discover/NAME.yaml is what it writes of the machine `NAME` below; `--update` rewrites these files. Each
of them lints without a finding. Then trees that no kernel makes: they are read, never left, and end in a
spec or a message.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
GIB = 1 << 30


class Tree:
    """A machine. Devices are folders below sys/devices, the bus holds links to them, as in sysfs."""

    def __init__(self, folder, hostname="gpu-1"):
        self.root = Path(folder)
        self.put("proc/sys/kernel/hostname", hostname + "\n")
        self.put("proc/sys/kernel/osrelease", "6.8.0-45-generic\n")
        self.groups = 0

    def put(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())

    def link(self, path, target):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.symlink_to(target)

    def device(self, address, device, root="pci0000:00", vendor="0x10de", klass="0x030200", subsystem="0x0000", node=0,
               resource=None, group=True):
        place = f"sys/devices/{root}/{root[3:]}:01.0/{address}"
        for name, value in (("vendor", vendor), ("device", device), ("class", klass), ("subsystem_vendor", "0x10de"),
                            ("subsystem_device", subsystem), ("numa_node", str(node))):
            self.put(f"{place}/{name}", value + "\n")
        if resource is not None:
            self.put(f"{place}/resource", resource)
        self.link(f"sys/bus/pci/devices/{address}", f"../../../devices/{root}/{root[3:]}:01.0/{address}")
        if group:
            self.groups += 1
            self.put(f"sys/kernel/iommu_groups/{self.groups}/type", "DMA-FQ\n")
            self.link(f"sys/kernel/iommu_groups/{self.groups}/devices/{address}", f"../../../../bus/pci/devices/{address}")
            self.link(f"{place}/iommu_group", f"../../../../kernel/iommu_groups/{self.groups}")
        return place

    def functions(self, place, addresses):
        for i, address in enumerate(addresses):
            own = self.device(address, "0x2235", root=place.split("/")[2], group=False)
            self.link(f"{place}/virtfn{i}", f"../{address}")
            self.link(f"{own}/physfn", f"../{place.rsplit('/', 1)[1]}")

    def cpus(self, sockets, cores, threads, vendor="GenuineIntel", bits=52):
        text, n = "", 0
        for _ in range(threads):
            for socket in range(sockets):
                for core in range(cores):
                    text += f"processor\t: {n}\nvendor_id\t: {vendor}\nphysical id\t: {socket}\nsiblings\t: {cores * threads}\n"
                    text += f"core id\t\t: {core}\ncpu cores\t: {cores}\naddress sizes\t: {bits} bits physical, 57 bits virtual\n\n"
                    n += 1
        self.put("proc/cpuinfo", text)

    def memory(self, *nodes, pages=None):
        """A node is its CPUs and its kilobytes."""
        self.put("proc/meminfo", f"MemTotal:       {sum(kb for _, kb in nodes)} kB\nMemFree:        12 kB\n")
        for i, (cpus, kb) in enumerate(nodes):
            node = f"sys/devices/system/node/node{i}"
            self.put(f"{node}/cpulist", cpus + "\n")
            self.put(f"{node}/meminfo", f"Node {i} MemTotal:       {kb} kB\nNode {i} MemFree: 1 kB\n")
            if pages is not None:
                self.put(f"{node}/hugepages/hugepages-1048576kB/nr_hugepages", f"{pages}\n")


def resource(*sizes):
    """A `resource` file: 13 regions; a size of 0 is one that is not there."""
    lines, at = [], 0x38000000000000
    for size in (*sizes, *[0] * (13 - len(sizes))):
        lines.append(f"0x{at:016x} 0x{at + size - 1:016x} 0x000000000014220c" if size else " ".join(["0x" + "0" * 16] * 3))
        at += max(size, GIB)
    return "\n".join(lines) + "\n"


WIDE = resource(16 << 20, 0, 128 * GIB, 0, 32 << 20)  # BAR0 of 64 bits: BAR1 is register 2
NARROW = resource(16 << 20, 64 * GIB, 0, 32 << 20)
SMALL = resource(16 << 20, 256 << 20, 0, 32 << 20)


def nvswitch_8(folder):
    """HGX H100: eight GPUs, four NVSwitches, two sockets."""
    t = Tree(folder, "HGX-07.example.com")
    for i, bus in enumerate(("1b", "43", "52", "61", "9d", "c3", "d1", "df")):
        t.device(f"0000:{bus}:00.0", "0x2330", f"pci0000:{int(bus, 16) - 1:02x}", subsystem="0x16c1", node=i // 4, resource=WIDE)
    for bus in ("07", "08", "09", "0a"):
        t.device(f"0000:{bus}:00.0", "0x22a3", klass="0x068000")
    t.device("0000:02:00.0", "0x1021", vendor="0x15b3", klass="0x020700")
    t.cpus(2, 4, 2)
    t.memory(("0-3,8-11", 1056756260), ("4-7,12-15", 1056915204), pages=900)
    t.put("sys/module/nvidia/version", "570.86.15\n")
    t.put("proc/driver/nvidia/version", "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.15  Release Build\nGCC version:  gcc 12\n")
    t.put("usr/share/nvidia/nvswitch/fabricmanager.cfg", "# modes\nFABRIC_MODE_RESTART=0\nFABRIC_MODE=0\n")


def pcie(folder):
    """Four L40S and a GeForce card behind two sockets; one GPU with its audio function, one without a node."""
    t = Tree(folder, "pve3")
    for i, bus in enumerate(("21", "41", "a1", "c1")):
        t.device(f"0000:{bus}:00.0", "0x26b9", f"pci0000:{bus[0]}0", subsystem="0x1851", node=-1 if i == 3 else i // 2, resource=NARROW)
    card = t.device("0000:e1:00.0", "0x2684", "pci0000:e0", klass="0x030000", subsystem="0x16f4", node=1, resource=SMALL)
    t.put(f"{card}/resource1_resize", "000000000000ffc0\n")
    t.device("0000:e1:00.1", "0x22ba", "pci0000:e0", klass="0x040300", node=1)
    t.cpus(2, 2, 1, "AuthenticAMD", 48)
    t.memory(("0-1", 131072000), ("2-3", 131072000), pages=0)
    t.put("proc/driver/nvidia/version", "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  595.45.04  Release Build\n")


def functions(folder):
    """Two A40 with virtual functions, and the vGPU manager."""
    t = Tree(folder, "vgpu_host")
    for bus in ("25", "e1"):
        place = t.device(f"0000:{bus}:00.0", "0x2235", f"pci0000:{bus[0]}0", subsystem="0x145a", resource=NARROW)
        # By number: virtfn10 comes behind virtfn9.
        t.functions(place, [f"0000:{bus}:{i // 8:02x}.{i % 8}" for i in range(4, 16)])
    t.cpus(1, 4, 2)
    t.memory(("0-7", 65536000))
    t.put("sys/module/nvidia/version", "570.158.02\n")
    t.put("sys/module/nvidia_vgpu_vfio/refcnt", "0\n")


def unknown_board(folder):
    """A device and a subsystem that the catalog lacks; the IOMMU is off; little else can be read."""
    t = Tree(folder, "[new]")
    t.device("0000:05:00.0", "0xfff0", subsystem="0x1234", resource=WIDE, group=False)
    t.device("0000:06:00.0", "0x25b6", subsystem="0xffff", resource=NARROW, group=False)
    t.device("10000:07:00.0", "0x2bb5", "pci10000:00", subsystem="0x204e", resource=WIDE, group=False)
    (t.root / "sys/kernel/iommu_groups").mkdir(parents=True)


MACHINES = {"nvswitch-8": nvswitch_8, "pcie": pcie, "functions": functions, "unknown-board": unknown_board}


class Test:
    def __init__(self, gpuplan, update):
        self.gpuplan = gpuplan
        self.update = update
        self.passed = self.failed = 0

    def check(self, name, good, why=""):
        self.passed += bool(good)
        if not good:
            self.failed += 1
            print(f"FAIL {name}: {why}"[:2000])

    def call(self, *arguments, stdin=b"", env=None):
        return subprocess.run([self.gpuplan, *arguments], input=stdin, capture_output=True, timeout=60, env=env)

    def lints_clean(self, name, spec):
        done = self.call("lint", "--strict", "--explain", "-", stdin=spec)
        self.check(f"{name} lints clean", done.returncode == 0 and not done.stdout, (done.stdout + done.stderr + spec).decode())

    def discover(self, name, root):
        """What it writes, which must be clean."""
        done = self.call("discover", "--root", str(root))
        self.check(name, done.returncode == 0 and not done.stderr, f"status {done.returncode}: {done.stderr.decode()}")
        self.lints_clean(name, done.stdout)
        return done.stdout.decode()

    def refuses(self, name, says, *arguments):
        done = self.call("discover", *arguments)
        good = done.returncode == 2 and not done.stdout and says in done.stderr.decode()
        self.check(name, good, f"status {done.returncode}: {done.stderr.decode()} {done.stdout.decode()}")


def test_machines(t, folder):
    for name, make in MACHINES.items():
        make(folder / name)
        golden = HERE / "discover" / f"{name}.yaml"
        got = t.discover(name, folder / name)
        if t.update:
            golden.write_text(got)
        t.check(f"{name}.yaml", golden.exists() and golden.read_text() == got, got)


def copy_without_links(source, target):
    """As `cp -L` of one folder a device: a link to a device becomes a folder that tells its address."""
    for device in (source / "sys/bus/pci/devices").iterdir():
        own = target / "sys/bus/pci/devices" / device.name
        own.mkdir(parents=True)
        for entry in device.iterdir():
            if entry.is_dir():
                (own / entry.name).mkdir()
                (own / entry.name / "uevent").write_text(f"DRIVER=nvidia\nPCI_SLOT_NAME={entry.resolve().name}\n")
            else:
                shutil.copy(entry, own)
    for device in source.glob("sys/kernel/iommu_groups/*/devices/*"):
        (target / device.relative_to(source)).mkdir(parents=True)
    for part in ("proc", "usr", "sys/module", "sys/devices/system"):
        if (source / part).exists():
            shutil.copytree(source / part, target / part)


def test_copies(t, folder):
    """A copy without links says the same, but for the root complexes."""
    for name in ("nvswitch-8", "functions"):
        MACHINES[name](folder / name)
        copy_without_links(folder / name, folder / f"{name}-copy")
        got = t.discover(f"{name} copied", folder / f"{name}-copy")
        want = (HERE / "discover" / f"{name}.yaml").read_text()
        want = "".join(line.split(" # root complex")[0].rstrip("\n") + "\n" for line in want.splitlines())
        t.check(f"{name}: the copy says the same", got == want, got)


def test_padded(t, folder):
    """tar fills up files of sysfs with NUL bytes, and a function's GPU may not be in a copy."""
    pcie(folder / "t")
    for file in (folder / "t").rglob("*"):
        if file.is_file() and not file.is_symlink():
            file.write_bytes(file.read_bytes() + b"\0" * 300)
    got = t.discover("padded", folder / "t")
    t.check("padded: the same", got == (HERE / "discover" / "pcie.yaml").read_text(), got)
    Tree(folder / "f").functions("sys/devices/pci0000:20/0000:20:01.0/0000:25:00.0", ["0000:25:00.4"])
    t.refuses("a function alone", "no NVIDIA GPU", "--root", str(folder / "f"))


def test_refused(t, folder):
    empty = Tree(folder / "empty")
    empty.put("sys/bus/pci/devices/README", "")
    t.refuses("no GPU", "no NVIDIA GPU", "--root", str(folder / "empty"))
    other = Tree(folder / "other")
    other.device("0000:03:00.0", "0x744c", vendor="0x1002", klass="0x030000")
    other.device("0000:04:00.1", "0x22ba", klass="0x040300")
    t.refuses("another maker's GPU", "no NVIDIA GPU", "--root", str(folder / "other"))
    many = Tree(folder / "many")
    for i in range(65):
        many.device(f"0000:{i:02x}:00.0", "0x26b9", group=False)
    t.refuses("65 GPUs", "more than 64", "--root", str(folder / "many"))
    t.refuses("nothing", "/sys/bus/pci/devices cannot be read", "--root", str(folder))
    t.refuses("no folder", "No such file", "--root", str(folder / "nowhere"))
    t.refuses("a file", "Not a directory", "--root", str(folder / "empty/proc/sys/kernel/hostname"))
    t.refuses("an argument", "--root DIR", "here")


def test_links_stay_inside(t, folder):
    """Absolute links count from the tree's root, and `..` ends there."""
    (folder / "secret").write_text("leaked-name\n")
    pcie(folder / "t")
    name = folder / "t/proc/sys/kernel/hostname"
    for target in (folder / "secret", "../" * 40 + str(folder / "secret"), "../../../../secret", "hostname", "/proc/self/root/etc/hostname"):
        name.unlink(missing_ok=True)
        name.symlink_to(target)
        got = t.discover(f"hostname -> {target}", folder / "t")
        t.check(f"{target} is not followed", "\n  host: #" in got and "leaked" not in got, got)
    name.unlink()
    name.symlink_to("/etc/hostname")
    (folder / "t/etc").mkdir()
    (folder / "t/etc/hostname").write_text("inside\n")
    got = t.discover("an absolute link", folder / "t")
    t.check("an absolute link leads inside", "\n  inside:\n" in got, got)
    (folder / "t/etc/hostname").unlink()
    (folder / "t/etc/hostname").symlink_to(folder / "secret")
    # A bus, a node and a group that lie outside.
    outside = folder / "outside"
    functions(outside)
    shutil.rmtree(folder / "t/sys/bus/pci")
    (folder / "t/sys/bus/pci").symlink_to(outside / "sys/bus/pci")
    t.refuses("a bus outside", "cannot be read", "--root", str(folder / "t"))


def hostile_values(t, place):
    """Each with what must not be in the spec."""
    yield "a name", "proc/sys/kernel/hostname", b'a": {x: &b\n  evil: 1}\x1b[2J\xff\x00' + b"z" * 900, "evil: 1"
    yield "a long name", "proc/sys/kernel/hostname", b"n" * 5000, "nnnn"
    yield "a name of signs", "proc/sys/kernel/hostname", b"...---...", "..-"
    yield "a reserved name", "proc/sys/kernel/hostname", b"manifest.json", "  manifest.json:"
    yield "a kernel", "proc/sys/kernel/osrelease", b'6.8"\n  evil: 1', "evil: 1"
    yield "a kernel of words", "proc/sys/kernel/osrelease", b"# none", "kernel: "
    yield "a driver", "sys/module/nvidia/version", b"570}\n    evil: 1", "evil: 1"
    yield "a driver of bytes", "sys/module/nvidia/version", b"570.1\xff", "driver: 570"
    yield "a node", f"{place}/numa_node", b"99999999999999999999", "numa: 9"
    yield "a node of hex", f"{place}/numa_node", b"0x1", "0x1"
    yield "a BAR", f"{place}/resource", b"0x0 0xffff\n" * 14, "bar1: 0"
    yield "a BAR backwards", f"{place}/resource", b"0x0 0x0 0x0\n0xffffffffffffffff 0x0 0x0\n", "bar1: 1"
    yield "a huge BAR", f"{place}/resource", b"0x0 0x0 0x0\n0x0 0xffffffffffffffff 0x0\n", "bar1: 1"
    yield "half a BAR", f"{place}/resource", b"0x0 0x0 0x0\n0x0000", "bar1: 0"
    yield "a subsystem", f"{place}/subsystem_device", b"0x12345", "12345"
    yield "CPUs", "proc/cpuinfo", b"processor : 0\nphysical id : 1\ncpu cores : 0\nsiblings : 0\n\n" * 3, "cores:"
    yield "CPUs that differ", "proc/cpuinfo", b"processor: 0\nphysical id: 0\ncpu cores: 2\nsiblings: 2\n\nprocessor: 1\nphysical id: 1\ncpu cores: 4\nsiblings: 4\n", "cores:"
    yield "too many sockets", "proc/cpuinfo", b"".join(b"processor: 0\nphysical id: %d\ncpu cores: 1\nsiblings: 1\n\n" % i for i in range(65)), "sockets:"
    yield "address sizes", "proc/cpuinfo", b"processor: 0\naddress sizes: 900 bits physical\n", "phys_bits:"
    yield "memory", "proc/meminfo", b"MemTotal: 99999999999999999999999 kB\n", "memory: 9"
    yield "no memory", "proc/meminfo", b"MemTotal: 0 kB\n", "\n    memory: 0"
    yield "a cpulist", "sys/devices/system/node/node0/cpulist", b"0-1]\n    evil: 1", "evil: 1"
    yield "a cpulist of nonsense", "sys/devices/system/node/node0/cpulist", b"9-1", "9-1"
    yield "a node's memory", "sys/devices/system/node/node0/meminfo", b"Node 0 MemTotal: x kB", "memory: x"
    yield "pages", "sys/devices/system/node/node0/hugepages/hugepages-1048576kB/nr_hugepages", b"-5", "-5"
    yield "a fabric", "usr/share/nvidia/nvswitch/fabricmanager.cfg", b"FABRIC_MODE=7\n", "mode: "


def test_hostile_values(t, folder):
    place = "sys/devices/pci0000:20/0000:20:01.0/0000:21:00.0"
    for i, (name, path, value, never) in enumerate(hostile_values(t, place)):
        root = folder / str(i)
        pcie(root)
        Tree.put(argparse.Namespace(root=root), path, value)
        got = t.discover(f"{name}: garbage", root)
        kept = [line for line in got.splitlines() if not line.lstrip().startswith("#")]
        t.check(f"{name} is left out", not any(never in line.split(" # ")[0] + "\n" for line in kept), got)
        t.check(f"{name}, no control character", all(c >= " " or c == "\n" for c in got), repr(got))
        # The same file missing, a folder, a FIFO that nobody writes, and too long.
        for kind in ("missing", "folder", "fifo", "long", "loop"):
            file = root / path
            shutil.rmtree(file) if file.is_dir() else file.unlink(missing_ok=True)
            if kind == "folder":
                file.mkdir()
            elif kind == "fifo":
                os.mkfifo(file)
            elif kind == "long":
                with open(file, "wb") as out:
                    out.truncate(5 << 20)
            elif kind == "loop":
                file.symlink_to(file.name)
            t.discover(f"{name}: {kind}", root)


def test_hostile_bus(t, folder):
    tree = Tree(folder / "t")
    tree.device("0000:21:00.0", "0x26b9", subsystem="0x1851", resource=NARROW)
    bus = folder / "t/sys/bus/pci/devices"
    for name in ("0000:21:00.0 ", "0000:2A:00.0", "21:00.0", "0000:21:20.0", "x\n  evil: 1", "..:..", "-r"):
        shutil.copytree(bus / "0000:21:00.0", bus / name, symlinks=True)  # no address as the kernel writes it
    (bus / "0000:22:00.0").symlink_to("0000:22:00.0")
    (bus / "0000:23:00.0").symlink_to("../../../../../../../etc")
    (bus / "0000:24:00.0").write_text("a file")
    got = t.discover("a bus of nonsense", folder / "t")
    t.check("one GPU", got.count("board:") == 1 and "evil" not in got, got)
    device = bus / "0000:21:00.0"
    for i, target in enumerate(("../0000:21:00.4", "../0000:21:00.4", "../0000:21:00.0", "/etc/passwd", "../x", "../0000:21:00.5")):
        (device / f"virtfn{i}").symlink_to(target)
    (device / "virtfn").symlink_to("../0000:21:00.6")
    (device / "virtfn9999999").symlink_to("../0000:21:00.7")
    got = t.discover("functions of nonsense", folder / "t")
    t.check("two functions", '["0000:21:00.4", "0000:21:00.5"]' in got and got.count("# Not read:") >= 4, got)


def test_live(t, folder):
    """This machine: whatever it has. nvidia-smi is never run for a copied tree."""
    smi = folder / "nvidia-smi"
    smi.write_text(f"#!/bin/sh\ntouch {folder}/ran\n")
    smi.chmod(0o755)
    pcie(folder / "t")
    env = dict(os.environ, PATH=f"{folder}:{os.environ['PATH']}")
    t.call("discover", "--root", str(folder / "t"), env=env)
    t.check("nvidia-smi is not run", not (folder / "ran").exists())
    done = t.call("discover")
    if done.returncode == 0:
        t.lints_clean("this machine", done.stdout)
    else:
        t.check("this machine has no GPU", done.returncode == 2 and b"no NVIDIA GPU" in done.stderr, done.stderr.decode())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(HERE.parent / "build" / "gpuplan"))
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    t = Test(str(Path(options.gpuplan).resolve()), options.update)
    for test in [f for n, f in globals().items() if n.startswith("test_")]:
        with tempfile.TemporaryDirectory() as folder:
            test(t, Path(folder).resolve())
    print(f"{t.passed} passed, {t.failed} failed")
    return 1 if t.failed or not t.passed else 0


if __name__ == "__main__":
    sys.exit(main())
