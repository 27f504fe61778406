"""Strict readers of the artifacts: what each says, as the dicts of facts.py. What a reader does not know is an error."""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ORACLES = Path(__file__).resolve().parent.parent / "oracles"
sys.path.insert(0, str(ORACLES))
from judging import host_setup as host_setup_judge  # noqa: E402

QEMU = "{http://libvirt.org/schemas/domain/qemu/1.0}"
MIB = 1 << 20
FIRMWARE = "name=opt/ovmf/X-PciMmio64Mb,string="


def must(good, why):
    if not good:
        raise ValueError(why)


def numbers(cpulist):
    found = []
    for part in cpulist.split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


# ---------------------------------------------------------------- libvirt


# Of VM.xml: what is the same in every domain, path and attribute; a path may be absent or stand there several times.
FIXED = {
    "vcpu@placement": "static", "memory@unit": "KiB", "memoryBacking/hugepages/page@unit": "KiB", "devices/controller/pcihole64@unit": "KiB",
    "cpu/numa/cell@unit": "KiB", "numatune/memory@mode": "strict", "numatune/memnode@mode": "strict", "cpu@check": "none", "cpu/topology@dies": "1",
    "cpu/topology@threads": "1", "os/type@arch": "x86_64", "os/boot@dev": "hd", "features/hyperv@mode": "custom", "features/hyperv/*@state": "on",
    "devices/*/address[@type='pci']@domain": "0x0000", "devices/*/address[@type='drive']@controller": "0", "devices/*/address[@type='drive']@bus": "0",
    "devices/*/address[@type='drive']@target": "0", "devices/disk@device": "disk", "devices/disk/driver@name": "qemu",
    "devices/controller[@type='scsi']@model": "virtio-scsi", "devices/controller[@type='scsi']@index": "0", "devices/controller[@type='usb']@index": "0",
    "devices/controller[@model='pcie-root']@index": "0", "devices/controller[@model='pcie-root-port']/model@name": "pcie-root-port",
    "devices/controller[@model='pcie-expander-bus']/model@name": "pxb-pcie", "devices/hostdev@mode": "subsystem",
    "devices/hostdev[@type='pci']/driver@name": "vfio", "devices/hostdev[@type='mdev']@managed": "no", "devices/hostdev[@type='mdev']@display": "off",
    "devices/graphics@port": "-1", "devices/graphics@autoport": "yes", "devices/graphics@listen": "127.0.0.1", "devices/graphics/listen@address": "127.0.0.1",
    "devices/serial/target@type": "isa-serial", "devices/serial/target@port": "0", "devices/console/target@type": "serial", "devices/console/target@port": "0",
    "devices/memballoon@model": "none",
}
# What stands in every domain.
ALWAYS = ("on_poweroff", "on_reboot", "on_crash", "features/acpi", "features/apic", "os/boot", "devices/memballoon", "devices/controller[@type='usb']")


def fixed(root):
    for path, value in FIXED.items():
        path, _, key = path.rpartition("@")
        found = {e.get(key) for e in root.findall(path)}
        must(found <= {value}, f"{path}@{key} is {found}")
    must(all(len(root.findall(path)) == 1 for path in ALWAYS), "something is missing, or there twice")
    kinds = {"disk": ("file", "block"), "hostdev": ("pci", "mdev"), "interface": ("bridge", "network"), "serial": ("pty",), "console": ("pty",),
             "controller": ("pci", "scsi", "usb"), "graphics": ("vnc",)}
    for tag, types in kinds.items():
        must({e.get("type") for e in root.findall(f"devices/{tag}")} <= set(types), f"<{tag}> of another type")
    must(len(root.findall("devices/serial")) == len(root.findall("devices/console")), "a console and its serial port")
    must(root.find("devices/controller[@type='usb']").get("model") in ("none", "qemu-xhci"), "a USB controller of another model")
    for path, key in (("cpu/numa/cell", "id"), ("numatune/memnode", "cellid")):
        found = [e.get(key) for e in root.findall(path)]
        must(found == [str(k) for k in range(len(found))], f"{path}: {found}")


