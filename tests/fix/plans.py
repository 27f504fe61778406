#!/usr/bin/python3
"""`lint --fix` on random plans, and on every spec of the other tests: what must always hold.

The plans are those of tests/independent.py, written down in another way each time: in blocks or in
braces, with comments, quotes, profiles, line ends. Of each one:

- there are no more findings than before, and no more errors;
- the next run changes nothing;
- nothing but the values and keys that fixes are about is another text than before: with these cut
  out, both texts are the same, comments and all;
- every finding of a rule that has a fix brings one, of the kind that `gpuplan rules` says.
"""

import argparse
import collections
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))
import independent  # noqa: E402

KEYS = "vgpu|uvm|mmio|firmware|hide_hypervisor|vgpu_params|enable_uvm"
VALUE = r"""(?:"[^"]*"|'[^']*'|\{[^{}]*\}|(?:[|>]-?[^\n]*\n\s*)?[^\s,{}\[\]#][^,{}\[\]#\r\n]*?)(?=\s*(?:[,}\]#\r\n]|$))"""
MASK = re.compile(rf"""(?:,?[ ]|(?:\r\n|\r|\n)[ ]*)?["']?\b(?:{KEYS})["']?:\s+{VALUE}""")


def masked(text):
    """The text without what fixes may touch."""
    while True:
        less = MASK.sub("", text)
        if less == text:
            return text
        text = less


class Writer:
    """Writes cases down as YAML, each in a way of its own."""

    def __init__(self, rng):
        self.rng, self.n = rng, 0

    def comment(self):
        if self.rng.random() < 0.6:
            return ""
        self.n += 1
        return self.rng.choice([" ", "\t", "   "]) + f"# comment {self.n}, with: [{{}}]"

    def value(self, v):
        text = independent.flow(v)
        if isinstance(v, str) and re.fullmatch(r"[A-Za-z][\w.-]*( [\w.-]+)*", v):
            return self.rng.choice([text, v, f"'{v}'"])
        return text

    def entries(self, name, entries):
        style = self.rng.random()
        if style < 0.6:
            lines = [f"  {name}:{self.comment()}\n"]
            for k, v in entries.items():
                if self.rng.random() < 0.1:
                    lines.append(f"    # above {k}\n")
                lines.append(f"    {k}: {self.value(v)}{self.comment()}\n")
            return "".join(lines)
        pairs = [f"{k}: {self.value(v)}" for k, v in entries.items()]
        if style < 0.8:
            return f"  {name}: {{{', '.join(pairs)}}}{self.comment()}\n"
        return f"  {name}: {{\n" + "".join(f"    {p},{self.comment()}\n" for p in pairs) + "  }\n"

    def profile_of(self, case):
        """Some of the VM's keys go to its profile."""
        profile, vm = dict(case.profile or {}), dict(case.vm)
        for key in list(vm):
            if self.rng.random() < 0.3:
                profile[key] = vm.pop(key)
        return profile, vm

    def plan(self, cases):
        sections = collections.defaultdict(str)
        for case in cases:
            sections["hosts"] += self.entries(f"h{case.n}", case.host)
            if case.vm is None:
                continue
            profile, vm = self.profile_of(case) if self.rng.random() < 0.5 else (case.profile, case.vm)
            head = {"host": f"h{case.n}", **({"profile": f"p{case.n}"} if profile else {})}
            both = list({**head, **vm}.items())
            self.rng.shuffle(both)
            sections["vms"] += self.entries(f"v{case.n}", dict(both))
            if profile:
                sections["profiles"] += self.entries(f"p{case.n}", profile)
        parts = [f"{name}:{self.comment()}\n{text}" for name, text in sections.items()]
        self.rng.shuffle(parts)
        between = self.rng.choice(["", "---\nversion: 1\n"])
        return self.ends("version: 1\n" + between.join(parts))

    def ends(self, text):
        if self.rng.random() < 0.3:
            text = text.rstrip("\n")
        text = text.replace("\n", self.rng.choice(["\n", "\n", "\r\n", "\r"]))
        return ("\ufeff" if self.rng.random() < 0.2 else "") + text


