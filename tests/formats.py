#!/usr/bin/python3
"""What programs read of `gpuplan lint`: SARIF, GitHub's annotations, JUnit, and the files they go to.

Every format is taken apart by a reader of its own, and must hold what `-f json` holds: for all specs
of tests/cases, and for files whose names and texts are meant to break it.
"""

import argparse
import json
import os
import re
import resource
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import unquote_to_bytes

import jsonschema

ROOT = Path(__file__).resolve().parent.parent
SCHEMAS = ROOT / "tests/oracles/schemas"
CASES = sorted(p.name for p in (ROOT / "tests/cases").iterdir() if p.is_dir())

# One error with a note, a help and a fix; one warning; one note.
SPEC = """version: 1
hosts:
  gpu-1:
    hypervisor: vsphere
    gpus:
      g0: {board: a100-sxm4-80gb, address: 07:00.0}
      g1: {board: a100-sxm4-80gb, address: 0f:00.0}
vms:
  a:
    host: gpu-1
    vcpus: 8
    memory: 64GiB
    vgpu: A100DX-40C
    p2p: nvlink
    gpus: [g0, g1]
    disks: [{file: /x.qcow2}]
"""
NAMES = [
    b"plain.yaml", b"a b.yaml", b"c%20d.yaml", b"100%.yaml", b"e#f?g.yaml", b"a,b;c=d&e.yaml", b"C:x.yaml", b"::error::.yaml",
    b"'\"<x>.yaml", b"](http:x).yaml", b"new\nline.yaml", b"re\rturn.yaml", b"\x1b[31mred.yaml", b"tab\t.yaml", b"back\\slash.yaml",
    "ü-日本-🖥.yaml".encode(), "\u202eover\ufffe.yaml".encode(), b"latin-\xfc.yaml", b"]]>.yaml", b"%0A::error ::.yaml", b"-f.yaml",
    b"deep/%2e%2e/x.yaml", b"x..yaml",
]
# Keys that no section knows: a message quotes them.
TEXTS = ["](http://x/y)", "[a](1)", "<b>&amp;</b>", "]]>", "%0A%25%3A", "x\n::error::injected", "x\r\n##[error]injected", "{0} {{1}}", "\x1b[2J",
         "\x01\x7f", "\u202e\u2066", "\ufffe\uffff", "\U0001f5a5 ü", "a,b:c=d", "--", "\\"]


class Checks:
    """A folder, and gpuplan run in it."""

    def __init__(self, gpuplan, folder):
        self.gpuplan, self.folder, self.failed, self.passed = gpuplan, Path(folder), [], 0

    def put(self, name, text):
        file = os.path.join(os.fsencode(self.folder), os.fsencode(name))
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with open(file, "wb") as out:
            out.write(text if isinstance(text, bytes) else text.encode())

    def run(self, *arguments, cwd=".", stdin=b"", env=None, **more):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("GITHUB_")}
        return subprocess.run([self.gpuplan, "lint", *arguments], cwd=self.folder / cwd, input=stdin, capture_output=True,
                              timeout=120, env={**clean, **(env or {})}, **more)

    def check(self, good, why):
        if good:
            self.passed += 1
        else:
            self.failed.append(str(why)[:700])

    def same(self, got, want, what=""):
        self.check(got == want, f"{what}: got {got!r}, expected {want!r}")

    def like(self, got, want, what=""):
        """JSON says U+FFFD for a byte that is no text; the others show the byte."""
        self.check(re.fullmatch(re.escape(want).replace("\ufffd", r"\\x[0-9a-f]{2}"), got), f"{what}: got {got!r}, expected {want!r}")

    def findings(self, *arguments, **more):
        return json.loads(self.run("-q", "-f", "json", *arguments, **more).stdout)["findings"]

    def sarif(self, *arguments, **more):
        """A valid SARIF log's only run."""
        text = self.run("-q", "-f", "sarif", *arguments, **more).stdout.decode()
        log = json.loads(text, object_pairs_hook=unique)
        for error in VALIDATOR.iter_errors(log):
            self.check(False, f"SARIF {arguments}: {error.json_path}: {error.message}")
        self.check(True, "")
        return log["runs"][0]

    def junit(self, *arguments, **more):
        done = self.run("-q", "-f", "junit", *arguments, **more)
        judge = subprocess.run(["xmllint", "--noout", "--relaxng", SCHEMAS / "junit.rng", "-"], input=done.stdout,
                               capture_output=True, timeout=60)
        self.same(judge.returncode, 0, f"JUnit {arguments}: {judge.stderr[-400:]}")
        return ET.fromstring(done.stdout), done

    def github(self, *arguments, **more):
        """The commands as the runner reads them; every line is one."""
        done = self.run("-q", "-f", "github", *arguments, **more)
        lines = done.stdout.decode().split("\n")
        self.same(lines.pop(), "", "the last line's end")
        self.check(not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", done.stdout), f"a control character: {done.stdout[:300]}")
        read = [runner(line) for line in lines]
        self.check(None not in read, f"no command: {[l for l, r in zip(lines, read) if not r][:1]}")
        return [r for r in read if r]


# --- readers ---


def unique(pairs):
    """No key of a JSON object stands twice."""
    assert len({k for k, _ in pairs}) == len(pairs), pairs
    return dict(pairs)


def make_validator():
    """Strict: the formats too, which the library would pass over in silence."""
    schema = json.loads((SCHEMAS / "sarif-2.1.0.schema.json").read_text())
    formats = jsonschema.FormatChecker(formats=())
    char = r"[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2}"
    absolute = re.compile(rf"[A-Za-z][A-Za-z0-9+.-]*:(?:{char}|/)+(?:#(?:{char}|/)*)?")
    relative = re.compile(rf"(?!/|[^/]*:)(?:{char}|/)+")
    formats.checks("uri")(lambda s: bool(absolute.fullmatch(s)))
    formats.checks("uri-reference")(lambda s: bool(absolute.fullmatch(s) or relative.fullmatch(s)))
    for name in ("uuid", "date-time"):
        formats.checks(name)(lambda s: False)  # gpuplan writes none
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema, format_checker=formats)


