"""gpuplan-qemu in QEMU's place: what its judges have in common."""

import pathlib
import shutil

from . import machine, qemu_args, tools

MAP_VARIABLE = "GPUPLAN_CLIQUE_MAP"
STRANGER = "00fe:fe:00.0"  # in no plan's map; QEMU would refuse a clique on it, which is no display controller


def put(build, folder):
    """A wrapper in FOLDER, beside the QEMU that it becomes; its path."""
    built = pathlib.Path(build).resolve() / "gpuplan-qemu"
    if not built.exists():
        raise tools.ToolMissing(str(built), "built by CMake")
    place = pathlib.Path(folder) / machine.QEMU
    shutil.copy(built, place)
    pathlib.Path(f"{place}.real").symlink_to(tools.require(machine.QEMU, "qemu-system-x86"))
    return place


def plan(out, artifact):
    """{address: clique} of the map's host: what its VMs were compiled to, and for other GPUs the map."""
    cliques = dict(out.cliques(artifact.host))
    for other in out.of("qemu"):
        if other.host == artifact.host:
            for device in qemu_args.vfio_devices(qemu_args.read(other.file)):
                if qemu_args.CLIQUE in device:
                    cliques[qemu_args.host_name(device)] = int(device[qemu_args.CLIQUE])
    return cliques


def faults(names, expected, seen):
    """What the guest reads of the devices NAMES, against the plan; the stranger has no clique."""
    read = {device.number: device.clique for device in seen}
    found = []
    if sorted(read) != list(range(1, len(names) + 1)):
        return [f"{len(names)} vfio-pci devices, but the guest sees {len(seen)}"]
    for number, name in enumerate(names, start=1):
        if read[number] != expected.get(name):
            found.append(f"the guest reads clique {read[number]} on {name}, the plan says {expected.get(name)}")
    return found
