"""vmx: a .vmx merged into a configuration is read by libvirt's VMware parser and by virt-v2v."""

import os
import pathlib
import re
import tempfile
import xml.etree.ElementTree as ElementTree

from . import tools

# The two commands that libvirt's driver wants to see of a VMware that is not here.
STAND_INS = pathlib.Path(__file__).resolve().parent.parent / "vmx-bin"
LINE = re.compile(r'([A-Za-z0-9_.:\-]+) = "([^"]*)"')
# Decimal, as ESXi wants it, domain, bus, device, function: 0000:1a:00.1 is 00000:026:00.1.
PASSTHROUGH_ID = re.compile(r"(\d{5}):(\d{3}):(\d{2})\.(\d)")


def judge(context, report):
    base = context.base.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="gpuplan-vmx-") as folder:
        make_disks(base, folder)
        for artifact in context.out.of("vmx"):
            with report.judging(artifact.path):
                text = artifact.file.read_text(encoding="utf-8")
                report.verdict(artifact.path, faults(base, text, folder), f"{len(_read(text)[0])} entries")


def make_disks(base, folder):
    """virt-v2v opens the disks that the configuration names."""
    qemu_img = tools.require("qemu-img", "qemu-utils")
    for disk in re.findall(r'\.fileName = "([^"/]+\.vmdk)"', base):
        tools.run([qemu_img, "create", "-q", "-f", "vmdk", pathlib.Path(folder, disk), "1M"])


def faults(base, text, folder):
    """What is wrong with our entries TEXT merged into the configuration BASE, whose disks lie in FOLDER."""
    libvirt = tools.require("virsh", "libvirt-clients")
    virt_v2v = tools.require("virt-v2v", "virt-v2v")
    file = pathlib.Path(folder, "vm.vmx")
    entries, found = _read(text)
    file.write_text(_merge(base, text, entries), encoding="utf-8")
    return found + _libvirt_faults(libvirt, file, entries) + _virt_v2v_faults(virt_v2v, file)


def _read(text):
    """({key: value}, faults); keys are one whatever their case, as in VMware."""
    entries, faults = {}, []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = LINE.fullmatch(line)
        if not match:
            faults.append(f"line {number} is not KEY = \"VALUE\": {line}")
            continue
        key, value = match[1].lower(), match[2]
        if key in entries:
            faults.append(f"line {number}: '{match[1]}' stands there twice")
        entries[key] = value
        if re.fullmatch(r"pcipassthru\d+\.id", key):
            faults += _id_faults(match[1], value)
    return entries, faults


def _id_faults(key, value):
    match = PASSTHROUGH_ID.fullmatch(value)
    numbers = [int(n) for n in match.groups()] if match else []
    if match and numbers[0] <= 65535 and numbers[1] <= 255 and numbers[2] <= 31 and numbers[3] <= 7:
        return []
    return [f"{key} '{value}' is no decimal PCI address"]


def _merge(base, text, entries):
    """What an administrator does: the base without the keys that ours set, then ours as it stands."""
    kept = [line for line in base.splitlines() if line.partition("=")[0].strip().lower() not in entries]
    return "\n".join([*kept, text])


def _libvirt_faults(virsh, file, entries):
    """libvirt's parser takes it, and finds our memory and processors in it."""
    path = f"{STAND_INS}{os.pathsep}{os.environ['PATH']}"
    result = tools.run([virsh, "-q", "-c", "vmwareplayer:///session", "domxml-from-native", "vmware-vmx", file],
                       env={"PATH": path, "LIBVIRT_LOG_OUTPUTS": "4:file:/dev/null"})
    if not result.ok:
        return ["libvirt's VMware parser refuses it", *result.words]
    domain = ElementTree.fromstring(result.out)
    found = {"memsize": str(int(domain.findtext("memory")) // 1024), "numvcpus": domain.findtext("vcpu")}
    return [f"libvirt reads {key} as {value}, not {entries[key]}"
            for key, value in found.items() if key in entries and entries[key] != value]


def _virt_v2v_faults(virt_v2v, file):
    """virt-v2v reads it without a warning."""
    result = tools.run([virt_v2v, "-i", "vmx", file, "--print-source"],
                       env={"LIBGUESTFS_BACKEND": "direct"})
    warnings = [line for line in (result.err + result.out).splitlines() if "warning" in line]
    if not result.ok:
        return ["virt-v2v refuses it", *result.words]
    return ["virt-v2v warns", *warnings] if warnings else []