def libvirt(text):
    root = ElementTree.fromstring(text)
    fixed(root)
    window = root.find("devices/controller[@model='pcie-root']/pcihole64")
    cells = [(numbers(c.get("cpus")) if c.get("cpus") else [], int(c.get("memory")) * 1024) for c in root.findall("cpu/numa/cell")]
    nodes = [int(m.get("nodeset")) for m in root.findall("numatune/memnode")]
    must(len(nodes) == len(cells), "a memnode for each cell")
    page = root.find("memoryBacking/hugepages/page")
    pins = root.findall("cputune/vcpupin")
    must([int(p.get("vcpu")) for p in pins] == list(range(len(pins))), "vcpupin in order")
    topology = root.find("cpu/topology")
    tree = guest_tree(root)
    overrides = {d.get("alias"): properties(d) for d in root.iter(QEMU + "device")}
    facts = {
        "name": root.findtext("name"), "uuid": root.findtext("uuid"), "memory": int(root.findtext("memory")) * 1024,
        "vcpus": int(root.findtext("vcpu")), "topology": (int(topology.get("sockets")), int(topology.get("cores"))),
        "pages": int(page.get("size")) * 1024 if page is not None else None,
        "pins": [p.get("cpuset") for p in pins] or None,
        "memory nodes": numbers(root.find("numatune/memory").get("nodeset")) if root.find("numatune") is not None else [],
        "cells": [(*c, n) for c, n in zip(cells, nodes)], "efi": root.find("os").get("firmware") == "efi",
        "stateless": root.find("os/loader[@stateless='no']") is not None, "windows": windows(root),
        "hidden": root.find("features/kvm/hidden[@state='on']") is not None,
        "window": int(window.text) * 1024 if window is not None else None, "firmware window": libvirt_firmware(root),
        "console": libvirt_console(root),
        "gpus": [hostdev(h, overrides, tree, root.find("iommufd[@enabled='yes']") is not None) for h in root.findall("devices/hostdev")],
        "disks": [libvirt_disk(d) for d in root.findall("devices/disk")],
        "nics": [libvirt_nic(n) for n in root.findall("devices/interface")],
    }
    must(not overrides, f"an override of no device: {overrides}")
    iommufd = root.find("iommufd")
    must(iommufd is None or any(g["iommufd"] for g in facts["gpus"]), "iommufd for nobody")
    return facts


def properties(device):
    return {p.get("name"): (p.get("type"), p.get("value")) for p in device.findall(f"{QEMU}frontend/{QEMU}property")}


def windows(root):
    signs = {root.find("features/hyperv") is not None, root.find("clock").get("offset") == "localtime",
             root.find("clock/timer[@name='hypervclock']") is not None}
    must(len(signs) == 1, "half a Windows guest")
    return signs.pop()


def libvirt_firmware(root):
    args = [a.get("value") for a in root.iter(QEMU + "arg")]
    pairs = dict(zip(args[::2], args[1::2]))
    must(set(pairs) <= {"-fw_cfg", "-global"} and pairs.get("-global", "pcie-root-port.io-reserve=0") == "pcie-root-port.io-reserve=0", f"{args}")
    text = pairs.get("-fw_cfg")
    return int(text.removeprefix(FIRMWARE)) * MIB if text else None


def libvirt_console(root):
    found = {"serial": root.find("devices/serial"), "vnc": root.find("devices/graphics[@type='vnc']")}
    names = [n for n, e in found.items() if e is not None]
    must(len(names) < 2, "two consoles")
    return names[0] if names else "none"


def place(element):
    a = element.find("address[@type='pci']")
    return tuple(int(a.get(k), 0) for k in ("bus", "slot", "function")) if a is not None else None


