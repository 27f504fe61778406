"""Reading QEMU argument lists: ours through xargs, libvirt's as shell text."""

import json
import re
import shlex

from . import tools

# Options without a value, among those that gpuplan or libvirt write.
FLAGS = frozenset({"-S", "-nodefaults", "-no-user-config", "-no-shutdown", "-no-reboot", "-no-acpi",
                   "-no-hpet", "-enable-kvm", "-nographic"})

CLIQUE = "x-nv-gpudirect-clique"


class BadArguments(ValueError):
    """The list is not one that QEMU could be given."""


def read_with_xargs(path):
    """The arguments as a hand runner's xargs passes them, in one call or not at all."""
    script = 'printf "%s\\0" call "$@"'
    result = tools.run([tools.require("xargs", "findutils"), "-x", "-n", "100000", "-d", r"\n",
                        "-a", path, "sh", "-c", script, "sh"])
    if not result.ok:
        raise BadArguments("xargs refuses it: " + " ".join(result.words))
    words = result.out.split("\0")[:-1]
    if words[:1] != ["call"] or len(words) < 2:
        raise BadArguments("xargs finds no argument in it")
    if "" in words:
        raise BadArguments(f"argument {words.index('')} is empty")
    return words[1:]


def read_shell(text):
    """The arguments of libvirt's conversion: NAME=VALUE..., the emulator, the arguments."""
    words = shlex.split(text)
    for i, word in enumerate(words):
        if not re.match(r"[A-Za-z_][A-Za-z0-9_]*=", word):
            return words[i + 1:]
    return []


def pairs(arguments):
    """[(option, value or None)], in order."""
    result = []
    words = iter(arguments)
    for option in words:
        if not option.startswith("-"):
            raise BadArguments(f"'{option}' stands where an option should")
        option = "-" + option.lstrip("-")
        if option in FLAGS:
            result.append((option, None))
            continue
        try:
            result.append((option, next(words)))
        except StopIteration:
            raise BadArguments(f"{option} has no value") from None
    return result


def read(path):
    """The options of one of our argument files."""
    return pairs(read_with_xargs(path))


def values(options, name):
    """Every value of option NAME, in order."""
    return [value for option, value in options if option == name]


def fields(text, first=None):
    """A JSON object or key=value list as a dict; FIRST is the key that a leading bare value gets."""
    if text.startswith("{"):
        return json.loads(text)
    result = {}
    for i, part in enumerate(re.split(r"(?<!,),(?!,)", text)):
        key, equals, value = part.replace(",,", ",").partition("=")
        if equals:
            result[key] = value
        elif i == 0 and first:
            result[first] = key
        else:
            result[key] = "on"
    return result


def join(properties, first=None):
    """The key=value text of PROPERTIES, FIRST's value bare and leading."""
    words = [str(properties[first])] if first in properties else []
    words += [f"{key}={str(value).replace(',', ',,')}" for key, value in properties.items() if key != first]
    return ",".join(words)


def devices(options):
    """Every -device as a dict, in order."""
    return [fields(value, "driver") for value in values(options, "-device")]


def vfio_devices(options):
    return [d for d in devices(options) if d["driver"].startswith("vfio-pci")]


def host_name(device):
    """What a vfio-pci device is on the host: its PCI address, or the UUID of a mediated device."""
    name = device.get("host") or device["sysfsdev"].rstrip("/").rsplit("/", 1)[-1]
    return name.lower() if name.count(":") != 1 else "0000:" + name.lower()


def window_mib(options):
    """The MMIO window that OVMF is told, in MiB, or None."""
    for value in values(options, "-fw_cfg"):
        properties = fields(value, "name")
        if properties["name"] == "opt/ovmf/X-PciMmio64Mb":
            return int(properties["string"])
    return None
