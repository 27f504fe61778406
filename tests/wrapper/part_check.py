"""gpuplan-qemu --check: each thing that it is to find, and silence about the rest."""

import os
import shutil
import subprocess
import time

import harness

VERSION = "QEMU emulator version {} (Debian 1:8.2.2)\n"


class Machine:
    """A wrapper in QEMU's place, with stand-ins for QEMU, dpkg and sysfs."""

    def __init__(self, test, name):
        self.test = test
        self.folder = test.folder / name
        self.bin, self.tools = self.folder / "bin", self.folder / "tools"
        for folder in (self.bin, self.tools, self.folder / "sys/bus/pci/devices"):
            folder.mkdir(parents=True)
        self.emulator = self.bin / "qemu-system-x86_64"
        self.real = self.bin / "qemu-system-x86_64.real"
        shutil.copy(test.wrapper, self.emulator)
        self.qemu("8.2.2")
        self.tool("dpkg-divert", f'test "$*" = "--truename {self.emulator}" && echo "$2.real"')
        self.tool("dpkg-query", "exit 1")
        self.map = self.folder / "map.json"
        self.cliques({"0000:05:00.0": 1})
        self.device("0000:05:00.0")

    def qemu(self, version):
        text = f"#!/bin/sh\ntest \"$*\" = -version && printf '%s' '{VERSION.format(version)}'\n"
        self.real.write_text(text)
        self.real.chmod(0o755)

    def tool(self, name, script):
        (self.tools / name).write_text(f"#!/bin/sh\n{script}\n")
        (self.tools / name).chmod(0o755)

    def cliques(self, cliques, **more):
        self.map.write_text(harness.map_text(cliques, **{"host": os.uname().nodename, **more}))
        self.map.chmod(0o644)

    def device(self, address, vendor="0x10de", pci_class="0x030200"):
        folder = self.folder / "sys/bus/pci/devices" / address
        folder.mkdir()
        for name, text in (("vendor", vendor), ("device", "0x2bb5"), ("class", pci_class)):
            (folder / name).write_text(text + "\n")
        (folder / "driver").symlink_to("../../../bus/pci/drivers/vfio-pci")

    def check(self, status, *says, command=None, cwd=None, **env):
        """The exit status, and every line that is to be there; with status 0 no warning is."""
        env = {"GPUPLAN_QEMU": None, "GPUPLAN_CLIQUE_MAP": self.map, "ROOT": self.folder, "OWNER": "0",
               "LD_PRELOAD": self.test.faults, "PATH": f"{self.tools}:{os.environ['PATH']}", **env}
        done = subprocess.run([command or self.emulator, "--check"], env=self.test.environment(**env), cwd=cwd,
                              capture_output=True, text=True, timeout=60, check=False)
        name = f"{self.folder.name}: {says[:1]}"
        self.test.check(name, done.returncode == status and not done.stderr, (done.returncode, done.stdout, done.stderr))
        for line in says:
            self.test.check(f"{name}, {line}", line in done.stdout, done.stdout)
        grave = [line for line in done.stdout.splitlines() if line.startswith(("warning", "error"))]
        self.test.check(f"{name}, nothing else", len(grave) == sum(s.startswith(("warning", "error")) for s in says), grave)
        return done.stdout


def good(test):
    machine = Machine(test, "good")
    out = machine.check(0, f"ok: this is gpuplan-qemu 0.1.0, called as '{machine.emulator}'",
                        f"ok: QEMU is '{machine.real}', version 8.2",
                        f"ok: dpkg keeps QEMU at '{machine.real}', and leaves '{machine.emulator}' to the wrapper",
                        f"ok: {machine.map} names 1 GPU\n", "ok: 0000:05:00.0, clique 1: 10de:2bb5, vfio-pci")
    test.check("no note", "note:" not in out, out)
    machine.qemu("8.1.0")
    test.check("8.1 starts with one", "note:" not in machine.check(0, "version 8.1"))
    machine.qemu("8.0.9")
    machine.check(0, "version 8.0", "note: QEMU before 8.1 does not start with a clique")
    machine.qemu("7.2.22")
    machine.check(0, "note: QEMU before 8.1 does not start with a clique on a GPU of the Turing generation or later")
    machine.qemu("10.0.2")
    test.check("10 is after 8.1", "note:" not in machine.check(0, "version 10.0"))
    machine.cliques({"0000:05:00.0": 1}, host="other.example")
    machine.check(0, "note: the map is for host 'other.example', and this is '")
    machine.cliques({"0000:05:00.0": 1}, host="\x1b[31m")
    machine.check(0, "note: the map is for host '\\x1b[31m', and")


