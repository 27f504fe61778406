"""wrapper-qemu: QEMU, started by way of gpuplan-qemu, shows the guest the cliques of the map, however the
devices are written."""

import json
import tempfile

from . import guest_pci, machine, wrapper

PHYS_BITS = 46
OPTIONS = [("-machine", "q35"), ("-cpu", "host"), ("-m", "64M"), ("-nodefaults", None), ("-display", "none")]


def judge(context, report):
    for artifact in context.out.of("clique-map", ".json"):
        with report.judging(artifact.path):
            _judge_one(context, artifact, report)


def _judge_one(context, artifact, report):
    expected = wrapper.plan(context.out, artifact)
    names = [*context.out.cliques(artifact.host), wrapper.STRANGER]
    for form, write in FORMS.items():
        options = list(OPTIONS)
        for n, name in enumerate(names, start=1):
            options += [_port(n), ("-device", write(name, _id(name, n), f"port{n}"))]
        try:
            seen = _walk(context, artifact, options)
        except machine.QemuRefused as error:
            report.fail(artifact.path, f"{form}: QEMU refuses it", str(error).splitlines())
            continue
        report.verdict(artifact.path, wrapper.faults(names, expected, seen), f"{form}: {len(seen)} devices")


def _walk(context, artifact, options):
    with tempfile.TemporaryDirectory(prefix="gpuplan-wrapper-") as folder:
        place = wrapper.put(context.build, folder)
        env = {wrapper.MAP_VARIABLE: str(artifact.file.resolve())}
        with machine.Machine(context.build, options, PHYS_BITS, program=place, env=env) as running:
            return guest_pci.Walk(running, [0]).devices


def _id(name, number):
    return f"other{number}" if name == wrapper.STRANGER else f"gpu{number}"


def _port(number):
    """Not in JSON: QEMU makes such devices after all others."""
    return "-device", f"pcie-root-port,id=port{number},bus=pcie.0,chassis={number},slot={number}"


def _sysfs(name):
    return f"/sys/bus/pci/devices/{name}"


def _host(name):
    """The property for `host`, which QEMU takes up to domain ffff."""
    return ("host", name) if len(name) == len("0000:05:00.0") else ("sysfsdev", _sysfs(name))


def _json(key, value, ident, bus):
    return json.dumps({"driver": "vfio-pci", key: value, "id": ident, "bus": bus})


def _pairs(driver, key, value, ident, bus):
    return f"{driver},{key}={value},id={ident},bus={bus}"


def _short(key, value):
    return (key, value.removeprefix("0000:").upper()) if key == "host" else (key, value)


FORMS = {
    "JSON": lambda name, *rest: _json(*_host(name), *rest),
    "JSON, sysfsdev": lambda name, *rest: _json("sysfsdev", _sysfs(name), *rest),
    "key=value, short and upper case": lambda name, *rest: _pairs("vfio-pci", *_short(*_host(name)), *rest),
    "key=value, sysfsdev": lambda name, *rest: _pairs("driver=vfio-pci", "sysfsdev", _sysfs(name), *rest) + ",",
    "nohotplug": lambda name, *rest: _pairs("vfio-pci-nohotplug", *_host(name), *rest),
}
