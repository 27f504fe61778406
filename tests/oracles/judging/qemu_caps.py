"""qemu-caps: QEMU takes the whole argument list, and the guest reads the cliques of the plan."""

from . import guest_pci, machine, qemu_args

PHYS_BITS = 46  # what today's GPU servers have; no memory is placed by this judge


def judge(context, report):
    for artifact in context.out.of("qemu"):
        with report.judging(artifact.path):
            _judge_one(context, artifact, report)


def _judge_one(context, artifact, report):
    options = qemu_args.read(artifact.file)
    try:
        seen = _walk(context, options)
    except machine.QemuRefused as error:
        report.fail(artifact.path, "QEMU refuses it", str(error).splitlines())
        return
    devices = qemu_args.vfio_devices(options)
    faults = _count_faults(devices, seen)
    faults += _clique_faults(devices, seen, context.out.cliques(artifact.host))
    with_clique = sum(s.clique is not None for s in seen)
    report.verdict(artifact.path, faults, f"{len(seen)} GPUs, {with_clique} with a clique")


def _walk(context, options):
    roots = [0] + [int(d["bus_nr"]) for d in qemu_args.devices(options) if d["driver"] == "pxb-pcie"]
    with machine.Machine(context.build, options, PHYS_BITS) as running:
        return guest_pci.Walk(running, roots).devices


def _count_faults(devices, seen):
    numbers = sorted(s.number for s in seen)
    if numbers == list(range(1, len(devices) + 1)):
        return []
    return [f"{len(devices)} vfio-pci devices, but the guest sees {len(seen)}"]


def _clique_faults(devices, seen, cliques):
    """A device whose property is set shows the map's number; one without shows none."""
    faults = []
    read = {s.number: s.clique for s in seen}
    for number, device in enumerate(devices, start=1):
        name = qemu_args.host_name(device)
        if number not in read:
            continue
        if qemu_args.CLIQUE not in device:
            expected = None
        elif name in cliques:
            expected = cliques[name]
        else:
            faults.append(f"{name} has a clique and does not stand in the host's clique map")
            continue
        if read[number] != expected:
            faults.append(f"the guest reads clique {read[number]} on {name}, the plan says {expected}")
    return faults
