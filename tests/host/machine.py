"""A host of plain files for host-setup.sh: its sysfs, and what the kernel and NVIDIA's driver do to it.

Plain files take any write, so the kernel's answers come from here: by the stand-ins of host/commands.py,
which change the tree, and by the thread that binds drivers.
"""

import contextlib
import os
import pathlib
import shutil
import threading
import time


class Machine:
    """A tree below FOLDER; addresses and type names are those of the test's spec."""

    def __init__(self, folder):
        self.root = pathlib.Path(folder)
        self.sysfs = self.root / "sys"
        self.devices = self.sysfs / "devices" / "pci0000:40"
        self.pci = self.sysfs / "bus" / "pci" / "devices"
        for part in ("bus/pci/devices", "bus/pci/drivers/nvidia", "bus/pci/drivers/vfio-pci", "bus/mdev/devices",
                     "class/mdev_bus", "devices/pci0000:40"):
            (self.sysfs / part).mkdir(parents=True)
        for name in ("dev/vfio/devices", "usr/share/OVMF", "etc"):
            (self.root / name).mkdir(parents=True)
        (self.root / "usr/share/OVMF/OVMF_VARS_4M.fd").write_bytes(b"template")
        (self.sysfs / "bus/pci/drivers/nvidia/unbind").write_text("")

    def device(self, address):
        """A PCI device, and the node of its IOMMU group, which a VM opens."""
        folder = self.devices / address
        folder.mkdir()
        (folder / "vendor").write_text("0x10de\n")
        (self.pci / address).symlink_to(f"../../../devices/pci0000:40/{address}")
        self._node(folder, address.replace(":", "").replace(".", ""))
        return folder

    def _node(self, folder, group):
        (folder / "iommu_group").symlink_to(f"../../../kernel/iommu_groups/{group}")
        (self.root / "dev/vfio" / group).write_text("")

    def gpu(self, address, functions=(), framework="vfio", types=(), enabled=True):
        """A GPU and the virtual functions that it can have. TYPES: (id, name, count)."""
        folder = self.device(address)
        (folder / "driver_override").write_text("(null)\n")
        (folder / "driver").symlink_to("../../../bus/pci/drivers/nvidia")
        lines = [framework, *functions, "--", *("\t".join(map(str, t)) for t in types)]
        (folder / "can").write_text("\n".join(lines))
        if framework == "mdev" and not functions:
            self._mdev_parent(address, types)
        elif enabled:
            self.enable(address)

    def enable(self, address):
        """What sriov-manage -e does."""
        lines = (self.pci / address / "can").read_text().split("\n")
        end = lines.index("--")
        types = [line.split("\t") for line in lines[end + 1:]]
        for i, function in enumerate(lines[1:end]):
            if (self.pci / function).exists():
                continue
            folder = self.device(function)
            (folder / "physfn").symlink_to(f"../{address}")
            (self.devices / address / f"virtfn{i}").symlink_to(f"../{function}")
            if lines[0] == "mdev":
                self._mdev_parent(function, [(t[0], t[1], 1) for t in types])
                continue
            (folder / "nvidia").mkdir()
            (folder / "nvidia/current_vgpu_type").write_text("0\n")
            (folder / "nvidia/vgpu_params").write_text("\n")
            self.creatable(function, types)

    def _drop(self, folder):
        """Takes a device away, its VFIO node and its place in the class of mediated devices' parents."""
        (self.root / "dev/vfio" / os.path.basename(os.readlink(folder / "iommu_group"))).unlink()
        (self.sysfs / "class/mdev_bus" / folder.name).unlink(missing_ok=True)
        shutil.rmtree(folder)

    def creatable(self, function, types):
        text = "ID    : vGPU Name\n" + "".join(f"{t[0]:<5} : {t[1]}\n" for t in types)
        (self.pci / function / "nvidia/creatable_vgpu_types").write_text(text)

    def disable(self, address):
        """What sriov-manage -d does: the functions and all that is on them are gone."""
        for link in (self.pci / address).glob("virtfn*"):
            function = os.readlink(link)[3:]
            link.unlink()
            (self.pci / function).unlink()
            self._drop(self.devices / function)

    def reboot(self):
        """Virtual functions and mediated devices do not outlive it, nor does /run; definitions do."""
        for link in (self.sysfs / "bus/mdev/devices").iterdir():
            self.stop(link.name)
        for link in list(self.pci.iterdir()):
            if list(link.glob("virtfn*")):
                self.disable(link.name)
        shutil.rmtree(self.root / "run")

    # ---- mediated devices ----

    def _mdev_parent(self, address, types):
        (self.sysfs / "class/mdev_bus" / address).symlink_to(f"../../devices/pci0000:40/{address}")
        for number, name, count in types:
            kind = self.devices / address / "mdev_supported_types" / f"nvidia-{number}"
            (kind / "devices").mkdir(parents=True)
            for file, text in (("name", name), ("available_instances", count), ("create", ""),
                               ("device_api", "vfio-pci"), ("description", "num_heads=1")):
                (kind / file).write_text(f"{text}\n" if text != "" else "")

    def _count(self, parent, kind, by):
        """A function has room for one device of whatever type; a GPU for some of each."""
        types = (self.devices / parent / "mdev_supported_types").iterdir()
        for one in types if (self.pci / parent / "physfn").exists() else [kind]:
            file = one / "available_instances"
            file.write_text(f"{int(file.read_text()) + by}\n")

    def start(self, parent, kind, uuid):
        folder = self.devices / parent / uuid
        kind = self.devices / parent / "mdev_supported_types" / kind
        (folder / "nvidia").mkdir(parents=True)
        (folder / "nvidia/vgpu_params").write_text("\n")
        (folder / "remove").write_text("")
        (folder / "mdev_type").symlink_to(f"../mdev_supported_types/{kind.name}")
        self._node(folder, uuid.replace("-", ""))
        (self.sysfs / "bus/mdev/devices" / uuid).symlink_to(f"../../../devices/pci0000:40/{parent}/{uuid}")
        self._count(parent, kind, -1)

    def stop(self, uuid):
        link = self.sysfs / "bus/mdev/devices" / uuid
        folder = link.resolve()
        self._count(folder.parent.name, (folder / "mdev_type").resolve(), 1)
        link.unlink()
        self._drop(folder)

    # ---- a look at it ----

    def read(self, path):
        return (self.sysfs / path).read_text().rstrip("\n")

    def vf(self, function):
        """Type and parameters of a virtual function."""
        return tuple(self.read(f"bus/pci/devices/{function}/nvidia/{f}") for f in ("current_vgpu_type", "vgpu_params"))

    def mdevs(self):
        """{uuid: (parent, type name, parameters)}"""
        found = {}
        for link in (self.sysfs / "bus/mdev/devices").iterdir():
            found[link.name] = (link.resolve().parent.name, (link / "mdev_type/name").read_text().strip(),
                                (link / "nvidia/vgpu_params").read_text().rstrip("\n"))
        return found

    def snapshot(self):
        """Everything in the tree, for the question whether anything changed."""
        return {str(p): os.readlink(p) if p.is_symlink() else p.read_bytes() if p.is_file() else None
                for p in sorted(self.root.rglob("*")) if p.name not in ("calls", "lock")}

    @contextlib.contextmanager
    def used_by_vm(self, device):
        """A process has DEVICE (a folder of sysfs) open, as a running VM has."""
        node = self.root / "dev/vfio" / os.path.basename(os.readlink(device / "iommu_group"))
        with open(node, encoding="utf-8"):
            yield

    @contextlib.contextmanager
    def binding_drivers(self):
        """The kernel's answer to drivers_probe: a pipe that opens once the driver is bound."""
        probe = self.sysfs / "bus/pci/drivers_probe"
        os.mkfifo(probe)
        unbind = self.sysfs / "bus/pci/drivers/nvidia/unbind"
        (self.sysfs / "bus/pci/drivers/vfio-pci/unbind").write_text("")
        stopping = threading.Event()

        def kernel():
            while not stopping.is_set():
                for file in (unbind, unbind.parent.parent / "vfio-pci/unbind"):
                    address = file.read_text().strip()
                    if not address:
                        continue
                    file.write_text("")
                    link = self.devices / address / "driver"
                    wanted = (self.devices / address / "driver_override").read_text().strip() or "nvidia"
                    link.unlink()
                    link.symlink_to(f"../../../bus/pci/drivers/{wanted}")
                    with open(probe, encoding="utf-8") as pipe:
                        assert pipe.read().strip() == address
                time.sleep(0.005)

        thread = threading.Thread(target=kernel)
        thread.start()
        try:
            yield
        finally:
            stopping.set()
            thread.join()
            probe.unlink()
