"""What the artifacts of a plan must say: computed from the plan by docs/spec.md and the CSV tables alone."""

import uuid

import independent
from independent import GIB, MIB, T
from make import framework, is_sriov, leading, platform_partitions

PAGES = {"none": None, "2MiB": 2 * MIB, "1GiB": GIB}


def derived(*names):
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(("gpuplan",) + names)))


def items(vm):
    """The VM's GPUs, with what the item or the VM says: dicts."""
    counts = {}
    for item, (gpu_id, gpu, written, uvm) in zip(vm.vm.get("gpus", []), vm.items()):
        item = item if isinstance(item, dict) else {"gpu": gpu_id}
        ordinal = counts.get(gpu_id, 0)
        counts[gpu_id] = ordinal + bool(written)
        yield {"id": gpu_id, "gpu": gpu, "type": T.type(written) if written else None, "uvm": uvm, "item": item,
               "params": item.get("vgpu_params", vm.key("vgpu_params", {})) if written else {}, "ordinal": ordinal}


def functions(plan):
    """(VM, place in `gpus`) -> virtual function: explicit ones first, the others by VM's name and each GPU's list."""
    all_items = [(vm.name, k, i) for vm in sorted(plan.vms, key=lambda v: v.name.encode()) for k, i in enumerate(items(vm)) if i["type"]]
    taken = {i["item"]["vf"] for _, _, i in all_items if "vf" in i["item"]}
    found = {}
    for name, k, i in all_items:
        has = framework(plan.host, i["gpu"]) == "vfio" or is_sriov(i["gpu"])
        if "vf" in i["item"]:
            found[name, k] = i["item"]["vf"]
        elif has:
            rest = [f for f in i["gpu"].get("vfs", []) if f not in taken]
            if rest:
                found[name, k] = rest[0]
                taken.add(rest[0])
    return found


def cliques(plan):
    """Address -> clique id."""
    return independent.clique_map(vm_case(plan)) if plan.host["hypervisor"] == "kvm" else {}


def vm_case(plan):
    return independent.Case(plan.n, plan.host)


def gpu_facts(plan, vm):
    taken, ids = functions(plan), cliques(plan)
    nodes = guest_nodes(vm)
    for k, i in enumerate(items(vm)):
        fact = {"alias": f"ua-gpu{i['ordinal'] or ''}-{i['id']}", "clique": None,
                "node": nodes.index(i["gpu"]["numa"]) if nodes else None}
        if not i["type"]:
            fact["pci"] = i["gpu"]["address"]
            if vm.key("p2p") == "pcie":
                fact["clique"] = ids.get(i["gpu"]["address"])
        elif framework(plan.host, i["gpu"]) == "mdev":
            fact["mdev"] = mdev_of(plan, vm, i)
        else:
            fact["vf"] = taken[vm.name, k]
        # libvirt leaves mediated devices on the legacy backend.
        yield {**fact, "iommufd": iommufd(plan.host) and "mdev" not in fact}


def mdev_of(plan, vm, item):
    return item["item"].get("mdev", derived(plan.name, vm.name, item["id"], str(item["ordinal"])))


def iommufd(host):
    """The host asks for it, and its libvirt is not known to lack it."""
    libvirt = leading(host.get("versions", {}).get("libvirt", "99"))
    return host.get("iommu_backend") == "iommufd" and (host.get("managed_by", "libvirt") != "libvirt" or libvirt >= (12, 2))


def guest_nodes(vm):
    """The host nodes that the guest has a node for, or none."""
    nodes = {gpu.get("numa") for _, gpu, _, _ in vm.items()}
    return sorted(nodes) if len(nodes) > 1 and None not in nodes else []


def cells(vm):
    """(vCPUs, bytes, host node) of each guest node."""
    nodes, first = guest_nodes(vm), 0
    page = PAGES[vm.key("hugepages", "none")] or MIB
    vcpus, memory = vm.vm["vcpus"], independent.size(vm.vm["memory"])
    for k, node in enumerate(nodes):
        n = vcpus // len(nodes) + (k < vcpus % len(nodes))
        share = memory // page // len(nodes) * page
        yield list(range(first, first + n)), share if k + 1 < len(nodes) else memory - share * k, node
        first += n


def cpus_of(text):
    found = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return found


def pins(vm):
    """The cpulist of each vCPU, or None."""
    pinning = vm.key("pinning", "none")
    if pinning == "none":
        return None
    if pinning != "auto":
        return list(pinning)
    by_node = {n["id"]: n["cpus"] for n in vm.host["numa"]}
    split = list(cells(vm))
    if split:
        return [by_node[node] for vcpus, _, node in split for _ in vcpus]
    return [by_node[next(gpu for _, gpu, _, _ in vm.items())["numa"]]] * vm.vm["vcpus"]


