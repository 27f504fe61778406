#!/usr/bin/python3
"""The programs that host-setup.sh calls: sriov-manage, mdevctl, fmpm, modprobe, sleep.

Linked under each of these names into a folder on PATH. GPUPLAN_ROOT names the machine. Every call is recorded there.
mdevctl keeps its definitions as the real one does; with GPUPLAN_REAL_MDEVCTL it is the real one, and only the
kernel's part is played here.
"""

import json
import os
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True
from machine import Machine  # noqa: E402  pylint: disable=wrong-import-position


def main():
    name, words = pathlib.Path(sys.argv[0]).name, sys.argv[1:]
    root = pathlib.Path(os.environ["GPUPLAN_ROOT"])
    with open(root / "calls", "a", encoding="utf-8") as calls:
        calls.write(" ".join([name, *words]) + "\n")
    machine = Machine.__new__(Machine)
    machine.root, machine.sysfs = root, root / "sys"
    machine.devices, machine.pci = machine.sysfs / "devices/pci0000:40", machine.sysfs / "bus/pci/devices"
    return {"sriov-manage": sriov_manage, "mdevctl": mdevctl, "fmpm": fmpm}.get(name, lambda *_: 0)(machine, words)


def sriov_manage(machine, words):
    if (machine.root / "broken-sriov").exists():
        print("sriov-manage: it is broken", file=sys.stderr)
        return 1
    (machine.enable if words[0] == "-e" else machine.disable)(words[1])
    return 0


def fmpm(machine, words):
    """Prints what NVIDIA's prints (Json::StyledWriter, keys in order); the state is a file."""
    file = machine.root / "etc/partitions.json"
    state = json.loads(file.read_text())
    if words == ["-l"]:
        print(json.dumps({"partitionInfo": state, "version": 1}, indent=3, separators=(",", " : "), sort_keys=True))
        return 0
    chosen = [p for p in state if p["partitionId"] == int(words[1])]
    if not chosen or chosen[0]["isActive"] == (words[0] == "-a"):
        print("Failed. fmReturn: -5")
        return 251
    chosen[0]["isActive"] = int(words[0] == "-a")
    file.write_text(json.dumps(state))
    return 0


def option(words, letter):
    return words[words.index(letter) + 1] if letter in words else None


def mdevctl(machine, words):
    if os.environ.get("GPUPLAN_REAL_MDEVCTL"):
        return real_mdevctl(machine, words)
    file = machine.root / "etc/mdevctl.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    uuid, parent, kind = (option(words, letter) for letter in ("-u", "-p", "-t"))
    if words[0] == "list":
        for key, (its_parent, its_kind) in known.items():
            if uuid in (None, key) and parent in (None, its_parent):
                print(key, its_parent, its_kind, "manual")
        print()
        return 0
    if words[0] == "define":
        if uuid in known:
            print(f"Error: Device {uuid} on {parent} already defined", file=sys.stderr)
            return 1
        known[uuid] = (parent, kind)
    elif words[0] == "undefine":
        del known[uuid]
    elif words[0] == "start":
        machine.start(parent, kind or known[uuid][1], uuid)
    elif words[0] == "stop":
        machine.stop(uuid)
    file.write_text(json.dumps(known))
    return 0


def real_mdevctl(machine, words):
    """The real one writes to `create` and `remove`; what the kernel makes of it is made here."""
    status = subprocess.run(["/usr/bin/mdevctl", *words],
                            check=False).returncode
    if words[0] == "start":
        for create in machine.devices.glob("*/mdev_supported_types/*/create"):
            uuid = create.read_text().strip()
            if uuid:
                create.write_text("")
                machine.start(create.parent.parent.parent.name, create.parent.name, uuid)
    if words[0] == "stop" and status == 0:
        machine.stop(option(words, "-u"))
    return status


if __name__ == "__main__":
    sys.exit(main())