VALIDATOR = make_validator()


def runner(line):
    """A workflow command: (command, properties, message), as ActionCommand.TryParseV2 of GitHub's runner takes it apart."""
    end = line.find("::", 2)
    if not line.startswith("::") or end < 0:
        return None
    command, _, rest = line[2:end].partition(" ")
    properties = {}
    for pair in filter(None, rest.strip().split(",")):
        key, _, value = pair.partition("=")
        for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
            value = value.replace(code, char)
        properties[key] = value
    message = line[end + 2:]
    for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        message = message.replace(code, char)
    return command, properties, message


def hostile(code):
    return (code < 0x20 or 0x7F <= code < 0xA0 or code in (0x200E, 0x200F, 0x61C, 0xFEFF) or 0x2028 <= code <= 0x202E
            or 0x2066 <= code <= 0x2069)


def visible(text, keep=""):
    """What a reader is shown of a text (a name: decoded with surrogateescape)."""
    out = ""
    for c in text:
        code = ord(c)
        if 0xDC80 <= code <= 0xDCFF:
            out += f"\\x{code - 0xDC00:02x}"
        elif c in keep or not hostile(code):
            out += c
        else:
            out += f"\\x{code:02x}" if code < 0x80 else f"\\u{{{code:x}}}"
    return out


def in_xml(text):
    return visible(text).replace("\ufffe", "\\u{fffe}").replace("\uffff", "\\u{ffff}")


def story(f, name, related, show=visible, head=True):
    """A finding in words, as GitHub and JUnit have it."""
    severity = f"{f['severity']}: " if head else ""
    lines = [f"{show(name)}:{f['line']}:{f['column']}: {severity}{show(f['message'])} [{f['rule']}]"]
    lines += [f"{show(n)}:{r['line']}:{r['column']}: note: {show(r['message'])}" for n, r in zip(related, f["related"])]
    return "\n".join(lines + ([f"help: {show(f['help'])}"] if f["help"] else []))


def region(place):
    return {"startLine": place["line"], "startColumn": place["column"], "endLine": place["end_line"], "endColumn": place["end_column"]}


def uri_name(location):
    """The name behind an artifactLocation, as bytes; absolute for a file: URI."""
    uri = location["uri"]
    if uri.startswith("file://"):
        assert "uriBaseId" not in location and uri.startswith("file:///"), location
        return unquote_to_bytes(uri[7:])
    assert location["uriBaseId"] == "%SRCROOT%" and not uri.startswith("/"), location
    assert ".." not in uri.split("/") and "." not in uri.split("/"), location
    return unquote_to_bytes(uri)


# --- each of them against JSON ---