def place(test):
    machine = Machine(test, "place")
    machine.tool("dpkg-divert", 'echo "$2"')
    machine.check(0, "ok: QEMU is")  # no package's file, nothing to divert
    machine.tool("dpkg-query", 'echo "qemu-system-x86: $2"')
    machine.check(1, "warning: the next upgrade of the package 'qemu-system-x86' replaces the wrapper",
                  f"help: dpkg-divert --local --no-rename --divert {machine.real} --add {machine.emulator}")
    machine.tool("dpkg-divert", "exit 1")
    machine.check(0, "ok: QEMU is")  # no dpkg here
    machine.real.write_text("#!/bin/sh\nexit 1\n")
    machine.check(2, f"error: '{machine.real} -version' does not run")
    machine.real.write_text(f"#!/bin/sh\nprintf '{VERSION.format('10.0.0').strip()}'; kill -9 $$\n")
    machine.check(2, f"error: '{machine.real} -version' does not run")  # what it said before it died does not count
    machine.real.write_text("#!/bin/sh\necho hello\n")
    machine.check(1, f"warning: '{machine.real}' does not print a version as QEMU does")
    machine.real.chmod(0o644)
    machine.tool("dpkg-divert", 'echo "$2.real"')
    for says in ([f"error: '{machine.real} -version' does not run"],
                 [f"error: no QEMU at '{machine.real}', or only this wrapper itself",
                  f"or give this one a QEMU: ln -s /usr/bin/qemu-system-x86_64 {machine.real}"]):
        out = machine.check(2, *says)
        test.check("nothing more of a QEMU that is not there", "dpkg" not in out, out)
        machine.real.unlink(missing_ok=True)
    machine.check(2, "error: no QEMU at '/nowhere'", GPUPLAN_QEMU="/nowhere")
    machine.qemu("9.0.0")
    machine = Machine(test, "link")
    kvm = machine.bin / "kvm"
    kvm.symlink_to("qemu-system-x86_64")
    machine.check(0, f"ok: this is gpuplan-qemu 0.1.0, called as '{kvm}'",
                  f"ok: dpkg keeps QEMU at '{machine.real}', and leaves '{machine.emulator}' to the wrapper", command=kvm)
    for called in ("./qemu-system-x86_64", "././qemu-system-x86_64", "../bin/qemu-system-x86_64"):
        shown = machine.bin / called if called.startswith("..") else machine.emulator
        machine.check(0, f"called as '{shown}'\n", command=called, cwd=machine.bin)


def maps(test):
    machine = Machine(test, "maps")
    machine.check(1, "warning: no VM gets a clique: /nowhere.json: No such file or directory",
                  "help: copy the host's clique-map.json, which gpuplan compile writes, to /nowhere.json",
                  GPUPLAN_CLIQUE_MAP="/nowhere.json")
    machine.map.write_text("{}")
    machine.check(1, f"warning: no VM gets a clique: {machine.map}: 'version' is missing")
    machine.cliques({"05:00.0": 1})
    for mode, line in ((0o664, "users other than root can change"), (0o646, "users other than root can change"), (0o640, "not all users can read")):
        machine.map.chmod(mode)
        machine.check(1, f"warning: {line} '{machine.map}'" if mode != 0o640 else f"warning: {line} '{machine.map}', and")
    machine.map.chmod(0o644)
    machine.folder.chmod(0o777)
    machine.check(1, f"warning: users other than root can change '{machine.folder}'")
    machine.folder.chmod(0o750)
    machine.check(1, f"warning: not all users can read '{machine.folder}'", f"help: chmod a+rx {machine.folder}")
    machine.folder.chmod(0o755)
    machine.check(1, f"warning: users other than root can change '{machine.map}'",
                  f"warning: users other than root can change '{machine.folder}'", OWNER="1000")