def memory_nodes(vm):
    """The host nodes that the VM's memory stays on."""
    lists, pinning = pins(vm), vm.key("pinning", "none")
    if guest_nodes(vm):
        return guest_nodes(vm)
    if lists is None:
        return []
    numa = {n["id"]: cpus_of(n["cpus"]) for n in vm.host.get("numa", [])}
    used = set().union(*map(cpus_of, lists))
    if pinning == "auto":
        return [next(gpu for _, gpu, _, _ in vm.items())["numa"]]
    known = set().union(*numa.values())
    return sorted(i for i, cpus in numa.items() if cpus & used) if used <= known else []


def disks(vm):
    units, names = {"virtio": 0, "scsi": 0, "sata": 0}, {"vd": 0, "sd": 0}
    for disk in vm.key("disks", []):
        bus = disk.get("bus", "virtio")
        prefix = "vd" if bus == "virtio" else "sd"
        yield {"path": disk.get("file", disk.get("block")), "block": "block" in disk, "bus": bus, "unit": units[bus],
               "format": disk.get("format", "raw" if "block" in disk else "qcow2"), "readonly": disk.get("readonly", False),
               "target": prefix + chr(ord("a") + names[prefix])}
        units[bus] += 1
        names[prefix] += 1


def nics(plan, vm):
    for k, nic in enumerate(vm.key("nics", [])):
        mac = nic.get("mac", "52:54:00:" + ":".join(derived(plan.name, vm.name, "nic", str(k))[n:n + 2] for n in (0, 2, 4)))
        yield {"source": nic.get("bridge", nic.get("network")), "network": "network" in nic,
               "model": nic.get("model", "virtio"), "mac": mac}