def same_sarif(p, findings, names, run, what):
    """`names`: JSON's name of a file to its bytes."""
    rules = [r["id"] for r in run["tool"]["driver"]["rules"]]
    p.same(len(run["results"]), len(findings), f"{what}: results")
    prints = []
    for r, f in zip(run["results"], findings):
        physical = r["locations"][0]["physicalLocation"]
        p.same((r["ruleId"], rules[r["ruleIndex"]], r["level"]), (f["rule"], f["rule"], f["severity"]), what)
        p.same(physical["region"], region(f), what)
        p.same(uri_name(physical["artifactLocation"]), names[f["file"]], what)
        text = visible(f["message"]) + (f"\nhelp: {visible(f['help'])}" if f["help"] else "")
        p.like(r["message"]["text"], text.replace("](", "\\]("), what)
        logical = [loc["fullyQualifiedName"] for loc in r["locations"][0].get("logicalLocations", [])]
        p.same(logical, [f["path"]] if f["path"] else [], what)
        related = [(uri_name(x["physicalLocation"]["artifactLocation"]), x["physicalLocation"]["region"]["startLine"],
                    x["physicalLocation"]["region"]["startColumn"], x["message"]["text"]) for x in r.get("relatedLocations", [])]
        p.same(related, [(names[x["file"]], x["line"], x["column"], visible(x["message"]).replace("](", "\\]("))
                         for x in f["related"]], what)
        same_fixes(p, r.get("fixes", []), f["fixes"], names, what)
        p.same("partialFingerprints" in r, bool(f["path"]), what)
        prints += [(f["file"], *r["partialFingerprints"].values())] if f["path"] else []
    p.same(len(set(prints)), len(prints), f"{what}: a fingerprint that two findings of a file have")


def same_fixes(p, got, want, names, what):
    p.same(len(got), len(want), f"{what}: fixes")
    for g, w in zip(got, want):
        p.same((g["properties"], g["description"]["text"]), ({"safe": w["safe"]}, visible(w["description"])), what)
        edits = [(uri_name(c["artifactLocation"]), r["deletedRegion"], r.get("insertedContent", {"text": ""})["text"])
                 for c in g["artifactChanges"] for r in c["replacements"]]
        p.same(edits, [(names[e["file"]], region(e), e["text"]) for e in w["edits"]], what)
        files = [uri_name(c["artifactLocation"]) for c in g["artifactChanges"]]
        p.same(len(set(files)), len(files), f"{what}: a file that is changed twice")


def same_github(p, findings, names, commands, what):
    kinds = {"error": "error", "warning": "warning", "note": "notice"}
    if commands and commands[0][1] == {"title": "gpuplan"}:
        commands = commands[1:]
    p.same(len(commands), len(findings), f"{what}: commands")
    for (command, properties, message), f in zip(commands, findings):
        name = os.fsdecode(names[f["file"]])
        want = {"file": visible(name, keep="\r\n"), "line": str(f["line"]), "endLine": str(f["end_line"]), "title": f["rule"]}
        if f["line"] == f["end_line"]:
            want.update(col=str(f["column"]), endColumn=str(f["end_column"]))
        p.same((command, properties), (kinds[f["severity"]], want), what)
        related = [os.fsdecode(names[r["file"]]) for r in f["related"]]
        p.like(message, story(f, name, related, head=False), what)


def same_junit(p, findings, names, root, what, failing=("error",)):
    cases = [(s, t) for s in root for t in s if t.get("name") != "no finding"]
    p.same(len(cases), len(findings), f"{what}: tests")
    for (suite, test), f in zip(cases, findings):
        name = os.fsdecode(names[f["file"]])
        p.same((suite.get("name"), test.get("classname")), (in_xml(name), in_xml(name)), what)
        start = f"{f['rule']} {in_xml(f['path'])}".strip()
        p.check(re.fullmatch(re.escape(start) + r"( \(\d+\))?", test.get("name")), f"{what}: {test.get('name')!r} is not {start!r}")
        p.same(test[0].tag, "failure" if f["severity"] in failing else "system-out", what)
        related = [os.fsdecode(names[r["file"]]) for r in f["related"]]
        p.like(test[0].text, story(f, name, related, in_xml) + "\n", what)
        if test[0].tag == "failure":
            p.like(test[0].get("message"), in_xml(f["message"]), what)
            p.same(test[0].get("type"), f["severity"], what)
    for suite in root:
        p.same(suite.get("tests"), str(len(suite)), what)
        p.same(suite.get("failures"), str(len(suite.findall(".//failure"))), what)
        p.same(len({t.get("name") for t in suite}), len(suite), f"{what}: tests of one name")
    p.same(root.get("tests"), str(len(root.findall(".//testcase"))), what)
    p.same(root.get("failures"), str(len(root.findall(".//failure"))), what)


