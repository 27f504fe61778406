#!/usr/bin/python3
"""host-setup.sh, run on a host of plain files (tests/host/): by dash, and by bash as a POSIX shell.

    tests/host_setup.py --gpuplan PROGRAM [--real-mdevctl]

--real-mdevctl: the tests of mediated devices only, with the real mdevctl. It knows /sys and /etc/mdevctl.d alone,
so the machine is put there, in a private mount name space: that takes root.
"""

import argparse
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from host.machine import Machine  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
SHELLS = (["dash"], ["bash", "--posix"])
SKIPPED = 77
L40S = [(1157, "NVIDIA L40S-48C"), (1148, "NVIDIA L40S-2Q"), (1159, "NVIDIA L40S-24C")]
A40 = [(558, "NVIDIA A40-48C", 1), (560, "NVIDIA A40-24C", 1)]
T4 = [(319, "GRID T4-8C", 2), (321, "GRID T4-16C", 1)]

VFIO = """
version: 1
hosts:
  h:
    hypervisor: kvm
    gpus:
      g0: {board: l40s, address: "41:00.0", vfs: ["41:00.4", "41:00.5"]}
      g1: {board: l40s, address: "42:00.0", vfs: ["42:00.4"]}
vms:
  a: {host: h, vcpus: 4, memory: 8GiB, vgpu: L40S-48C, uvm: true, vgpu_params: {frame_rate_limiter: 0}, gpus: [g1]}
  b: {host: h, vcpus: 4, memory: 8GiB, vgpu: L40S-24C, gpus: [g0, {gpu: g0, vgpu_params: {disable_vnc: 1}}]}
"""
TURING = """
version: 1
hosts:
  h: {hypervisor: kvm, gpus: {g0: {board: t4, address: "41:00.0"}}}
vms:
  a:
    host: h
    vcpus: 4
    memory: 8GiB
    vgpu: T4-8C
    gpus: [{gpu: g0, mdev: 00000000-0000-4000-8000-000000000001}, {gpu: g0, mdev: 00000000-0000-4000-8000-000000000002, vgpu_params: {disable_vnc: 1}}]
"""
AMPERE = """
version: 1
hosts:
  h:
    hypervisor: kvm
    vgpu_framework: mdev
    gpus:
      g0: {board: a40, address: "41:00.0"}
      g1: {board: a40, address: "42:00.0", vfs: ["42:00.5"]}
vms:
  a: {host: h, vcpus: 4, memory: 8GiB, vgpu: A40-24C, gpus: [{gpu: g0, mdev: 00000000-0000-4000-8000-000000000001}]}
  b:
    host: h
    vcpus: 4
    memory: 8GiB
    vgpu: A40-24C
    gpus: [{gpu: g0, vf: "41:00.4", mdev: 00000000-0000-4000-8000-000000000002}, {gpu: g1, uvm: false, mdev: 00000000-0000-4000-8000-000000000003}]
"""
FABRIC = """
version: 1
hosts:
  h:
    hypervisor: kvm
    nvswitch: {mode: %s, partitions: %s}
    nvlink: all
    gpus:
      g0: {board: h100-sxm5-80gb, address: "41:00.0", module: 2, vfs: ["41:00.4"]}
      g1: {board: h100-sxm5-80gb, address: "42:00.0", module: 4, vfs: ["42:00.4"]}
      g2: {board: h100-sxm5-80gb, address: "43:00.0", module: 1, vfs: ["43:00.4", "43:00.5"]}
vms:
  a: {host: h, vcpus: 4, memory: 8GiB, vgpu: %s, p2p: nvlink, gpus: [g0, g1]}
  b: {host: h, vcpus: 4, memory: 8GiB, vgpu: %s, gpus: [g2]}
  c: {host: h, vcpus: 4, memory: 8GiB, vgpu: %s, gpus: [%s]}
"""
QEMU = """
version: 1
hosts:
  h: {hypervisor: kvm, managed_by: qemu, gpus: {g0: {board: l40s, address: "41:00.0"}, g1: {board: l40s, address: "42:00.0"}}}
vms:
  a: {host: h, vcpus: 4, memory: 8GiB, p2p: none, gpus: [g0, g1]}
  b: {host: h, vcpus: 4, memory: 8GiB, firmware: bios}
"""
UUIDS = [f"00000000-0000-4000-8000-{i:012}" for i in range(4)]


