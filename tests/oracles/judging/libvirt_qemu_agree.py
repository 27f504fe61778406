"""libvirt-qemu-agree: libvirt makes of VM.xml what VM.qemu-args says, device by device."""

import json
import re

from . import domain, embedded_libvirt, qemu_args

# Names that each side gives to its own block layers, chardevs and networks; what they stand for is
# compared for disks (_images) and is no part of the guest elsewhere.
PRIVATE_NAMES = {"drive", "netdev", "chardev", "audiodev"}
# libvirt asks for a host that can be migrated from, which a host with passthrough never is.
LIBVIRT_CPU_ONLY = {"migratable"}
# What a memory backend is for the guest and the host. Not compared: the kind of backend (libvirt wants a
# mounted hugetlbfs, a hand runner has memfd), and with it mem-path, hugetlb, hugetlbsize, share.
MEMORY_KEYS = ("size", "host-nodes", "policy", "prealloc")


def judge(context, report):
    artifacts = context.out.of("libvirt")
    if not artifacts:
        return
    with embedded_libvirt.Host(context.build) as host:
        for artifact in artifacts:
            twin = context.out.twin(artifact, "qemu")
            if twin is None:
                report.fail(artifact.path, "has no QEMU arguments beside it")
                continue
            with report.judging(twin.path):
                _judge_one(host, artifact, twin, report)


def _judge_one(host, artifact, twin, report):
    root = domain.read(artifact.file)
    file, given = host.prepared(root)
    converted = host.virsh(f"domxml-to-native qemu-argv --xml '{file}'", domain.node_count(given))
    if not converted.ok:
        report.fail(artifact.path, "libvirt cannot convert it", converted.words)
        return
    libvirt = qemu_args.pairs(qemu_args.read_shell(converted.out))
    ours = qemu_args.read(twin.file)
    theirs, mine = (_devices_by_id(side, host, domain.uses_wrapper(root)) for side in (libvirt, ours))
    faults = _device_faults(_without_nic_ports(theirs, libvirt, mine), mine)
    for name, view in _views(host).items():
        theirs, mine = view(libvirt), view(ours)
        if theirs != mine:
            faults.append(f"{name}: libvirt {theirs}, ours {mine}")
    report.verdict(twin.path, faults, f"{len(qemu_args.devices(ours))} devices agree with {artifact.path}")


def _device_faults(theirs, mine):
    faults = []
    for name in sorted({*theirs, *mine}):
        if name not in mine:
            faults.append(f"{name}: libvirt has {theirs[name]}, ours has none")
        elif name not in theirs:
            faults.append(f"{name}: ours has {mine[name]}, libvirt has none")
        else:
            faults += [f"{name}: {key}: libvirt {theirs[name].get(key)}, ours {mine[name].get(key)}"
                       for key in sorted({*theirs[name], *mine[name]})
                       if theirs[name].get(key) != mine[name].get(key)]
    return faults


def _devices_by_id(options, host, wrapper):
    result = {}
    for number, device in enumerate(qemu_args.devices(options)):
        if "netdev" in device and not host.nics:  # libvirt was given none
            continue
        properties = {key: _plain(value) for key, value in device.items() if key not in PRIVATE_NAMES}
        if "netdev" in device:  # the conversion forgets where it stood and finds it a place of its own
            properties = {key: value for key, value in properties.items() if key not in ("bus", "addr")}
        if wrapper:  # the wrapper adds it when the VM starts
            properties.pop(qemu_args.CLIQUE, None)
        if "addr" in properties:
            properties["addr"] = _address(properties["addr"])
        result[device.get("id", f"{device['driver']} #{number}")] = properties
    return result


def _without_nic_ports(theirs, libvirt, mine):
    """Without the ports that libvirt alone has, where it found its NICs places of their own."""
    if not any("netdev" in device for device in qemu_args.devices(libvirt)):
        return theirs
    ports = ("pcie-root-port", "pcie-pci-bridge")
    return {name: device for name, device in theirs.items() if name in mine or device.get("driver") not in ports}


