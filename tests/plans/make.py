"""Random plans that are valid: a host with its VMs, from the key tables and the catalog.

What the rules call an error is avoided by how things are chosen, and where that hangs on many values (P2P, MMIO,
cliques) by asking tests/independent.py, which judges from the CSV tables alone. The linter is never asked.
"""

import functools
import re
import uuid

import independent
from independent import GIB, MIB, T

NAME = "abcdefghijklmnopqrstuvwxyz0123456789"
ODD = list("abcXYZ019 '\",=|#$(){}[]*&!%@`;<>~^\\+-_./:?") + ["$(id)", "..", "--", "é", "日本", "😀", "￮", "\u00a0", "\u202e"]
# The SXM boards that divided fabrics have, by the platform of the partitions.
FABRICS = {"hgx-h100": ["h100-sxm5-80gb", "h200-sxm5-141gb"], "hgx-b200": ["b200-sxm-180gb"]}


class VM(independent.Case):
    """A VM with the keys of its profile in it."""

    def __init__(self, plan, name):
        super().__init__(plan.n, plan.host, {})
        self.plan, self.name = plan, name


class Plan:
    def __init__(self, n, name):
        self.n, self.name, self.host, self.vms = n, name, {}, []
        self.captures = {}  # file name -> text
        self.hidden = set()  # keys of the host that are said by captures
        self.fixed_nodes = False

    def written_host(self):
        """The host as the spec has it: without what captures say."""
        host = {k: v for k, v in self.host.items() if k not in self.hidden}
        if "numa of gpus" in self.hidden:
            host["gpus"] = {g: {k: v for k, v in gpu.items() if k != "numa"} for g, gpu in host["gpus"].items()}
        return host