class Run:
    """One machine, the script of one spec, and a shell."""

    def __init__(self, gpuplan, folder, shell, spec):
        self.machine = Machine(folder / "machine")
        self.shell = shell
        self.script = folder / "host-setup.sh"
        (folder / "spec.yaml").write_text(spec, encoding="utf-8")
        shown = subprocess.run([gpuplan, "show", "h", str(folder / "spec.yaml"), "-t", "host-setup"],
                               capture_output=True, text=True, check=False, timeout=60)
        assert shown.returncode == 0, shown.stderr
        self.script.write_text(shown.stdout, encoding="utf-8")
        self.bin = folder / "bin"
        self.bin.mkdir()
        for name in ("sriov-manage", "mdevctl", "fmpm", "modprobe", "sleep"):
            (self.bin / name).symlink_to(HERE / "host/commands.py")

    def __call__(self, *words, expect=0):
        """Output and the calls that it made; EXPECT is the status."""
        calls = self.machine.root / "calls"
        calls.write_text("")
        ran = self.command(*self.shell, str(self.script), *words)
        assert ran.returncode == expect, f"status {ran.returncode}: {ran.stdout}{ran.stderr}"
        changes = [c for c in calls.read_text().splitlines() if " list " not in c and not c.endswith(" -l")]
        return Output(ran.stdout + ran.stderr, changes)

    def command(self, *words):
        env = {"PATH": f"{self.bin}:/usr/sbin:/usr/bin:/sbin:/bin", "GPUPLAN_SYSFS": str(self.machine.sysfs),
               "GPUPLAN_ROOT": str(self.machine.root), "LC_ALL": "C.UTF-8", "names": "a", "only": "a"}
        if "GPUPLAN_REAL_MDEVCTL" in os.environ:
            env["GPUPLAN_REAL_MDEVCTL"] = "1"
        return subprocess.run(words, env=env, capture_output=True, text=True, check=False, timeout=60)

    def settled(self, *words):
        """Everything is as the plan says: another run says ok of each thing and does nothing."""
        before = self.machine.snapshot()
        again = self(*words)
        assert not again.calls, again.calls
        assert again.text and all(line.startswith("ok ") for line in again.text.splitlines()), again.text
        assert self.machine.snapshot() == before
        return again


class Output:
    """What a run printed, and the commands that changed something."""

    def __init__(self, text, calls):
        self.text, self.calls = text, calls

    def says(self, *words):
        for word in words:
            assert word in self.text, f"'{word}' is not in: {self.text}"


# ---- vendor-specific VFIO -------------------------------------------------------------------------


def l40s_host(run, enabled=True):
    run.machine.gpu("0000:41:00.0", ["0000:41:00.4", "0000:41:00.5"], types=L40S, enabled=enabled)
    run.machine.gpu("0000:42:00.0", ["0000:42:00.4"], types=L40S, enabled=enabled)


