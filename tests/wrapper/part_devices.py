"""Device arguments, form by form: how the wrapper reads each, held to how the real QEMU reads it."""

import re

import harness
from part_faults import qemu_says

CLIQUE = "x-nv-gpudirect-clique"

# (argument, the clique it gets; None: it stays as it is)
PAIRS = [
    ("vfio-pci,host=05:00.0", 3),
    ("vfio-pci,host=05:00.0,", 3),
    ("driver=vfio-pci,host=05:00.0", 3),
    ("host=05:00.0,driver=vfio-pci", 3),
    (",driver=vfio-pci,host=05:00.0", 3),
    ("e1000,driver=vfio-pci,host=05:00.0", 3),
    ("vfio-pci,driver=e1000,host=05:00.0", None),
    ("vfio-pci,host=06:00.0,host=05:00.0", 3),
    ("vfio-pci,host=05:00.0,host=06:00.0", None),
    ("vfio-pci,,host=05:00.0", None),
    ("vfio-pci,host=05:00.0,,x", None),
    ("vfio-pci,host=05:00.0,romfile=a,,", 3),
    ("vfio-pci,host=05:00.0,romfile=a,,,", 3),
    ("vfio-pci,romfile=a,,host=06:00.0,host=05:00.0", 3),
    ("vfio-pci,host=05:00.0,multifunction", 3),
    ("vfio-pci,sysfsdev=/sys/bus/pci/devices/0000:05:00.0", 3),
    ("vfio-pci,sysfsdev=/sys/bus/pci/devices/0000:05:00.0//", 3),
    ("vfio-pci,sysfsdev=/sys/devices/pci0000:00/0000:00:01.0/0000:05:00.0", 3),
    ("vfio-pci,sysfsdev=/sys/devices/pci0000:00/0000:05:00.0/0000:06:00.0", None),
    ("vfio-pci,sysfsdev=/sys/bus/pci/devices/0000:06:00.0,host=05:00.0", None),
    ("vfio-pci,host=06:00.0,sysfsdev=/sys/bus/pci/devices/0000:05:00.0", 3),
    ("vfio-pci,host=05:00.0,sysfsdev=/sys/bus/mdev/devices/c0a80001-0000-4000-8000-000000000001", None),
    ("vfio-pci,sysfsdev=/sys/devices/pci0000:00/0000:05:00.0/c0a80001-0000-4000-8000-000000000001", None),
    (f"vfio-pci,host=05:00.0,{CLIQUE}=1", None),
    (f"vfio-pci,{CLIQUE}=0x5,host=05:00.0", None),
    (f"vfio-pci,host=05:00.0,{CLIQUE}", None),
    (f"vfio-pci,host=05:00.0,romfile={CLIQUE}=1", 3),
    ("vfio-pci,host=5:0.0", 3),
    ("vfio-pci,host=0000:05:00.00", 3),
    ("vfio-pci,host=00000005:00.0", 3),
    ("vfio-pci,host=12345678:0A:1F.7", 0),
    ("vfio-pci,host=112345678:0A:1F.7", None),
    ("vfio-pci,host=05:00", None),
    ("vfio-pci,host=05:00.0x", None),
    ("vfio-pci,host=05:20.0", None),
    ("vfio-pci,host=05:00.8", None),
    ("vfio-pci,host=105:00.0", None),
    ("vfio-pci,host=", None),
    ("vfio-pci,host", None),
    ("vfio-pci", None),
    ("VFIO-PCI,host=05:00.0", None),
    (" vfio-pci,host=05:00.0", None),
    ("vfio-pci-igd-lpc-bridge,host=05:00.0", None),
    ("virtio-net-pci,host=05:00.0", None),
    ("", None),
    (",", None),
    ("=", None),
]
JSON = [
    ('{"driver":"vfio-pci","host":"05:00.0"}', 3),
    ('{"host":"0000:05:00.0", "driver" :"vfio-pci" } \n', 3),
    ('{"driver":"vfio-pci","ho\\u0073t":"05:00.0"}', 3),
    ('{"driver":"vfio-pci","host":"05:00.0\\u0000"}', None),
    ("{'driver':'vfio-pci','host':'05:00.0'}", 3),
    ('{"driver":"vfio-pci","id":"}","host":"05:00.0"}', 3),
    ('{"driver":"vfio-pci","id":"\\"host\\":\\"06:00.0","host":"05:00.0"}', 3),
    ('{"driver":"vfio-pci","host":"06:00.0","sysfsdev":"\\/sys/bus/pci/devices/0000:05:00.0"}', 3),
    ('{"driver":"vfio-pci","host":"05:00.0","rombar":0,"multifunction":true}', 3),
    ('{"driver":"vfio-pci","x":{"host":"05:00.0"}}', None),
    ('{"x":{"driver":"vfio-pci"},"host":"05:00.0"}', None),
    ('{"driver":"vfio-pci","host":"05:00.0","x-nv-gpudirect-clique":1}', None),
    ('{"driver":"vfio-pci","host":"05:00.0","x-nv-gpudirect-clique":null}', None),
    ('{"driver":"vfio-pci","host":"05:00.0","x-nv-gpudirect-cli\\u0071ue":1}', None),
    ('{"driver":"vfio-pci","host":5}', None),
    ('{"driver":["vfio-pci"],"host":"05:00.0"}', None),
    ('{"driver":"vfio-pci","host":"05:00.0",}', None),
    ('{"driver":"vfio-pci","host":"05:00.0"', None),
    ('{"driver":"vfio-pci","host":"05:00.0"}}', None),
    ('{"driver":"vfio-pci","host":"05:00.0"},"x":1}', None),
    ('{"driver":"vfio-pci","host":"05:00.0"}/**/', None),
    ('{driver:"vfio-pci","host":"05:00.0"}', None),
    (' {"driver":"vfio-pci","host":"05:00.0"}', None),
    ('{"driver":"vfio-pci","host":"05:00.0","id":"\udcff"}', None),
    ('{"driver":"vfio-pci","host":"05:00.0","id":"a\nb"}', None),
    ('{"driver":"vfio-pci","host":"05:00.0","n":01}', None),
    ('{"driver":"vfio-pci","host":"05:00.0","n":NaN}', None),
    ('{"driver":"vfio-pci","host":"05:00.0","n":' + "[" * 60000 + "]" * 60000 + "}", None),
    ("{}", None),
    ("{", None),
    ("{\"", None),
    ("{\"a\\", None),
    ("{\"a\\u12", None),
]


