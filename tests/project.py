#!/usr/bin/python3
"""The project file and the baseline: where they are found, what they do, what wins over them.

Each test gets an empty folder; `docs/rules-and-severity.md` shows a project file, which is read too.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# One warning (key-without-effect at vms.a.uvm), one note (p2p-unstated at vms.a).
SPEC = """version: 1
hosts:
  gpu-1:
    hypervisor: kvm
    gpus:
      g0: {board: l40s, address: 05:00.0}
      g1: {board: l40s, address: 06:00.0}
vms:
  a:
    host: gpu-1
    vcpus: 8
    memory: 64GiB
    uvm: true
    gpus: [g0, g1]
"""
PLAIN = "key-without-effect warning", "p2p-unstated note"
BOARDS = "version: 1\nhosts:\n  h%s:\n    hypervisor: kvm\n    gpus:\n      g0: {board: l40s, address: 05:00.0}\n"


class Project:
    """A folder, and gpuplan run in it."""

    def __init__(self, gpuplan, folder):
        self.gpuplan, self.folder, self.failed, self.passed = gpuplan, folder, [], 0

    def write(self, **files):
        for name, text in files.items():
            self.put(name.replace("__", "/").replace("_yaml", ".yaml"), text)

    def put(self, name, text):
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def config(self, text, at="."):
        self.put(f"{at}/.gpuplan.yaml", text)

    def run(self, *arguments, cwd=".", stdin=None):
        return subprocess.run(
            [self.gpuplan, *arguments], cwd=self.folder / cwd, input=stdin, text=True, capture_output=True, timeout=60
        )

    def check(self, good, why):
        if good:
            self.passed += 1
        else:
            self.failed.append(why)

    def same(self, got, want, what=""):
        self.check(got == want, f"{what}: got {got!r}, expected {want!r}")

    def finds(self, want, *arguments, cwd=".", status=None, stdin=None):
        """The findings of lint, as `rule severity`."""
        done = self.run("lint", "-f", "json", *arguments, cwd=cwd, stdin=stdin)
        try:
            found = [f"{f['rule']} {f['severity']}" for f in json.loads(done.stdout)["findings"]]
        except json.JSONDecodeError:
            found = [f"status {done.returncode}: {done.stderr}"]
        self.same(sorted(found), sorted(want), f"lint {' '.join(arguments)} in {cwd}")
        if status is not None:
            self.same(done.returncode, status, f"status of lint {' '.join(arguments)}")
        return done

    def trouble(self, *words, arguments=("lint",), cwd="."):
        """Status 2, and all of the words on standard error, nothing on standard output."""
        done = self.run(*arguments, cwd=cwd)
        self.same((done.returncode, done.stdout), (2, ""), f"{arguments}: {done.stderr}")
        for word in words:
            self.check(word in done.stderr, f"no {word!r} in {done.stderr!r}")

    def files(self, folder):
        return sorted(str(f.relative_to(self.folder / folder)) for f in (self.folder / folder).rglob("*") if f.is_file())


# --- where it is found ---


def test_search(p):
    p.write(vms__deep__a_yaml=SPEC)
    p.finds(PLAIN, cwd="vms/deep")
    p.config("rules: {p2p-unstated: off}")
    p.finds(PLAIN[:1])
    p.finds(PLAIN[:1], cwd="vms/deep")
    p.config("rules: {key-without-effect: off}", at="vms")
    p.finds(PLAIN[1:], cwd="vms/deep")  # the nearest one alone
    p.finds(PLAIN[:1])


def test_search_ends_at_the_repository(p):
    p.write(repo__vms__a_yaml=SPEC)
    p.config("rules: {p2p-unstated: off}")
    p.finds(PLAIN[:1], cwd="repo/vms")
    (p.folder / "repo/.git").mkdir()
    p.finds(PLAIN, cwd="repo/vms")
    p.config("rules: {key-without-effect: off}", at="repo")
    p.finds(PLAIN[1:], cwd="repo/vms")
    (p.folder / "repo/.git").rmdir()
    (p.folder / "repo/.git").write_text("gitdir: elsewhere\n")  # a worktree
    (p.folder / "repo/.gpuplan.yaml").unlink()
    p.finds(PLAIN, cwd="repo/vms")


def test_search_is_from_the_working_directory(p):
    """Not from where the specs lie."""
    p.write(other__a_yaml=SPEC)
    p.config("rules: {p2p-unstated: off}", at="other")
    p.finds(PLAIN, "other")
    p.finds(PLAIN[:1], str(p.folder / "other"), cwd="other")


def test_config(p):
    p.write(a_yaml=SPEC, conf__x_yaml="rules: {p2p-unstated: off}\n")
    p.config("rules: {key-without-effect: off}")
    p.finds(PLAIN[:1], "--config", "conf/x.yaml", "a.yaml")
    p.finds(PLAIN, "--config", "/dev/null", "a.yaml")
    p.trouble("nowhere.yaml: No such file", arguments=("lint", "--config", "nowhere.yaml"))


def test_unreadable(p):
    p.write(a_yaml=SPEC)
    (p.folder / ".gpuplan.yaml").mkdir()
    p.trouble(".gpuplan.yaml: Is a directory")


def test_nothing_in_it(p):
    p.write(a_yaml=SPEC)
    for text in ("", "# nothing\n", "---\n", "{}\n"):
        p.config(text)
        p.finds(PLAIN)


def test_never_read_as_a_spec(p):
    p.write(a_yaml=SPEC)
    p.config("output: out\n")
    done = p.run("compile")
    p.same(done.returncode, 0, done.stderr)
    manifest = json.loads((p.folder / "out/manifest.json").read_text())
    p.check("gpuplan.yaml" not in json.dumps(manifest), f"in the manifest: {manifest}")


# --- what is wrong with it ---


def test_errors(p):
    p.write(a_yaml=SPEC, deep__b_yaml=SPEC)
    wrong = {
        "rule: {}\n": (".gpuplan.yaml:1:1: error: unknown key 'rule' in the project file", "did you mean 'rules'?"),
        "rules:\n  spec-value: off\n": (".gpuplan.yaml:2:3: error: 'spec-value' cannot be switched off or lowered",),
        "rules: {p2p-over-pcie: error}\n": (".gpuplan.yaml:1:9: error: 'p2p-over-pcie' cannot",),
        "rules: {numa-spilt: off}\n": (".gpuplan.yaml:1:9: error: unknown rule 'numa-spilt'", "did you mean 'numa-split'?"),
        "rules: {numa-split: warn}\n": (".gpuplan.yaml:1:21: error: 'numa-split': 'warn' is not", "error, warning, note or off"),
        "rules: {numa-split: offf}\n": ("did you mean 'off'?",),
        "rules: {numa-split: }\n": ("'numa-split' has no value",),
        "rules: [numa-split]\n": ("'rules' takes a map of names to error, warning, note or off, not a list",),
        "rules: {numa-split: off, numa-split: note}\n": ("yaml-duplicate-key",),
        "targets: [libvrt]\n": (".gpuplan.yaml:1:11: error: unknown target 'libvrt'", "libvirt, qemu"),
        "targets: []\n": ("'targets' is empty",),
        "targets: [\"libvirt,qemu\"]\n": ("unknown target 'libvirt,qemu'",),
        "exclude: x\n": ("'exclude' takes a list",),
        "output:\n": ("'output' has no value",),
        "output: [out]\n": ("'output' takes one line of text, not a list",),
        "[rules]\n": ("the project file must be a map of keys, not a list",),
        "rules: {}\n---\nexclude: []\n": (".gpuplan.yaml:3:1: error: the project file must be one document",),
        "rules: {\n": ("yaml-syntax",),
        "rules: &a {}\n": ("yaml-alias",),
    }
    for text, words in wrong.items():
        p.config(text)
        for command in (("lint",), ("compile", "-o", "out"), ("show", "a", "-t", "libvirt")):
            p.trouble(*words, arguments=command)
    p.trouble("../.gpuplan.yaml:1:8: error", cwd="deep")
    p.check(not (p.folder / "out").exists(), "compile wrote in spite of it")


def test_other_commands_do_not_care(p):
    p.config("nonsense\n")
    for command in (("rules",), ("explain", "numa-split"), ("schema",), ("version",), ("lint", "--help")):
        p.same(p.run(*command).returncode, 0, str(command))
    for command in ("rules", "schema", "version"):
        p.trouble(command, "argument", arguments=(command, "x"))


# --- severities ---


def test_severity(p):
    p.write(a_yaml=SPEC)
    p.config("rules:\n  key-without-effect: error\n  p2p-unstated: warning\n")
    p.finds(["key-without-effect error", "p2p-unstated warning"], status=1)
    p.finds(["key-without-effect note", "p2p-unstated warning"], "--rule", "key-without-effect=note", status=0)
    p.finds(["key-without-effect note", "p2p-unstated warning"], "--strict", "--rule", "key-without-effect=note", status=1)
    p.finds(["p2p-unstated warning"], "--rule", "key-without-effect=note", "--rule", "key-without-effect=off", status=0)
    p.same(p.run("compile", "-o", "out").returncode, 1, "compile with an error")
    p.config("rules: {key-without-effect: \"off\", p2p-unstated: off}\n")
    p.finds([], "--strict", status=0)
    p.finds(["key-without-effect warning"], "--rule", "key-without-effect=warning", "--strict", status=1)


def test_comments_come_last(p):
    p.write(a_yaml=SPEC.replace("uvm: true", "uvm: true # gpuplan: ignore[key-without-effect] soon"))
    p.finds(PLAIN[1:])
    p.config("rules: {key-without-effect: error}")
    done = p.finds(PLAIN[1:], "--strict", status=0)
    p.check("1 silenced by comments" in done.stderr, done.stderr)
    p.config("rules: {key-without-effect: off}")
    done = p.finds(PLAIN[1:], status=0)  # the comment is not unused
    p.check("silenced" not in done.stderr, done.stderr)
    p.same(p.run("compile", "-q", "-o", "out", "--rule", "key-without-effect=error").returncode, 0, "compile")


# --- exclude ---


def test_exclude(p):
    names = ["a.yaml", "a.draft.yaml", "old/b.yaml", "old/deep/c.yaml", "sites/x/old/d.yaml", "sites/x/e.draft.yaml", "sites/x/y/old/f.yml"]
    for i, name in enumerate(names):
        p.put(name, BOARDS % i)
    reads = {
        "[]": names,
        "[old]": [n for n in names if not n.startswith("old/")],
        "[old/]": [n for n in names if not n.startswith("old/")],
        "[./old/**]": [n for n in names if not n.startswith("old/")],
        "['**/old']": [n for n in names if "old/" not in n],
        "['**/old/*']": [n for n in names if "old/" not in n],
        "['*.draft.yaml']": [n for n in names if n != "a.draft.yaml"],
        "['**/*.draft.yaml']": [n for n in names if "draft" not in n],
        "['sites/*/old']": [n for n in names if n != "sites/x/old/d.yaml"],
        "['sites/**/old/*.yaml']": [n for n in names if n != "sites/x/old/d.yaml"],
        "['sites/**/old/**/*.y?ml', '[b-z]*.yaml']": [n for n in names if n != "sites/x/old/d.yaml"],
        "['sites/**/old/f.y[a-n]l']": [n for n in names if not n.endswith("f.yml")],
        "['**']": [],
        "['/old']": [n for n in names if not n.startswith("old/")],
        "[../old, OLD, ol]": names,
    }
    for globs, want in reads.items():
        p.config(f"exclude: {globs}\n")
        for cwd, paths in ((".", []), (".", ["."]), ("sites", [".."]), ("sites/x", ["../../"]), (".", [str(p.folder)]),
                           (".", [str(p.folder.parent)])):
            done = p.run("lint", "-f", "json", *paths, cwd=cwd)
            p.same(json.loads(done.stdout)["summary"]["files"], len(want), f"{globs} from {cwd} with {paths}")


def test_exclude_of_what_is_named(p):
    p.write(old__a_yaml=BOARDS % 1, b_yaml=BOARDS % 2)
    p.config("exclude: ['**']\n")
    for paths, n in ((["old/a.yaml"], 1), (["old/a.yaml", "."], 1), (["old"], 0), (["b.yaml", "old/a.yaml"], 2)):
        done = p.run("lint", "-f", "json", *paths)
        p.same(json.loads(done.stdout)["summary"]["files"], n, str(paths))
    p.finds([], "-", stdin=BOARDS % 3, status=0)


def test_exclude_is_relative_to_the_file(p):
    p.write(conf__none="", vms__a_yaml=BOARDS % 1)
    p.config("exclude: [vms]\n", at="conf")
    p.same(json.loads(p.run("lint", "-f", "json", "--config", "conf/.gpuplan.yaml").stdout)["summary"]["files"], 1, "")
    p.put("project.yml", "exclude: [vms]\n")
    p.same(json.loads(p.run("lint", "-f", "json", "--config", "project.yml").stdout)["summary"]["files"], 0, "")
    (p.folder / "link").symlink_to("vms")  # the same folder by another name
    p.same(json.loads(p.run("lint", "-f", "json", "--config", "project.yml", "link/").stdout)["summary"]["files"], 0, "")


# --- options ---


def test_repeated_options(p):
    p.write(vms__a_yaml=SPEC)
    p.trouble("2 formats on standard output", arguments=("lint", "-f", "text", "-f", "json", "vms"))
    p.same(p.run("lint", "-q", "-f", "text", "-f", "json", "-o", "found.json", "vms").returncode, 0, "one of them in a file")
    p.check((p.folder / "found.json").exists(), "found.json is written")
    p.check(p.run("lint", "-q", "-f", "json", "-o", "-", "vms").stdout.startswith("{"), "-o - is standard output")
    p.check(not (p.folder / "-").exists(), "no file is called -")
    p.same(p.run("compile", "-q", "-t", "qemu", "-t", "libvirt", "-o", "both", "vms").returncode, 0, "-t twice")
    p.same(p.files("both"), ["gpu-1/a.qemu-args", "gpu-1/a.xml", "manifest.json"], "both targets")


# --- compile ---


def test_output_and_targets(p):
    p.write(vms__a_yaml=SPEC)
    p.trouble("-o DIR is missing", arguments=("compile", "vms"))
    p.config("output: made\ntargets: [qemu]\n")
    p.same(p.run("compile", "-q", "vms").returncode, 0, "compile")
    p.same(p.files("made"), ["gpu-1/a.qemu-args", "manifest.json"], "made")
    p.same(p.run("compile", "-q", ".", cwd="vms").returncode, 0, "compile below")
    p.check(not (p.folder / "vms/made").exists(), "output is relative to the project file")
    p.same(p.run("compile", "-q", "-t", "libvirt", "-o", "other", "vms").returncode, 0, "flags")
    p.same(p.files("other"), ["gpu-1/a.xml", "manifest.json"], "other")
    p.same(p.run("compile", "--check", "vms").returncode, 0, "check")
    p.config(f"output: {p.folder}/absolute\n")
    p.same(p.run("compile", "-q", "vms").returncode, 0, "compile to an absolute path")
    p.check((p.folder / "absolute/gpu-1/a.xml").exists(), "absolute output")
    # They are compile's: show and lint take neither.
    shown = p.run("show", "a", "vms", "-t", "libvirt")
    p.check("<domain" in shown.stdout, shown.stderr)
    p.finds(PLAIN, "vms")


# --- the baseline ---


def entries(p, name="b.json"):
    return [(e["rule"], e["path"], e["count"]) for e in json.loads((p.folder / name).read_text())["findings"]]


def test_baseline(p):
    p.write(a_yaml=SPEC)
    done = p.finds([], "--write-baseline", "b.json", "--strict", status=0)
    p.check(", 2 in the baseline" in done.stderr, done.stderr)
    p.same(entries(p), [("key-without-effect", "vms.a.uvm", 1), ("p2p-unstated", "vms.a", 1)], "recorded")
    done = p.finds([], "--baseline", "b.json", "--strict", status=0)
    p.check(", 2 in the baseline" in done.stderr and "any more" not in done.stderr, done.stderr)
    # Lines move, files are renamed, a new finding comes.
    p.put("a.yaml", "# a comment\n\n" + SPEC.replace("    uvm: true\n", "").replace("    vcpus", "    uvm: true\n    multicast: true\n    vcpus"))
    p.finds(PLAIN[:1], "--baseline", "b.json", "--strict", status=1)
    (p.folder / "a.yaml").rename(p.folder / "z.yaml")
    p.finds(PLAIN[:1], "--baseline", "b.json")
    p.same(p.run("lint", "--baseline", "b.json", "-f", "oneline").stdout.count("\n"), 1, "oneline")


def test_baseline_hides_nothing(p):
    p.write(a_yaml=SPEC)
    p.finds([], "--write-baseline", "b.json")
    p.put("a.yaml", SPEC.replace("    uvm: true\n", ""))
    done = p.finds([], "--baseline", "b.json")
    p.check("1 entry in the baseline hides nothing any more" in done.stderr, done.stderr)
    p.put("a.yaml", SPEC.replace("    uvm: true\n", "").replace("[g0, g1]", "[g0]"))
    done = p.finds([], "--baseline", "b.json")
    p.check("2 entries in the baseline hide nothing any more" in done.stderr, done.stderr)
    p.same(p.run("lint", "-q", "--baseline", "b.json").stderr, "", "quiet")


def test_baseline_counts(p):
    """Two findings of one rule at one path: both are recorded, a third is shown."""
    p.write(a_yaml=SPEC.replace("uvm: true", "uvm: true # gpuplan: ignore[numa-split] x"))
    p.finds([], "--write-baseline", "b.json")
    p.same(("ignore-unused", "vms.a", 1) in entries(p), True, f"recorded {entries(p)}")
    p.put("a.yaml", SPEC.replace("uvm: true", "uvm: true # gpuplan: ignore[numa-split, iommu-off] x"))
    p.finds(["ignore-unused warning"], "--baseline", "b.json", status=0)
    p.finds([], "--write-baseline", "b.json", "--baseline", "b.json")
    p.same(("ignore-unused", "vms.a", 2) in entries(p), True, f"recorded {entries(p)}")
    p.finds([], "--baseline", "b.json")


def test_baseline_never_off(p):
    p.write(a_yaml=SPEC.replace("memory: 64GiB", "memory: 64GB # gpuplan: ignore[no-such] x"))
    found = ["spec-value error", "ignore-unknown-rule error"]
    done = p.finds(found, "--write-baseline", "b.json", status=1)
    p.check(", 2 in the baseline" in done.stderr, done.stderr)
    p.same([e[0] for e in entries(p)], ["key-without-effect", "p2p-unstated"], "recorded")
    p.put("b.json", json.dumps({"version": 1, "findings": [{"rule": "spec-value", "path": "vms.a.memory", "count": 1}]}))
    done = p.finds([*found, *PLAIN], "--baseline", "b.json", status=1)
    p.check("1 entry in the baseline hides nothing any more" in done.stderr, done.stderr)


def test_baseline_and_comments(p):
    """What a comment silences is not recorded; what is recorded needs no comment."""
    p.write(a_yaml=SPEC.replace("uvm: true", "uvm: true # gpuplan: ignore[key-without-effect] soon"))
    p.finds([], "--write-baseline", "b.json", "--rule", "p2p-unstated=error", status=0)
    p.same([e[0] for e in entries(p)], ["p2p-unstated"], "recorded")
    p.finds(PLAIN[1:])


def test_baseline_of_the_project(p):
    p.write(a_yaml=SPEC, deep__none="", known__none="")
    p.finds([], "--write-baseline", "known/b.json")
    p.config("baseline: known/b.json\nrules: {p2p-unstated: error}\n")
    p.finds([], status=0)
    p.finds([], "../a.yaml", cwd="deep", status=0)
    p.same(p.run("compile", "-q", "-o", "out", "--strict").returncode, 0, "compile hides what lint hides")
    p.check("<domain" in p.run("show", "a", "-t", "libvirt").stdout, "show")
    p.put("empty.json", '{"version": 1, "findings": []}')
    p.finds(["key-without-effect warning", "p2p-unstated error"], "--baseline", "empty.json", status=1)
    p.config("baseline: nowhere.json\n")
    p.trouble("nowhere.json: No such file")
    p.finds([], "--write-baseline", "nowhere.json", status=0)  # the first one
    p.finds([], status=0)


def test_baseline_is_stable(p):
    p.write(a_yaml=SPEC)
    p.run("lint", "--write-baseline", "one.json")
    text = (p.folder / "one.json").read_text()
    p.same(text.count("\n"), 3, "lines")
    p.check(text.endswith("]}\n") and text.startswith('{"version": 1, "findings": ['), text)
    vms = SPEC[SPEC.index("vms:"):]
    p.put("z/vms.yaml", "version: 1\n" + vms)
    p.put("a.yaml", SPEC.replace(vms, ""))
    p.run("lint", "--write-baseline", "two.json")
    p.same((p.folder / "two.json").read_text(), text, "the same plan in two files")
    p.run("lint", "--rule", "key-without-effect=off", "--rule", "p2p-unstated=off", "--write-baseline", "none.json")
    p.same((p.folder / "none.json").read_text(), '{"version": 1, "findings": []}\n', "nothing to record")


def test_broken_baseline(p):
    p.write(a_yaml=SPEC)
    broken = {
        "": "b.json:1:1: the JSON ends unexpectedly",
        '{"version": 1,\n "findings": [': "b.json:2:15: the JSON ends unexpectedly",
        '{"version": 1,\n "findings" []}': "b.json:2:13: ",
        '{"version": 1, "findings": []} x': "b.json:1:32: ",
        "[]": "b.json: not a version 1 baseline",
        "null ": "b.json: not a version 1 baseline",
        '{"version": 2, "findings": []}': "b.json: not a version 1 baseline",
        '{"findings": []}': "b.json: not a version 1 baseline",
        '{"version": 1}': "b.json: not a version 1 baseline",
        '{"version": 1, "findings": {}}': "b.json: not a version 1 baseline",
        '{"version": 1, "findings": [1]}': "b.json: findings[0] needs a rule",
        '{"version": 1, "findings": [{"rule": "x", "path": "y"}]}': "b.json: findings[0] needs a rule",
        '{"version": 1, "findings": [{"rule": "x", "path": "y", "count": 0}]}': "b.json: findings[0] needs a rule",
        '{"version": 1, "findings": [{"rule": "x", "path": "y", "count": "1"}]}': "b.json: findings[0] needs a rule",
        '{"version": 1, "findings": [{"rule": 1, "path": "y", "count": 1}]}': "b.json: findings[0] needs a rule",
        "not json\n": "b.json:1:",
    }
    for text, words in broken.items():
        p.put("b.json", text)
        p.trouble(words, arguments=("lint", "--baseline", "b.json"))
    p.trouble("no.json: No such file", arguments=("lint", "--baseline", "no.json"))
    p.trouble("no/b.json: No such file", arguments=("lint", "--write-baseline", "no/b.json"))
    if Path("/dev/full").exists():
        p.trouble("/dev/full: No space", arguments=("lint", "--write-baseline", "/dev/full"))


# --- the page ---


def test_page(p):
    page = (ROOT / "docs/rules-and-severity.md").read_text()
    shown = re.search(r"<!-- project -->\n\n```yaml\n(.*?)```", page, re.S)
    p.config(shown[1])
    p.write(vms__a_yaml=SPEC, archive__b_yaml=SPEC, vms__c_draft_yaml=SPEC, gpuplan="")
    (p.folder / "vms/c_draft.yaml").rename(p.folder / "vms/c.draft.yaml")
    p.same(p.run("lint", "--write-baseline", "gpuplan-baseline.json").returncode, 0, "the page's first command")
    p.same(p.run("lint", "--baseline", "gpuplan-baseline.json").returncode, 0, "the page's second command")
    p.same(p.run("compile", "-q").returncode, 0, "compile")
    p.same(p.files("out"), ["gpu-1/a.xml", "manifest.json"], "out")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(ROOT / "build" / "gpuplan"))
    parser.add_argument("only", nargs="*", help="names of tests")
    options = parser.parse_args()
    gpuplan = str(Path(options.gpuplan).resolve())
    tests = {n[5:]: f for n, f in globals().items() if n.startswith("test_")}
    passed = failed = 0
    for name in options.only or tests:
        # A folder of its own that holds `.git`: what lies above is not ours.
        above = Path(tempfile.mkdtemp(prefix="gpuplan-project-"))
        (above / ".git").mkdir()
        (above / "p").mkdir()
        try:
            p = Project(gpuplan, above / "p")
            tests[name](p)
        finally:
            shutil.rmtree(above)
        passed += p.passed
        failed += len(p.failed)
        for why in p.failed:
            print(f"FAIL {name}: {why}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