def test_vfio(run):
    l40s_host(run, enabled=False)
    before = run.machine.snapshot()
    dry = run("--dry-run")
    assert run.machine.snapshot() == before and not dry.calls
    dry.says("sriov-manage -e 0000:41:00.0", "echo 'the id of NVIDIA L40S-48C' > ", "echo 'disable_vnc=1' > ")
    assert dry.text.count("sriov-manage -e 0000:41:00.0") == 1

    made = run()
    assert made.calls == ["sriov-manage -e 0000:42:00.0", "sriov-manage -e 0000:41:00.0"], made.calls
    made.says("made     a: 0000:42:00.4, NVIDIA L40S-48C, enable_uvm=1, frame_rate_limiter=0")
    assert run.machine.vf("0000:42:00.4") == ("1157", "enable_uvm=1, frame_rate_limiter=0")
    assert run.machine.vf("0000:41:00.4") == ("1159", "")
    assert run.machine.vf("0000:41:00.5") == ("1159", "disable_vnc=1")
    run.settled()
    # The driver lists nothing more on a function that has its type.
    for function in ("0000:41:00.4", "0000:41:00.5", "0000:42:00.4"):
        run.machine.creatable(function, [])
    run.settled()
    held = run.machine.snapshot()
    dry = run("--remove", "--dry-run")
    dry.says("echo '0' > ", "sriov-manage -d 0000:41:00.0")
    assert run.machine.snapshot() == held and not dry.calls
    removed = run("--remove")
    assert removed.calls == ["sriov-manage -d 0000:42:00.0", "sriov-manage -d 0000:41:00.0"]
    after = {k: v for k, v in run.machine.snapshot().items() if not k.startswith(str(run.machine.root / "run"))}
    assert after == before
    assert not run("--remove").text


def test_vfio_one_vm(run):
    l40s_host(run, enabled=False)
    assert run("a").calls == ["sriov-manage -e 0000:42:00.0"]
    run.settled("a")
    run()
    assert run("--remove", "a").calls == ["sriov-manage -d 0000:42:00.0"]
    run.settled("b")
    run("nobody", expect=2).says("no VM 'nobody' in the plan of host 'h': a b")
    run("--force", expect=2).says("no option '--force'")
    run("--help").says("usage: sh host-setup.sh", "VMs: a b")


def test_vfio_half_done(run):
    """An earlier run was cut short: behind the type, in the middle of the VMs."""
    l40s_host(run)
    nvidia = run.machine.pci / "0000:42:00.4/nvidia"
    (nvidia / "current_vgpu_type").write_text("1157\n")
    (nvidia / "vgpu_params").write_text("stale=1\n")
    run()
    assert run.machine.vf("0000:42:00.4") == ("1157", "enable_uvm=1, frame_rate_limiter=0")
    run.settled()
    # Parameters that the plan does not have are cleared: a blank, as NVIDIA's guide says.
    (run.machine.pci / "0000:41:00.4/nvidia/vgpu_params").write_text("enable_uvm=1\n")
    run()
    assert run.machine.vf("0000:41:00.4") == ("1159", " ")
    run.settled()
    # What it found is not its own.
    run("--remove").says("removed  b: 0000:41:00.4, NVIDIA L40S-24C")
    assert run.machine.vf("0000:42:00.4")[0] == "1157"


def test_vfio_wrong(run):
    l40s_host(run)
    function = "0000:42:00.4"
    nvidia = run.machine.pci / function / "nvidia"
    before = run.machine.snapshot()
    run.machine.creatable(function, [(1148, "NVIDIA L40S-2Q"), (1149, "NVIDIA L40S-48Q")])
    run(expect=1).says(f"host-setup: {function}: no type 'NVIDIA L40S-48C' can be created there now; "
                       "creatable: NVIDIA L40S-2Q, NVIDIA L40S-48Q\n")
    run.machine.creatable(function, [])
    run(expect=1).says("creatable: none")
    run.machine.creatable(function, L40S)
    (nvidia / "current_vgpu_type").write_text("1148\n")
    run(expect=1).says(f"{function}: has the type 1148 (NVIDIA L40S-2Q), the plan has 'NVIDIA L40S-48C'",
                       "if no VM uses it: echo 0 > ")
    (nvidia / "current_vgpu_type").write_text("7\n")
    run(expect=1).says("has the type 7 (name not known)")
    (nvidia / "current_vgpu_type").write_text("0\n")
    assert {k: v for k, v in run.machine.snapshot().items() if "/run" not in k} == before
    (nvidia / "vgpu_params").unlink()
    run(expect=1).says("vgpu_params is not there: this driver takes no 'enable_uvm=1, frame_rate_limiter=0'")
    (nvidia / "current_vgpu_type").unlink()
    run(expect=1).says(f"{function}: has no nvidia/current_vgpu_type")


