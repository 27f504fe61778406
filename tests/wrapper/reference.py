"""gpuplan-qemu once more, in Python and from QEMU's rules, not from the C code: with its own parsers."""

import json
import re

CLIQUE = "x-nv-gpudirect-clique"
DRIVERS = ("vfio-pci", "vfio-pci-nohotplug")
HEX = "[0-9a-fA-F]{1,8}"
ADDRESS = re.compile(rf"(?:({HEX}):)?({HEX}):({HEX})\.({HEX})")
# Enough of QEMU's options with an argument to make lists of.
WITH_ARGUMENT = {"device", "name", "append", "object", "machine", "m", "smp", "netdev", "drive", "blockdev", "set",
                 "global", "chardev", "kernel", "uuid", "fw_cfg", "serial"}


def address(text):
    """(domain, bus, slot, function), or None."""
    match = ADDRESS.fullmatch(text)
    if not match:
        return None
    numbers = tuple(int(part or "0", 16) for part in match.groups())
    return numbers if numbers[1] < 256 and numbers[2] < 32 and numbers[3] < 8 else None


def properties_of_pairs(text):
    """What QEMU's key=value parser makes of it, and whether its last pair still wants a comma."""
    result, position, open_end = {}, 0, False
    while position < len(text):
        key = re.compile("[^=,]*").match(text, position)[0]
        end = position + len(key)
        value = None
        if text[end:end + 1] == "=":
            value = end + 1
        elif position == 0:
            key, value = "driver", 0
        if value is None:
            result[key] = True
        else:
            raw = re.compile("(?:,,|[^,])*", re.DOTALL).match(text, value)[0]
            result[key] = raw.replace(",,", ",")
            end = value + len(raw)
        open_end = text[end:end + 1] != ","
        position = end + (not open_end)
    return result, open_end


def properties_of_json(text):
    def refuse(word):
        raise ValueError(word)
    found = json.loads(text, parse_constant=refuse, parse_int=str, parse_float=str)
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def wanted(properties, cliques):
    """The clique that a device gets, or None."""
    if properties.get("driver") not in DRIVERS or CLIQUE in properties:
        return None
    if "sysfsdev" in properties:
        place = properties["sysfsdev"]
        place = place.rstrip("/").rpartition("/")[2] if isinstance(place, str) else ""
    else:
        place = properties.get("host")
    found = address(place) if isinstance(place, str) else None
    return cliques.get(found) if found else None


def device(argument, cliques):
    """The argument of a -device, with its clique; bytes."""
    if argument.startswith(b"{"):
        try:
            text = argument.decode("utf-8")
            clique = wanted(properties_of_json(text), cliques)
        except ValueError:
            return argument
        if clique is None:
            return argument
        body = argument.rstrip(b" \t\r\n")
        return body[:-1] + f',"{CLIQUE}":{clique}'.encode() + b"}" + argument[len(body):]
    properties, open_end = properties_of_pairs(argument.decode("utf-8", "surrogateescape"))
    clique = wanted(properties, cliques)
    if clique is None:
        return argument
    return argument + (b"," if open_end else b"") + f"{CLIQUE}={clique}".encode()


def arguments(words, cliques):
    """A whole list, without argv[0]; bytes."""
    cliques = {address(key): clique for key, clique in cliques.items()}
    result, words = [], iter(words)
    for word in words:
        result.append(word)
        name = re.fullmatch(rb"--?(.*)", word, re.DOTALL)
        if not name or name[1].decode("utf-8", "replace") not in WITH_ARGUMENT:
            continue
        for value in words:
            result.append(device(value, cliques) if name[1] == b"device" else value)
            break
    return result
