"""ovmf-boot: the firmware places every BAR in the window we ask for, and not in half of it."""

import concurrent.futures
import re
import time

from . import machine, qemu_args

GIB = 1 << 30
PCI_MEMORY_BELOW_4G = 2 * GIB  # q35 keeps the rest of the guest's memory above 4 GiB
BOOT_TIMEOUT = 60
POLL = 0.2
# OVMF opens its console once it has placed every BAR that it could.
CONSOLE_READY = re.compile(r"\x1b\[2J|BdsDxe|UEFI")
GPU_BARS = (0, 1, 3)


def judge(context, report):
    for artifact in _selected(context, report):
        with report.judging(artifact.path):
            _judge_one(context, artifact, report)


def _judge_one(context, artifact, report):
    options = qemu_args.read(artifact.file)
    window = qemu_args.window_mib(options)
    if window is None:
        report.fail(artifact.path, "sets no MMIO window (fw_cfg opt/ovmf/X-PciMmio64Mb)")
        return
    bits = context.phys_bits or _fewest_bits(_memory_bytes(options), window << 20)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        whole, half = pool.map(lambda size: Boot(context, options, bits, size), (window, window // 2))
    if not whole.all_placed:
        report.fail(artifact.path, f"{whole} at {bits} address bits")
    elif half.all_placed:
        report.fail(artifact.path, f"half the window does as well: {half}; the window proves nothing")
    else:
        report.ok(artifact.path, f"{whole}; {half}; {bits} address bits")


def _selected(context, report):
    """The artifacts of --vm, else the one with the most GPUs among those with a window."""
    artifacts = context.out.of("qemu")
    if context.vms:
        for vm in set(context.vms) - {a.vm_id for a in artifacts}:
            report.fail(vm, "has no QEMU arguments in the manifest")
        return [a for a in artifacts if a.vm_id in context.vms]
    counted = []
    for artifact in artifacts:
        with report.judging(artifact.path):
            options = qemu_args.read(artifact.file)
            if qemu_args.window_mib(options) is not None:
                counted.append((len(qemu_args.vfio_devices(options)), artifact))
    return [max(counted, key=lambda pair: pair[0])[1]] if counted else []


def _memory_bytes(options):
    size = str(qemu_args.fields(qemu_args.values(options, "-m")[0], "size")["size"])
    units = {"K": 10, "M": 20, "G": 30, "T": 40}
    number, unit = re.fullmatch(r"(\d+)([KMGT]?)B?", size.upper()).groups()
    return int(number) << units.get(unit, 20)


def _fewest_bits(memory, window):
    """The fewest address bits with room for both; the window lies at a multiple of its size.

    The fewest, because OVMF helps itself to an eighth of the address space: with more bits a
    window that is too small would not show.
    """
    top = 4 * GIB + max(0, memory - PCI_MEMORY_BELOW_4G)
    end = -(-top // window) * window + window
    return max(36, (end - 1).bit_length())


class Boot:
    """One boot of the firmware with stand-in GPUs, and where it left their BARs."""

    def __init__(self, context, options, phys_bits, window):
        self.window = window
        self.refused = None
        self.gpus = self.placed = 0
        try:
            self._boot(context, options, phys_bits)
        except machine.QemuRefused as error:
            self.refused = str(error).splitlines()[0]

    @property
    def all_placed(self):
        return not self.refused and self.gpus > 0 and self.placed == self.gpus

    def __str__(self):
        size = f"{self.window / 1024:g} GiB"
        if self.refused:
            return f"{size}: QEMU refuses: {self.refused}"
        return f"{size}: {self.placed} of {self.gpus} GPUs placed"

    def _boot(self, context, options, phys_bits):
        with machine.Machine(context.build, _quick(options, self.window), phys_bits, context.bar1_gib,
                             control="qmp") as running:
            self.gpus = len(running.vfio)
            deadline = time.monotonic() + BOOT_TIMEOUT
            while time.monotonic() < deadline and self.placed < self.gpus:
                time.sleep(POLL)
                booted = CONSOLE_READY.search(running.console())
                self.placed = sum(map(_is_placed, _gpu_bars(running.info_pci())))
                if booted:
                    break


def _quick(options, window):
    """The list with a window of WINDOW MiB, and with one processor a NUMA node.

    Where BARs land does not depend on the processors, and each costs TCG time.
    """
    nodes = sum(value.startswith("node") for value in qemu_args.values(options, "-numa"))
    return [(option, _quick_value(option, value, max(nodes, 1), window)) for option, value in options]


def _quick_value(option, value, nodes, window):
    if option == "-smp":
        return str(nodes)
    if option == "-numa" and value.startswith("node"):
        node = qemu_args.fields(value, "type")
        return qemu_args.join({**node, "cpus": node["nodeid"]}, "type")
    if option == "-fw_cfg" and "X-PciMmio64Mb" in value:
        return f"name=opt/ovmf/X-PciMmio64Mb,string={window}"
    if option == "-global" and "pci-hole64-size" in value:
        return f"q35-pcihost.pci-hole64-size={window}M"
    return value


def _gpu_bars(info):
    """{BAR: (first, last)} of each NVIDIA device in QEMU's `info pci`."""
    result = []
    for device in re.split(r"\n  Bus", info):
        if "10de:" in device:
            found = re.findall(r"BAR(\d): \d+ bit .*?memory at (0x[0-9a-f]+) \[(0x[0-9a-f]+)\]", device)
            result.append({int(bar): (int(first, 16), int(last, 16)) for bar, first, last in found})
    return result


def _is_placed(bars):
    unplaced = (0, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF)
    return all(bar in bars and bars[bar][0] not in unplaced and bars[bar][1] > bars[bar][0] for bar in GPU_BARS)
