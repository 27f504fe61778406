"""A QEMU that runs one of our argument lists, with stand-in GPUs.

What a test machine lacks is replaced, and nothing else, so that QEMU judges the rest as it stands:

  accelerator, `-cpu host`   TCG and its `max` model with a fixed number of address bits; Hyper-V
                             features go, as they need KVM
  memory backends            no huge pages, no host node, nothing reserved; id, type and size stay
  firmware variables, disks  files of our own in a temporary folder
  networks, VNC, terminal    a hub port, nothing, a file
  iommufd                    the stand-in speaks VFIO's type 1 containers
"""

import functools
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from . import qemu_args, tools

QEMU = "qemu-system-x86_64"
MACHINE_ONLY_MEMORY = ("hugetlb", "hugetlbsize", "prealloc", "prealloc-threads", "prealloc-context",
                       "host-nodes", "policy")
CONSOLE = "console"
OVMF_FOLDERS = ("/usr/share/OVMF", "/usr/share/edk2/x64", "/usr/share/edk2/ovmf")


class QemuRefused(Exception):
    """QEMU did not start; the message is its own."""


@functools.cache
def version():
    """QEMU's version as (major, minor)."""
    out = tools.run([tools.require(QEMU, "qemu-system-x86"), "--version"]).out
    return tuple(int(n) for n in re.search(r"version (\d+)\.(\d+)", out).groups())


def msix_offset():
    """Where a stand-in has its MSI-X capability.

    Real GPUs have it at c8 from Turing on, where QEMU before 8.1 writes the clique and so refuses
    to start (the judge clique-old-qemu-proof). There the stand-in is an older GPU.
    """
    return 0xC8 if version() >= (8, 1) else 0xB0


def ovmf_file(kind, wanted=None):
    """WANTED where it exists, else this machine's OVMF_CODE or OVMF_VARS."""
    names = ([wanted] if wanted else []) + [
        f"{folder}/OVMF_{kind}{suffix}.fd" for folder in OVMF_FOLDERS for suffix in ("_4M", ".4m", "")]
    for name in names:
        if os.path.exists(name):
            return name
    raise tools.ToolMissing(f"OVMF_{kind}_4M.fd", "ovmf")


def stand_ins(devices, bar1_gib=128, msix=None):
    """FAKE_VFIO for DEVICES; each tells the walk which one it is by its subsystem id.

    Only ids that gpuplan gives to GPUs are display controllers: QEMU refuses a clique on others.
    """
    msix = msix_offset() if msix is None else msix
    entries = []
    for i, device in enumerate(devices):
        pci_class = 0x0302 if "gpu" in device.get("id", "gpu") else 0x0680
        entries.append(f"{qemu_args.host_name(device)},subsys={i + 1:x},class={pci_class:x},"
                       f"msix={msix:x},bar1={bar1_gib}")
    return ";".join(entries)


class _Preparation:
    """Replaces what this machine lacks in one argument list."""

    def __init__(self, folder, phys_bits):
        self.folder = pathlib.Path(folder)
        self.phys_bits = phys_bits
        self.formats = {}

    def arguments(self, options):
        for value in qemu_args.values(options, "-blockdev"):
            layer = qemu_args.fields(value)
            if isinstance(layer.get("file"), str):
                self.formats[layer["file"]] = layer["driver"]
        result = []
        for option, value in options:
            replace = getattr(self, "_" + option[1:].replace("-", "_"), None)
            if value is not None and replace:
                value = replace(value)
                if value is None:
                    continue
            result += [option] if value is None else [option, value]
        return result

    @staticmethod
    def _machine(value):
        machine = qemu_args.fields(value, "type")
        machine.pop("kernel-irqchip", None)
        machine.pop("kernel_irqchip", None)
        machine["accel"] = "tcg"
        return qemu_args.join(machine, "type")

    @staticmethod
    def _accel(_value):
        return None

    @staticmethod
    def _sandbox(_value):
        return None

    def _cpu(self, value):
        cpu = {key: setting for key, setting in qemu_args.fields(value, "model").items()
               if not key.startswith(("hv-", "hv_"))}
        if cpu["model"] == "host":
            # TCG's max is an AMD, for which QEMU moves memory above 1012 GiB out of the way.
            cpu.update({"model": "max", "vendor": "GenuineIntel"})
        cpu.pop("host-phys-bits", None)
        cpu["phys-bits"] = self.phys_bits
        return qemu_args.join(cpu, "model")

    @staticmethod
    def _object(value):
        properties = qemu_args.fields(value, "qom-type")
        if properties["qom-type"] == "iommufd":
            return None
        if properties["qom-type"].startswith("memory-backend"):
            for key in MACHINE_ONLY_MEMORY:
                properties.pop(key, None)
            properties["reserve"] = False
        return json.dumps(properties)

    def _blockdev(self, value):
        layer = qemu_args.fields(value, "driver")
        if layer["driver"] in ("file", "host_device") and "filename" in layer:
            layer["driver"] = "file"
            layer["filename"] = self._own_file(layer)
        return json.dumps(layer)

    def _own_file(self, layer):
        wanted = layer["filename"]
        if layer.get("read-only"):
            return ovmf_file("CODE", wanted)
        own = self.folder / f"file-{len(os.listdir(self.folder))}"
        if wanted.endswith(".fd"):
            shutil.copy(ovmf_file("VARS"), own)
            return str(own)
        image_format = self.formats.get(layer.get("node-name"), "raw")
        created = tools.run([tools.require("qemu-img", "qemu-utils"), "create", "-q", "-f", image_format,
                             own, "1G"])
        if not created.ok:
            raise QemuRefused("\n".join(created.words))
        return str(own)

    @staticmethod
    def _netdev(value):
        return f"hubport,id={qemu_args.fields(value, 'type')['id']},hubid=0"

    def _chardev(self, value):
        chardev = qemu_args.fields(value, "backend")
        return qemu_args.join({"backend": "file", "id": chardev["id"], "path": self.folder / CONSOLE,
                               "mux": chardev.get("mux", "off")}, "backend")

    @staticmethod
    def _vnc(_value):
        return "none"

    @staticmethod
    def _display(_value):
        return "none"

    @staticmethod
    def _device(value):
        device = qemu_args.fields(value, "driver")
        if "iommufd" not in device:
            return value
        del device["iommufd"]
        return json.dumps(device)


