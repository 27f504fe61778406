#!/usr/bin/python3
"""Two artifacts of one VM, or of its host, never disagree on a fact that both carry.

Nobody is asked what is right: the domain, QEMU's arguments, the clique map and the setup script are read and laid against
each other. The specs are random plans, the examples and those of the oracles. Then the test is put to the test: each value of
each artifact is spoiled by itself, and the disagreement must be seen, but for the values that one artifact alone
carries (ALONE).
"""

import argparse
import collections
import fnmatch
import json
import random
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(Path(__file__).parent)]
import grammar  # noqa: E402
import make  # noqa: E402
import read  # noqa: E402
import write  # noqa: E402

# What both artifacts of a VM carry.
SHARED = {"name", "uuid", "memory", "vcpus", "topology", "pages", "memory nodes", "cells", "efi", "windows", "hidden", "window",
          "firmware window", "console", "gpus", "disks", "nics", "ports", "places", "hyperv", "clock", "machine", "boot", "display"}

# ---------------------------------------------------------------- one VM


def domain(text):
    root = ElementTree.fromstring(text)
    facts = read.libvirt(text)
    functions = [g["vf"] for g in facts["gpus"] if "vf" in g]
    for gpu in facts["gpus"]:
        if "vf" in gpu:
            gpu["pci"] = gpu.pop("vf")
    for disk in facts["disks"]:
        del disk["target"]
    for nic in facts["nics"]:
        del nic["network"]
    clock, cpu, video = root.find("clock"), root.find("cpu"), root.find("devices/video/model")
    timers = {t.get("name"): t.get("tickpolicy", t.get("present")) for t in clock}
    hyperv = {e.tag: int(e.get("retries")) if e.get("retries") else e.get("state") for e in root.findall("features/hyperv/*")}
    if "hypervclock" in timers:
        hyperv["time"] = {"yes": "on"}[timers.pop("hypervclock")]
    return {**facts, "functions": functions, "ports": list(domain_ports(root)), "places": dict(domain_places(root)), "hyperv": hyperv,
            "clock": (clock.get("offset"), timers), "boot": [0] if facts["disks"] else [],
            "display": [(video.get("type"), video.get("heads"), video.get("primary"), int(video.get("vram")) >> 10, tablet(root))] if video is not None else [],
            "machine": (root.find("os/type").get("machine"), cpu.get("mode"), cpu.find("maxphysaddr").get("mode"))}


def tablet(root):
    device = root.find("devices/input")
    return (device.get("type"), device.get("bus"), *(device.find("address").get(k) for k in ("type", "bus", "port")))


def domain_ports(root):
    for c in root.findall("devices/controller[@type='pci']"):
        target, address = c.find("target"), c.find("address")
        if c.get("model") == "pcie-expander-bus":
            yield (c.get("index"), "pxb-pcie", *read.place(c), address.get("multifunction"), int(target.get("busNr")), int(target.findtext("node")))
        elif c.get("model") != "pcie-root":
            yield (c.get("index"), c.get("model"), *read.place(c), address.get("multifunction"), int(target.get("chassis")), int(target.get("port"), 0))


def domain_places(root):
    for what in ("disk", "interface"):
        for k, e in enumerate(root.findall(f"devices/{what}")):
            yield f"{what} {k}", read.place(e)
    for e in root.findall("devices/hostdev"):
        yield e.find("alias").get("name"), read.place(e)
    for what, path in (("scsi", "controller[@type='scsi']"), ("usb", "controller[@model='qemu-xhci']"), ("video", "video")):
        for e in root.findall(f"devices/{path}"):
            yield what, read.place(e)


def arguments(text):
    args = read.Arguments(text)
    facts = read.qemu(text)
    machine, rtc, cpu = (read.keyval(args.one(option), "first") for option in ("-machine", "-rtc", "-cpu"))
    hyperv = {k[3:]: v if v == "on" else int(v, 0) for k, v in cpu.items() if k.startswith("hv-")}
    pit = "kvm-pit.lost_tick_policy=delay" in args.all("-global")
    timers = {"rtc": {"slew": "catchup"}[rtc["driftfix"]], "pit": {True: "delay"}[pit], "hpet": {"off": "no"}[machine["hpet"]]}
    devices = args.json("-device")
    disks = [d for d in devices if d["driver"] in read.DISKS]
    return {**facts, "ports": list(argument_ports(devices)), "places": dict(argument_places(devices)), "hyperv": hyperv,
            "clock": (rtc["first"].removeprefix("base="), timers), "boot": [k for k, d in enumerate(disks) if d.get("bootindex") == 1],
            "display": [("vga", "1", "yes", d["vgamem_mb"], usb_tablet(devices)) for d in devices if d["driver"] == "VGA"],
            "machine": (machine["first"], {"host": "host-passthrough"}[cpu["first"]], {"on": "passthrough"}[cpu["host-phys-bits"]])}