def guest_tree(root):
    """Bus -> the guest's node that it hangs on, or None; checks that no place is taken twice."""
    devices = root.find("devices")
    places = [p for p in map(place, devices) if p]
    must(len(places) == len(set(places)), f"a place of the guest's PCI tree is taken twice: {sorted(places)}")
    ports = [c for c in devices.findall("controller[@type='pci']") if c.get("model") != "pcie-root"]
    must([int(c.get("index")) for c in ports] == list(range(1, len(ports) + 1)), "controller indexes have a gap")
    tree = {0: None}
    for c in ports:
        node = c.findtext("target/node")
        must((node is not None) == (c.get("model") == "pcie-expander-bus"), "a node for each expander, and no other")
        tree[int(c.get("index"))] = int(node) if node is not None else tree[place(c)[0]]
    return tree


def hostdev(element, overrides, tree, iommufd):
    alias, address = element.find("alias").get("name"), element.find("source/address")
    more = overrides.pop(alias, {})
    kind, clique = more.pop("x-nv-gpudirect-clique", (None, None))
    must(kind in (None, "unsigned"), f"clique of type {kind}")
    fact = {"alias": alias, "clique": int(clique) if clique else None, "node": tree[place(element)[0]], "iommufd": False}
    if element.get("type") == "mdev":
        must(element.get("model") == "vfio-pci" and not more, "an mdev by vfio-pci")
        return {**fact, "mdev": address.get("uuid")}
    domain, bus, slot, function = (int(address.get(k), 0) for k in ("domain", "bus", "slot", "function"))
    name = f"{domain:04x}:{bus:02x}:{slot:02x}.{function}"
    expected = {"host": ("remove", None), "sysfsdev": ("string", f"/sys/bus/pci/devices/{name}")} if domain > 0xffff else {}
    must(more == expected, f"override {more}")
    return {**fact, "iommufd": iommufd, {"yes": "pci", "no": "vf"}[element.get("managed")]: name}


def libvirt_disk(disk):
    source, target, address = disk.find("source"), disk.find("target"), disk.find("address")
    block = disk.get("type") == "block"
    unit = int(address.get("unit")) if address.get("type") == "drive" else ord(target.get("dev")[2:]) - ord("a")
    return {"path": source.get("dev" if block else "file"), "block": block, "bus": target.get("bus"), "unit": unit,
            "format": disk.find("driver").get("type"), "readonly": disk.find("readonly") is not None, "target": target.get("dev")}


def libvirt_nic(nic):
    kind = nic.get("type")
    return {"source": nic.find("source").get(kind), "network": kind == "network", "model": nic.find("model").get("type"),
            "mac": nic.find("mac").get("address")}


# ---------------------------------------------------------------- QEMU


def no_twins(pairs):
    must(len(dict(pairs)) == len(pairs), f"a key twice in JSON: {pairs}")
    return dict(pairs)


def keyval(text, first=None):
    """`a,b=c`: QEMU's options, a comma in a value doubled."""
    parts = [p.replace("\0", ",") for p in text.replace(",,", "\0").split(",")]
    found = {first: parts.pop(0)} if first else {}
    for part in parts:
        key, equals, value = part.partition("=")
        must(equals and key not in found, f"'{part}' of '{text}'")
        found[key] = value
    return found


FLAGS = ("-no-user-config", "-nodefaults")
# Values that are always the same, or what hangs on the spec in them.
KNOWN = {
    "-display": "none", "-boot": "strict=on", "-vnc": "127.0.0.1:0,to=99", "-mon": "chardev=charserial0,mode=readline",
    "-chardev": "stdio,id=charserial0,mux=on,signal=off",
}
GLOBALS = re.compile(r"kvm-pit\.lost_tick_policy=delay|pcie-root-port\.io-reserve=0|q35-pcihost\.pci-hole64-size=(\d+)K")
PORTS, NICS = ("pcie-root-port", "pxb-pcie"), {"virtio-net-pci": "virtio", "e1000e": "e1000e", "vmxnet3": "vmxnet3"}
DISKS = {"virtio-blk-pci": "virtio", "scsi-hd": "scsi", "ide-hd": "sata"}
OTHERS = ("qemu-xhci", "virtio-scsi-pci", "isa-serial", "usb-tablet", "VGA")