class Machine:
    """A running QEMU; a context manager that ends it."""

    def __init__(self, build, options, phys_bits, bar1_gib=128, msix=None, control="qtest", program=None, env=None):
        """PROGRAM, with ENV, is started in QEMU's place."""
        self._folder = tempfile.TemporaryDirectory(prefix="gpuplan-qemu-")
        self._process = None
        self._stream = None
        self.vfio = qemu_args.vfio_devices(options)
        library = pathlib.Path(build).resolve() / "libfakevfio.so"
        if not library.exists():
            raise tools.ToolMissing(str(library), "built by CMake")
        preload = self.folder / library.name  # LD_PRELOAD ends at a blank, a build folder's name may not
        preload.symlink_to(library)
        try:
            prepared = _Preparation(self._folder.name, phys_bits).arguments(options)
            self._start(program or tools.require(QEMU, "qemu-system-x86"), prepared, control, {
                "LD_PRELOAD": str(preload), "FAKE_VFIO": stand_ins(self.vfio, bar1_gib, msix), **(env or {})})
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._stream:
            self._stream.close()
        if self._process and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        if self._process:
            self._process.wait()
            self._process.stderr.close()
        self._folder.cleanup()

    @property
    def folder(self):
        return pathlib.Path(self._folder.name)

    def _start(self, program, arguments, control, env):
        path = self.folder / "control"
        command = [program, *arguments]
        if control == "qtest":
            command += ["-S", "-qtest", f"unix:{path},server=on,wait=off", "-qtest-log", "/dev/null"]
        else:
            command += ["-qmp", f"unix:{path},server=on,wait=off"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True, env=dict(os.environ, **env), start_new_session=True)
        self._connect(path)
        if control == "qmp":
            self._stream.readline()
            self.qmp("qmp_capabilities")

    def _connect(self, path, timeout=30):
        """The socket is there before the devices are: an answer is what shows that QEMU took them."""
        deadline = time.monotonic() + timeout
        link = socket.socket(socket.AF_UNIX)
        while True:
            if self._process.poll() is not None:
                link.close()
                raise QemuRefused(self._last_words())
            try:
                link.connect(str(path))
                break
            except OSError:
                if time.monotonic() > deadline:
                    link.close()
                    raise QemuRefused(f"no answer within {timeout} s") from None
                time.sleep(0.01)
        link.settimeout(timeout)
        self._stream = link.makefile("rw")
        link.close()

    def _last_words(self):
        return self._process.stderr.read().strip() or f"exit status {self._process.returncode}"

    def _ask(self, line):
        try:
            self._stream.write(line + "\n")
            self._stream.flush()
            answer = self._stream.readline()
        except (BrokenPipeError, ConnectionResetError):
            answer = ""
        except TimeoutError:
            raise QemuRefused("QEMU hangs") from None
        if not answer:
            self._process.wait()
            raise QemuRefused(self._last_words())
        return answer

    def qtest(self, command):
        """One qtest command; the words of its answer."""
        return self._ask(command).split()

    def qmp(self, command, **arguments):
        """One QMP command; what it returns."""
        answer = json.loads(self._ask(json.dumps({"execute": command, "arguments": arguments})))
        while "event" in answer:
            answer = json.loads(self._stream.readline())
        if "error" in answer:
            raise QemuRefused(answer["error"]["desc"])
        return answer["return"]

    def console(self):
        """What the guest has written to its serial console."""
        path = self.folder / CONSOLE
        return path.read_text(errors="replace") if path.exists() else ""

    def info_pci(self):
        """QEMU's own view of what the firmware did to the PCI devices."""
        return self.qmp("human-monitor-command", **{"command-line": "info pci"}).replace("\r", "")
