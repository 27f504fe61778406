#!/usr/bin/python3
"""Writes the specs that the bench works on: the same bytes every time.

    generate.py DIR NAME…       W0 W1 W2 W3 W4 W5, or W3*N for N times W3

W0  1 host, 1 VM with a whole GPU
W1  1 host, 1 VM with vGPUs
W2  100 hosts, 800 VMs in 200 files
W3  5,000 hosts, 40,000 VMs in one file of about 11 MB
W4  the same in 5,000 files
W5  125,000 hosts, 1,000,000 VMs in 25 files of W3's size (a file may have 64 MiB)

Four kinds of hosts in turn, as fleets have them: whole GPUs over PCIe, vGPUs on HGX H100 under
KVM, desktops on A40 under vSphere, A40 with mediated devices. Each tenth host says by captures
what joins its GPUs. No rule finds anything wrong.
"""
import pathlib
import sys

ADDRESSES = ("17", "31", "4d", "65", "98", "b1", "ca", "e3")
NODES = (0, 0, 0, 0, 1, 1, 1, 1)


def matrix(cell):
    """What `nvidia-smi topo` prints of eight GPUs."""
    names = [f"GPU{i}" for i in range(8)]
    rows = ["\t".join([" "] + names)]
    for i in range(8):
        rows.append("\t".join([f" {names[i]}"] + [" X " if i == j else cell(i, j) for j in range(8)]))
    return "\n".join(rows) + "\n"


TOPO = """\t""" + "\t".join(f"GPU{i}" for i in range(8)) + "\tCPU Affinity\tNUMA Affinity\n" + "".join(
    f"GPU{i}\t" + "\t".join(
        " X " if i == j else "PHB" if NODES[i] == NODES[j] else "SYS" for j in range(8)) +
    f"\t{'0-63,128-191' if NODES[i] == 0 else '64-127,192-255'}\t{NODES[i]}\n" for i in range(8)) + """
Legend:

  X    = Self
  SYS  = Connection traversing PCIe as well as the SMP interconnect between NUMA nodes (e.g., QPI/UPI)
  PHB  = Connection traversing PCIe as well as a PCIe Host Bridge (typically the CPU)
"""
P2P = matrix(lambda i, j: "OK" if NODES[i] == NODES[j] else "NS") + """
Legend:

  X    = Self
  OK   = Status Ok
  NS   = Not supported
"""


def gpus(board, numa=False, vfs=0):
    lines = ["    gpus:\n"]
    for i, bus in enumerate(ADDRESSES):
        more = f", numa: {NODES[i]}" if numa else ""
        if vfs:
            more += ", vfs: [" + ", ".join(f"0000:{bus}:00.{4 + k}" for k in range(vfs)) + "]"
        lines.append(f"      g{i}: {{board: {board}, address: 0000:{bus}:00.0{more}}}\n")
    return "".join(lines)


def vm(i, k, kind, body, disk=True):
    """VM `k` of host `i`. Its MAC address is written: of 40,000 derived ones some are the same."""
    name = f"{kind}-{i:06}-{k:02}"
    text = f"  {name}:\n    host: {host_name(i)}\n{body}"
    if disk:
        mac = i * 16 + k
        mac = ":".join(f"{mac >> shift & 255:02x}" for shift in (16, 8, 0))
        text += (f"    disks: [{{file: /srv/images/{name}.qcow2}}]\n"
                 f"    nics: [{{bridge: br0, mac: 52:54:00:{mac}}}]\n")
    return text


def host_name(i):
    return f"node-{i:06}"


NUMA = ("    numa:\n"
        "      - {id: 0, cpus: 0-63, memory: 1TiB}\n"
        "      - {id: 1, cpus: 64-127, memory: 1TiB}\n")
CPUS = "    cpus: {sockets: 2, cores: 64, threads: 2, phys_bits: 52, vendor: amd}\n    memory: 2TiB\n"


def pcie(i, captured):
    """Whole L40S, in pairs. With captures they say the nodes and the cliques."""
    name = host_name(i)
    join = (f"    captures: {{topo: captures/{name}-topo.txt, p2p_read: captures/{name}-p2p.txt}}\n"
            if captured else "    pcie_p2p: [[g0, g1, g2, g3], [g4, g5, g6, g7]]\n")
    text = (f"  {name}:\n    hypervisor: kvm\n    versions: {{qemu: 9.2.0, libvirt: 10.0.0}}\n"
            f"{CPUS}{NUMA}    iommu: true\n{join}{gpus('l40s', numa=not captured)}")
    if i % 4:
        return text, [vm(i, k, "infer", f"    vcpus: 8\n    memory: 64GiB\n    gpus: [g{k}]\n")
                      for k in range(8)]
    return text, [vm(i, k, "train", "    vcpus: 32\n    pinning: auto\n    memory: 256GiB\n"
                     f"    p2p: pcie\n    gpus: [g{2 * k}, g{2 * k + 1}]\n") for k in range(4)]