def _plain(value):
    """One spelling for JSON's and key=value's booleans and numbers."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


def _address(text):
    """'0x10.0x1', '10.1' and '0x10' as (slot, function)."""
    slot, _, function = text.partition(".")
    return int(slot, 16), int(function or "0", 16)


def _views(host):
    """{what: how to see it in an argument list}; both sides must look the same."""
    return {
        "order of vfio devices": lambda o: [d.get("id") for d in qemu_args.vfio_devices(o)],
        "-fw_cfg": lambda o: qemu_args.values(o, "-fw_cfg"),
        "-global": lambda o: sorted(_global(v) for v in qemu_args.values(o, "-global")),
        "-uuid": lambda o: qemu_args.values(o, "-uuid"),
        "-smp": lambda o: [qemu_args.fields(v, "cpus") for v in qemu_args.values(o, "-smp")],
        "-m": lambda o: [_memory(v) for v in qemu_args.values(o, "-m")],
        "-numa": lambda o: [qemu_args.fields(v, "type") for v in qemu_args.values(o, "-numa")],
        "memory backends": lambda o: _memory_backends(o, host),
        "-rtc": lambda o: [qemu_args.fields(v) for v in qemu_args.values(o, "-rtc")],
        "-cpu": lambda o: _cpu(o, host),
        "-boot": lambda o: qemu_args.values(o, "-boot"),
        "-machine": _machine,
        "disk images": _images,
    }


def _global(value):
    """The hole's size in bytes: 2G and 2097152K are the same."""
    name, _, size = value.partition("=")
    return f"{name}={_bytes(size, 1)}" if name.endswith("pci-hole64-size") else value


def _bytes(text, unit):
    """A size with its suffix, or in UNITs without one, in bytes."""
    number, suffix = re.fullmatch(r"(\d+)([kKMGT]?)B?", text).groups()
    return int(number) * (1024 ** " KMGT".index(suffix.upper()) if suffix else unit)


def _memory(value):
    memory = qemu_args.fields(value, "size")
    return {**memory, "size": _bytes(str(memory["size"]), 1 << 20)}


def _memory_backends(options, host):
    """By id. Nodes only where the host could be staged; preallocation goes with huge pages."""
    result = {}
    for value in qemu_args.values(options, "-object"):
        backend = qemu_args.fields(value, "qom-type")
        if backend["qom-type"].startswith("memory-backend"):
            keys = [k for k in MEMORY_KEYS if host.staged or k not in ("host-nodes", "policy")]
            keys = [k for k in keys if host.huge_pages or k != "prealloc"]
            result[backend["id"]] = {key: backend[key] for key in keys if key in backend}
    return result


def _cpu(options, host):
    """Without KVM the model and the features that need KVM are not libvirt's choice: nothing is left to compare."""
    if not host.kvm:
        return None
    cpu = qemu_args.fields(qemu_args.values(options, "-cpu")[0], "model")
    return {key: value for key, value in cpu.items() if key not in LIBVIRT_CPU_ONLY}


def _machine(options):
    """The parts that a guest sees. libvirt names a version (pc-q35-7.2), and older ones write -no-hpet."""
    machine = qemu_args.fields(qemu_args.values(options, "-machine")[0], "type")
    no_hpet = ("-no-hpet", None) in options or machine.get("hpet") == "off"
    return {"family": re.sub(r"^pc-(q35|i440fx)-.*", r"\1", machine["type"]), "hpet": not no_hpet,
            "usb": machine.get("usb"), "flash": sorted(key for key in machine if key.startswith("pflash"))}


def _images(options):
    """{device id: (format, file)} of every disk, whichever way its block layers are nested."""
    layers = {}
    for value in qemu_args.values(options, "-blockdev"):
        layer = json.loads(value)
        layers[layer["node-name"]] = layer
    result = {}
    for device in qemu_args.devices(options):
        if "drive" in device:
            top = layer = layers[device["drive"]]
            while "file" in layer:
                layer = layers[layer["file"]] if isinstance(layer["file"], str) else layer["file"]
            bare = top is layer  # newer libvirt leaves the raw layer out
            result[device["id"]] = ("raw" if bare else top["driver"], layer.get("filename"))
    return result