def test_vfio_in_use(run):
    l40s_host(run)
    run()
    device = run.machine.pci / "0000:42:00.4"
    with run.machine.used_by_vm(device):
        run.settled()
        (device / "nvidia/vgpu_params").write_text("enable_uvm=0\n")
        before = run.machine.snapshot()
        run(expect=1).says("0000:42:00.4: a VM uses it with the parameters 'enable_uvm=0', the plan has 'enable_uvm=1")
        run("--remove", expect=1).says("0000:42:00.4: a VM uses it (NVIDIA L40S-48C): stop the VM first")
        assert run.machine.snapshot() == before
    run()
    run.settled()


def test_vfio_other_gpu(run):
    run.machine.gpu("0000:41:00.0", ["0000:41:00.4", "0000:41:00.5"], types=L40S)
    run(expect=1).says("host-setup: 0000:42:00.0: there is no such PCI device; the plan has a GPU there")
    run.machine.gpu("0000:42:00.0", ["0000:42:00.6"], types=L40S, enabled=False)
    run(expect=1).says("0000:42:00.4: sriov-manage -e 0000:42:00.0 has not made this virtual function")
    (run.machine.root / "broken-sriov").write_text("")
    run.machine.disable("0000:42:00.0")
    run(expect=1).says("'sriov-manage -e 0000:42:00.0' failed: sriov-manage: it is broken")
    run.machine.gpu("0000:43:00.0", ["0000:42:00.4"], types=L40S)
    run(expect=1).says("0000:42:00.4: is a virtual function of 0000:43:00.0; the plan says of 0000:42:00.0")


# ---- mediated devices -----------------------------------------------------------------------------


def test_mdev_turing(run):
    run.machine.gpu("0000:41:00.0", framework="mdev", types=T4)
    before = run.machine.snapshot()
    dry = run("-n")
    dry.says(f"mdevctl define -u {UUIDS[1]} -p 0000:41:00.0 -t nvidia-319", "echo 'disable_vnc=1' > ")
    assert run.machine.snapshot() == before and not dry.calls
    made = run()
    assert made.calls == [word for uuid in UUIDS[1:3] for word in
                          (f"mdevctl define -u {uuid} -p 0000:41:00.0 -t nvidia-319",
                           f"mdevctl start -u {uuid} -p 0000:41:00.0")], made.calls
    assert run.machine.mdevs() == {UUIDS[1]: ("0000:41:00.0", "GRID T4-8C", ""),
                                   UUIDS[2]: ("0000:41:00.0", "GRID T4-8C", "disable_vnc=1")}
    run.settled()
    with run.machine.used_by_vm(run.machine.sysfs / "bus/mdev/devices" / UUIDS[1]):
        run.settled()
        run("--remove", expect=1).says(f"{UUIDS[1]}: a VM uses it (GRID T4-8C): stop the VM first")
    assert run("--remove").calls == [f"mdevctl {verb} -u {uuid}" for uuid in UUIDS[1:3] for verb in ("stop", "undefine")]
    assert not run.machine.mdevs() and not run("--remove").text


def test_mdev_turing_wrong(run):
    run.machine.gpu("0000:41:00.0", framework="mdev", types=T4)
    # Another took half of the GPU: one of the two has no room.
    run.machine.start("0000:41:00.0", "nvidia-319", UUIDS[3])
    run(expect=1).says("0000:41:00.0: no type 'GRID T4-8C' can be created there now; creatable: GRID T4-16C")
    assert set(run.machine.mdevs()) == {UUIDS[1], UUIDS[3]}
    run.machine.stop(UUIDS[3])
    run()
    run.settled()
    run.machine.stop(UUIDS[1])
    run.machine.start("0000:41:00.0", "nvidia-321", UUIDS[1])
    run(expect=1).says(f"{UUIDS[1]}: is there as 'GRID T4-16C', the plan has 'GRID T4-8C'; if no VM uses it")
    run("--remove", expect=1).says(f"{UUIDS[1]}: is there as 'GRID T4-16C'")


