"""clique-old-qemu-proof: why the rule clique-old-qemu exists.

GPUs from Turing on have their MSI-X capability at c8, where QEMU writes the clique. Before 8.1 it
knows no other place and does not start; from 8.1 on it takes d4.
"""

from . import guest_pci, machine

CLIQUE = 5
REFUSES = "refuses: the capability would overlap another"
OPTIONS = [
    ("-machine", "q35"), ("-cpu", "host"), ("-m", "64M"), ("-nodefaults", None), ("-display", "none"),
    ("-device", '{"driver":"pcie-root-port","id":"pci.1","bus":"pcie.0","addr":"0x10","chassis":1}'),
    ("-device", '{"driver":"vfio-pci","host":"0000:05:00.0","id":"ua-gpu-g0","bus":"pci.1",'
                f'"addr":"0x0","x-nv-gpudirect-clique":{CLIQUE}}}'),
]


def judge(context, report):
    knows_d4 = machine.version() >= (8, 1)
    name = "qemu-{}.{}".format(*machine.version())
    cases = (
        ("c8 free", 0xB0, f"starts, clique {CLIQUE} at c8"),
        ("c8 taken", 0xC8, f"starts, clique {CLIQUE} at d4" if knows_d4 else REFUSES),
    )
    for case, msix, expected in cases:
        happened = _try(context.build, msix)
        faults = [] if happened == expected else [f"{case}: {happened}; expected: {expected}"]
        report.verdict(name, faults, f"{case}: {happened}")


def _try(build, msix):
    """What happens with a GPU whose MSI-X capability is at MSIX."""
    try:
        with machine.Machine(build, OPTIONS, phys_bits=40, msix=msix) as running:
            seen = guest_pci.Walk(running, [0]).devices
    except machine.QemuRefused as error:
        return REFUSES if "overlap" in str(error) else f"refuses: {error}"
    if len(seen) != 1 or seen[0].clique is None:
        return "starts, no clique"
    return f"starts, clique {seen[0].clique} at {seen[0].clique_at:x}"