def usb_tablet(devices):
    device = next(d for d in devices if d["driver"] == "usb-tablet")
    return ("tablet", "usb", "usb", *[device["bus"].removeprefix("usb."), device["port"]])


def argument_place(device):
    slot, _, function = device["addr"].partition(".")
    return int({"pcie.0": "pci.0"}.get(device["bus"], device["bus"]).removeprefix("pci.")), int(slot, 16), int(function or "0", 16)


def argument_ports(devices):
    for d in devices:
        many = {True: "on"}[d["multifunction"]] if "multifunction" in d else None
        if d["driver"] == "pxb-pcie":
            yield d["id"].removeprefix("pci."), d["driver"], *argument_place(d), many, d["bus_nr"], d["numa_node"]
        elif d["driver"] == "pcie-root-port":
            yield d["id"].removeprefix("pci."), d["driver"], *argument_place(d), many, d["chassis"], d["port"]


def argument_places(devices):
    counts = collections.Counter()
    for d in devices:
        place = argument_place(d) if "addr" in d else None
        if d["driver"] in read.DISKS:
            yield f"disk {counts['disk']}", place
            counts["disk"] += 1
        elif d["driver"] in read.NICS:
            yield f"interface {counts['nic']}", place
            counts["nic"] += 1
        elif d["driver"] == "vfio-pci":
            yield d["id"], place
        elif d["driver"] in ("virtio-scsi-pci", "qemu-xhci", "VGA"):
            yield {"virtio-scsi-pci": "scsi", "qemu-xhci": "usb", "VGA": "video"}[d["driver"]], place


def of_vm(xml, args):
    """Both readings, and what they disagree on."""
    try:
        left, right = domain(xml), arguments(args)
    except Exception as error:  # what cannot be read says nothing that could agree
        return None, None, [f"cannot be read: {error!r}"]
    missing = SHARED - (left.keys() & right.keys())
    assert not missing, f"a reader no longer says {missing}"
    return left, right, [f"{k}: the domain says {left[k]!r}, the arguments {right[k]!r}" for k in sorted(SHARED) if left[k] != right[k]]


# ---------------------------------------------------------------- a host


def of_host(folder):
    """What the artifacts of a host disagree on; how many facts of VMs its own artifacts carry as well."""
    vms, found, n = {}, [], 0
    for file in sorted(folder.glob("*.xml")):
        args = file.with_suffix(".qemu-args").read_text(encoding="utf-8")
        left, _, wrong = of_vm(file.read_text(encoding="utf-8"), args)
        found += [f"{file.stem}: {w}" for w in wrong]
        if left:
            vms[file.stem] = left, firmware_file(args)
    for part in (of_map, of_setup):
        try:
            for agrees, text in part(folder, vms):
                n += 1
                found += [] if agrees else [text]
        except Exception as error:
            found.append(f"{part.__name__}: cannot be read: {error!r}")
    return found, n


def firmware_file(args):
    return [b["filename"] for b in read.Arguments(args).json("-blockdev") if b["node-name"] == "pflash1-file"]


def of_map(folder, vms):
    """The two clique maps, and the cliques of the VMs."""
    json_file = folder / "clique-map.json"
    cliques = {}
    if json_file.exists():
        cliques = json.loads(json_file.read_text(), object_pairs_hook=read.no_twins)["cliques"]
        yield [cliques] == read.clique_maps([str(folder / "clique-map.sh")]), "clique-map.json and clique-map.sh differ"
    for name, (facts, _) in vms.items():
        for gpu in facts["gpus"]:
            if gpu["clique"] is not None:
                yield cliques.get(gpu["pci"]) == gpu["clique"], f"{name}: {gpu}, and the map {cliques}"


def of_setup(folder, vms):
    """The devices that the script makes are those that the VMs take."""
    file = folder / "host-setup.sh"
    lines = read.host_setups([file])[0] if file.exists() else []
    by_hand = any(line[0] in ("whole_gpu", "firmware_variables") for line in lines)
    for name, (facts, firmware) in vms.items():
        own = [line for line in lines if line[1] == name]
        made = sorted(line[3] for line in own if line[0] == "vfio_vgpu")
        bound = sorted(line[2] for line in own if line[0] == "whole_gpu")
        whole = [gpu["pci"] for gpu in facts["gpus"] if "pci" in gpu and gpu["pci"] not in facts["functions"]]
        uuids = sorted(line[4] for line in own if line[0] == "mdev_vgpu")
        yield uuids == sorted(g["mdev"] for g in facts["gpus"] if "mdev" in g), f"{name}: mediated devices {uuids}, and {facts['gpus']}"
        yield made == sorted(facts["functions"]), f"{name}: functions {made}, and {facts['functions']}"
        if by_hand:
            yield bound == sorted(whole), f"{name}: bound {bound}, and passed through {whole}"
            copied = [line[2] for line in own if line[0] == "firmware_variables"]
            yield copied == firmware, f"{name}: firmware variables {copied}, and QEMU opens {firmware}"