def domain(plan, vm):
    """Of VM.xml. VM.qemu-args says the same but for what `qemu` takes away."""
    window, efi = independent.mmio_window(vm), vm.key("firmware", "efi") == "efi"
    vcpus = vm.vm["vcpus"]
    split = list(cells(vm))
    sockets = len(split) if split and vcpus % len(split) == 0 else 1
    libvirt = leading(plan.host.get("versions", {}).get("libvirt", "0"))
    return {
        "name": vm.name, "uuid": vm.key("uuid", derived(plan.name, vm.name)), "memory": independent.size(vm.vm["memory"]),
        "vcpus": vcpus, "topology": (sockets, vcpus // sockets), "pages": PAGES[vm.key("hugepages", "none")],
        "pins": pins(vm), "memory nodes": memory_nodes(vm), "cells": split, "efi": efi,
        "stateless": efi and (libvirt == (0,) or libvirt >= (8, 6)),
        "windows": vm.key("guest") == "windows", "hidden": vm.key("hide_hypervisor", False),
        "window": window, "firmware window": window if efi else None, "console": vm.key("console", "serial"),
        "gpus": list(gpu_facts(plan, vm)), "disks": list(disks(vm)), "nics": list(nics(plan, vm)),
    }


def qemu(plan, vm):
    """Of VM.qemu-args: no pinning, no libvirt, and a network is the bridge of that name."""
    facts = domain(plan, vm)
    for key in ("pins", "stateless"):
        del facts[key]
    for gpu in facts["gpus"]:
        if "vf" in gpu:
            gpu["pci"] = gpu.pop("vf")
    for nic in facts["nics"]:
        del nic["network"]
    for disk in facts["disks"]:
        del disk["target"]
    return facts


def plugin_params(vm):
    """(vGPU's uvm as 0, 1 or None, its other parameters by name) of each of the VM's GPUs."""
    wanted = independent.vmx_wanted(vm)
    for k, i in enumerate(items(vm)):
        yield (wanted[k][1] if i["type"] else None), sorted(i["params"].items())


def vmx(plan, vm):
    """The lines of VM.vmx in their order: (key, value)."""
    for k, (i, (uvm, params)) in enumerate(zip(items(vm), plugin_params(vm))):
        at = f"pciPassthru{k}."
        yield at + "present", "TRUE"
        if i["type"]:
            yield at + "virtualDev", "vmiop"
            yield at + "vgpu", i["type"].vcenter()
            if uvm is not None:
                yield at + "cfg.enable_uvm", uvm
            for name, value in params:
                yield f"{at}cfg.{name}", value
        else:
            yield from whole_gpu(plan, at, i["gpu"])
    yield from machine(vm)


def whole_gpu(plan, at, gpu):
    domain_, bus, rest = gpu["address"].split(":")
    slot, function = rest.split(".")
    yield at + "id", f"{int(domain_, 16):05}:{int(bus, 16):03}:{int(slot, 16):02}.{function}"
    row = T.board(gpu["board"])
    yield at + "deviceId", "0x" + (row["pci_device"] if row else gpu["board"])[5:9]
    yield at + "vendorId", "0x10de"
    if "system_id" in plan.host:
        yield at + "systemId", plan.host["system_id"]


def machine(vm):
    memory, window = str(independent.size(vm.vm["memory"]) // MIB), independent.mmio_window(vm)
    if window is not None:
        yield "pciPassthru.use64bitMMIO", "TRUE"
        yield "pciPassthru.64bitMMIOSizeGB", str(window // GIB)
    yield "firmware", vm.key("firmware", "efi")
    yield "memSize", memory
    yield "numvcpus", str(vm.vm["vcpus"])
    if window is not None:
        yield "sched.mem.min", memory
        yield "sched.mem.pin", "TRUE"
    if vm.key("p2p") == "pcie" and any(not i["type"] for i in items(vm)):
        yield "pciPassthru.allowP2P", "TRUE"
        yield "pciPassthru.RelaxACSforP2P", "TRUE"
    if vm.key("hide_hypervisor"):
        yield "hypervisor.cpuid.v0", "FALSE"


def p2p_groups(vm):
    """The GPUs that must do P2P with each other, as lists of places in `gpus`."""
    ids = [i[0] for i in vm.items()]
    if vm.key("p2p") in (None, "none") or len(ids) < 2:
        return []
    nvlink = independent.edges_of(vm.host.get("nvlink"), vm.host["gpus"])
    if vm.key("p2p_scope") == "group" and vm.key("p2p") == "nvlink" and nvlink is not None:
        return [g for g in independent.components(ids, nvlink) if len(g) > 1]
    return [ids]


def device_groups(vm):
    """The comment lines of VM.vmx: (size, vCenter's name of the type) of groups that vCenter has."""
    types = {i["id"]: i["type"] for i in items(vm)}
    for group in p2p_groups(vm):
        if vm.key("p2p") == "nvlink" and len({types[g] for g in group}) == 1 and types[group[0]] and len(group) in (2, 4, 8):
            yield str(len(group)), types[group[0]].vcenter()


def partitions(vm):
    """(id or `any`, modules) of the Fabric Manager partitions that the VM needs."""
    nvswitch = vm.host.get("nvswitch", {})
    spec = nvswitch.get("partitions")
    if nvswitch.get("mode") not in ("shared", "vgpu") or spec is None:
        return []
    known = platform_partitions(spec) if isinstance(spec, str) else [("any", p["modules"] if isinstance(p, dict) else p) for p in spec]
    groups = [[vm.host["gpus"][g]["module"] for g in group] for group in p2p_groups(vm) if vm.key("p2p") == "nvlink"]
    grouped = {m for g in groups for m in g}
    groups += [[gpu["module"]] for _, gpu, _, _ in vm.items() if gpu["module"] not in grouped]
    return [(str(i), " ".join(map(str, sorted(modules)))) for g in groups for i, modules in known if set(modules) == set(g)]


def host_setup(plan):
    """The lines of host-setup.sh's plan, each a list of words; none: there is no script."""
    taken, by_hand = functions(plan), plan.host.get("managed_by") == "qemu"
    if plan.host["hypervisor"] != "kvm":
        return
    for vm in sorted(plan.vms, key=lambda v: v.name.encode()):
        for k, (i, (uvm, params)) in enumerate(zip(items(vm), plugin_params(vm))):
            address = i["gpu"]["address"]
            if not i["type"]:
                if by_hand:
                    yield ["whole_gpu", vm.name, address]
                continue
            words = [f"{i['type'].prefix} {i['type'].name}", ", ".join([f"enable_uvm={uvm}"] * (uvm is not None) + [f"{n}={v}" for n, v in params])]
            if framework(plan.host, i["gpu"]) == "vfio":
                yield ["vfio_vgpu", vm.name, address, taken[vm.name, k], *words]
            else:
                yield ["mdev_vgpu", vm.name, address, taken.get((vm.name, k), "any"), mdev_of(plan, vm, i),
                       "transient" if i["type"].mig else "kept", *words]
        if by_hand and vm.key("firmware", "efi") == "efi":
            yield ["firmware_variables", vm.name, f"/var/lib/gpuplan/{vm.name}_VARS.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"]
        for number, modules in partitions(vm):
            yield ["fabric_partition", vm.name, number, modules]


def clique_map(plan):
    """Address -> id as clique-map.json has it, or None where there is none."""
    wanted = plan.host.get("managed_by") in ("openstack", "proxmox") or any(vm.key("p2p") == "pcie" for vm in plan.vms)
    found = cliques(plan)
    return found if found and wanted and plan.host["hypervisor"] == "kvm" else None
