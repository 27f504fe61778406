#!/usr/bin/python3
"""Holds `gpuplan schema` to the decoder: both come from the key tables, and must say the same.

- It is a valid JSON Schema (2020-12).
- What lints clean validates: the good cases, the examples, and the mended examples of `explain`.
  Read twice: by YAML 1.2's core schema (numbers and booleans guessed), and as texts alone.
- What a schema can see is refused: each finding of tests/cases/spec about a key, a kind of value, a
  word, a range or a grammar. What needs the catalog, another place of the spec, or the bytes of
  the file is not: `UNSEEN` says which.
- Each `default` is a value that its key takes.
- docs/spec.md is what `gpuplan schema --format markdown` prints; `--update` rewrites it.
"""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "cases"

# Rules whose findings are about keys and single values.
STRUCTURAL = {"spec-unknown-key", "spec-missing-key", "spec-type", "spec-value"}

# Of those, what no schema of one document can see, by the finding's message.
UNSEEN = [
    r"^unknown board ",
    r"is not the PCI id of an NVIDIA GPU$",
    r"boards have the PCI id",
    r"is too large$",  # the number of a size
    r"'\d+-\d+' is not a cpulist|'70000' is not a cpulist",  # backwards, or beyond the last CPU
    r"^'esxi': '8' is not",  # 8 and 8.0 are one number to a JSON Schema
    r"'(True|FALSE)' is not true or false$",  # they are to YAML 1.2's core schema
    r"vSphere takes (whole GiB|multiples of 4 MiB), not",
    r"would read as more than one parameter$",  # on kvm only
    r"duplicate GPU '.*' in this group$",
    r"takes whole MiB, not",
    r"the file contains no document$",
    r"^'pinning: auto' needs the CPUs of NUMA node|^\d+ cpulists? for \d+ vCPU",  # of the host; of another key
]
AT_MAP = re.compile(r"^invalid .* name '|is not the name of a plugin parameter|a key is a name|has both")
# With a profile, what is required may come from it.
PROFILED = re.compile(r"^(host|VM) '.*' has no '(hypervisor|gpus|vcpus|memory)'$")


class Core(yaml.SafeLoader):
    """YAML 1.2's core schema, with names as texts and no sharing."""

    yaml_implicit_resolvers = {}


class Texts(Core):
    """Every scalar a text; nothing is nothing."""


NULL = re.compile(r"^(~|null|Null|NULL|)$")
for loader in (Core, Texts):
    loader.yaml_implicit_resolvers = {}
    loader.add_implicit_resolver("tag:yaml.org,2002:null", NULL, ["~", "n", "N", ""])
Core.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
Core.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?[0-9]+$"), list("-+0123456789"))
Core.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$"), list("-+.0123456789")
)


def construct_map(loader, node):
    # JSON has texts as names, whatever they look like.
    return {loader.construct_scalar(k): loader.construct_object(v, deep=True) for k, v in node.value}


for loader in (Core, Texts):
    loader.add_constructor("tag:yaml.org,2002:map", construct_map)
Core.add_constructor("tag:yaml.org,2002:int", lambda l, n: int(l.construct_scalar(n)))
Core.add_constructor("tag:yaml.org,2002:bool", lambda l, n: l.construct_scalar(n).lower() == "true")


class Test:
    def __init__(self, gpuplan):
        self.gpuplan = gpuplan
        self.passed = self.failed = 0
        schema = json.loads(self.call("schema").stdout)
        Draft202012Validator.check_schema(schema)
        self.check("it says which draft it is of", "2020-12" in schema["$schema"])
        self.validator = Draft202012Validator(schema)

    def call(self, *arguments, stdin=None):
        return subprocess.run([self.gpuplan, *arguments], input=stdin, text=True, capture_output=True, timeout=60)

    def check(self, name, good, why=""):
        self.passed += bool(good)
        if not good:
            self.failed += 1
            print(f"FAIL {name} {why}")

    def refusals(self, document):
        """Every error, those below an `anyOf` included, as paths into the document."""
        todo = list(self.validator.iter_errors(document))
        while todo:
            error = todo.pop()
            todo += error.context
            yield error

    def good(self, name, text):
        for loader in (Core, Texts):
            for document in yaml.load_all(text, loader):
                if document is None:
                    continue
                errors = [f"{e.json_path}: {e.message[:200]}" for e in self.refusals(document)]
                self.check(f"{name} ({loader.__name__})", not errors, "\n  ".join(errors[:5]))

    def bad(self, name, file):
        report = json.loads(self.call("lint", "-f", "json", str(file)).stdout)
        findings = [f for f in report["findings"] if self.seen(f)]
        try:
            documents = list(yaml.load_all(file.read_text(), Core))
        except (yaml.YAMLError, ValueError, TypeError):
            return 0  # anchors, or no YAML at all
        places = set()
        for document in documents:
            places |= {place(e.absolute_path) for e in self.refusals(document)}
        for finding in findings:
            where = finding["path"]
            # A wrong name and an unknown key are refused at the map that holds them.
            near = {where}
            if finding["rule"] == "spec-unknown-key" or AT_MAP.search(finding["message"]):
                near |= {where.rpartition(".")[0], where.rpartition("[")[0]}
            self.check(f"{name} {where}", near & places, f"is not refused: {finding['message']}")
        return len(findings)

    def defaults(self, schema):
        """Holds every default of the schema to what its key takes; returns how many there are."""
        count = 0
        for name, key in schema.get("properties", {}).items():
            if "default" in key:
                count += 1
                self.check(f"default of {name}", Draft202012Validator(key).is_valid(key["default"]))
        for part in schema.values():
            for inner in part if isinstance(part, list) else [part]:
                count += self.defaults(inner) if isinstance(inner, dict) else 0
        return count

    def seen(self, finding):
        message = finding["message"]
        if finding["rule"] not in STRUCTURAL or PROFILED.match(message):
            return False
        return not any(re.search(p, message) for p in UNSEEN)


def place(path):
    """A JSON path as gpuplan writes it."""
    out = ""
    for step in path:
        if isinstance(step, int):
            out += f"[{step}]"
        elif re.fullmatch(r"[A-Za-z0-9_-]+", step):
            out += ("." if out else "") + step
        else:
            out += "[" + json.dumps(step, ensure_ascii=False) + "]"
    return out


def mended(test):
    for rule in json.loads(test.call("rules", "--format", "json").stdout)["rules"]:
        page = json.loads(test.call("explain", rule["name"], "--format", "json").stdout)
        yield f"explain {rule['name']}", page["mended"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(ROOT / "build" / "gpuplan"))
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    test = Test(str(Path(options.gpuplan).resolve()))
    for file in sorted((CASES / "good").rglob("*.yaml")) + sorted((ROOT / "examples").rglob("*.y*ml")):
        test.good(str(file.relative_to(ROOT)), file.read_text())
    for name, text in mended(test):
        test.good(name, text)
    refused = sum(test.bad(file.stem, file) for file in sorted((CASES / "spec").glob("*.yaml")) if readable(file))
    test.check("findings that a schema sees", refused > 300, f"only {refused}")
    count = test.defaults(test.validator.schema)
    test.check("keys with a default", count > 20, f"only {count}")
    page = ROOT / "docs" / "spec.md"
    text = test.call("schema", "--format", "markdown").stdout
    if options.update:
        page.write_text(text)
    test.check("docs/spec.md", page.exists() and page.read_text() == text, "is not up to date: schema.py --update")
    print(f"{test.passed} passed, {test.failed} failed")
    return 1 if test.failed else 0


def readable(file):
    try:
        file.read_text()
    except UnicodeDecodeError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