class Arguments:
    """The lines of VM.qemu-args: options with their values, in order."""

    def __init__(self, text):
        must(text.endswith("\n"), "the last line has no end")
        words = text[:-1].split("\n")
        self.options = []
        while words:
            option = words.pop(0)
            must(re.fullmatch(r"-[a-z_-]+", option), f"'{option}' is no option")
            self.options.append((option, None if option in FLAGS else words.pop(0)))

    def all(self, option):
        return [v for o, v in self.options if o == option]

    def one(self, option):
        values = self.all(option)
        must(len(values) == 1, f"{option}: {values}")
        return values[0]

    def json(self, option):
        return [json.loads(v, object_pairs_hook=no_twins) for v in self.all(option)]


def qemu(text):
    args = Arguments(text)
    allowed = {"-name", "-machine", "-cpu", "-smp", "-m", "-object", "-numa", "-uuid", "-rtc", "-global", "-blockdev", "-device",
               "-netdev", "-fw_cfg", *FLAGS, *KNOWN}
    must({o for o, _ in args.options} <= allowed, f"an option that is not known: {args.options}")
    must(all(len(args.all(o)) == 1 for o in (*FLAGS, "-display", "-boot")), "an option that is always there")
    must(len(args.all("-mon")) == len(args.all("-chardev")), "a monitor on the serial port")
    must(all(v == KNOWN[o] for o, v in args.options if o in KNOWN), "a fixed value is another one")
    name, smp, cpu = keyval(args.one("-name")), keyval(args.one("-smp"), "cpus"), keyval(args.one("-cpu"), "model")
    must(set(name) == {"guest", "debug-threads"} and cpu.pop("model") == "host" and cpu.pop("host-phys-bits") == "on", "name or cpu")
    must(int(smp["cpus"]) == int(smp["sockets"]) * int(smp["cores"]) and smp["dies"] == smp["threads"] == "1", f"{smp}")
    devices = args.json("-device")
    tree = qemu_tree(devices)
    facts = {
        "name": name["guest"], "uuid": args.one("-uuid"), "memory": int(args.one("-m").removesuffix("M")) * MIB,
        "vcpus": int(smp["cpus"]), "topology": (int(smp["sockets"]), int(smp["cores"])), **qemu_memory(args),
        **qemu_firmware(args), "windows": qemu_windows(args, cpu), "hidden": cpu.pop("kvm", "on") == "off",
        "console": qemu_console(args, devices), "gpus": [], "disks": [], "nics": [],
    }
    must(not cpu, f"-cpu {cpu}")
    layers = {b["node-name"]: b for b in args.json("-blockdev")}
    netdevs = {n["id"]: n for n in args.json("-netdev")}
    for device in devices:
        driver = device["driver"]
        if driver == "vfio-pci":
            facts["gpus"].append(qemu_gpu(device, tree))
        elif driver in DISKS:
            facts["disks"].append(qemu_disk(device, layers))
        elif driver in NICS:
            facts["nics"].append(qemu_nic(device, netdevs))
        else:
            must(driver in PORTS + OTHERS, f"a device that is not known: {device}")
    must(not netdevs and set(layers) <= {"pflash0", "pflash1", "pflash0-file", "pflash1-file"}, "a backend that nobody uses")
    objects = [o for o in args.json("-object") if o["qom-type"] == "iommufd"]
    wanted = [{"qom-type": "iommufd", "id": "iommufd0"}] if any(g["iommufd"] for g in facts["gpus"]) else []
    must(objects == wanted, f"iommufd: {objects}")
    return facts


def qemu_tree(devices):
    """Bus -> guest node; checks ids and places."""
    ids = [d["id"] for d in devices if "id" in d]
    must(len(ids) == len(set(ids)), f"an id twice: {ids}")
    tree, places = {"pcie.0": None}, set()
    for d in devices:
        if d["driver"] in PORTS:
            tree[d["id"]] = d.get("numa_node") if d["driver"] == "pxb-pcie" else tree[d["bus"]]
        if "addr" in d:
            must(d["bus"] in tree and (d["bus"], d["addr"]) not in places, f"a place that is taken, or no bus: {d}")
            places.add((d["bus"], d["addr"]))
    return tree