def test_mdev_ampere(run):
    """Device 2 has its function by the plan, 3 the only one of the list; 1 takes the first that is left."""
    run.machine.gpu("0000:41:00.0", ["0000:41:00.4", "0000:41:00.5"], "mdev", A40, enabled=False)
    run.machine.gpu("0000:42:00.0", ["0000:42:00.4", "0000:42:00.5"], "mdev", A40, enabled=False)
    before = run.machine.snapshot()
    dry = run("--dry-run")
    dry.says("mdevctl define", "a function of 0000:41:00.0", "-p 0000:41:00.4")
    assert run.machine.snapshot() == before and not dry.calls
    run("a")
    expected = {UUIDS[1]: ("0000:41:00.5", "NVIDIA A40-24C", ""), UUIDS[2]: ("0000:41:00.4", "NVIDIA A40-24C", ""),
                UUIDS[3]: ("0000:42:00.5", "NVIDIA A40-24C", "enable_uvm=0")}
    assert run.machine.mdevs() == {UUIDS[1]: expected[UUIDS[1]]}
    run()
    assert run.machine.mdevs() == expected
    run.settled()
    # A reboot leaves mdevctl's definitions; they are taken up, with the function chosen then.
    run.machine.reboot()
    again = run()
    assert not [c for c in again.calls if "define" in c], again.calls
    assert run.machine.mdevs() == expected
    run.settled()
    assert run("--remove").calls[-2:] == ["sriov-manage -d 0000:41:00.0", "sriov-manage -d 0000:42:00.0"]


def test_mdev_ampere_new_driver(run):
    """Another driver, other numbers: the definition of the old one is made anew."""
    run.machine.gpu("0000:41:00.0", ["0000:41:00.4", "0000:41:00.5"], "mdev", A40)
    run("a")
    run.machine.reboot()
    (run.machine.pci / "0000:41:00.0/can").write_text("mdev\n0000:41:00.4\n0000:41:00.5\n--\n990\tNVIDIA A40-24C\t1")
    calls = run("a").calls
    assert f"mdevctl undefine -u {UUIDS[1]}" in calls and calls[-2].endswith("-t nvidia-990"), calls
    run.settled("a")


def test_mdev_ampere_promised(run):
    """A function that is free now, and that mdevctl has promised to another device."""
    run.machine.gpu("0000:41:00.0", ["0000:41:00.4", "0000:41:00.5", "0000:41:00.6"], "mdev", A40)
    defined = run.command(str(run.bin / "mdevctl"), "define", "-u", UUIDS[3], "-p", "0000:41:00.5", "-t", "nvidia-558")
    assert defined.returncode == 0, defined.stderr
    run("a")
    assert run.machine.mdevs()[UUIDS[1]][0] == "0000:41:00.6"


def test_mdev_ampere_full(run):
    run.machine.gpu("0000:41:00.0", ["0000:41:00.4", "0000:41:00.5"], "mdev", A40)
    run.machine.start("0000:41:00.5", "nvidia-558", UUIDS[3])
    run("a", expect=1).says("0000:41:00.0: no virtual function is left where a 'NVIDIA A40-24C' can be created now")


# ---- Fabric Manager -------------------------------------------------------------------------------


def partitions(run, *rows):
    state = [{"partitionId": n, "isActive": active, "numGpus": len(modules),
              "gpuInfo": [{"physicalId": m, "uuid": "", "pciBusId": "00000000:41:00.0"} for m in modules]}
             for n, active, modules in rows]
    (run.machine.root / "etc/partitions.json").write_text(json.dumps(state))


