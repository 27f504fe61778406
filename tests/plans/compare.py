"""Whether the artifacts of some plans say what the plans say."""

import collections
import json
import subprocess
from pathlib import Path

import facts
import read

SCHEMA = Path("/usr/share/libvirt/schemas/domain.rng")


def tree(folder):
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


class Judge:
    def __init__(self, plans):
        self.plans, self.problems, self.counts = plans, [], collections.Counter()

    def problem(self, text):
        self.problems.append(text)

    def judge(self, out):
        """`out`: the folder that they were compiled into."""
        if self.same_files(out):
            self.domains(out)
            self.hosts(out)

    def same_files(self, out):
        wanted = {"manifest.json"}
        for plan in self.plans:
            kvm = plan.host["hypervisor"] == "kvm"
            wanted |= {f"{plan.name}/{vm.name}{kind}" for vm in plan.vms for kind in ([".xml", ".qemu-args"] if kvm else [".vmx"])}
            if facts.clique_map(plan) is not None:
                wanted |= {f"{plan.name}/clique-map.json", f"{plan.name}/clique-map.sh"}
            if list(facts.host_setup(plan)):
                wanted.add(f"{plan.name}/host-setup.sh")
        found = set(tree(out))
        if found != wanted:
            self.problem(f"files: too many {sorted(found - wanted)}, missing {sorted(wanted - found)}")
        self.counts["artifacts"] += len(found)
        return found == wanted

    def compare(self, what, reader, wanted):
        try:
            found = reader()
        except Exception as error:  # whatever a reader stumbles over is the artifact's fault
            self.problem(f"{what}: cannot be read: {error!r}")
            return
        self.counts["artifacts read back"] += 1
        if found != wanted:
            if isinstance(found, dict):
                differ = [k for k in {**wanted, **found} if found.get(k) != wanted.get(k)]
                found, wanted = {k: found.get(k) for k in differ}, {k: wanted.get(k) for k in differ}
            self.problem(f"{what}:\n    says      {found}\n    should be {wanted}")

    def domains(self, out):
        domains = []
        for plan in self.plans:
            for vm in plan.vms:
                base = out / plan.name / vm.name
                if plan.host["hypervisor"] == "vsphere":
                    text = Path(f"{base}.vmx").read_text(encoding="utf-8")
                    wanted = list(facts.vmx(plan, vm)), list(facts.device_groups(vm))
                    self.compare(f"{vm.name}.vmx", lambda: read.vmx(text), wanted)
                    continue
                if not any(g["iommufd"] for g in facts.gpu_facts(plan, vm)):  # Debian 12's schema is older than the element
                    domains.append(f"{base}.xml")
                xml, args = (Path(f"{base}.{kind}").read_text(encoding="utf-8") for kind in ("xml", "qemu-args"))
                self.compare(f"{vm.name}.xml", lambda: read.libvirt(xml), facts.domain(plan, vm))
                self.compare(f"{vm.name}.qemu-args", lambda: read.qemu(args), facts.qemu(plan, vm))
        if not domains:
            return
        done = subprocess.run(["xmllint", "--noout", "--nonet", "--relaxng", SCHEMA, *domains], capture_output=True, text=True, timeout=300)
        if done.returncode:
            self.problem(f"libvirt's schema: {[line for line in done.stderr.splitlines() if not line.endswith(' validates')][:20]}")
        self.counts["domains by libvirt's schema"] += len(domains)

    def hosts(self, out):
        maps = [(p, facts.clique_map(p)) for p in self.plans if facts.clique_map(p) is not None]
        loaded = read.clique_maps([str(out / p.name / "clique-map.sh") for p, _ in maps])
        for (plan, wanted), found in zip(maps, loaded, strict=True):
            text = (out / plan.name / "clique-map.json").read_text()
            self.compare(f"{plan.name}/clique-map.json", lambda: json.loads(text), {"version": 1, "host": plan.name, "cliques": wanted})
            self.compare(f"{plan.name}/clique-map.sh", lambda: found, wanted)
        setups = [(p, list(facts.host_setup(p))) for p in self.plans if list(facts.host_setup(p))]
        for shell in (("dash",), ("bash", "--posix")):
            plans = read.host_setups([out / p.name / "host-setup.sh" for p, _ in setups], shell)
            for (plan, wanted), found in zip(setups, plans, strict=True):
                self.compare(f"{plan.name}/host-setup.sh by {shell[0]}", lambda: found, wanted)
