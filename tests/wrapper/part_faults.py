"""The faults of the shell script that people copy today, each with the real QEMU as witness."""

import re
import subprocess

import harness

GPU = '{"driver":"vfio-pci","host":"0000:05:00.0","id":"hostdev0","bus":"pci.5","addr":"0x0"}'


def qemu_says(*arguments):
    """The first complaint of the real QEMU."""
    command = [harness.QEMU, "-accel", "tcg", "-nodefaults", "-display", "none", "-S", *arguments]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    return done.stderr.strip().splitlines()[-1] if done.stderr else f"exit status {done.returncode}"


def script(json_device, clique):
    """What the script makes of a JSON device: ${device_json%\\}}},"x-nv-gpudirect-clique":N}"""
    return json_device.removesuffix("}") + '},"x-nv-gpudirect-clique":%d}' % clique


def json_that_qemu_refuses(test):
    test.check("the script's JSON is refused",
               "Expecting at most one JSON value" in qemu_says("-device", script('{"driver":"vfio-pci","host":"0000:05:00.0"}', 3)))
    test.device("JSON", GPU, GPU[:-1] + ',"x-nv-gpudirect-clique":3}')
    for device in ('{"driver":"vfio-pci","host":"0000:05:00.0"}', '{ "driver": "vfio-pci", "host": "0000:05:00.0" }\n'):
        done = test.run("-device", device)
        said = qemu_says("-device", done.arguments[1].decode())
        test.check(f"QEMU takes the wrapper's {device!r}", "0000:05:00.0: no such host device" in said, said)


def key_value_missed(test):
    test.device("key=value", "vfio-pci,host=05:00.0,id=gpu", "vfio-pci,host=05:00.0,id=gpu,x-nv-gpudirect-clique=3")
    said = qemu_says("-device", "vfio-pci,host=05:00.0,x-nv-gpudirect-clique=3")
    test.check("QEMU takes it", "no such host device" in said, said)


def other_domains_mangled(test):
    for host, clique in (("0001:05:00.0", 7), ("0000:05:00.0", 3), ("05:00.0", 3), ("12345678:0a:1f.7", 0)):
        test.device(f"domain of {host}", f"vfio-pci,host={host}", f"vfio-pci,host={host},x-nv-gpudirect-clique={clique}")
    test.unchanged("a domain that the map has not", ["-device", "vfio-pci,host=0002:05:00.0"])


def upper_case_misses(test):
    for host in ("0000:F4:00.0", "F4:00.0", "f4:00.0"):
        test.device(f"case of {host}", '{"driver":"vfio-pci","host":"%s"}' % host,
                    '{"driver":"vfio-pci","host":"%s","x-nv-gpudirect-clique":15}' % host)
    test.map.write_text(harness.map_text({"0000:F4:00.0": 2, "A:0.1": 1}))
    test.device("upper case in the map", "vfio-pci,host=f4:00.0", "vfio-pci,host=f4:00.0,x-nv-gpudirect-clique=2")
    test.device("a short address in the map", "vfio-pci,host=0000:0a:00.1", "vfio-pci,host=0000:0a:00.1,x-nv-gpudirect-clique=1")
    test.map.write_text(harness.map_text())


def other_forms_missed(test):
    """Forms that the script does not know either."""
    sysfs = '{"driver":"vfio-pci","sysfsdev":"/sys/bus/pci/devices/0000:05:00.0"}'
    test.device("sysfsdev", sysfs, sysfs[:-1] + ',"x-nv-gpudirect-clique":3}')
    blanks = '{"driver" : "vfio-pci", "host": "0000:05:00.0"}'
    test.device("JSON with blanks", blanks, blanks[:-1] + ',"x-nv-gpudirect-clique":3}')
    test.device("nohotplug", "vfio-pci-nohotplug,host=05:00.0", "vfio-pci-nohotplug,host=05:00.0,x-nv-gpudirect-clique=3")
    test.device("one digit", "vfio-pci,host=f4:0.0", "vfio-pci,host=f4:0.0,x-nv-gpudirect-clique=15")
    done = test.run("--device", "vfio-pci,host=05:00.0")
    test.equal("--device", done.arguments, [b"--device", b"vfio-pci,host=05:00.0,x-nv-gpudirect-clique=3"])


def nothing_is_written_elsewhere(test):
    """The script logs every start; the wrapper says nothing, and leaves no file."""
    before = sorted(test.folder.iterdir())
    test.device("silence", "vfio-pci,host=05:00.0", "vfio-pci,host=05:00.0,x-nv-gpudirect-clique=3", cwd=test.folder)
    test.equal("no file", sorted(test.folder.iterdir()), before)


def run(test):
    version = subprocess.run([harness.QEMU, "--version"], capture_output=True, text=True, check=True).stdout
    test.check("a real QEMU is here", re.search(r"version \d", version), version)
    for part in (json_that_qemu_refuses, key_value_missed, other_domains_mangled, upper_case_misses,
                 other_forms_missed, nothing_is_written_elsewhere):
        part(test)