def same_everywhere(p, names, *arguments, **more):
    findings = p.findings(*arguments, **more)
    what = f"{arguments} {more}"
    same_sarif(p, findings, names, p.sarif(*arguments, **more), what)
    same_github(p, findings, names, p.github("--max-findings", "9999999", *arguments, **more), what)
    same_junit(p, findings, names, p.junit(*arguments, **more)[0], what)
    return findings


def test_cases(p):
    seen = set()
    for case in CASES:
        shutil.copytree(ROOT / "tests/cases" / case, p.folder / case)
        findings = p.findings(case)
        names = {f["file"]: os.path.normpath(f["file"]).encode() for g in findings for f in (g, *g["related"])}
        seen |= {f["rule"] for f in same_everywhere(p, names, case)}
    p.check(len(seen) > 30, f"only {len(seen)} rules fire")


def test_names(p):
    for number, name in enumerate(NAMES):
        p.put(name, SPEC.replace("gpu-1", f"gpu-{number}").replace("  a:\n", f"  a{number}:\n").replace("/x.q", f"/x{number}.q"))
    names = {}
    for name in NAMES:
        plain = os.path.normpath(name)
        names[name.decode(errors="replace")] = plain
        names["./" + name.decode(errors="replace")] = plain
    p.same(len(p.findings(".")), len(p.findings(b"--", *sorted(NAMES))), "found by name and by walking")
    findings = same_everywhere(p, names, "--", *sorted(NAMES))
    p.same(len({f["file"] for f in findings}), len(NAMES), "files with findings")


def test_texts(p):
    quoted = ['"' + "".join(f"\\U{ord(c):08x}" for c in t) + '"' for t in TEXTS]
    p.put("a.yaml", SPEC + "".join(f"{q}: 1\n" for q in quoted))
    keys = "".join(f"    {q}: {q}\n" for q in quoted)
    p.put("b.yaml", SPEC.replace("    vcpus: 8\n", "    vcpus: 8\n" + keys).replace("gpu-1", "gpu-2").replace("  a:\n", "  b:\n"))
    found = same_everywhere(p, {"a.yaml": b"a.yaml", "b.yaml": b"b.yaml"}, "a.yaml", "b.yaml")
    text = "".join(f["message"] for f in found)
    p.same([t for t in TEXTS if t not in text], [], "texts that no message quotes")


# --- places ---


def test_where(p):
    """Relative to the repository that a pipeline names, else to the working directory."""
    p.put("work/repo/vms/a.yaml", SPEC)
    p.put("work/other/a.yaml", SPEC)
    p.put("work/re/x", "")
    (p.folder / "link").symlink_to("work/repo")
    here = str(p.folder.resolve())
    repo = here + "/work/repo"
    wanted = [  # working directory, GITHUB_WORKSPACE, argument, name
        ("work/repo", None, "vms", "vms/a.yaml"),
        ("work/repo", None, "./vms//../vms/a.yaml", "vms/a.yaml"),
        ("work/repo", None, repo + "/vms/a.yaml", "vms/a.yaml"),
        ("work/repo/vms", None, ".", "a.yaml"),
        ("work/repo/vms", None, "../vms/a.yaml", "a.yaml"),
        ("work/repo/vms", None, "../../other/a.yaml", here + "/work/other/a.yaml"),
        ("work/repo/vms", repo, ".", "vms/a.yaml"),
        ("work/repo/vms", repo + "/", "a.yaml", "vms/a.yaml"),
        ("work/repo/vms", here + "/link", "a.yaml", "vms/a.yaml"),
        ("work/repo/vms", here + "/link", here + "/link/vms/a.yaml", "vms/a.yaml"),
        ("work/repo", here + "/work/re", "vms", "vms/a.yaml"),
        ("work", repo, "repo/vms", "repo/vms/a.yaml"),
        ("work/repo/vms", here + "/nowhere", ".", "a.yaml"),
        ("work/repo/vms", "..", ".", "a.yaml"),
        ("work/repo/vms", "", ".", "a.yaml"),
        ("work/repo/vms", "/", ".", repo[1:] + "/vms/a.yaml"),
    ]
    for cwd, workspace, argument, name in wanted:
        env = {} if workspace is None else {"GITHUB_WORKSPACE": workspace}
        names = {f["file"]: name.encode() for f in p.findings(argument, cwd=cwd)}
        p.same(len(names), 1, f"files in {cwd}")
        same_everywhere(p, names, argument, cwd=cwd, env=env)


