"""libvirt's QEMU driver inside virsh: no daemon, no system configuration, a folder of its own."""

import contextlib
import os
import pathlib
import pty
import resource
import select
import shutil
import signal
import subprocess
import tempfile
import time

from . import domain, tools

HERE = pathlib.Path(__file__).resolve().parent
STAGE = HERE.parent / "stage.py"
# Root only: libvirt started by the root of a user name space cannot set its groups.
UNSHARE = ("unshare", "--mount")
# A root that may not stage anything (a plain container, a chroot) steps down: for root, libvirt asks
# for the user that its package makes.
NOBODY = 65534
STEP_DOWN = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
PAGE_KIB = {"2M": 2048, "1G": 1048576}
QUIET = "4:file:/dev/null"  # virsh says by itself what went wrong; the log is about the test machine
AS_ROOT = 'user = "root"\ngroup = "root"\n'
CONFIGURATION = """\
security_driver = "none"
stdio_handler = "file"
remember_owner = 0
namespaces = []
cgroup_controllers = []
hugetlbfs_mount = [%s]
"""
ONE_NIC = """\
<domain type='qemu'>
  <name>nic</name><memory>65536</memory><vcpu>1</vcpu><os><type arch='x86_64' machine='q35'>hvm</type></os>
  <devices><interface type='user'><model type='virtio'/></interface></devices>
</domain>
"""


def lockable_kib():
    """How much memory a process may lock here; None without a limit."""
    hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)[1]
    return None if hard == resource.RLIM_INFINITY else hard // 1024


class Session:
    """A running virsh that is told one command after the other."""

    END = "-- end of the answer --"

    def __init__(self, process, terminal):
        self._process = process
        self._terminal = terminal

    def run(self, command, timeout=60):
        """What virsh answers to COMMAND, errors too."""
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(f"{command}\necho {self.END!r}\n")
            self._process.stdin.flush()
        text, deadline = "", time.monotonic() + timeout
        while f"\n{self.END}" not in text.replace("\r", ""):
            if not select.select([self._terminal], [], [], max(0, deadline - time.monotonic()))[0]:
                return f"{text}error: virsh does not answer"
            try:
                text += os.read(self._terminal, 65536).decode(errors="replace")
            except OSError:  # the other end is closed
                return f"{text}error: virsh is gone"
        return text.replace("\r", "").partition(f"\n{self.END}")[0]


class Host:
    """The host that libvirt sees, and a virsh that sees it; a context manager.

    staged      whether it has the plan's NUMA nodes (needs a private mount name space)
    huge_pages  the sizes there are, in KiB
    kvm         whether libvirt takes type='kvm'
    nics        whether it can convert a NIC, for which it makes a tap device
    """

    def __init__(self, build):
        self._reap = pathlib.Path(build).resolve() / "reap"
        if not self._reap.exists():
            raise tools.ToolMissing(str(self._reap), "built by CMake")
        self._virsh = tools.require("virsh", "libvirt-clients")
        self._temporary = tempfile.TemporaryDirectory(prefix="gpuplan-libvirt-")
        self.folder = pathlib.Path(self._temporary.name)
        probe = self._probe_stage()
        self.staged = probe is not None
        self.huge_pages = [PAGE_KIB[size] for size in probe or ()]
        self._steps_down = os.geteuid() == 0 and not self.staged
        self._configure()
        self.kvm = self._find_kvm()
        self.nics = self._find_nics()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._temporary.cleanup()

    def virsh(self, command, nodes=1, timeout=60):
        """Runs one virsh command line on a host with so many NUMA nodes."""
        words = [self._reap, self._virsh, "-q", "-c", f"qemu:///embed?root={self.folder}", command]
        env = {"LIBVIRT_LOG_OUTPUTS": QUIET}
        if self.staged:
            words = [*UNSHARE, STAGE, "--root", self.folder, "--nodes", str(nodes), "--", *words]
        elif self._steps_down:
            words = [*STEP_DOWN, *words]
            env |= dict.fromkeys(("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"), str(self.folder))
        return tools.run(words, timeout, env=env, cwd=self.folder)

    @contextlib.contextmanager
    def session(self, gpus):
        """A virsh that stays until the end, as VMs end with the driver inside it, on a host with GPUS."""
        if not self.staged:
            raise tools.ToolMissing("the right to mount, which root has,", "none")
        words = [*UNSHARE, STAGE, "--root", self.folder, "--nodes", "1", "--gpus", ",".join(gpus), "--",
                 self._reap, self._virsh, "-q", "-c", f"qemu:///embed?root={self.folder}"]
        master, slave = pty.openpty()  # into a pipe, virsh would answer at its end
        process = subprocess.Popen(
            [str(word) for word in words], stdin=subprocess.PIPE, stdout=slave, stderr=slave, text=True,
            cwd=self.folder, start_new_session=True, env=dict(os.environ, LC_ALL="C.UTF-8", LIBVIRT_LOG_OUTPUTS=QUIET))
        os.close(slave)
        try:
            yield Session(process, master)
        finally:
            os.close(master)
            try:
                process.communicate("quit\n", timeout=30)
            except (subprocess.TimeoutExpired, BrokenPipeError):
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def prepared(self, root):
        """A file with the copy of domain ROOT that this machine can take, and its tree."""
        tree = domain.for_this_machine(root, self)
        file = self.folder / "domain.xml"
        domain.write(tree, file)
        return file, tree

    def _probe_stage(self):
        """The huge page sizes that stage.py can offer; None where it may not stage anything."""
        try:
            probe = tools.run([*UNSHARE, STAGE, "--root", self.folder, "--nodes", "1", "--probe"])
        except OSError:
            return None
        return probe.out.split() if probe.ok else None

    def _configure(self):
        mounts = [f'"{self.folder}/hugepages-{size}"' for size, kib in PAGE_KIB.items() if kib in self.huge_pages]
        (self.folder / "etc").mkdir()
        text = (AS_ROOT if self.staged else "") + CONFIGURATION % ", ".join(mounts)
        (self.folder / "etc/qemu.conf").write_text(text, encoding="utf-8")
        if self._steps_down:
            self._reap = shutil.copy(self._reap, self.folder)  # nobody may not see the build
            for path in (self.folder, self.folder / "etc"):
                os.chown(path, NOBODY, NOBODY)

    def _find_kvm(self):
        """Asks libvirt itself: /dev/kvm may be there and not open, or open and not work."""
        plain = self.virsh("domcapabilities --arch x86_64 --machine q35 --virttype qemu")
        if not plain.ok:
            raise tools.ToolMissing("libvirt's QEMU driver: " + " ".join(plain.words),
                                    "libvirt-daemon-driver-qemu qemu-system-x86")
        return self.virsh("domcapabilities --arch x86_64 --machine q35 --virttype kvm").ok

    def _find_nics(self):
        """As an ordinary user, or in a container without /dev/net/tun, there is no tap device to be had."""
        file = self.folder / "nic.xml"
        file.write_text(ONE_NIC, encoding="utf-8")
        return self.virsh(f"domxml-to-native qemu-argv --xml '{file}'").ok
