"""host-setup: a shell can read the script, and it makes exactly the vGPUs that the host's domains name."""

import re
import xml.etree.ElementTree as ET

from . import tools

# The plan's words as a shell reads them: a unit separator ends each, a record separator each line.
PRINT_PLAN = r"""
show() { printf '%s\037' "$@"; printf '\036'; }
mdev_vgpu() { show mdev_vgpu "$@"; }
vfio_vgpu() { show vfio_vgpu "$@"; }
whole_gpu() { show whole_gpu "$@"; }
firmware_variables() { show firmware_variables "$@"; }
fabric_partition() { show fabric_partition "$@"; }
plan
"""


def judge(context, report):
    shellcheck = tools.require("shellcheck", "shellcheck")
    shells = [[tools.require("dash", "dash")], [tools.require("bash", "bash"), "--posix"]]
    for artifact in context.out.of("host-setup"):
        with report.judging(artifact.path):
            result = tools.run([shellcheck, "--shell=sh", "--severity=style", "--format=gcc", artifact.file])
            faults = [] if result.ok else ["shellcheck complains", *result.words]
            plans = []
            for shell in shells:
                result = tools.run([*shell, artifact.file, "--help"])
                if not result.ok or "usage: " not in result.out:
                    faults += [f"{shell[0]} cannot run it", *result.words]
                plans.append(_plan(shell, artifact.file))
            if plans[0] != plans[1]:
                faults.append("dash and bash read another plan")
            faults += _device_faults(context.out, artifact.host, plans[0])
            report.verdict(artifact.path, faults, f"{len(plans[0])} lines")


def _plan(shell, file):
    """The lines of the plan, each a list of words."""
    text = re.search(r"^plan\(\)\n\{\n.*?^\}\n", file.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    if not text:
        raise ValueError("there is no plan()")
    result = tools.run([*shell, "-euc", text[0] + PRINT_PLAN])
    if not result.ok or result.err:
        raise ValueError(f"{shell[0]} cannot read the plan: {result.words[0]}")
    return [line.split("\037")[:-1] for line in result.out.split("\036")[:-1]]


def _device_faults(out, host, plan):
    made = {kind: set() for kind in ("mdev", "function", "whole")}
    for name, vm, *words in plan:
        if name == "mdev_vgpu":
            made["mdev"].add((vm, words[2]))
        elif name == "vfio_vgpu":
            made["function"].add((vm, words[1]))
        elif name == "whole_gpu":
            made["whole"].add((vm, words[0]))
    wanted = {kind: set() for kind in made}
    for domain in out.of("libvirt"):
        if domain.host == host:
            for kind, device in _devices(domain.file):
                wanted[kind].add((domain.vm, device))
    if not made["whole"]:  # libvirt binds them by itself
        wanted["whole"] = set()
    faults = [f"{vm}: {device} is in the domain, and the script does not make it"
              for kind in made for vm, device in sorted(wanted[kind] - made[kind])]
    return faults + [f"{vm}: the script makes {device}, which is not in the domain"
                     for kind in made for vm, device in sorted(made[kind] - wanted[kind])]


def _devices(file):
    for hostdev in ET.parse(file).iter("hostdev"):
        address = hostdev.find("source/address")
        if hostdev.get("type") == "mdev":
            yield "mdev", address.get("uuid")
            continue
        domain, bus, slot, function = (int(address.get(k), 16) for k in ("domain", "bus", "slot", "function"))
        yield ("function" if hostdev.get("managed") == "no" else "whole",
               f"{domain:04x}:{bus:02x}:{slot:02x}.{function:x}")