def test_standard_input(p):
    run = p.sarif("-", stdin=SPEC.encode())
    for location in [r["locations"][0]["physicalLocation"] for r in run["results"]]:
        p.same(location["artifactLocation"], {"uri": "%3Cstdin%3E", "description": {"text": "standard input"}}, "no file")
        p.check(location["region"]["startLine"] > 0, location)
    commands = p.github("-", stdin=SPEC.encode())
    p.check(commands, "no command")
    for _, properties, message in commands:
        p.same(list(properties), ["title"], "an annotation without a file")
        p.check(message.startswith("<stdin>:"), message)
    root, _ = p.junit("-", stdin=SPEC.encode())
    p.same(root[0].get("name"), "<stdin>", "suite")
    same_everywhere(p, {"vms/x.yaml": b"vms/x.yaml"}, "--stdin-filename", "vms/x.yaml", "-", stdin=SPEC.encode())


def test_captures(p):
    """A finding in a capture is in that file, with the path of the key that names it."""
    shutil.copytree(ROOT / "tests/cases/captures", p.folder / "c")
    found = [f for f in p.findings("c") if not f["file"].endswith(".yaml")]
    p.check(len(found) > 5, f"only {len(found)} findings in captures")
    p.check(all(".captures." in f["path"] for f in found), "paths")


# --- SARIF ---


def test_sarif_clean(p):
    for arguments, stdin in (((ROOT / "examples",), b""), ((".",), b""), (("-",), b"version: 1\n")):
        done = p.run("-f", "sarif", "-q", "--rule", "p2p-unstated=off", *arguments, stdin=stdin)
        p.same((done.returncode, done.stderr), (0, b""), f"{arguments}")
        p.sarif(*arguments, stdin=stdin)
    log = json.loads(done.stdout)
    p.same(log["runs"][0]["results"], [], "results")
    p.same((log["version"], log["runs"][0]["columnKind"]), ("2.1.0", "unicodeCodePoints"), "log")
    p.same(log["runs"][0]["invocations"], [{"executionSuccessful": True}], "invocations")


def test_sarif_rules(p):
    driver = p.sarif("-", stdin=b"version: 1\n")["tool"]["driver"]
    version = subprocess.run([p.gpuplan, "version"], capture_output=True, text=True).stdout.split()[1]
    p.same((driver["name"], driver["version"], driver["semanticVersion"]), ("gpuplan", version, version), "driver")
    known = json.loads(subprocess.run([p.gpuplan, "rules", "-f", "json"], capture_output=True).stdout)["rules"]
    p.same([(r["id"], r["defaultConfiguration"]["level"], r["shortDescription"]["text"]) for r in driver["rules"]],
           [(k["name"], k["severity"], k["summary"]) for k in known], "rules")
    p.same(len({r["name"] for r in driver["rules"]} | {r["id"] for r in driver["rules"]}), 2 * len(known), "names and ids")
    for r in driver["rules"]:
        p.check(re.fullmatch(r"([A-Z][a-z0-9]*)+", r["name"]), r["name"])
        p.same(r["help"]["markdown"], (ROOT / f"docs/rules/{r['id']}.md").read_text(), f"help of {r['id']}")
        page = subprocess.run([p.gpuplan, "explain", r["id"]], capture_output=True, text=True).stdout
        p.same(r["help"]["text"], page, f"help of {r['id']}")
        prose = re.sub(r"```.*?```|`[^`]*`", "", r["help"]["markdown"], flags=re.S)
        p.check(not re.search(r"<[A-Za-z/!]", prose), f"HTML in the help of {r['id']}")


def test_sarif_fingerprints(p):
    """They stay when lines move and files are renamed, and change with the path."""
    def prints(name, text):
        p.put(name, text)
        return sorted(r["partialFingerprints"]["ruleAndPath/v1"] for r in p.sarif(name)["results"])

    first = prints("a.yaml", SPEC)
    p.check(first, "no fingerprint")
    p.same(prints("b/c.yaml", "# moved\n\n" + SPEC), first, "another place")
    p.check(not set(prints("d.yaml", SPEC.replace("  a:\n", "  other:\n"))) & set(first), "another VM")


def test_validator(p):
    """It finds what is wrong."""
    p.put("a.yaml", SPEC)
    text = p.run("-q", "-f", "sarif", "a.yaml").stdout.decode()
    p.check(not list(VALIDATOR.iter_errors(json.loads(text))), "as it is")
    for old, new in (('"startLine": 13', '"startLine": 0'), ('"uri": "a.yaml"', '"uri": "a b.yaml"'), ('"uri": "a.yaml"', '"uri": "%zz"'),
                     ('"ruleId"', '"ruleid"'), ('"level": "error"', '"level": "fatal"'), ('"results": [', '"results": [{},')):
        p.check(old in text, f"no {old}")
        p.check(list(VALIDATOR.iter_errors(json.loads(text.replace(old, new, 1)))), f"{new} is valid")