def active(run):
    state = json.loads((run.machine.root / "etc/partitions.json").read_text())
    return [p["partitionId"] for p in state if p["isActive"]]


def test_fabric_vgpu(run):
    for bus in (41, 42):
        run.machine.gpu(f"0000:{bus}:00.0", [f"0000:{bus}:00.4"], types=[(9, "NVIDIA H100XM-80C")])
    run.machine.gpu("0000:43:00.0", ["0000:43:00.4", "0000:43:00.5"], types=[(9, "NVIDIA H100XM-80C"), (8, "NVIDIA H100XM-40C")])
    partitions(run, (3, 0, [1, 3]), (4, 0, [4, 2]), (7, 0, [1]))
    made = run()
    assert made.calls == ["fmpm -a 4", "fmpm -a 7"], made.calls
    run.settled()
    # b and c share the GPU of partition 7.
    assert not run("--remove", "b").calls
    assert active(run) == [4, 7]
    assert run("--remove").calls == ["fmpm -d 4", "fmpm -d 7"]
    assert not active(run)
    partitions(run, (4, 0, [1, 3]))
    run(expect=1).says("a: partition 4 has the modules 1 3, the plan says 2 4")
    partitions(run, (4, 1, [2, 4]), (7, 1, [1]))
    run()
    run.settled()
    assert not run("--remove").calls, "they were active before"
    partitions(run)
    run(expect=1).says("'fmpm -a 4' failed: Failed. fmReturn: -5")


def test_fabric_listed(run):
    """A list gives no ids: Fabric Manager's own are found by the modules."""
    partitions(run, (0, 0, [1, 2]), (5, 0, [2, 4]), (6, 0, [1]))
    assert run().calls == ["fmpm -a 5", "fmpm -a 6"]
    run.settled()
    partitions(run, (5, 0, [2, 3]))
    run(expect=1).says("a: Fabric Manager lists no partition of the modules 2 4")


# ---- QEMU by hand ---------------------------------------------------------------------------------


def test_qemu(run):
    for bus in (41, 42):
        run.machine.gpu(f"0000:{bus}:00.0")
    driver = run.machine.pci / "0000:41:00.0/driver"
    variables = run.machine.root / "var/lib/gpuplan/a_VARS.fd"
    run("--dry-run").says("echo 'vfio-pci' > ", "/drivers_probe", f" {variables}")
    assert not variables.exists()
    with run.machine.binding_drivers():
        run()
        assert os.readlink(driver).endswith("/vfio-pci") and variables.read_bytes() == b"template"
        variables.write_bytes(b"what the guest wrote")
        again = run()
        assert again.text.count("ok ") == 3 and "made" not in again.text, again.text
        with run.machine.used_by_vm(run.machine.pci / "0000:42:00.0"):
            run("--remove", expect=1).says("0000:42:00.0: a VM uses it: stop the VM first")
        run("--remove")
        assert os.readlink(driver).endswith("/nvidia")
    assert variables.read_bytes() == b"what the guest wrote"
    (run.machine.pci / "0000:41:00.0/vendor").write_text("0x8086\n")
    run(expect=1).says("0000:41:00.0: is no GPU of NVIDIA (vendor 0x8086); the plan has one there")


# ---- hostile text ---------------------------------------------------------------------------------

HOSTILE = "'; touch x; $(touch x) `touch x` \\ \" # & | > ü * ~ -n"


def test_hostile(run):
    run.machine.gpu("0000:41:00.0", ["0000:41:00.4"], types=L40S)
    run()
    assert run.machine.vf("0000:41:00.4") == ("1157", f"disable_vnc={HOSTILE}")
    run.settled()
    run("-n").says("# ok: a: ")
    # What sysfs says is no more trusted.
    run.machine.creatable("0000:41:00.4", [("$(touch x)", "NVIDIA L40S-48C"), ("9", "`touch x`\x1b[31m")])
    (run.machine.pci / "0000:41:00.4/nvidia/current_vgpu_type").write_text("$(touch x)/p;q\n")
    run(expect=1)
    assert not list(run.machine.root.parent.rglob("x")) and not pathlib.Path("x").exists()