class Judge:
    def __init__(self, gpuplan):
        self.gpuplan = gpuplan
        listed = subprocess.run([gpuplan, "rules", "--format", "json"], capture_output=True, check=True, timeout=60)
        self.kinds = {r["name"]: r["fix"] for r in json.loads(listed.stdout)["rules"]}

    def lint(self, folder, *arguments):
        return subprocess.run([self.gpuplan, "lint", "-q", "-f", "json", *arguments], cwd=folder, capture_output=True, timeout=120)

    def problems(self, folder, names, free_text=False):
        """What is wrong with --unsafe-fixes on these files. `free_text`: also cut and compare."""
        before = {n: (folder / n).read_bytes() for n in names}
        report = json.loads(self.lint(folder, *names).stdout)
        done = self.lint(folder, "--unsafe-fixes", *names)
        if done.returncode not in (0, 1):
            yield f"status {done.returncode}: {done.stderr.decode()}"
            return
        left = json.loads(done.stdout)["summary"]
        was = report["summary"]
        if left["errors"] > was["errors"] or sum(left[k] for k in SUMMARY) > sum(was[k] for k in SUMMARY):
            yield f"more findings than before: {was} {left}"
        after = {n: (folder / n).read_bytes() for n in names}
        again = self.lint(folder, "--unsafe-fixes", *names)
        if again.stdout != done.stdout or any((folder / n).read_bytes() != after[n] for n in names):
            yield "a second run changes something"
        for n in names:
            a, b = (t.decode("utf-8", "surrogateescape") for t in (before[n], after[n]))
            if free_text and masked(a) != masked(b):
                yield f"{n}: more than a value has changed:\n{a}\n---\n{b}\n---\n{masked(a)}\n---\n{masked(b)}"
        yield from self.without_fix(report)
        yield Seen(report, before != after)

    def without_fix(self, report):
        for f in report["findings"]:
            kind = self.kinds[f["rule"]]
            listed = re.match(r"profiles\..*\.gpus\[", f["path"])
            if kind == "none" or listed:
                if f["fixes"] and kind == "none":
                    yield f"a fix for {f['rule']}, which has none: {f}"
            elif not f["fixes"]:
                yield f"no fix: {f}"
            elif f["fixes"][0]["safe"] != (kind == "safe"):
                yield f"a fix of the other kind: {f}"


SUMMARY = ("errors", "warnings", "notes")


class Seen:
    """No problem: what a plan had, for the count."""

    def __init__(self, report, changed):
        self.rules = {f["rule"] for f in report["findings"] if f["fixes"]}
        self.changed = changed


def random_plan(judge, seed):
    rng = random.Random(f"fix {seed}")
    families = independent.FAMILIES
    cases = [rng.choice(families).make(rng, n) for n in range(rng.randint(1, 8))]
    text = Writer(rng).plan(cases)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "plan.yaml").write_text(text, newline="")
        for problem in judge.problems(Path(folder), ["plan.yaml"], free_text=True):
            yield problem if isinstance(problem, Seen) else f"seed {seed}: {problem}\n{text}"


def every_spec(judge):
    """The specs of the cases and examples: in a copy, since captures lie beside them."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for part in ("tests/cases", "examples"):
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        for spec in sorted(folder.rglob("*.yaml")):
            name = spec.relative_to(folder).as_posix()
            for problem in judge.problems(folder, [name]):
                yield problem if isinstance(problem, Seen) else f"{name}: {problem}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(ROOT / "build" / "gpuplan"))
    parser.add_argument("--plans", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=3, help="how many problems to print")
    options = parser.parse_args()
    judge = Judge(str(Path(options.gpuplan).resolve()))
    seeds = range(options.seed, options.seed + options.plans)
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        told = [t for told in pool.map(lambda seed: list(random_plan(judge, seed)), seeds) for t in told]
    random_ones = sum(isinstance(t, Seen) and t.changed for t in told)
    told += every_spec(judge)
    problems = [t for t in told if not isinstance(t, Seen)]
    seen = [t for t in told if isinstance(t, Seen)]
    rules = set().union(*(s.rules for s in seen))
    for rule, kind in judge.kinds.items():
        if kind != "none" and rule not in rules:
            problems.append(f"no plan had a fix of {rule}")
    if random_ones * 10 < options.plans:
        problems.append(f"only {random_ones} random plans were mended")
    for problem in problems[: options.show]:
        print(f"FAIL {problem}\n")
    print(f"{len(seen)} plans, {sum(s.changed for s in seen)} mended ({random_ones} of the random ones), {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