class Maker:
    def __init__(self, rng, grammar):
        self.rng, self.grammar = rng, grammar
        self.names, self.disks, self.retries = set(), 0, 0

    def maybe(self, p):
        return self.rng.random() < p

    # ------------------------------------------------------------ names and texts

    def name(self, dots=True):
        """1 to 63 characters that nobody has yet; words that YAML could take for something else too."""
        rng = self.rng
        while True:
            size = rng.choice([1, 2, 5, 8, 8, 12, 63])
            middle = "".join(rng.choice(NAME + ("._-" if dots else "_-")) for _ in range(max(size - 2, 0)))
            name = rng.choice(NAME) + (middle + rng.choice(NAME) if size > 1 else "")
            name = rng.choice(["true", "null", "no", "1e3", "0x1f", "12", "1.5", "yes"]) if self.maybe(0.02) else name
            if name not in self.names and (dots or "." not in name) and name != "manifest.json":
                self.names.add(name)
                return name

    def text(self, without=""):
        return "".join(c for c in (self.rng.choice(ODD) for _ in range(self.rng.randint(1, 12))) if c not in list(without)) or "x"

    def uuid(self):
        return str(uuid.UUID(int=self.rng.getrandbits(128)))

    # ------------------------------------------------------------ hosts

    def plan(self, n):
        plan = Plan(n, self.name())
        kind = self.rng.choice(["kvm-whole", "kvm-whole", "kvm-pcie", "kvm-pcie", "kvm-vgpu", "kvm-vgpu", "kvm-fabric",
                                "vsphere-whole", "vsphere-vgpu", "vsphere-vgpu"])
        plan.host["hypervisor"] = kind.split("-")[0]
        plan.host.update(self.common(plan.host["hypervisor"] == "kvm"))
        getattr(self, kind.replace("-", "_"))(plan)
        self.captures(plan)
        if self.maybe(0.03):
            plan.host["iommu"] = False  # and so no VM
            return plan
        for _ in range(self.rng.choice([1, 1, 2, 3])):
            vm = self.vm(plan, kind)
            if vm:
                plan.vms.append(vm)
        self.settle(plan)
        return plan

    def common(self, kvm):
        """Keys of a host that any GPUs go with."""
        rng, host = self.rng, {}
        release = rng.choice(["18.0", "18.2", "19.1", "550.90.07-grid"]) if self.maybe(0.7) else None
        versions = {"kernel": rng.choice(["5.15.0-91-generic", "6.8.0-1", "6.12"]), "ovmf": "2024.02-2", "driver": "550.90.07",
                    "fabric_manager": "550.90.07-1", "vgpu": release}
        versions |= {"qemu": rng.choice(["8.2.2", "1:9.2.0+ds-1", "10.1", "11.2.0"]), "libvirt": rng.choice(["8.5.0", "10.0.0", "12.8.0"])} if kvm \
            else {"esxi": rng.choice(["8.0u2", "8.0 U3", "8.0.3", "9.0", "8.0u2b"])}
        versions = {k: v for k, v in versions.items() if v and self.maybe(0.5)}
        if versions:
            host["versions"] = versions
        if self.maybe(0.5):
            vendor = rng.choice(self.grammar.words("hosts.*.cpus.vendor"))
            host["cpus"] = {"sockets": 2, "cores": 64, "threads": 2, "phys_bits": rng.choice([48, 52, 57, 64]), "vendor": vendor}
        for key, p in (("driver", 0.3), ("iommu", 0.3)):
            if self.maybe(p):
                host[key] = True if key == "iommu" else rng.choice(self.grammar.words(f"hosts.*.{key}"))
        if kvm and self.maybe(0.6):
            host["managed_by"] = rng.choice(self.grammar.words("hosts.*.managed_by"))
        if not kvm and self.maybe(0.7):
            host["system_id"] = self.uuid()
        return host

    def gpus(self, plan, boards, count):
        """GPUs at addresses of their own; NUMA nodes for all of them or none."""
        rng, places = self.rng, set()
        nodes = rng.choice([None, [0], [0, 1], [0, 1], [0, 1, 2, 3]])
        # Fewer than a bus each: function 0 of slots 0 to 31, a GPU a bus.
        buses = rng.sample(range(1, 0xf0), count)
        domains = rng.choice([["0000"], ["0000"], ["0000", "0001"], ["10000", "0000"]]) if plan.host["hypervisor"] == "kvm" else ["0000"]
        gpus = {}
        for k in range(count):
            place = f"{rng.choice(domains)}:{buses[k]:02x}:{rng.choice(['00', '00', '1f'])}.0"
            assert place not in places
            places.add(place)
            gpus[self.name(dots=False)] = gpu = {"board": rng.choice(boards), "address": place}
            if nodes:
                gpu["numa"] = rng.choice(nodes)
            if self.maybe(0.2):
                gpu["iommu_group"] = 100 + k
            for key in ("ecc", "rebar"):
                if self.maybe(0.1):
                    gpu[key] = rng.choice([True, False])
        self.names -= set(gpus)
        plan.host["gpus"] = gpus
        if nodes and self.maybe(0.6):
            share = 256 // len(nodes)
            plan.host["numa"] = [{"id": i, "cpus": f"{k * share}-{k * share + share // 2 - 1},{k * share + share // 2}-{(k + 1) * share - 1}",
                                  **({"memory": "16TiB"} if self.maybe(0.3) else {}), **({"hugepages_1g": 16384} if self.maybe(0.3) else {})}
                                 for k, i in enumerate(nodes)]
        return gpus

    def board(self, fit=lambda board: True):
        """A board's id, or its PCI id where only one board has that."""
        row = T.boards[self.rng.choice([b for b in self.grammar.boards if fit(T.boards[b])])]
        return row["pci_device"] if self.maybe(0.2) and T.board(row["pci_device"]) is row else row["id"]

    def modules(self, gpus):
        if len(gpus) <= 8 and self.maybe(0.3):
            for gpu, module in zip(gpus.values(), self.rng.sample(range(1, 17), len(gpus))):
                gpu["module"] = module

    def kvm_whole(self, plan):
        boards = [self.board() for _ in range(self.rng.choice([1, 1, 2]))] + (["10de:fff0"] if self.maybe(0.1) else [])
        gpus = self.gpus(plan, boards, self.rng.choice([1, 2, 4, 8, 12]))
        for gpu in gpus.values():
            if gpu["board"] == "10de:fff0" and self.maybe(0.7) or self.maybe(0.05):
                gpu["bar1"] = self.rng.choice(["256MiB", "32GiB", "128GiB"])
        self.modules(gpus)
        if self.maybe(0.5):
            plan.host["nvlink"] = self.rng.choice(["all", "none", self.groups(gpus, ("links", 18)) or "none"])
        if self.maybe(0.15):
            plan.host["nvswitch"] = {"mode": "bare-metal"}
        if self.maybe(0.1):
            plan.host["pcie_p2p"] = "none"
        if self.maybe(0.2):
            plan.host["iommu_backend"] = self.rng.choice(self.grammar.words("hosts.*.iommu_backend"))

    def kvm_pcie(self, plan):
        one = self.board()
        gpus = self.gpus(plan, [one], self.rng.choice([2, 4, 8, 16]))
        groups = self.rng.choice(["all", self.groups(gpus, ("clique", 15))])
        if is_geforce(one):
            groups = [{"gpus": list(gpus), "verified": "destination"}]
        if self.maybe(0.15):
            groups = [{"gpus": g["gpus"] if isinstance(g, dict) else g, "verified": "destination"} for g in groups] if groups != "all" else groups
        plan.host["pcie_p2p"] = groups or "none"

    def kvm_vgpu(self, plan):
        self.vgpu_host(plan)
        if self.maybe(0.2):
            plan.host["iommu_backend"] = self.rng.choice(self.grammar.words("hosts.*.iommu_backend"))
        if self.maybe(0.4):
            plan.host["vgpu_framework"] = self.rng.choice(self.grammar.words("hosts.*.vgpu_framework"))
        for gpu in plan.host["gpus"].values():
            if is_sriov(gpu) and (framework(plan.host, gpu) == "vfio" or self.maybe(0.5)):
                domain, bus, _ = gpu["address"].split(":")
                gpu["vfs"] = [f"{domain}:{bus}:{slot:02x}.{f}" for slot in (2, 3, 4, 5) for f in range(8)]
            elif framework(plan.host, gpu) == "vfio":
                plan.host["vgpu_framework"] = "mdev"

    def vgpu_host(self, plan):
        boards = [self.board(lambda row: T.by_code.get(row["vgpu_code"])) for _ in range(self.rng.choice([1, 1, 1, 2]))]
        if self.maybe(0.4):
            likely = [b for b in T.p2p if b in self.grammar.boards and (T.p2p[b] & T.multicast or self.maybe(0.5))]
            boards = [self.rng.choice(likely)]
        gpus = self.gpus(plan, boards, self.rng.choice([1, 2, 2, 4, 4, 8]))
        if self.maybe(0.6):
            plan.host["nvlink"] = self.rng.choice(["all", "all", self.groups(gpus, ("links", 18)) or "none"])
        for gpu in gpus.values():
            if self.maybe(0.3) and any(t.mig for t in T.by_code[T.board(gpu["board"])["vgpu_code"]]):
                gpu["mig"] = self.rng.choice([True, False])

    def kvm_fabric(self, plan):
        """An HGX board whose switch is divided into partitions."""
        rng = self.rng
        platform = rng.choice(list(FABRICS))
        gpus = self.gpus(plan, [rng.choice(FABRICS[platform])], 8)
        for gpu, module in zip(gpus.values(), rng.sample(range(1, 9), 8)):
            gpu["module"] = module
        mode = rng.choice(["shared", "vgpu"])
        partitions = platform
        if self.maybe(0.4):
            partitions = [p if self.maybe(0.5) else {"modules": p} for _, p in platform_partitions(platform)]
        plan.host.update(nvswitch={"mode": mode, "partitions": partitions}, nvlink="all")
        if mode == "vgpu":
            for gpu in gpus.values():
                domain, bus, _ = gpu["address"].split(":")
                gpu["vfs"] = [f"{domain}:{bus}:02.{f}" for f in range(8)]

    def vsphere_whole(self, plan):
        boards = [self.board(lambda row: row["nvswitch"] != "yes") for _ in range(2)] + (["10de:fff0"] if self.maybe(0.1) else [])
        gpus = self.gpus(plan, boards, self.rng.choice([1, 2, 4]))
        if self.maybe(0.3):
            plan.host["nvlink"] = self.rng.choice(["all", self.groups(gpus, ("links", 18)) or "none"])

    def vsphere_vgpu(self, plan):
        self.vgpu_host(plan)

    def groups(self, gpus, extra):
        """Sets of two or more GPUs, some with a number that no other has."""
        rng, ids, groups = self.rng, list(gpus), []
        rng.shuffle(ids)
        numbers = rng.sample(range(1, extra[1] + 1), extra[1])
        while len(ids) > 1:
            size = rng.choice([2, 2, 4, 8])
            group, ids = ids[:size], ids[size:]
            if len(group) < 2:
                break
            groups.append({"gpus": group, extra[0]: numbers.pop()} if self.maybe(0.3) else group)
        return groups

    # ------------------------------------------------------------ captures

    def captures(self, plan):
        """What a host says by a matrix in place of keys."""
        gpus = plan.host["gpus"]
        if len(gpus) < 2 or not self.maybe(0.35):
            return
        if self.maybe(0.3):
            for gpu, n in zip(gpus.values(), self.rng.sample(range(len(gpus)), len(gpus))):
                gpu["smi_index"] = n
        order = sorted(gpus, key=lambda g: gpus[g].get("smi_index", address_key(gpus[g]["address"])))
        kinds = {}
        if "pcie_p2p" in plan.host:
            kinds["p2p_read"] = ("pcie_p2p", "OK", "NS")
        elif plan.host.get("nvlink"):
            kinds["topo"] = ("nvlink", "NV4", "NODE")
        for kind, (key, yes, no) in list(kinds.items()):
            edges = independent.edges_of(plan.host[key], gpus)
            if kind == "p2p_read":
                if any(isinstance(g, dict) for g in plan.host[key] if plan.host[key] not in ("all", "none")):
                    return
                plan.host[key] = in_order(gpus, edges)  # numbered by their GPUs, not as they were written
            elif any(isinstance(g, dict) for g in plan.host[key] if isinstance(plan.host[key], list)):
                return
            numa = kind == "topo" and all("numa" in g for g in gpus.values())
            text = matrix(order, edges, yes, no, [gpus[g]["numa"] for g in order] if numa else None, self.rng)
            name = f"{self.rng.choice(['', 'captures/', './'])}{plan.n} {kind}.txt"
            plan.captures[name] = text
            plan.host.setdefault("captures", {})[kind] = name
            plan.hidden.add(key)
            if kind == "p2p_read" and self.maybe(0.3):
                plan.host["captures"]["p2p_write"] = f"{plan.n}.write.txt"
                plan.captures[f"{plan.n}.write.txt"] = text
            if numa:
                plan.hidden.add("numa of gpus")

    # ------------------------------------------------------------ VMs

    def vm(self, plan, kind):
        """A VM that is valid on the host, or None: its GPUs are taken."""
        name = self.name()
        for _ in range(40):
            vm = VM(plan, name)
            self.machine(vm)
            if not getattr(self, "for_" + kind.replace("-", "_"))(vm):
                return None
            self.window(vm)
            if not any(severity == "error" for _, severity in verdicts(vm)):
                self.devices(vm)
                return vm
            self.retries += 1
        return None

    def machine(self, vm):
        rng, kvm, keys = self.rng, vm.host["hypervisor"] == "kvm", vm.vm
        keys["vcpus"] = rng.choice([1, 2, 7, 8, 32, 64, 255] + ([] if kvm else [768]))
        keys["memory"] = rng.choice(["4GiB", "64GiB", "96GiB", "512GiB", "1TiB"] + (["5000MiB", "8193MiB"] if kvm else ["4100MiB"]))
        if self.maybe(0.3):
            keys["guest"] = rng.choice(self.grammar.words("vms.*.guest"))
        if self.maybe(0.3):
            keys["firmware"] = rng.choice(self.grammar.words("vms.*.firmware"))
        if self.maybe(0.2):
            keys["hide_hypervisor"] = rng.choice([True, False])
        if kvm:
            if self.maybe(0.4):
                keys["hugepages"] = rng.choice(self.grammar.words("vms.*.hugepages"))
                if keys["hugepages"] != "none" and not keys["memory"].endswith("iB") or keys["memory"].endswith("MiB"):
                    keys["memory"] = "64GiB"
            if self.maybe(0.2):
                keys["uuid"] = self.uuid()
            if self.maybe(0.4):
                keys["console"] = rng.choice(self.grammar.words("vms.*.console"))

    def free(self, plan):
        """GPUs that no VM has."""
        taken = {i[0] for vm in plan.vms for i in vm.items()}
        return [g for g in plan.host["gpus"] if g not in taken]

    def take(self, vm, ids):
        vm.vm["gpus"] = [{"gpu": i} if self.maybe(0.2) else i for i in ids]
        return True

    def for_kvm_whole(self, vm):
        free = self.free(vm.plan)
        picked = self.rng.sample(free, min(len(free), self.rng.choice([0, 1, 2, 4, 8])))
        if self.maybe(0.3) and len(picked) > 1:
            edges = independent.edges_of(vm.host.get("nvlink"), vm.host["gpus"]) or set()
            groups = [g for g in independent.components(free, edges) if len(g) > 1]
            if groups:
                vm.vm["p2p"] = "nvlink"
                picked = self.rng.choice(groups)
                if self.maybe(0.5):
                    vm.vm["p2p_scope"] = self.rng.choice(self.grammar.words("vms.*.p2p_scope"))
        if vm.vm.get("p2p") is None and self.maybe(0.8):
            vm.vm["p2p"] = "none"
        fabric = vm.host.get("nvswitch", {}).get("mode") == "bare-metal"
        if fabric and vm.vm.get("p2p") == "nvlink":
            vm.vm["p2p"] = "none"  # with a part of the fabric it is an error
        return self.take(vm, picked) if picked else True

    def for_kvm_pcie(self, vm):
        free = self.free(vm.plan)
        groups = [[g for g in ids if g in free] for ids, _, _ in independent.clique_groups(vm.host)]
        groups = [g for g in groups if len(g) > 1]
        if not groups:
            return False
        if len(groups) > 1 and self.maybe(0.4):
            picked = [g for group in self.rng.sample(groups, 2) for g in group]
            vm.vm["p2p_scope"] = "group"
        else:
            picked = self.rng.choice(groups)
            picked = self.rng.sample(picked, self.rng.randint(2, len(picked)))
        vm.vm["p2p"] = "pcie"
        vm.vm.pop("hide_hypervisor", None)
        return self.take(vm, picked)

    def for_kvm_fabric(self, vm):
        free = self.free(vm.plan)
        by_module = {vm.host["gpus"][g]["module"]: g for g in free}
        spec = vm.host["nvswitch"]["partitions"]
        listed = [p["modules"] if isinstance(p, dict) else p for p in spec] if isinstance(spec, list) else [p for _, p in platform_partitions(spec)]
        fits = [p for p in listed if all(m in by_module for m in p)]
        if not fits:
            return False
        picked = [by_module[m] for m in self.rng.choice(fits)]
        self.rng.shuffle(picked)
        vm.vm["p2p"] = "nvlink" if len(picked) > 1 else "none"
        if vm.host["nvswitch"]["mode"] == "vgpu":
            board = T.board(vm.host["gpus"][picked[0]]["board"])
            full = sorted(n for n in T.p2p[board["id"]] if n in T.types)
            vm.vm["vgpu"] = independent.spelled(self.rng, T.types[self.rng.choice(full)])
            self.parameters(vm)
        return self.take(vm, picked)

    def for_vsphere_whole(self, vm):
        free = self.free(vm.plan)
        picked = self.rng.sample(free, min(len(free), self.rng.choice([0, 1, 2])))
        vm.vm["p2p"] = self.rng.choice(["none", "pcie"]) if len(picked) > 1 else "none"
        if vm.vm["p2p"] == "pcie":
            vm.host["pcie_p2p"] = "all"
            if len({chip for chip in (independent.chip_of(vm.host["gpus"][g]["board"]) for g in vm.host["gpus"])}) > 1:
                vm.vm["p2p"] = "none"
        return self.take(vm, picked) if picked else True

    def for_kvm_vgpu(self, vm):
        return self.vgpus(vm)

    def for_vsphere_vgpu(self, vm):
        return self.vgpus(vm)

    def vgpus(self, vm):
        """vGPUs on GPUs that carry none yet, of one board and series; several of one GPU where they fit."""
        rng, free = self.rng, self.free(vm.plan)
        if not free:
            return False
        board = T.board(vm.host["gpus"][rng.choice(free)]["board"])
        same = [g for g in free if T.board(vm.host["gpus"][g]["board"]) is board]
        picked = rng.sample(same, rng.randint(1, len(same)))
        listed = [T.types[n] for n in sorted(T.p2p.get(board["id"], ())) if n in T.types]
        mig = {vm.host["gpus"][g].get("mig") for g in picked}
        known = {t["name"]: t for t in self.grammar.boards[board["id"]]["vgpu_types"]}
        types = [t for t in T.by_code[board["vgpu_code"]] if t.name in known and t.mig not in {not m for m in mig if m is not None}]
        if listed and len(picked) > 1 and not any(mig) and self.maybe(0.6):
            vm.vm["p2p"] = "nvlink"
            vm.vm["vgpu"] = independent.spelled(rng, rng.choice(listed))
            if self.maybe(0.3):
                vm.vm["p2p_scope"] = rng.choice(self.grammar.words("vms.*.p2p_scope"))
            if set(n.name for n in listed) & T.multicast and self.maybe(0.5):
                vm.vm.update(multicast=True, uvm=True)
        elif types:
            t = rng.choice(types)
            vm.vm["p2p"] = "none"
            vm.vm["vgpu"] = independent.spelled(rng, t)
            fits = min(known[t.name]["max_per_gpu"] or 1, int(self.grammar.boards[board["id"]]["framebuffer"] // max(known[t.name]["framebuffer"], 1)))
            if fits > 1 and not t.mig and self.maybe(0.4):
                picked = [g for g in picked for _ in range(rng.randint(1, min(fits, 3)))][:16]
        else:
            return False
        if self.maybe(0.2):
            vm.vm["multicast"] = vm.vm.get("multicast", False)
        self.parameters(vm)
        vm.vm["gpus"] = [self.item(vm, g, k, picked[:k].count(g)) for k, g in enumerate(picked)]
        return True

    def parameters(self, vm):
        if "uvm" not in vm.vm and self.maybe(0.4):
            vm.vm["uvm"] = self.rng.choice([True, False, "default"])
        if self.maybe(0.4):
            vm.vm["vgpu_params"] = self.params(vm)

    def params(self, vm):
        bad = ",=" if vm.host["hypervisor"] == "kvm" else ""
        names = self.rng.sample(["frame_rate_limiter", "disable_vnc", "enable_debugging", "enable_profiling", "x-1"], self.rng.randint(1, 3))
        return {n: self.rng.choice(["0", "1", self.text(bad)]) for n in names}

    def item(self, vm, gpu_id, k, ordinal):
        """An item of `gpus`, some with keys that win over the VM's."""
        rng, gpu, item = self.rng, vm.host["gpus"][gpu_id], {"gpu": gpu_id}
        if self.maybe(0.2):
            item["vgpu"] = vm.vm["vgpu"]
        if self.maybe(0.1) and not vm.vm.get("multicast"):
            item["uvm"] = rng.choice([True, False, "default"])
        if self.maybe(0.1):
            item["vgpu_params"] = self.params(vm)
        if vm.host["hypervisor"] == "kvm":
            kind = framework(vm.host, gpu)
            if kind == "mdev" and self.maybe(0.2):
                item["mdev"] = self.uuid()
            if gpu.get("vfs") and ordinal < 4 and self.maybe(0.2):
                item["vf"] = gpu["vfs"][len(gpu["vfs"]) - 1 - ordinal]
        return item if len(item) > 1 else gpu_id

    def window(self, vm):
        """`mmio`, where it is given: enough, and whole GiB."""
        if "gpus" in vm.vm and self.maybe(0.3):
            need = max(independent.mmio_need(vm) // GIB, 1)
            given = self.rng.choice([need, independent.pow2_up(need), 2 * independent.pow2_up(need)])
            vm.vm["mmio"] = self.rng.choice(["auto", f"{min(given + (given * GIB < independent.mmio_need(vm)), 16384)}GiB"])

    def devices(self, vm):
        """Disks, nics and pinning of a VM on kvm."""
        if vm.host["hypervisor"] != "kvm":
            return
        rng, left = self.rng, {"virtio": 8, "scsi": 20, "sata": 6}
        if self.maybe(0.6):
            disks = [self.disk(left) for _ in range(rng.choice([1, 2, 3, 6]))]
            vm.vm["disks"] = [d for d in disks if d]
        if self.maybe(0.6):
            vm.vm["nics"] = [self.nic() for _ in range(rng.choice([1, 1, 2, 8]))]
        self.pin(vm)

    def disk(self, left):
        rng, self.disks = self.rng, self.disks + 1
        bus = rng.choice(self.grammar.words("vms.*.disks[].bus"))
        left[bus] -= 1
        if left[bus] < 0:
            return None
        disk = {rng.choice(["file", "block"]): f"/{self.text()}/{self.disks}.img", "bus": bus}
        if bus == "virtio" and self.maybe(0.5):
            del disk["bus"]
        if self.maybe(0.5):
            disk["format"] = rng.choice(self.grammar.words("vms.*.disks[].format"))
        if self.maybe(0.3):
            disk["readonly"] = rng.choice([True, False]) if bus != "sata" else False
        return disk

    def nic(self):
        rng = self.rng
        name = rng.choice("abcXYZ09_") + "".join(rng.choice("abcXYZ09_.:-") for _ in range(rng.choice([0, 3, 14, 62])))
        nic = {rng.choice(["bridge", "network"]): name}
        if self.maybe(0.5):
            nic["model"] = rng.choice(self.grammar.words("vms.*.nics[].model"))
        if self.maybe(0.5):
            nic["mac"] = ":".join(["02"] + [f"{rng.randrange(256):02x}" for _ in range(5)])
        return nic

    def pin(self, vm):
        nodes = {n["id"] for n in vm.host.get("numa", [])}
        gpus = [gpu for _, gpu, _, _ in vm.items()]
        kind = self.rng.choice(["", "none", "auto", "list"])
        if kind == "auto" and gpus and all(g.get("numa") in nodes for g in gpus) or kind == "none":
            vm.vm["pinning"] = kind
        elif kind == "list":
            vm.vm["pinning"] = [self.rng.choice([f"{n}", f"{n}-{n + 1}", f"{n},{n + 3}-{n + 4}"])
                                for n in (self.rng.randrange(0, 250) for _ in range(vm.vm["vcpus"]))]

    def settle(self, plan):
        """What the host must have for its VMs."""
        rng = self.rng
        whole = [vm for vm in plan.vms if any(not t for _, _, t, _ in vm.items())]
        if not whole and plan.host["hypervisor"] == "vsphere" and self.maybe(0.8):
            plan.host.pop("system_id", None)
        if self.maybe(0.4):
            total = sum(independent.size(vm.vm["memory"]) for vm in plan.vms)
            plan.host["memory"] = f"{max(1, -(-total // GIB) + rng.choice([0, 1, 64]))}GiB"


def verdicts(vm):
    """What tests/independent.py says of the VM and its host."""
    versions = {k: ".".join(map(str, leading(v))) for k, v in vm.host.get("versions", {}).items() if k != "esxi"}
    host = {"managed_by": "libvirt", **vm.host, "versions": versions}
    case = independent.Case(vm.n, host, vm.vm)
    found = independent.p2p_verdicts(case) | independent.mmio_verdicts(case)
    return found | independent.clique_verdicts(case) if host["hypervisor"] == "kvm" else found


def framework(host, gpu):
    """How vGPUs on the GPU appear, as the spec language has it."""
    if "vgpu_framework" in host:
        return host["vgpu_framework"]
    versions = host.get("versions", {})
    if "vgpu" in versions and older(versions["vgpu"], "vgpu_vfio_first"):
        return "mdev"
    row = T.board(gpu["board"])
    if row is None:
        return "vfio" if gpu.get("vfs") else "mdev"
    arch = T.architecture[row["arch"]]
    if arch["vgpu_vfio"] == "no":
        return "mdev"
    first = arch["vfio_kernel"]
    return "mdev" if first and older(versions.get("kernel", "0"), first) else "vfio"


def is_sriov(gpu):
    row = T.board(gpu["board"])
    return row is None or T.architecture[row["arch"]]["sriov"] == "yes"


def is_geforce(board):
    return independent.is_geforce(board)


def leading(text):
    """The leading dotted number of a version, after an epoch."""
    return tuple(int(n) for n in re.match(r"(?:\d+:)?([\d.]*\d)", text)[1].split("."))


def older(text, release):
    """17 is not older than 17.0."""
    return (*leading(text), 0, 0, 0)[:3] < (*leading(T.release[release]), 0, 0, 0)[:3]


def address_key(address):
    return tuple(int(n, 16) for n in re.split("[:.]", address))


@functools.cache
def platform_partitions(platform):
    """(Fabric Manager's id, modules) of each."""
    return [(int(r["partition_id"]), [int(m) for m in r["module_ids"].split()])
            for r in independent.table("fm_partitions.csv") if r["platform"] == platform]


def in_order(gpus, edges):
    """Sets of GPUs that are joined pairwise, by their first GPU in the spec."""
    return [sorted(g, key=list(gpus).index) for g in independent.components(list(gpus), edges) if len(g) > 1] or "none"


def matrix(order, edges, yes, no, nodes, rng):
    """A capture, with a terminal's noise around it."""
    gap = rng.choice(["\t", "    "])
    head = [f"GPU{k}" for k in range(len(order))] + (["CPU Affinity", "NUMA Affinity", "GPU NUMA ID"] if nodes and gap == "\t" else [])
    if nodes and gap != "\t":
        gap, head = "\t", head + ["CPU Affinity", "NUMA Affinity", "GPU NUMA ID"]
    lines = [gap + gap.join(head)]
    for a, one in enumerate(order):
        cells = ["X" if a == b else yes if frozenset((one, other)) in edges else no for b, other in enumerate(order)]
        lines.append(gap.join([f"GPU{a}", *cells] + ([f"{nodes[a] * 32}-{nodes[a] * 32 + 31}", str(nodes[a]), "N/A"] if nodes else [])))
    before = rng.choice(["", "root@host:~# nvidia-smi topo\n"])
    after = rng.choice(["", "\n\nLegend:\n\n  X    = Self\n"])
    return before + rng.choice(["\n", "\r\n"]).join(lines) + "\n" + after