# ---------------------------------------------------------------- spoiling

# What one artifact alone carries, changed or taken away.
ALONE = """
    domain/cputune* domain/on_* domain/os/type domain/os/loader* domain/os/firmware*
    domain/devices/hostdev.pci@managed domain/devices/hostdev.pci/driver
    domain/devices/controller.pcie-expander-bus/model domain/devices/controller.pcie-root-port/model
    domain/devices/disk/address.drive@type domain/devices/graphics/listen* domain/devices/*.pty/target
    -name?debug-threads -machine?dump-guest-core -machine?usb -machine?pflash[01]
    -blockdev?file.* -blockdev?host_device.discard -blockdev?raw.*
    -device?*.id -device?isa-serial.* -device?vfio-pci.display
    -device?scsi-hd.bus -device?scsi-hd.channel -device?scsi-hd.scsi-id -device?scsi-hd.device_id
""".split()


def spoiled(value):
    """The value, a bit different."""
    words = {"yes": "no", "no": "yes", "on": "off", "off": "on", True: False, False: True}
    if isinstance(value, int) and not isinstance(value, bool):
        return value + 1
    if isinstance(value, list):
        return value + [value[-1] + 1 if value else 0]
    if value in words:
        return words[value]
    last = re.search(r"[0-9a-f](?=[^0-9a-f]*$)", value)
    if last and re.search(r"\d", value):
        digit = "1" if last[0] != "1" else "2"
        return value[:last.start()] + digit + value[last.end():]
    return value + "x"


def of_domain(text, wanted):
    """(what, the domain with that spoiled): each attribute and text once, and each element taken away."""
    root = ElementTree.fromstring(text)

    def spoil(what):
        if wanted(what):
            yield what, ElementTree.tostring(root, encoding="unicode")

    def walk(parent, path):
        for k, child in enumerate(list(parent)):
            here = f"{path}/{kind(child)}"
            for key, value in child.attrib.items():
                child.set(key, spoiled(value))
                yield from spoil(f"{here}@{key}")
                child.set(key, value)
            if (child.text or "").strip():
                before, child.text = child.text, spoiled(child.text)
                yield from spoil(here)
                child.text = before
            parent.remove(child)
            yield from spoil(f"no {here}")
            parent.insert(k, child)
            yield from walk(child, here)

    yield from walk(root, "domain")


def kind(element):
    """`controller.pci`: what is to be told apart."""
    words = [element.tag.removeprefix(read.QEMU)]
    if element.tag in ("controller", "hostdev", "timer", "serial", "console", "address"):
        words.append(element.get("model") if element.tag == "controller" and element.get("type") == "pci" else element.get("type") or element.get("name"))
    if element.tag == read.QEMU + "property":
        words.append(element.get("name"))
    return ".".join(filter(None, words))


def of_arguments(text):
    """The same of QEMU's arguments: each key of each of them, and each taken away."""
    args = read.Arguments(text)
    for k, (option, value) in enumerate(args.options):
        def put(new):
            options = args.options[:k] + new + args.options[k + 1:]
            return "".join(f"{word}\n" for o in options for word in o if word is not None)
        if value is None:
            yield f"no {option}", put([])
            continue
        if value.startswith("{"):
            fields = json.loads(value)
            name = f"{option} {fields.get('driver') or fields.get('qom-type') or fields.get('type')}"
            for key in fields:
                yield f"{name}.{key}", put([(option, json.dumps({**fields, key: spoiled(fields[key])}))])
                yield f"no {name}.{key}", put([(option, json.dumps({i: v for i, v in fields.items() if i != key}))])
        else:
            name = option
            parts = value.split(",")
            for i, part in enumerate(parts):
                key, equals, old = part.rpartition("=")
                new = [*parts[:i], f"{key}{equals}{spoiled(old)}", *parts[i + 1:]]
                label = f"{option} {key or 'value'}"
                yield label, put([(option, ",".join(new))])
                if i:
                    yield f"no {label}", put([(option, ",".join(parts[:i] + parts[i + 1:]))])
        yield f"no {name}", put([])


def of_json_map(text):
    cliques = json.loads(text)["cliques"]
    for address in cliques:
        yield "map: a clique", text.replace(f'"{address}": {cliques[address]}', f'"{address}": {cliques[address] + 1}')
        yield "map: an address", text.replace(f'"{address}"', f'"{spoiled(address)}"')


