"""wrapper-libvirt: libvirt, whose emulator is gpuplan-qemu, learns all of QEMU and starts a domain without a
word about cliques, as Nova writes it; its guest reads those of the map."""

import re
import socket
import xml.etree.ElementTree as ElementTree
from xml.sax.saxutils import quoteattr

from . import domain, embedded_libvirt, guest_pci, machine, wrapper

GPUS = 8  # of a map, those that libvirt's `host` can name: no PCI domain above ffff
CAPABILITIES = "domcapabilities --arch x86_64 --machine q35 --virttype qemu --emulatorbin '{}'"
DOMAIN = """\
<domain type='qemu' xmlns:qemu='{space}'>
  <name>{name}</name><memory unit='MiB'>64</memory>{limit}<vcpu>1</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <devices><emulator>{emulator}</emulator><controller type='usb' model='none'/><memballoon model='none'/>{hostdevs}</devices>
  <qemu:commandline>{arguments}{variables}</qemu:commandline>
</domain>
"""
HOSTDEV = """
    <hostdev mode='subsystem' type='pci' managed='yes'><driver name='vfio'/><source>
      <address domain='0x{}' bus='0x{}' slot='0x{}' function='0x{}'/></source></hostdev>"""
NAME = "instance-00000001"


class Qtest:
    """QEMU's test protocol, for a walk over PCI."""

    def __init__(self, path):
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(str(path))
            link.settimeout(30)
            self._stream = link.makefile("rw")

    def qtest(self, command):
        self._stream.write(command + "\n")
        self._stream.flush()
        return self._stream.readline().split()


def judge(context, report):
    artifacts = context.out.of("clique-map", ".json")
    if not artifacts:
        return
    with embedded_libvirt.Host(context.build) as host:
        place = wrapper.put(context.build, host.folder)
        _judge_probing(host, place, report)
        for artifact in artifacts:
            with report.judging(artifact.path):
                _judge_one(context, artifact, host, place, report)


def _judge_probing(host, place, report):
    """libvirt learns the same of the wrapper as of QEMU, but for its path."""
    answers = []
    for emulator in (place, machine.tools.require(machine.QEMU, "qemu-system-x86")):
        answer = host.virsh(CAPABILITIES.format(emulator))
        if not answer.ok:
            report.fail("probing", f"libvirt cannot probe {emulator}", answer.words)
            return
        answers.append(re.sub(r"<path>.*?</path>", "", answer.out, count=1))
    report.verdict("probing", [] if answers[0] == answers[1] else ["libvirt learns less of the wrapper than of QEMU"],
                   f"{len(answers[0].splitlines())} lines of capabilities")


def _judge_one(context, artifact, host, place, report):
    takes_host = [name for name in context.out.cliques(artifact.host) if len(name) == len(wrapper.STRANGER)]
    names = [*takes_host[:GPUS], wrapper.STRANGER]
    socket_path = host.folder / "qtest"
    file = host.folder / "nova.xml"
    file.write_text(_domain(context, artifact, place, names, socket_path), encoding="utf-8")
    with host.session(names) as virsh:
        answer = virsh.run(f"create '{file}' --paused")
        if "error:" in answer:
            report.fail(artifact.path, "libvirt does not start it", answer.splitlines())
            return
        seen = guest_pci.Walk(Qtest(socket_path), [0]).devices
        virsh.run(f"destroy {NAME}")
    report.verdict(artifact.path, wrapper.faults(names, wrapper.plan(context.out, artifact), seen),
                   f"started by libvirt: {len(seen)} devices")


def _domain(context, artifact, place, names, socket_path):
    devices = [{"host": name, "id": "other" if name == wrapper.STRANGER else "gpu"} for name in names]
    preload = socket_path.parent / "libfakevfio.so"
    if not preload.exists():
        preload.symlink_to(context.build.resolve() / preload.name)
    variables = {"LD_PRELOAD": preload, "FAKE_VFIO": machine.stand_ins(devices),
                 wrapper.MAP_VARIABLE: artifact.file.resolve()}
    arguments = ("-qtest", f"unix:{socket_path},server=on,wait=off", "-qtest-log", "/dev/null")
    text = DOMAIN.format(
        space=domain.QEMU_SPACE, name=NAME, emulator=place, limit=_memory_limit(),
        hostdevs="".join(HOSTDEV.format(*re.split("[:.]", name)) for name in names),
        arguments="".join(f"<qemu:arg value={quoteattr(word)}/>" for word in arguments),
        variables="".join(f"<qemu:env name='{key}' value={quoteattr(str(value))}/>" for key, value in variables.items()))
    ElementTree.fromstring(text)
    return text


def _memory_limit():
    """What a VM with VFIO may lock: as much as we may, where that is less than libvirt would ask for."""
    limit = embedded_libvirt.lockable_kib()
    return "" if limit is None else f"<memtune><hard_limit unit='KiB'>{limit}</hard_limit></memtune>"