# --- GitHub ---


def test_auto(p):
    p.put("a.yaml", SPEC)
    forms = {n: p.run("-q", "-f", n, "a.yaml").stdout for n in ("text", "github")}
    for env, form in (({}, "text"), ({"GITHUB_ACTIONS": "true"}, "github"), ({"GITHUB_ACTIONS": "false"}, "text"),
                      ({"GITHUB_ACTIONS": ""}, "text")):
        for arguments in (("a.yaml",), ("-f", "auto", "a.yaml")):
            p.same(p.run("-q", *arguments, env=env).stdout, forms[form], f"{env} {arguments}")
        p.run("-q", "-o", "out.txt", "a.yaml", env=env)
        p.same((p.folder / "out.txt").read_bytes(), forms[form], f"-o with {env}")
    p.same(p.run("-q", "-f", "text", "a.yaml", env={"GITHUB_ACTIONS": "true"}).stdout, forms["text"], "-f text there")
    p.check(b"1 error, " in p.run("a.yaml", env={"GITHUB_ACTIONS": "true"}).stderr, "the summary")


def test_github_total(p):
    """More than GitHub shows: told first. --max-findings counts annotations."""
    def spec(n):
        return SPEC + "".join(f"    x{i}: 1\n" for i in range(n))

    p.put("a.yaml", spec(9))
    p.same([c[0] for c in p.github("a.yaml")].count("error"), 10, "errors")
    p.check(all(c[1]["title"] != "gpuplan" for c in p.github("a.yaml")), "told of ten")
    p.put("a.yaml", spec(10))
    command, properties, message = p.github("a.yaml")[0]
    p.same((command, properties), ("notice", {"title": "gpuplan"}), "the total")
    p.check(message.startswith("11 errors, "), message)
    kinds = [c[0] for c in p.github("--max-findings", "3", "a.yaml")]
    p.same(kinds, ["notice", "error", "error", "error"], "three of them")


def test_github_clean(p):
    p.same(p.run("-q", "-f", "github", "-", stdin=b"version: 1\n").stdout, b"", "nothing to say")


# --- JUnit ---


def test_junit_verdict(p):
    """Red exactly where the exit status is 1."""
    p.put("a.yaml", SPEC)
    p.put("b.yaml", SPEC.replace("gpu-1", "gpu-2").replace("  a:\n", "  b:\n").replace("    vgpu: A100DX-40C\n", ""))
    for arguments in ((), ("--strict",), ("--rule", "p2p-vgpu-fractional=warning"), ("--rule", "p2p-vgpu-fractional=warning", "--strict"),
                      ("--rule", "p2p-vgpu-fractional=note", "--strict"), ("--rule", "p2p-vgpu-fractional=off")):
        root, done = p.junit(*arguments, "a.yaml", "b.yaml")
        p.same(root.get("failures") != "0", done.returncode == 1, f"{arguments}")
        failing = ("error", "warning") if "--strict" in arguments else ("error",)
        same_junit(p, p.findings(*arguments, "a.yaml", "b.yaml"), {n: n.encode() for n in ("a.yaml", "b.yaml")}, root, f"{arguments}", failing)


def test_junit_names(p):
    """What has no path is counted file by file: what another file has renames no test."""
    for name in ("a.yaml", "b.yaml"):
        p.put(name, "version: 1\nhosts: {\n")
    root, _ = p.junit("a.yaml", "b.yaml")
    p.same([t.get("name") for s in root for t in s], ["yaml-syntax", "yaml-syntax"], "tests")


def test_junit_clean(p):
    root, done = p.junit(ROOT / "examples")
    files = sum(1 for f in (ROOT / "examples").rglob("*.y*ml"))
    p.check(len(root) >= files, f"{len(root)} suites of {files} files")
    p.check("no finding" in {t.get("name") for s in root for t in s}, "no file without a finding")
    p.same((root.get("failures"), done.returncode), ("0", 0), "failures")
    root, done = p.junit(".")
    p.same([(t.get("name"), t[0].tag) for s in root for t in s], [("no spec was found", "skipped")], "nothing there")
    p.same((root.get("tests"), root[0].get("skipped"), done.returncode), ("1", "1", 0), "nothing there")


# --- where it goes ---


def known_formats(p):
    """What `lint -f` takes, as the shells are told."""
    done = subprocess.run([p.gpuplan, "complete", "lint", "-f", ""], text=True, capture_output=True, check=True)
    return [line.split("\t")[0] for line in done.stdout.splitlines()]