def of_shell_map(text):
    for line in re.findall(r"\t\[.*\n", text):
        yield "map.sh: a clique", text.replace(line, line.replace(']="', ']="1'))
        yield "map.sh: an address", text.replace(line, "")


def of_script(text):
    for line in re.findall(r"^\t(?:vfio_vgpu|mdev_vgpu|whole_gpu|firmware_variables) .*\n", text, re.MULTILINE):
        words = line.split(" ")
        for k in {"vfio_vgpu": [1, 3], "mdev_vgpu": [1, 4], "whole_gpu": [1, 2], "firmware_variables": [1, 2]}[words[0].strip()]:
            # A word may stand in quotes.
            new = [*words[:k], re.sub(r"[0-9a-z](?='?\n?$)", lambda m: "y" if m[0] == "x" else "x", words[k]), *words[k + 1:]]
            yield f"script: {words[0].strip()} {k}", text.replace(line, " ".join(new))
        yield f"script: no {words[0].strip()}", text.replace(line, "")


class Spoiler:
    """Spoils each kind of value a few times, and keeps what nobody saw."""

    TRIES = 2

    def __init__(self):
        self.tried, self.unseen = collections.Counter(), collections.Counter()

    def wanted(self, what):
        return self.tried[what] < self.TRIES

    def take(self, what, seen):
        self.tried[what] += 1
        self.unseen[what] += not seen

    def vm(self, xml, args):
        for what, text in of_domain(xml, self.wanted):
            self.take(what, of_vm(text, args)[2])
        for what, text in of_arguments(args):
            if self.wanted(what):
                self.take(what, of_vm(xml, text)[2])

    def host(self, folder):
        for name, spoil in (("clique-map.json", of_json_map), ("clique-map.sh", of_shell_map), ("host-setup.sh", of_script)):
            file = folder / name
            whole = file.read_text() if file.exists() else ""
            for what, text in spoil(whole) if whole else ():
                if self.wanted(what):
                    file.write_text(text)
                    self.take(what, of_host(folder)[0])
                    file.write_text(whole)

    def problems(self):
        unseen = [w for w, n in self.unseen.items() if n]
        for what in sorted(unseen):
            if not any(fnmatch.fnmatch(what.removeprefix("no "), pattern) for pattern in ALONE):
                yield f"{what} was spoiled, and nobody saw it ({self.unseen[what]} of {self.tried[what]})"
        for pattern in ALONE:
            if not fnmatch.filter([w.removeprefix("no ") for w in unseen], pattern):
                yield f"ALONE has {pattern}, and nothing like it was spoiled unseen"


# ---------------------------------------------------------------- the runs


def random_spec(folder, gpuplan, seed, n):
    rng = random.Random(f"{seed} agree")
    maker = make.Maker(rng, grammar.Grammar(gpuplan))
    plans = [maker.plan(k) for k in range(n)]
    _, texts = write.Writer(rng).files(plans, 1)
    for file, text in (texts | {k: v for p in plans for k, v in p.captures.items()}).items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8", newline="")
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(ROOT / "build" / "gpuplan"))
    parser.add_argument("--plans", type=int, default=60)
    parser.add_argument("--seed", default="1")
    options = parser.parse_args()
    gpuplan = str(Path(options.gpuplan).resolve())
    problems, spoiler, counts = [], Spoiler(), collections.Counter()
    with tempfile.TemporaryDirectory(prefix="gpuplan-agree-") as name:
        specs = [ROOT / "examples", ROOT / "tests" / "oracles" / "specs", random_spec(Path(name) / "spec", gpuplan, options.seed, options.plans)]
        for k, spec in enumerate(specs):
            out = Path(name) / str(k)
            subprocess.run([gpuplan, "compile", "-q", str(spec), "-o", str(out)], check=True, capture_output=True, timeout=120)
            for folder in sorted(p for p in out.iterdir() if p.is_dir()):
                found, n = of_host(folder)
                problems += [f"{folder.name}: {f}" for f in found]
                vms = sorted(folder.glob("*.xml"))
                counts["VMs with two artifacts"] += len(vms)
                counts["facts of a host's artifacts"] += n
                for vm in vms if not found else ():
                    spoiler.vm(vm.read_text(encoding="utf-8"), vm.with_suffix(".qemu-args").read_text(encoding="utf-8"))
                if not found:
                    spoiler.host(folder)
    problems += spoiler.problems()
    for what, n in counts.items():
        print(f"{n:6} {what}")
    print(f"{sum(spoiler.tried.values()):6} values spoiled, of {len(spoiler.tried)} kinds, {sum(map(bool, spoiler.unseen.values()))} of them carried by one artifact alone")
    for problem in problems[:20]:
        print(f"FAIL {problem[:2000]}")
    print(f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
