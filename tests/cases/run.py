#!/usr/bin/python3
"""Runs the cases: specs as data, with what gpuplan must say of them beside them.

    NAME.yaml    a spec (or NAME/, a folder of specs)
    NAME.expect  its findings, one a line: RULE SEVERITY PATH, in the order of `lint -f json`
    NAME.text    where it is there: the whole text form, help lines included
    NAME.args    where it is there: further arguments for lint, one a line

Beside the folders of cases it runs the example of every rule's `explain` page, bad and mended.

`run.py --update` rewrites what is expected; `git diff` is the review.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SEVERITIES = {"note": 1, "warning": 2, "error": 3}


class Run:
    def __init__(self, gpuplan, update):
        self.gpuplan = gpuplan
        self.update = update
        self.passed = self.failed = 0

    def call(self, *arguments, stdin=None, cwd=HERE):
        return subprocess.run(
            [self.gpuplan, *arguments], input=stdin, cwd=cwd, text=True, capture_output=True, timeout=60
        )

    def check(self, name, good, why=""):
        if good:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAIL {name}\n{why}")

    def compare(self, name, expected, got, file=None):
        if self.update and file is not None and expected != got:
            file.write_text(got)
            expected = got
        self.check(name, expected == got, f"--- expected\n{expected}--- got\n{got}")


def findings_of(run, name, result):
    """The findings of a JSON run, its exit status and summary checked against them."""
    try:
        report = json.loads(result.stdout)
    except json.JSONDecodeError as error:
        run.check(name, False, f"no JSON ({error}), status {result.returncode}\n{result.stderr}")
        return None
    found = report["findings"]
    for severity in SEVERITIES:
        n = sum(f["severity"] == severity for f in found)
        run.check(f"{name} summary", report["summary"][severity + "s"] == n, f"{severity}s: {n} found")
    failing = any(f["severity"] == "error" for f in found)
    run.check(f"{name} status", result.returncode == int(failing), f"status {result.returncode}")
    return found


def run_case(run, spec):
    expect = spec.with_suffix(".expect")
    text = spec.with_suffix(".text")
    args = spec.with_suffix(".args")
    more = args.read_text().splitlines() if args.exists() else []
    name = str(spec.relative_to(HERE))
    if run.update and not expect.exists():
        expect.write_text("")
    found = findings_of(run, name, run.call("lint", "-q", "-f", "json", *more, name))
    if found is None:
        return
    lines = "".join(f"{f['rule']} {f['severity']} {f['path']}".rstrip() + "\n" for f in found)
    run.compare(name, expect.read_text() if expect.exists() else "", lines, expect)
    if text.exists():
        shown = run.call("lint", "-q", "-f", "text", "--explain", "--color", "never", *more, name)
        run.compare(f"{name} text", text.read_text(), shown.stdout, text)


def cases(folder):
    """Every spec that has an .expect beside it; a spec without one is a mistake."""
    for file in sorted(folder.rglob("*.yaml")):
        above = [folder / parent for parent in file.relative_to(folder).parents if parent.name]
        if not any(parent.with_suffix(".expect").exists() for parent in above):
            yield file
    for expect in sorted(folder.rglob("*.expect")):
        if expect.with_suffix("").is_dir():
            yield expect.with_suffix("")


def run_folder(run, folder):
    n = 0
    for spec in cases(folder):
        if not spec.with_suffix(".expect").exists() and not run.update:
            run.check(str(spec), False, "has no .expect beside it")
        else:
            run_case(run, spec)
        n += 1
    run.check(str(folder), n > 0, "no case in it")


def rule_case_count(run, rules):
    """Each rule has cases that fire and cases that do not."""
    for rule in rules:
        folder = HERE / "rules" / rule["name"]
        expects = list(folder.glob("*.expect"))
        firing = [e for e in expects if any(l.split()[0] == rule["name"] for l in e.read_text().splitlines())]
        run.check(f"{rule['name']} fires in a case", len(firing) >= 1, f"in {folder}")
        run.check(f"{rule['name']} is silent in a case", len(expects) > len(firing), f"in {folder}")


def run_explain(run, rule):
    """The bad example fires this rule and nothing as bad; the mended one is clean."""
    page = json.loads(run.call("explain", rule["name"], "--format", "json").stdout)
    level = SEVERITIES[rule["severity"]]
    for key in ("what", "why", "source", "summary"):
        run.check(f"explain {rule['name']} {key}", len(page[key]) > 10, f"'{page[key]}'")
    name = f"explain {rule['name']}"
    bad = findings_of(run, f"{name} bad", run.call("lint", "-q", "-f", "json", "-", stdin=page["bad"]))
    mended = findings_of(run, f"{name} mended", run.call("lint", "-q", "-f", "json", "-", stdin=page["mended"]))
    if bad is None or mended is None:
        return
    shown = "\n".join(f"{f['line']}: {f['message']} [{f['rule']}]" for f in bad + mended)
    run.check(f"{name} bad", any(f["rule"] == rule["name"] for f in bad), shown)
    others = [f for f in bad if f["rule"] != rule["name"] and SEVERITIES[f["severity"]] >= level]
    run.check(f"{name} bad, others", not others, shown)
    run.check(f"{name} mended", not mended, shown)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(HERE.parent.parent / "build" / "gpuplan"))
    parser.add_argument("--update", action="store_true")
    parser.add_argument("part", nargs="*", help="rules, spec, … (folders of cases) or explain; default: all")
    options = parser.parse_args()
    run = Run(str(Path(options.gpuplan).resolve()), options.update)
    rules = json.loads(run.call("rules", "--format", "json").stdout)["rules"]
    folders = sorted(p.name for p in HERE.iterdir() if p.is_dir() and p.name != "__pycache__")
    for part in options.part or [*folders, "explain"]:
        if part == "explain":
            for rule in rules:
                run_explain(run, rule)
        else:
            run_folder(run, HERE / part)
        if part == "rules":
            rule_case_count(run, rules)
    print(f"{run.passed} passed, {run.failed} failed")
    return 1 if run.failed or not run.passed else 0


if __name__ == "__main__":
    sys.exit(main())