def qemu_memory(args):
    objects = {o["id"]: o for o in args.json("-object") if o["qom-type"].startswith("memory-backend")}
    cells, nodes = [], [keyval("kind=" + v) for v in args.all("-numa")]
    machine = keyval(args.one("-machine"), "type")
    must((machine["type"], machine["accel"]) == ("q35", "kvm"), f"{machine}")
    pages = {o.get("hugetlbsize") for o in objects.values()}
    for o in objects.values():
        must((o.get("hugetlb"), o.get("prealloc")) == ((True, True) if o.get("hugetlbsize") else (None, None)), f"{o}")
        must(o.get("policy") == ("bind" if "host-nodes" in o else None), f"{o}")
    must(len(pages) == 1 and {o["qom-type"] for o in objects.values()} == {"memory-backend-memfd" if pages != {None} else "memory-backend-ram"},
         "page sizes differ")
    if not nodes:
        must(machine.get("memory-backend") == "pc.ram" and set(objects) == {"pc.ram"}, "one backend")
        one = objects["pc.ram"]
        must(one["size"] == int(args.one("-m")[:-1]) * MIB, "the backend is the memory")
        return {"pages": pages.pop(), "memory nodes": one.get("host-nodes", []), "cells": []}
    for k, node in enumerate(nodes):
        must(node["kind"] == "node" and node["nodeid"] == str(k) and "memory-backend" not in machine, f"{node}")
        backend = objects.pop(node["memdev"])
        must(backend["policy"] == "bind" and len(backend["host-nodes"]) == 1, f"{backend}")
        cells.append((numbers(node["cpus"]) if "cpus" in node else [], backend["size"], backend["host-nodes"][0]))
    must(not objects, "a backend without a node")
    return {"pages": pages.pop(), "memory nodes": sorted(n for _, _, n in cells), "cells": cells}


def qemu_firmware(args):
    machine, told = keyval(args.one("-machine"), "type"), args.all("-fw_cfg")
    holes = [int(m[1]) * 1024 for m in map(GLOBALS.fullmatch, args.all("-global")) if m[1]]
    must(all(map(GLOBALS.fullmatch, args.all("-global"))) and len(holes) < 2 and len(told) < 2, f"{args.all('-global')}")
    flash = [b for b in args.json("-blockdev") if b["node-name"].startswith("pflash")]
    efi = "pflash0" in machine
    must(len(flash) == (4 if efi else 0), f"{flash}")
    return {"efi": efi, "window": holes[0] if holes else None,
            "firmware window": int(told[0].removeprefix(FIRMWARE)) * MIB if told else None}


def qemu_windows(args, cpu):
    hyperv = [key for key in list(cpu) if key.startswith("hv-") and cpu.pop(key)]
    rtc = keyval(args.one("-rtc"))["base"]
    must(rtc == ("localtime" if hyperv else "utc"), f"rtc {rtc} with {hyperv}")
    return bool(hyperv)


def qemu_console(args, devices):
    drivers = [d["driver"] for d in devices]
    names = [n for n, option, driver in (("serial", "-chardev", "isa-serial"), ("vnc", "-vnc", "VGA")) if args.all(option) and driver in drivers]
    must(len(names) < 2 and len(names) == len([d for d in drivers if d in ("isa-serial", "VGA")]), f"{drivers}")
    return names[0] if names else "none"


def qemu_gpu(device, tree):
    known = {"driver", "host", "id", "iommufd", "sysfsdev", "display", "bus", "addr", "x-nv-gpudirect-clique"}
    must(set(device) <= known and ("host" in device) != ("sysfsdev" in device), f"{device}")
    clique = device.get("x-nv-gpudirect-clique")
    must(clique is None or type(clique) is int and 0 <= clique <= 15, f"{device}")
    must(device.get("iommufd", "iommufd0") == "iommufd0", f"{device}")
    fact = {"alias": device["id"], "clique": clique, "node": tree[device["bus"]], "iommufd": "iommufd" in device}
    path = device.get("sysfsdev", "")
    if path.startswith("/sys/bus/mdev/devices/"):
        return {**fact, "mdev": path.removeprefix("/sys/bus/mdev/devices/")}
    return {**fact, "pci": device.get("host", path.removeprefix("/sys/bus/pci/devices/"))}