def expected(argument, clique):
    if clique is None:
        return argument
    if argument.startswith("{"):
        brace = argument.rindex("}")
        return f'{argument[:brace]},"{CLIQUE}":{clique}{argument[brace:]}'
    # A comma that ends the last pair is one already; a doubled one belongs to the value.
    separated = argument.endswith(",") and (len(argument) - len(argument.rstrip(","))) % 2 == 1
    return f"{argument}{'' if separated else ','}{CLIQUE}={clique}"


def as_qemu_reads(test, argument, clique):
    """The address that QEMU names, or that it does not get so far; one without a clique is not judged."""
    if clique is None or "12345678" in argument:  # QEMU's `host` ends at domain ffff
        return
    said = qemu_says("-device", expected(argument, clique))
    address = next(a for a, c in harness.MAP.items() if c == clique)
    good = re.search(rf"{address}/*: no such host device: No such file", said)
    test.check(f"QEMU reads {argument!r}", good, said)


def run(test):
    for argument, clique in PAIRS + JSON:
        test.device(repr(argument)[:80], argument, expected(argument, clique))
        as_qemu_reads(test, argument, clique)
    long_path = "vfio-pci,sysfsdev=" + "/x" * 4000 + "/0000:05:00.0"
    test.device("a path longer than any", long_path, long_path)
    cut = "vfio-pci,sysfsdev=" + "/" * (4095 - 12) + "0000:05:00.0" + "x"
    test.device("a path whose start, cut at PATH_MAX, is a GPU's", cut, cut)
    test.device("a long but good argument", "vfio-pci,host=05:00.0,id=" + "a" * 60000,
                "vfio-pci,host=05:00.0,id=" + "a" * 60000 + f",{CLIQUE}=3")