def hopper(i):
    """vGPUs on virtual functions: one VM of two whole GPUs' worth, eleven of halves."""
    text = (f"  {host_name(i)}:\n    hypervisor: kvm\n"
            "    versions: {qemu: 10.1.0, libvirt: 11.3.0, kernel: 6.8.0, vgpu: \"18.2\"}\n"
            f"{CPUS}    iommu: true\n    nvlink: all\n{gpus('h100-sxm5-80gb', vfs=3)}")
    vms = [vm(i, 0, "train", "    vcpus: 48\n    memory: 512GiB\n    p2p: nvlink\n"
              "    vgpu: H100XM-80C\n    gpus: [g0, g1]\n")]
    for k in range(11):
        vms.append(vm(i, k + 1, "infer", "    vcpus: 8\n    memory: 64GiB\n    vgpu: H100XM-40C\n"
                      f"    gpus: [g{2 + k // 2}]\n"))
    return text, vms


def vsphere(i):
    text = (f"  {host_name(i)}:\n    hypervisor: vsphere\n"
            "    versions: {esxi: 8.0u2, vgpu: \"18.2\"}\n"
            f"    iommu: true\n{gpus('a40')}")
    return text, [vm(i, k, "desk", "    guest: windows\n    vcpus: 8\n    memory: 32GiB\n"
                     f"    gpus: [{{gpu: g{k}, vgpu: A40-24Q}}]\n"
                     "    vgpu_params: {frame_rate_limiter: 0, disable_vnc: 1}\n", disk=False)
                  for k in range(8)]


def ampere(i):
    text = (f"  {host_name(i)}:\n    hypervisor: kvm\n"
            "    versions: {qemu: 8.2.2, libvirt: 10.0.0, kernel: 5.15.0, vgpu: \"17.3\"}\n"
            f"{CPUS}    iommu: true\n    nvlink:\n      - {{gpus: [g0, g1], links: 4}}\n"
            f"{gpus('a40')}")
    return text, [vm(i, k, "render", "    vcpus: 8\n    memory: 64GiB\n    vgpu: A40-24C\n"
                     f"    gpus: [g{k}]\n") for k in range(8)]


def host(i, folder):
    """Host `i`: its text and those of its VMs. Writes its captures."""
    captured = i % 10 == 0
    if captured:
        captures = folder / "captures"
        captures.mkdir(exist_ok=True)
        (captures / f"{host_name(i)}-topo.txt").write_text(TOPO)
        (captures / f"{host_name(i)}-p2p.txt").write_text(P2P)
    if captured or i % 4 == 0:
        return pcie(i, captured)
    return (hopper, vsphere, ampere)[i % 4 - 1](i)


def document(hosts, vms):
    return ("version: 1\n" + ("hosts:\n" + "".join(hosts) if hosts else "") +
            ("vms:\n" + "".join(vms) if vms else ""))


def fleet(folder, first, n):
    hosts, vms = [], []
    for i in range(first, first + n):
        text, own = host(i, folder)
        hosts.append(text)
        vms.append(own)
    return hosts, vms


def flat(lists):
    return [item for items in lists for item in items]


def small(folder, i):
    text, vms = host(i, folder)
    (folder / "plan.yaml").write_text(document([text], vms[:1]))


def w2(folder):
    hosts, vms = fleet(folder, 0, 100)
    (folder / "vms").mkdir(exist_ok=True)
    for i, (text, own) in enumerate(zip(hosts, vms)):
        (folder / f"host-{i:03}.yaml").write_text(document([text], []))
        (folder / "vms" / f"vms-{i:03}.yaml").write_text(document([], own))


def one_file(folder, first=0, n=5000, name="plan.yaml"):
    hosts, vms = fleet(folder, first, n)
    (folder / name).write_text(document(hosts, flat(vms)))


def w4(folder):
    hosts, vms = fleet(folder, 0, 5000)
    for i, (text, own) in enumerate(zip(hosts, vms)):
        (folder / f"host-{i:05}.yaml").write_text(document([text], own))


def times(folder, n):
    """`n` files of W3's size, of hosts that go on where the last one ended."""
    for k in range(n):
        one_file(folder, 5000 * k, 5000, f"plan-{k:02}.yaml")


def generate(folder, name):
    """Makes DIR/NAME and returns it; one that is there already was made by this very file."""
    target = folder / name
    stamp = target / ".made-by"
    source = pathlib.Path(__file__).read_text()
    if stamp.exists() and stamp.read_text() == source:
        return target
    target.mkdir(parents=True, exist_ok=True)
    if name.startswith("W3x"):
        times(target, int(name[3:]))
    else:
        {"W0": lambda f: small(f, 4), "W1": lambda f: small(f, 1), "W2": w2, "W3": one_file, "W4": w4,
         "W5": lambda f: times(f, 25)}[name](target)
    stamp.write_text(source)
    return target


if __name__ == "__main__":
    for each in sys.argv[2:]:
        print(generate(pathlib.Path(sys.argv[1]), each))