def gpus(test):
    machine = Machine(test, "gpus")
    machine.device("0001:f4:00.0", pci_class="0x030000")
    machine.device("0000:06:00.0", vendor="0x1af4", pci_class="0x020000")
    machine.device("0000:05:00.1", pci_class="0x040300")
    machine.cliques({"0000:05:00.0": 0, "0001:F4:00.0": 0, "06:00.0": 2, "05:00.1": 1, "0000:07:00.0": 15})
    machine.check(1, "ok: 0000:05:00.0, clique 0: 10de:2bb5, vfio-pci", "ok: 0001:f4:00.0, clique 0: 10de:2bb5, vfio-pci",
                  "warning: 0000:06:00.0, clique 2: not an NVIDIA GPU (1af4, class 020000); a VM with it does not start",
                  "warning: 0000:05:00.1, clique 1: not an NVIDIA GPU (10de, class 040300)",
                  "warning: 0000:07:00.0, clique 15: this machine has no such device")
    (machine.folder / "sys/bus/pci/devices/0000:05:00.0/driver").unlink()
    machine.cliques({"0000:05:00.0": 0})
    machine.check(0, "ok: 0000:05:00.0, clique 0: 10de:2bb5, no driver")


def libvirt(test):
    machine = Machine(test, "libvirt")
    shutil.copy(test.wrapper, machine.emulator)
    time.sleep(1.1)
    machine.qemu("10.0.0")
    machine.check(0, "version 10.0")  # newer than the wrapper, and no libvirt that could remember
    (machine.folder / "var/cache/libvirt/qemu/capabilities").mkdir(parents=True)
    os.utime(machine.real)  # its ctime is now
    shutil.copy(test.wrapper, machine.emulator)
    machine.check(0, "ok: QEMU is")
    time.sleep(1.1)  # the clock of files counts in seconds for libvirt too
    machine.qemu("10.0.0")
    machine.check(1, "warning: QEMU is newer than the wrapper: libvirt may have cached", f"help: touch {machine.emulator}")
    machine.emulator.touch()
    machine.check(0, "ok: QEMU is")


def apparmor(test):
    machine = Machine(test, "apparmor")
    rules = machine.folder / "etc/apparmor.d/local/abstractions/libvirt-qemu"
    enabled = machine.folder / "sys/module/apparmor/parameters/enabled"
    for file in (rules, enabled, machine.folder / "etc/apparmor.d/abstractions/libvirt-qemu"):
        file.parent.mkdir(parents=True)
    enabled.write_text("Y\n")
    machine.check(0, "ok: QEMU is")  # no libvirt, whose rules there would be
    (machine.folder / "etc/apparmor.d/abstractions/libvirt-qemu").write_text("")
    lines = [f"{machine.real} rmix,", f"{machine.map} r,"]
    warnings = [f"warning: AppArmor does not let libvirt's VMs use '{path}'" for path in (machine.real, machine.map)]
    helps = [f"help: add the line '{line}' to /etc/apparmor.d/local/abstractions/libvirt-qemu" for line in lines]
    machine.check(1, *warnings, *helps)
    rules.write_text(lines[1])
    machine.check(1, warnings[0], helps[0])
    rules.write_text("\n".join(lines))
    machine.check(0, "ok: QEMU is")
    rules.unlink()
    enabled.write_text("N\n")
    machine.check(0, "ok: QEMU is")


def output(test):
    machine = Machine(test, "output")
    with open("/dev/full", "wb") as full:
        done = subprocess.run([machine.emulator, "--check"], stdout=full, check=False, env=test.environment(GPUPLAN_QEMU=None))
    test.equal("a full disk", done.returncode, 2)


def run(test):
    if test.sanitized:
        print("check: a preloaded library does not go with a sanitizer; only the rest was tried")
    for part in (output,) if test.sanitized else (good, place, maps, gpus, libvirt, apparmor, output):
        part(test)
