"""A plan as YAML, each time in another way: quotes, braces, order, spelling of values, profiles."""

import json
import re

PLAIN = re.compile(r"[A-Za-z0-9/][A-Za-z0-9._/:-]*(?: [A-Za-z0-9._/-]+)*")
NO_STRING = re.compile(r"null|true|false", re.I)
UNITS = [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]


def respell_size(rng, text):
    n = int(text[:-3]) * dict(UNITS)[text[-3:]]
    unit, size = rng.choice([u for u in UNITS if n % u[1] == 0])
    return f"{rng.choice(['', '', '0'])}{n // size}{rng.choice(['', ' '])}{unit}"


def respell_case(rng, text):
    return rng.choice([text, text.upper(), text.lower()])


def respell_address(rng, text):
    return respell_case(rng, text.removeprefix(rng.choice(["", "0000:"])))


RESPELL = {"memory": respell_size, "mmio": respell_size, "bar1": respell_size, "address": respell_address,
           "vf": respell_address, "vfs": respell_address, "uuid": respell_case, "mdev": respell_case,
           "system_id": respell_case, "mac": respell_case}


class Writer:
    def __init__(self, rng):
        self.rng = rng

    def scalar(self, value, key, flow):
        rng = self.rng
        if isinstance(value, bool):
            text = "true" if value else "false"
            return rng.choice([text, f'"{text}"', f"'{text}'"])
        if isinstance(value, int):
            return rng.choice([f"{value}", f"'{value}'", f"0{value}"])
        if key in RESPELL and value not in ("auto",):
            value = RESPELL[key](rng, value)
        escaped = rng.random() < 0.5 and max(value, default="") < "\U00010000"  # JSON's pairs of escapes are not YAML's
        forms = [json.dumps(value, ensure_ascii=escaped)]
        if "'" not in value or rng.random() < 0.5:
            forms.append("'" + value.replace("'", "''") + "'")
        if PLAIN.fullmatch(value) and not value.endswith(":") and (": " not in value) and not NO_STRING.fullmatch(value):
            forms += [value] * 3
        if not flow and "\\" not in value and value and value.isprintable() and value == value.strip() and rng.random() < 0.05:
            return f"{rng.choice(['|-', '>-'])}\n{' ' * 20}{value}"
        return rng.choice(forms)

    def flow(self, value, key):
        if isinstance(value, dict):
            pairs = [f"{self.name(k)}: {self.flow(v, k)}" for k, v in self.shuffled(value, key)]
            return "{" + ", ".join(pairs) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(self.flow(v, key) for v in value) + "]"
        return self.scalar(value, key, True)

    def name(self, key):
        return key if not NO_STRING.fullmatch(key) and self.rng.random() < 0.9 else f'"{key}"'

    def shuffled(self, value, key):
        """Order counts among a host's GPUs (the order of a group that a capture makes), nowhere else."""
        pairs = list(value.items())
        if key != "gpus":
            self.rng.shuffle(pairs)
        return pairs

    def block(self, value, key, depth):
        """The text after `key:`."""
        pad = "  " * depth
        if not isinstance(value, (dict, list)) or not value:
            return f" {self.scalar(value, key, False)}\n" if not isinstance(value, (dict, list)) else f" {self.flow(value, key)}\n"
        if self.rng.random() < (0.15 if depth < 2 else 0.6):
            return f" {self.flow(value, key)}\n"
        comment = self.rng.choice(["", "", " # said: [by, {hand}]"]) + "\n"
        if isinstance(value, list):
            return comment + "".join(f"{pad}-{self.block(v, key, depth + 1)}" if not isinstance(v, (dict, list))
                                     else f"{pad}- {self.flow(v, key)}\n" for v in value)
        return comment + "".join(f"{pad}{self.name(k)}:{self.block(v, k, depth + 1)}" for k, v in self.shuffled(value, key))

    def document(self, sections):
        parts = [f"{name}:{self.block(value, name, 1)}" for name, value in self.shuffled(sections, "")]
        parts.insert(self.rng.randint(0, len(parts)), "version: 1\n")
        return "".join(parts)

    def split(self, keys, own, merged=()):
        """Some of the keys go to a profile: (what stays, the profile). A key that stays may hide another value."""
        stays, profile = {}, {}
        for key, value in keys.items():
            if key in own or self.rng.random() < 0.6:
                stays[key] = value
            elif key in merged and len(value) > 1:
                one = self.rng.choice(list(value))
                stays[key] = {one: value[one]}
                profile[key] = {k: v for k, v in value.items() if k != one}
            else:
                profile[key] = value
        return stays, profile

    def undo(self, vm, profile):
        """`vgpu: none` and `uvm: default` undo a profile: they are written over a value that must not count."""
        if "vgpu" not in vm and "vgpu" not in profile and self.rng.random() < 0.3:
            vm["vgpu"], profile["vgpu"] = "none", "A40-48Q"
        if "uvm" not in vm and "uvm" not in profile and "vgpu" in {**profile, **vm} and self.rng.random() < 0.3:
            vm["uvm"], profile["uvm"] = "default", self.rng.choice([True, False])

    def sections(self, plans):
        """The maps of a spec that means these plans."""
        found = {"hosts": {}, "vms": {}, "profiles": {}, "host_profiles": {}}
        for plan in plans:
            host = {k: v for k, v in plan.written_host().items() if k != "gpus" or v}
            if self.rng.random() < 0.4:
                host, profile = self.split(host, ("profile",), ("versions", "cpus", "nvswitch", "captures"))
                found["host_profiles"][f"hp-{plan.n}"] = profile
                host["profile"] = f"hp-{plan.n}"
            found["hosts"][plan.name] = host
            for k, vm in enumerate(plan.vms):
                keys = dict(vm.vm)
                if self.rng.random() < 0.5:
                    keys, profile = self.split(keys, ("uuid",))
                    self.undo(keys, profile)
                    found["profiles"][f"p-{plan.n}-{k}"] = profile
                    keys["profile"] = f"p-{plan.n}-{k}"
                found["vms"][vm.name] = {"host": plan.name, **keys}
        return {k: v for k, v in found.items() if v}

    def files(self, plans, n):
        """(sections, {name: text}): the spec in `n` files, some of them of several documents."""
        sections = self.sections(plans)
        parts = [{} for _ in range(n * 2)]
        for section, names in sections.items():
            for name, value in names.items():
                self.rng.choice(parts).setdefault(section, {})[name] = value
        texts = {}
        for k in range(n):
            texts[f"{k}.yaml"] = self.document(parts[2 * k]) + "---\n" + self.document(parts[2 * k + 1])
        return sections, texts
