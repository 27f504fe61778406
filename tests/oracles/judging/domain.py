"""libvirt domains as trees, and the copy of one that this machine can take."""

import copy
import re
import xml.etree.ElementTree as ElementTree

QEMU_SPACE = "http://libvirt.org/schemas/domain/qemu/1.0"
ElementTree.register_namespace("qemu", QEMU_SPACE)


def read(file):
    return ElementTree.parse(file).getroot()


def parse(text):
    return ElementTree.fromstring(text)


def write(root, file):
    ElementTree.ElementTree(root).write(file, encoding="unicode")


def short_tag(element):
    """The tag as people write it: qemu:property."""
    return element.tag.replace("{" + QEMU_SPACE + "}", "qemu:")


def qemu(name):
    """The path of an element in QEMU's own name space: qemu('override/device')."""
    return "/".join("{" + QEMU_SPACE + "}" + part for part in name.split("/"))


def aliases(root):
    return [alias.get("name") for alias in root.findall("devices/*/alias")]


def override_aliases(root):
    return [device.get("alias") for device in root.findall(qemu("override/device"))]


def uses_wrapper(root):
    """True where the domain names its emulator: gpuplan's wrapper, which adds the cliques."""
    return root.find("devices/emulator") is not None


def node_count(root):
    """How many host nodes the domain speaks of, at least one."""
    numbers = [0]
    for element in root.iter():
        for number in re.findall(r"\d+", element.get("nodeset", "") if _speaks_of_host(element) else ""):
            numbers.append(int(number))
    return max(numbers) + 1


def _speaks_of_host(element):
    return element.tag in ("memory", "memnode")


def for_this_machine(root, host):
    """A copy that libvirt can take on HOST, an embedded_libvirt.Host.

    Always: no emulator path (the wrapper is not installed here), and user networking, as a bridge or
    network of the plan is not here either; its conversion keeps the NIC. Where the host lacks them:
    KVM, host nodes, huge pages, tap devices.
    """
    result = copy.deepcopy(root)
    devices = result.find("devices")
    for emulator in devices.findall("emulator"):
        devices.remove(emulator)
    for nic in devices.findall("interface"):
        nic.set("type", "user")
        for source in nic.findall("source"):
            nic.remove(source)
        if not host.nics:
            devices.remove(nic)
    if not host.kvm:
        _without_kvm(result)
    if not host.staged:
        _on_node_zero(result)
    _without_missing_pages(result, host.huge_pages)
    return result


def _without_kvm(root):
    """TCG has neither host-passthrough, nor Hyper-V features, nor a KVM to hide."""
    root.set("type", "qemu")
    cpu = root.find("cpu")
    if cpu is not None and cpu.get("mode") == "host-passthrough":
        cpu.set("mode", "maximum")
        for element in cpu.findall("maxphysaddr"):
            cpu.remove(element)
    for path, tag in (("features", "hyperv"), ("features", "kvm")):
        for element in root.findall(f"{path}/{tag}"):
            root.find(path).remove(element)
    for timer in root.findall("clock/timer[@name='hypervclock']"):
        root.find("clock").remove(timer)


def _on_node_zero(root):
    for element in root.iter():
        if _speaks_of_host(element) and element.get("nodeset"):
            element.set("nodeset", "0")


def _without_missing_pages(root, sizes):
    backing = root.find("memoryBacking")
    pages = backing.find("hugepages") if backing is not None else None
    if pages is not None and any(int(page.get("size")) not in sizes for page in pages):
        backing.remove(pages)
        if len(backing) == 0:
            root.remove(backing)