HOSTILE_SPEC = """
version: 1
hosts: {h: {hypervisor: kvm, gpus: {g0: {board: l40s, address: "41:00.0", vfs: ["41:00.4"]}}}}
vms:
  a: {host: h, vcpus: 4, memory: 8GiB, vgpu: L40S-48C, vgpu_params: {disable_vnc: %s}, gpus: [g0]}
""" % json.dumps(HOSTILE, ensure_ascii=False)

TESTS = [
    (test_vfio, VFIO), (test_vfio_one_vm, VFIO), (test_vfio_half_done, VFIO), (test_vfio_wrong, VFIO),
    (test_vfio_in_use, VFIO), (test_vfio_other_gpu, VFIO),
    (test_mdev_turing, TURING), (test_mdev_turing_wrong, TURING), (test_mdev_ampere, AMPERE),
    (test_mdev_ampere_new_driver, AMPERE), (test_mdev_ampere_promised, AMPERE), (test_mdev_ampere_full, AMPERE),
    (test_fabric_vgpu, FABRIC % ("vgpu", "hgx-h100", "H100XM-80C", "H100XM-40C", "H100XM-40C", "g2")),
    (test_fabric_listed, FABRIC % ("shared", "[[1, 3], [2, 4], [1]]", "none", "none", "none", "")),
    (test_qemu, QEMU), (test_hostile, HOSTILE_SPEC),
]


def run_test(options, test, spec, shell):
    with tempfile.TemporaryDirectory(prefix="gpuplan-host-") as folder:
        (pathlib.Path(folder) / "machine").mkdir()
        run = Run(options.gpuplan, pathlib.Path(folder), shell, spec)
        with in_place(run.machine) if options.real_mdevctl else contextlib.nullcontext():
            test(run)


@contextlib.contextmanager
def in_place(machine):
    """The machine where the real mdevctl looks."""
    definitions = machine.root / "etc/mdevctl.d"
    (definitions / "scripts.d/callouts").mkdir(parents=True)
    (definitions / "scripts.d/notifiers").mkdir()
    mounts = [(machine.sysfs, "/sys"), (definitions, "/etc/mdevctl.d")]
    for source, target in mounts:
        subprocess.run(["mount", "--bind", str(source), target], check=True)
    try:
        yield
    finally:
        for _, target in mounts:
            subprocess.run(["umount", target], check=True)


def enter_name_space():
    """Runs this program again where mounts are its own; returns only where that is not allowed."""
    if "GPUPLAN_REAL_MDEVCTL" in os.environ:
        subprocess.run(["mount", "--make-rprivate", "/"], check=True)
        return
    probe = subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True, text=True)
    if probe.returncode != 0:
        print(f"SKIPPED: no private mount name space: {probe.stderr.strip()}")
        sys.exit(1 if "CI" in os.environ else SKIPPED)
    os.environ["GPUPLAN_REAL_MDEVCTL"] = "1"
    os.execvp("unshare", ["unshare", "--mount", *sys.argv])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(HERE.parent / "build" / "gpuplan"))
    parser.add_argument("--real-mdevctl", action="store_true")
    options = parser.parse_args()
    options.gpuplan = str(pathlib.Path(options.gpuplan).resolve())
    if options.real_mdevctl:
        enter_name_space()
    failed = 0
    for test, spec in TESTS:
        if options.real_mdevctl and "mdev" not in test.__name__:
            continue
        for shell in SHELLS:
            try:
                run_test(options, test, spec, shell)
            except AssertionError as error:
                failed += 1
                line = error.__traceback__
                while line.tb_next:
                    line = line.tb_next
                print(f"FAIL {test.__name__} ({shell[0]}), line {line.tb_lineno}: {error}")
    print(f"{failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