def test_documented(p):
    table = (ROOT / "docs/output-formats.md").read_text().partition("\n\n`-f FORMAT")[0]
    rows = re.findall(r"^\| `(\w+)` \|", table, flags=re.M)
    p.same(rows, known_formats(p), "the table of docs/output-formats.md")


def test_outputs(p):
    p.put("a.yaml", SPEC)
    formats = [f for f in known_formats(p) if f != "auto"]
    alone = {f: p.run("-q", "-f", f, "a.yaml").stdout for f in formats}
    arguments = [a for f in formats for a in ("-f", f, "-o", f"out.{f}")]
    done = p.run(*arguments, "-f", "json", "a.yaml")
    p.same((done.returncode, done.stdout), (1, alone["json"]), "standard output")
    p.check(done.stderr.count(b"\n") == 2 and b"1 error" in done.stderr and b"can be fixed" in done.stderr, f"the summary: {done.stderr}")
    for f in formats:
        p.same((p.folder / f"out.{f}").read_bytes(), alone[f], f"-f {f} -o")
    p.same(p.run("-q", "-f", "json", "-o", "-", "a.yaml").stdout, alone["json"], "-o -")
    p.same(sorted(x.name for x in p.folder.iterdir()), sorted(["a.yaml", *(f"out.{f}" for f in formats)]), "files")


def test_wrong_options(p):
    p.put("a.yaml", SPEC)
    for arguments, says in ((("-f", "sarif", "-f", "json"), b"2 formats on standard output"),
                            (("-f", "sarif", "-o", "x", "-f", "json", "-o", "x"), b"two formats cannot go to one file"),
                            (("-f", "xml"), b"text, oneline, json, sarif, github, junit or auto")):
        done = p.run(*arguments, "a.yaml")
        p.same((done.returncode, done.stdout), (2, b""), f"{arguments}")
        p.check(says in done.stderr, done.stderr)
        p.check(not (p.folder / "x").exists(), "written in spite of it")


def test_unwritable(p):
    """Status 2 and the reason; the other outputs are written all the same, and nothing is left behind."""
    p.put("a.yaml", SPEC)
    p.put("folder/x", "")
    (p.folder / "loop").symlink_to("loop")
    text = p.run("-q", "-f", "text", "a.yaml").stdout
    for name, says in (("/dev/full", "No space left"), ("folder", "Is a directory"), ("no/such/x", "No such file"), ("loop", "symbolic links"),
                       ("a.yaml/x", "Not a directory"), ("x" * 300, "name too long")):
        done = p.run("-f", "sarif", "-o", name, "-f", "text", "a.yaml")
        p.same((done.returncode, done.stdout), (2, text), name)
        p.check(name in done.stderr.decode() and says in done.stderr.decode(), f"{name}: {done.stderr}")
        p.same(sorted(x.name for x in p.folder.iterdir()), ["a.yaml", "folder", "loop"], f"left by {name}")
    for form in ("json", "sarif", "junit", "github", "text"):
        with open("/dev/full", "w") as full:
            done = subprocess.run([p.gpuplan, "lint", "-f", form, "a.yaml"], cwd=p.folder, stdout=full, stderr=subprocess.PIPE)
        p.same(done.returncode, 2, f"{form} to a full disk")
        p.check(b"standard output: No space left" in done.stderr, done.stderr)


def test_permissions(p):
    """As a user who may not write everywhere: a file that is not ours stays, one in a folder that is not is written to."""
    user = 65534 if os.geteuid() == 0 else None
    os.chmod(p.folder.parent, 0o755)
    program = shutil.copy(p.gpuplan, p.folder / "gpuplan")
    p.put("a.yaml", SPEC)
    want = p.run("-q", "-f", "json", "a.yaml").stdout
    for folder, mode in (("open", 0o755), ("closed", 0o555)):
        p.put(f"{folder}/writable", "old")
        p.put(f"{folder}/readable", "old")
        for name in (".", "writable", "readable"):
            os.chown(p.folder / folder / name, user or -1, -1)
        (p.folder / folder / "readable").chmod(0o444)
        (p.folder / folder).chmod(mode)
    for name, status, text in (("open/writable", 1, want), ("open/readable", 2, b"old"), ("open/new", 1, want), ("closed/writable", 1, want),
                               ("closed/readable", 2, b"old"), ("closed/new", 2, None)):
        done = subprocess.run([program, "lint", "-q", "-f", "json", "-o", name, "a.yaml"], cwd=p.folder, user=user, capture_output=True, timeout=60)
        p.same(done.returncode, status, f"{name}: {done.stderr}")
        p.check(status == 1 or b"Permission denied" in done.stderr, done.stderr)
        file = p.folder / name
        p.same(file.read_bytes() if file.exists() else None, text, name)
    p.same(sorted(x.name for x in (p.folder / "open").iterdir()), ["new", "readable", "writable"], "left behind")
    (p.folder / "closed").chmod(0o755)


