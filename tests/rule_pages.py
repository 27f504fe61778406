#!/usr/bin/python3
"""A rule's page says what the tables say, whichever they are: facts are named, not repeated.

Every name resolves; a page names each release and figure that its rule judges by; none of the tables' figures stands
in a page as it is written in rules/*.c; and with other tables `explain` prints their figures, and the examples still hold.
"""

import argparse
import csv
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLES = ROOT / "rules" / "tables"
NAME = re.compile(r"\{([a-z]+:[a-z0-9_]+)\}")
STRINGS = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'
# Names of types and boards that are examples of a spelling or a form, not what a table lists.
EXAMPLES = {
    "p2p-mig-backed": ["A100X-7-40C"],
    "vgpu-mig-mismatch": ["A100X-1-5C"],
    "vgpu-type-unknown": ["A6000-48C"],
    "vgpu-type-wrong-board": ["A100X-40C"],
}


def rows(name):
    with open(TABLES / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


class Page:
    """A rule's page as rules/FILE.c has it."""

    def __init__(self, file, text):
        self.file = file
        self.name = re.search(r'\.name = "([^"]*)"', text)[1]
        self.fields = {}
        for field in ("summary", "what", "why", "source", "example"):
            found = re.search(rf"\.{field} =\s*{STRINGS},", text)
            # A piece between quotes may be a macro (YAML_1_2); it is no fact of a table.
            self.fields[field] = "".join(json.loads(s) for s in re.findall(r'"(?:[^"\\]|\\.)*"', found[1])) if found else ""

    def named(self):
        return {name for text in self.fields.values() for name in NAME.findall(text)}


def pages():
    found = []
    for file in sorted((ROOT / "rules").glob("*.c")):
        text = file.read_text(encoding="utf-8")
        for rule in re.findall(r"^const struct rule rule_\w+ = \{\n.*?^\};", text, re.S | re.M):
            found.append(Page(file, rule))
    return found


def figures():
    """What no page may repeat: (text, where it is from)."""
    for row in rows("releases.csv"):
        yield row["release"], f"releases.csv, {row['what']}"
    for row in rows("figures.csv"):
        if not row["value"].isdigit():
            yield row["value"], f"figures.csv, {row['what']}"
    for row in rows("vgpu_types_driver_union.csv"):
        yield row["full_name"].removeprefix(row["prefix"] + " "), "the vGPU types"
    for row in rows("p2p_nvlink_vgpu.csv"):
        if row["vgpu_type_in_docs"]:
            yield row["vgpu_type_in_docs"], "p2p_nvlink_vgpu.csv"
    for row in rows("boards.csv"):
        yield row["id"], "boards.csv"
    for row in rows("architectures.csv"):
        yield row["arch"], "architectures.csv"


class Test:
    def __init__(self, gpuplan):
        self.gpuplan = gpuplan
        self.passed = self.failed = 0

    def check(self, what, good, shown=""):
        self.passed += bool(good)
        self.failed += not good
        if not good:
            print(f"FAIL {what}\n{shown}")

    def call(self, *arguments, stdin=None):
        return subprocess.run([self.gpuplan, *arguments], input=stdin, text=True, capture_output=True, timeout=60)

    def explain(self, rule, *catalog):
        done = self.call("explain", rule, "-f", "json", *catalog)
        return json.loads(done.stdout) if done.returncode == 0 else {"what": done.stderr}

    def rules(self, spec, *catalog):
        done = self.call("lint", "-f", "json", *catalog, "-", stdin=spec)
        return [f["rule"] for f in json.loads(done.stdout)["findings"]] if done.stdout else [done.stderr]


def every_name_resolves(test, all_pages):
    for page in all_pages:
        shown = test.explain(page.name)
        left = NAME.findall(json.dumps(shown))
        test.check(f"{page.name}: every name resolves", not left, left)
        test.check(f"{page.name}: the summary names nothing", not NAME.findall(page.fields["summary"]), page.fields["summary"])
        for name in page.named():
            if name.startswith(("release:", "figure:")):
                kind, row = name.split(":")
                there = {r["what"]: r.get("release") or r.get("value") for r in rows(f"{kind}s.csv")}
                test.check(f"{page.name}: {name}", there.get(row, "no such row") in json.dumps(shown))
    used = sum(len(page.named()) for page in all_pages)
    test.check("pages name facts", used > 40, used)


def judged_by(test, all_pages):
    """A file's pages name what its code asks for."""
    asked = 0
    for file in sorted({page.file for page in all_pages}):
        text = file.read_text(encoding="utf-8")
        code = re.sub(r"^const struct rule rule_\w+ = \{\n.*?^\};", "", text, flags=re.S | re.M)
        named = {name.split(":")[1] for page in all_pages if page.file == file for name in page.named()}
        releases = {row["what"] for row in rows("releases.csv")}
        wanted = set(re.findall(r"figures->(\w+)", code)) | (releases & set(re.findall(r'"(\w+)"', code)))
        wanted |= set(re.findall(r"arch->(\w+)", code)) - {"text", "name", "sriov"}
        test.check(f"{file.name}: its pages name what it judges by", wanted <= named, wanted - named)
        asked += len(wanted)
    test.check("rules ask for facts", asked > 15, asked)


def repeated(page, known):
    """What a page holds as text that a table holds too."""
    for field in ("summary", "what", "why", "source"):
        text = NAME.sub("", page.fields[field])
        for figure, where in known.items():
            # A document, or a program that was tried, has a release of its own.
            if figure not in text or figure in EXAMPLES.get(page.name, []) or (field == "source" and where.startswith("releases")):
                continue
            if re.search(rf"(?<![\w.-]){re.escape(figure)}(?![\w-]|\.\d)", text):
                yield f"{field} repeats '{figure}' ({where}): {text}"


def nothing_is_repeated(test, all_pages):
    known = {text: where for text, where in reversed(list(figures()))}
    assert len(known) > 1300, len(known)
    for page in all_pages:
        found = list(repeated(page, known))
        test.check(f"{page.name}: nothing is repeated", not found, "\n".join(found))
    old = next(page for page in all_pages if page.name == "multicast-unsupported")
    old.fields["what"] = "Listed are B300X-279C and H20-96C."
    test.check("the test can fail", len(list(repeated(old, known))) == 2)


def newer(row):
    """The same release of the next major version."""
    return re.sub(r"^\d+", lambda n: str(int(n[0]) + 1), row["release"])


def other_tables(test, all_pages, folder):
    """Every release a major version later, every figure half as large again as it is."""
    releases, changed = rows("releases.csv"), {}
    for row in releases:
        changed[f"release:{row['what']}"] = row["release"] = newer(row)
        changed[f"source:{row['what']}"] = row["source"] = f"a source of {row['what']}"
    write(folder / "releases.csv", releases)
    figures_rows = rows("figures.csv")
    for row in figures_rows:
        n, _, unit = row["value"].partition(" ")
        changed[f"figure:{row['what']}"] = row["value"] = f"{int(n) + 1} {unit}".strip()
        changed[f"source:{row['what']}"] = row["source"] = f"a source of {row['what']}"
    write(folder / "figures.csv", figures_rows)
    for page in all_pages:
        shown = json.dumps(test.explain(page.name, "--catalog", str(folder)))
        for name in page.named() & changed.keys():
            test.check(f"{page.name}: {name} is the other table's", changed[name] in shown, shown)
    examples_hold(test, all_pages, folder, releases)


def examples_hold(test, all_pages, folder, releases):
    """With later releases alone: figures decide which boards an example may have, and no page can choose these."""
    (folder / "figures.csv").unlink()
    write(folder / "releases.csv", releases)
    for page in all_pages:
        if not any(name.startswith("release:") for name in NAME.findall(page.fields["example"])):
            continue
        shown = test.explain(page.name, "--catalog", str(folder))
        bad, mended = (test.rules(shown[key], "--catalog", str(folder)) for key in ("bad", "mended"))
        test.check(f"{page.name}: the example is wrong with later releases", page.name in bad, bad)
        test.check(f"{page.name}: and mended", page.name not in mended, mended)


def sarif(test, folder):
    """The rules' help there is filled in too, from the tables of the run."""
    spec = "version: 1\nhosts: {h: {hypervisor: kvm, gpus: {g: {board: a40, address: 05:00.0}}}}\n"
    for catalog in ((), ("--catalog", str(folder))):
        shown = test.call("lint", "-f", "sarif", *catalog, "-", stdin=spec).stdout
        rules = {r["id"]: r for r in json.loads(shown)["runs"][0]["tool"]["driver"]["rules"]}
        for rule in ("clique-old-qemu", "mmio-many-large-bars"):
            what = test.explain(rule, *catalog)["what"]
            text, folded = rules[rule]["help"]["text"], " ".join(rules[rule]["help"]["text"].split())
            test.check(f"sarif: {rule}", rules[rule]["fullDescription"]["text"] == what and what in folded, text)
        test.check("sarif: every name resolves", not NAME.findall(shown), NAME.findall(shown))


def lists(test, folder):
    """What a page lists is what the table lists."""
    for table, old, new, rule, text in [
        ("multicast.csv", "H20-96C", "L40S-48C", "multicast-unsupported", "L40S-48C"),
        ("architectures.csv", "\nAda,yes,", "\nAda,no,", "clique-old-qemu", "Turing, Ampere, Hopper and Blackwell"),
        ("architectures.csv", "Ada,yes,yes,yes,", "Ada,yes,yes,no,", "vgpu-mixed-types", "Ampere, Hopper and Blackwell"),
        ("architectures.csv", "esxi_nvswitch_hopper", "esxi_nvswitch_ampere", "nvswitch-vsphere-release", "8.0u1 (Hopper)"),
        ("board_uvm.csv", "a30,unnamed", "a30,lost", "uvm-on-a100", "a100x and a30"),
        ("board_uvm.csv", "a30x,unnamed", "a30x,lost", "uvm-on-ga100", "ax800 and a30)"),
        ("p2p_remarks.csv", "v100-sxm2-32gb,old", "v100-sxm2-32gb,conflict", "p2p-conflicting-docs", "V100DX-32C"),
        ("p2p_remarks.csv", "v100-sxm2-32gb,old", "v100-sxm2-32gb,fully_connected", "p2p-legacy-vgpu", "RTX6000P-24C and V100X-16C"),
        ("p2p_remarks.csv", "v100-sxm2-32gb,old", "v100-sxm2-32gb,fully_connected", "p2p-footnote-fully-connected", "V100DX-32C"),
    ]:
        for file in folder.glob("*.csv"):
            file.unlink()
        whole = (TABLES / table).read_text(encoding="utf-8")
        assert old in whole, (table, old)
        (folder / table).write_text(whole.replace(old, new, 1), encoding="utf-8")
        before, after = test.explain(rule)["what"], test.explain(rule, "--catalog", str(folder))["what"]
        test.check(f"{rule}: {text}", text not in before and text in after, f"{before}\n{after}")
    (folder / "multicast.csv").write_text("vgpu_type,source\n", encoding="utf-8")
    shown = test.explain("multicast-unsupported", "--catalog", str(folder))["what"]
    test.check("an empty list", "Listed are none." in shown, shown)
    (folder / "multicast.csv").write_text("vgpu_type,source\nX-1C,\n", encoding="utf-8")
    done = test.call("explain", "multicast-unsupported", "--catalog", str(folder))
    test.check("a broken table", done.returncode == 2 and "multicast.csv:2:1" in done.stderr and not done.stdout, done.stderr)


def write(file, table):
    with open(file, "w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, table[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(ROOT / "build" / "gpuplan"))
    test = Test(str(Path(parser.parse_args().gpuplan).resolve()))
    all_pages = pages()
    listed = len(json.loads(test.call("rules", "-f", "json").stdout)["rules"])
    test.check("every rule's page is read", len(all_pages) == listed, f"{len(all_pages)} of {listed}")
    every_name_resolves(test, all_pages)
    judged_by(test, all_pages)
    nothing_is_repeated(test, all_pages)
    with tempfile.TemporaryDirectory() as folder:
        other_tables(test, all_pages, Path(folder))
        sarif(test, Path(folder))
        lists(test, Path(folder))
    print(f"{test.passed} passed, {test.failed} failed")
    return 1 if test.failed or not test.passed else 0


if __name__ == "__main__":
    sys.exit(main())