def qemu_disk(device, layers):
    top = layers.pop(device["drive"])
    file = layers.pop(top["file"])
    bus = DISKS[device["driver"]]
    unit = device["lun"] if bus == "scsi" else int(re.search(r"\d+$", device["bus"] if bus == "sata" else device["id"])[0])
    must(file["driver"] in ("file", "host_device") and bool(top.get("read-only")) == bool(file.get("auto-read-only")), f"{file}")
    return {"path": file["filename"], "block": file["driver"] == "host_device", "bus": bus, "unit": unit,
            "format": top["driver"], "readonly": top.get("read-only", False)}


def qemu_nic(device, netdevs):
    net = netdevs.pop(device["netdev"])
    must(set(net) == {"type", "id", "br"} and net["type"] == "bridge", f"{net}")
    return {"source": net["br"], "model": NICS[device["driver"]], "mac": device["mac"]}


# ---------------------------------------------------------------- vmx

LINE = re.compile(r'([A-Za-z0-9_.:-]+) = "((?:[^"|#\x00-\x1f\x7f]|\|[0-9A-F]{2})*)"')
GROUP = re.compile(r"# vSphere device group with the same placement: Nvidia:(\d+)@([^%]+)%NVLink")


def unescape(text):
    """VMware's: |22 is a quote."""
    return re.sub(rb"\|([0-9A-F]{2})", lambda m: bytes([int(m[1], 16)]), text.encode()).decode()


def vmx(text):
    """(the lines as (key, value), the device groups)."""
    must(text.endswith("\n"), "the last line has no end")
    lines, groups = [], []
    for line in text[:-1].split("\n"):
        group, entry = GROUP.fullmatch(line), LINE.fullmatch(line)
        must(group or entry, f"'{line}' is no line of a .vmx")
        if group:
            groups.append((group[1], unescape(group[2])))
        else:
            lines.append((entry[1], unescape(entry[2])))
    keys = [k.lower() for k, _ in lines]
    must(len(keys) == len(set(keys)), "a key stands twice")
    return lines, groups


# ---------------------------------------------------------------- clique map, host-setup


def shell(program, script, *files):
    done = subprocess.run([*program, "-s", *files], input=script, capture_output=True, text=True, timeout=300)
    must(done.returncode == 0 and not done.stderr, f"{program[0]}: {done.stderr[-500:]}")
    return done.stdout


def clique_maps(files):
    """What bash has after sourcing each clique-map.sh: a list of dicts."""
    script = 'for f; do unset GPU_CLIQUE_MAP; source "$f" || exit; for k in "${!GPU_CLIQUE_MAP[@]}"; do ' \
             'printf "%s %s\\n" "$k" "${GPU_CLIQUE_MAP[$k]}"; done; printf "\\036"; done'
    found = shell(["bash", "-eu"], script, *files).split("\036")[:-1]
    return [{k: int(v) for k, v in (line.split(" ") for line in text.splitlines())} for text in found]


def host_setups(files, program=("dash",)):
    """The lines of plan() in each host-setup.sh, as the shell reads them: a list of lists of words."""
    plans = []
    for file in files:
        text = re.search(r"^plan\(\)\n\{\n.*?^\}\n", Path(file).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
        must(text, f"{file} has no plan()")
        plans.append(text[0] + host_setup_judge.PRINT_PLAN + "printf '\\035'\n")
    found = shell([*program, "-eu"], "".join(plans)).split("\035")[:-1] if plans else []
    return [[line.split("\037")[:-1] for line in text.split("\036")[:-1]] for text in found]