def limit_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def test_whole_or_not_at_all(p):
    """A write that fails on the way (SARIF is larger than the limit) leaves the old file, or none."""
    p.put("a.yaml", SPEC)
    p.put("old.sarif", "old")
    for name in ("old.sarif", "new.sarif"):
        done = p.run("-f", "sarif", "-o", name, "a.yaml", preexec_fn=limit_files)
        p.same(done.returncode, 2, name)
        p.check(b"File too large" in done.stderr and name.encode() in done.stderr, done.stderr)
    p.same(sorted(x.name for x in p.folder.iterdir()), ["a.yaml", "old.sarif"], "files")
    p.same((p.folder / "old.sarif").read_text(), "old", "the old one")


def test_replaced(p):
    """A file keeps its mode, a link stays one; a pipe or device is written to, not replaced."""
    p.put("a.yaml", SPEC)
    want = p.run("-q", "-f", "json", "a.yaml").stdout
    p.put("real/old.json", "old")
    (p.folder / "real/old.json").chmod(0o640)
    (p.folder / "link.json").symlink_to("real/old.json")
    p.run("-f", "json", "-o", "link.json", "a.yaml")
    p.check((p.folder / "link.json").is_symlink(), "the link")
    p.same((p.folder / "real/old.json").read_bytes(), want, "behind the link")
    p.same(stat.S_IMODE((p.folder / "real/old.json").stat().st_mode), 0o640, "the mode")
    p.run("-f", "json", "-o", "new.json", "a.yaml", preexec_fn=lambda: os.umask(0o027) and None)
    p.same(stat.S_IMODE((p.folder / "new.json").stat().st_mode), 0o640, "the umask")
    (p.folder / "away.json").symlink_to("real/made.json")
    p.run("-f", "json", "-o", "away.json", "a.yaml")
    p.same((p.folder / "real/made.json").read_bytes(), want, "behind a link to nothing yet")
    p.same(p.run("-q", "-f", "json", "-o", "/dev/stdout", "a.yaml").stdout, want, "/dev/stdout")
    os.mkfifo(p.folder / "pipe")
    reader = subprocess.Popen(["cat", "pipe"], cwd=p.folder, stdout=subprocess.PIPE)
    p.run("-f", "json", "-o", "pipe", "a.yaml")
    p.same(reader.communicate(timeout=60)[0], want, "a pipe")


def test_many(p):
    """Written finding by finding: what a format adds to the memory does not grow with them."""
    p.put("a.yaml", SPEC + "".join(f"    x{i}: 1\n" for i in range(60000)))
    peak, env = {}, {**os.environ, "ASAN_OPTIONS": "quarantine_size_mb=1"}
    for form in ("oneline", "sarif", "junit", "github"):
        with open(p.folder / "out", "wb") as out:
            process = subprocess.Popen([p.gpuplan, "lint", "-q", "-f", form, "--max-findings", "100" if form == "oneline" else "99999999", "a.yaml"],
                                       cwd=p.folder, stdout=out, env=env)
            _, _, usage = os.wait4(process.pid, 0)
            process.returncode = 0
        peak[form] = usage.ru_maxrss >> 10
        size = (p.folder / "out").stat().st_size >> 20
        p.check(form == "oneline" or size > 10, f"{form}: only {size} MiB")
    for form in ("sarif", "junit", "github"):
        p.check(peak[form] < peak["oneline"] + 12, f"{form} took {peak[form]} MiB, oneline {peak['oneline']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(ROOT / "build" / "gpuplan"))
    parser.add_argument("only", nargs="*", help="names of tests")
    options = parser.parse_args()
    gpuplan = str(Path(options.gpuplan).resolve())
    tests = {n[5:]: f for n, f in globals().items() if n.startswith("test_")}
    passed = failed = 0
    for name in options.only or tests:
        with tempfile.TemporaryDirectory(prefix="gpuplan-formats-") as above:
            os.mkdir(above + "/.git")  # no project file from above
            os.mkdir(above + "/p")
            p = Checks(gpuplan, above + "/p")
            tests[name](p)
        passed += p.passed
        failed += len(p.failed)
        for why in p.failed[:20]:
            print(f"FAIL {name}: {why}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
