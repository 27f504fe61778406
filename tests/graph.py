#!/usr/bin/python3
"""`gpuplan graph`: the three formats, each read by a program that knows it.

dot is laid out by Graphviz, the SVG is drawn by librsvg and measured here, Mermaid (whose own parser
is not in Debian) is held to the part of its grammar that is written. All three must say the same.
The pictures of docs/graph.md and the texts beside tests/cases/graph are compared byte for byte;
`--update` rewrites them.
"""

import argparse
import html
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import unicodedata
import xml.etree.ElementTree as ET
from pathlib import Path

import locales

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "cases" / "graph"
PICTURES = ROOT / "docs" / "graph"
SVG = "{http://www.w3.org/2000/svg}"
RED = "#c40000"
# Of a monospaced font, in parts of its size; the program reckons with the same.
WIDTH = 0.602
SIZES = {"n": 13, "f": 11, "e": 10, "s": 10}


class Run:
    def __init__(self, gpuplan):
        self.gpuplan, self.passed, self.failed = gpuplan, 0, 0

    def check(self, good, why):
        self.passed += bool(good)
        self.failed += not good
        if not good:
            print(f"FAIL {why}")

    def graph(self, *arguments, stdin=None, cwd=ROOT, env=None):
        return subprocess.run(
            [self.gpuplan, "graph", *arguments], input=stdin, cwd=cwd, env=env, text=True, capture_output=True, timeout=60
        )


# --- what each format says: {GPU node: its text}, edges, frames ---


def text_of(element):
    return "".join(t.text or "" for t in element.findall(f".//{SVG}text"))


class Svg:
    def __init__(self, text):
        self.root = ET.fromstring(text)
        self.boxes = [self.box(g.find(f"{SVG}rect")) for g in self.groups("gpu")]
        self.gpus = sorted(text_of(g) for g in self.groups("gpu"))
        self.vms = sorted({text_of(g) for g in self.groups("vm") if text_of(g)})

    def groups(self, name):
        return self.root.findall(f".//{SVG}g[@class='{name}']")

    @staticmethod
    def box(rect):
        return tuple(int(rect.get(k)) for k in ("x", "y", "width", "height"))

    def count(self, name):
        return len(self.groups(name))


def columns(text):
    return sum(2 if ord(c) >= 0x1100 and c != "…" else 1 for c in text if not unicodedata.combining(c))


def extent(text):
    """The box of one line of text."""
    size = SIZES[text.get("class")]
    width = columns(text.text or "") * size * WIDTH
    x, y = int(text.get("x")), int(text.get("y"))
    x -= {"start": 0, "middle": width / 2, "end": width}[text.get("text-anchor", "start")]
    return x, y - size, x + width, y + size * 0.3


def overlap(a, b):
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]


def check_svg(run, name, text):
    """It is drawn, nothing lies over another GPU or out of the sheet, each GPU's text is in its box."""
    for tool in (["xmllint", "--noout", "-"], ["rsvg-convert", "--format", "png", "--width", "400"]):
        done = subprocess.run(tool, input=text.encode(), capture_output=True, timeout=120)
        run.check(done.returncode == 0 and not done.stderr, f"{name}: {tool[0]}: {done.stderr[:300]}")
    svg = Svg(text)
    _, _, width, height = map(int, svg.root.get("viewBox").split())
    for t in svg.root.iter(f"{SVG}text"):
        x1, y1, x2, y2 = extent(t)
        run.check(x1 >= 0 and y1 >= 0 and x2 <= width and y2 <= height, f"{name}: out of the sheet: {t.text}")
    for kind in ("gpu", "use", "vm", "host"):
        boxes = [Svg.box(g.find(f"{SVG}rect")) for g in svg.groups(kind) if g.find(f"{SVG}rect") is not None]
        for a, b in itertools.combinations(boxes, 2):
            run.check(not overlap(a, b), f"{name}: {kind} {a} lies over {b}")
    for group in svg.groups("gpu") + svg.groups("use"):
        x, y, w, h = Svg.box(group.find(f"{SVG}rect"))
        for t in group.findall(f"{SVG}text"):
            x1, y1, x2, y2 = extent(t)
            run.check(x1 >= x and x2 <= x + w and y1 >= y and y2 <= y + h, f"{name}: out of its box: {t.text}")
    for box in svg.boxes:
        run.check(box[0] >= 0 and box[1] >= 0 and box[0] + box[2] <= width and box[1] + box[3] <= height, f"{name}: {box}")
    return svg


def dot_text(label):
    """The text of an HTML-like label."""
    return html.unescape(re.sub(r"<[^>]*>", "", label))


class Dot:
    def __init__(self, run, name, text):
        done = subprocess.run(["dot", "-Tjson"], input=text, text=True, capture_output=True, timeout=120)
        run.check(done.returncode == 0 and not done.stderr, f"{name}: dot: {done.stderr[:300]}")
        graph = json.loads(done.stdout)
        objects = graph.get("objects", [])
        names = [o["name"] for o in objects]
        self.nodes = {o["name"]: o for o in objects if not o["name"].startswith("cluster") and "_" in o["name"]}
        self.clusters = {o["name"]: o for o in objects if o["name"].startswith("cluster")}
        self.gpus = sorted(dot_text(o["label"]) for n, o in self.nodes.items() if re.fullmatch(r"h\d+_g\d+", n))
        self.vms = sorted(
            {dot_text(o["label"]) for n, o in self.nodes.items() if re.fullmatch(r"h\d+_v\d+", n)}
        )
        self.edges = [
            (names[e["tail"]], names[e["head"]], e) for e in graph.get("edges", []) if e.get("style") != "invis"
        ]
        self.inside = {
            c: sorted(names[i] for i in o.get("nodes", []) if re.fullmatch(r"h\d+_g\d+", names[i]))
            for c, o in self.clusters.items()
        }

    def between(self, kinds):
        return [e for a, b, e in self.edges if sorted((a.split("_")[1][0], b.split("_")[1][0])) == sorted(kinds)]


MERMAID_TEXT = r"(?:[A-Za-z0-9 .,:/\-\u00a1-\U0010fffd]|#[0-9]{1,3};|<br/>)+"
MERMAID_STYLE = r"(?:(?:fill|stroke|color):(?:#[0-9a-f]{6}|none)|stroke-width:[0-9.]+px|stroke-dasharray:\d+ \d+)"
MERMAID = [
    ("subgraph", re.compile(rf' *subgraph (?P<id>h\d+[fx]\d+)\["(?P<text>{MERMAID_TEXT})"\]')),
    ("direction", re.compile(r" *direction TB")),
    ("end", re.compile(r" *end")),
    ("node", re.compile(
        rf' *(?P<id>h\d+[gsvnx]\d+|elsewhere)(?:\["(?P<text>{MERMAID_TEXT})"\]|'
        rf'\(\["(?P<t2>{MERMAID_TEXT})"\]\)|\{{\{{"(?P<t3>{MERMAID_TEXT})"\}}\}})')),
    ("edge", re.compile(rf' *(?P<a>h\d+[gsv]\d+) ---(?:\|"{MERMAID_TEXT}"\|)? (?P<b>h\d+[gsv]\d+)')),
    ("link", re.compile(rf" *linkStyle (?P<n>\d+) {MERMAID_STYLE}(?:,{MERMAID_STYLE})*")),
    ("style", re.compile(rf" *style (?P<id>\w+) {MERMAID_STYLE}(?:,{MERMAID_STYLE})*")),
]


def mermaid_text(text):
    return re.sub(r"#(\d+);", lambda m: chr(int(m[1])), text.replace("<br/>", ""))


class Mermaid:
    """The flowchart, line by line; whatever is not in the grammar above is a failure."""

    def __init__(self, run, name, text):
        lines = text.split("\n")
        run.check(lines[0] == "flowchart TB" and lines[-1] == "", f"{name}: mermaid starts and ends otherwise")
        self.nodes, self.edges, links, styled, depth = {}, [], [], set(), 0
        for line in lines[1:-1]:
            kind, found = next(((k, m) for k, r in MERMAID if (m := r.fullmatch(line))), ("nothing", None))
            run.check(found, f"{name}: no line of Mermaid: {line}")
            if kind in ("subgraph", "node"):
                run.check(found["id"] not in self.nodes, f"{name}: twice: {found['id']}")
                groups = found.groupdict()
                self.nodes[found["id"]] = groups["text"] or groups.get("t2") or groups.get("t3")
            depth += (kind == "subgraph") - (kind == "end")
            run.check(depth >= 0, f"{name}: an `end` too many")
            if kind == "edge":
                self.edges.append((found["a"], found["b"]))
            if kind == "link":
                links.append(int(found["n"]))
            if kind == "style":
                styled.add(found["id"])
        run.check(depth == 0, f"{name}: {depth} subgraphs are open")
        run.check(links == list(range(len(self.edges))), f"{name}: edges and their styles differ")
        run.check(styled == set(self.nodes), f"{name}: styles and nodes differ")
        run.check(all(end in self.nodes for edge in self.edges for end in edge), f"{name}: an edge to nowhere")
        self.gpus = sorted(mermaid_text(t) for n, t in self.nodes.items() if re.fullmatch(r"h\d+g\d+", n))

    def count(self, kinds):
        return sum(sorted(re.sub(r"h\d+|\d+$", "", end) for end in edge) == sorted(kinds) for edge in self.edges)


def shown_gpus(svg):
    """The texts of the GPUs without the VMs that stand in them, which dot and Mermaid draw apart."""
    texts = []
    for group in svg.groups("gpu"):
        texts.append("".join(t.text or "" for t in group.findall(f"{SVG}text")))
    return sorted(texts)


def read_all(run, name, *arguments, stdin=None, status=None):
    """Draws it in all formats; they must agree with each other."""
    drawn = {f: run.graph("--format", f, *arguments, stdin=stdin) for f in ("svg", "dot", "mermaid")}
    for f, result in drawn.items():
        run.check(result.returncode in ((0, 1) if status is None else (status,)), f"{name} {f}: {result.returncode} {result.stderr}")
        run.check(not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", result.stdout), f"{name} {f}: control characters")
    svg = check_svg(run, name, drawn["svg"].stdout)
    dot = Dot(run, name, drawn["dot"].stdout)
    mermaid = Mermaid(run, name, drawn["mermaid"].stdout)
    run.check(shown_gpus(svg) == dot.gpus == mermaid.gpus, f"{name}: the GPUs differ:\n{shown_gpus(svg)}\n{dot.gpus}\n{mermaid.gpus}")
    links = len(dot.between("gg"))
    run.check(svg.count("nvlink") + svg.count("p2p") == links == mermaid.count("gg"), f"{name}: the edges differ")
    run.check(len(dot.between("gs")) == mermaid.count("gs"), f"{name}: the spokes differ")
    run.check(len(dot.between("gv")) == mermaid.count("gv") == svg.count("use"), f"{name}: the shares differ")
    return svg, dot, mermaid


# --- the three pictures ---


def test_pictures(run, update):
    for spec in sorted(CASES.glob("*.yaml")):
        name = str(spec.relative_to(ROOT))
        for format, file in (
            ("svg", PICTURES / f"{spec.stem}.svg"),
            ("dot", spec.with_suffix(".dot")),
            ("mermaid", spec.with_suffix(".mmd")),
        ):
            got = run.graph("--format", format, name).stdout
            if update:
                file.parent.mkdir(exist_ok=True)
                file.write_text(got)
            run.check(file.exists() and file.read_text() == got, f"{file} is not what is drawn: tests/graph.py --update")
            # From elsewhere, in another locale: the same bytes.
            again = run.graph("--format", format, str(spec), cwd="/", env={**os.environ, "LC_ALL": "tr_TR.UTF-8"})
            run.check(again.stdout == got, f"{name} {format}: other bytes from another folder")
        read_all(run, name, name)
    run.check(len(list(CASES.glob("*.yaml"))) >= 3, "the three pictures")


def test_nvswitch(run):
    svg, dot, mermaid = read_all(run, "nvswitch", "tests/cases/graph/nvswitch.yaml", status=0)
    run.check(len(dot.gpus) == 8 and len(dot.between("gs")) == 8 and not dot.between("gg"), "one switch, not 28 edges")
    run.check("NVSwitch, NV12" in [dot_text(o["label"]) for o in dot.nodes.values()], "the switch has no name")
    frames = {dot_text(o["label"]).strip(): dot.inside[c] for c, o in dot.clusters.items()}
    run.check(frames["train-ap2p: nvlink"] == [f"h0_g{i}" for i in range(4)], f"train-a: {frames}")
    run.check(frames["NUMA node 3"] == ["h0_g0", "h0_g1"] and frames["NUMA node 7"] == ["h0_g4", "h0_g5"], f"nodes: {frames}")
    rows = sorted({b[1] for b in svg.boxes})
    run.check(len(rows) == 2 and svg.count("hub") == 1, "two rows and a switch")


def test_dgx1(run):
    svg, dot, _ = read_all(run, "dgx1", "tests/cases/graph/dgx1.yaml", status=0)
    ends = {frozenset((int(a[-1]), int(b[-1]))): dot_text(e.get("label") or e["xlabel"]) for a, b, e in dot.edges}
    cube = {(0, 1): 1, (0, 2): 1, (0, 3): 2, (0, 4): 2, (1, 2): 2, (1, 3): 1, (1, 5): 2, (2, 3): 2,
            (2, 6): 1, (3, 7): 1, (4, 5): 1, (4, 6): 1, (4, 7): 2, (5, 6): 2, (5, 7): 1, (6, 7): 2}
    run.check(ends == {frozenset(k): f"NV{v}" for k, v in cube.items()}, f"the cube mesh: {ends}")
    # Two edges that start and end at the same places would be one.
    paths = [g.find(f"{SVG}path").get("d") for g in svg.groups("nvlink")]
    run.check(len(paths) == len(set(paths)) == 16, "16 edges apart")


def test_cliques(run):
    svg, dot, _ = read_all(run, "two-cliques", "tests/cases/graph/two-cliques.yaml", status=1)
    fills = {}
    for group in svg.groups("gpu"):
        clique = re.search(r"clique (\d)", text_of(group))[1]
        fills.setdefault(clique, set()).add(group.find(f"{SVG}rect").get("fill"))
    run.check(sorted(fills) == ["0", "1"] and all(len(f) == 1 for f in fills.values()) and fills["0"] != fills["1"], f"{fills}")
    strokes = {g.find(f"{SVG}title").text: g.find(f"{SVG}path").get("stroke") for g in svg.groups("vm") if g.find(f"{SVG}title") is not None}
    run.check(len(strokes) == 1 and list(strokes.values()) == [RED], f"across is red: {strokes}")
    run.check("clique-pair-not-ok" in list(strokes)[0], "the finding is told")
    complexes = [n for c, n in dot.inside.items() if dot.clusters[c]["label"] == "root complex"]
    run.check(sorted(complexes) == [[f"h0_g{i}", f"h0_g{i + 1}"] for i in (0, 2, 4, 6)], f"root complexes: {complexes}")


# --- odd plans ---

HOST = "  %s:\n    hypervisor: kvm\n%s    gpus:\n%s"
VM = "  %s: {host: %s, vcpus: 8, memory: 32GiB, %s}\n"


def host(name, n, more="", board="h100-sxm5-80gb", per_node=8):
    gpus = "".join(
        f"      g{i}: {{board: {board}, address: {i // 32:04x}:{i % 32 * 4 + 1:02x}:00.0, numa: {i // per_node}}}\n" for i in range(n)
    )
    return HOST % (name, more, gpus)


def plan(hosts, vms=""):
    return "version: 1\nhosts:\n" + hosts + ("vms:\n" + vms if vms else "")


def test_shared(run):
    text = plan(
        host("a40", 3, board="a40"),
        VM % ("desk-1", "a40", "vgpu: A40-12C, gpus: [g0, g0]")
        + VM % ("desk-2", "a40", "vgpu: A40-12C, gpus: [g0, g9]")
        + VM % ("own", "a40", "gpus: [g1]")
        + VM % ("none", "a40", "guest: linux"),
    )
    svg, dot, _ = read_all(run, "shared", "-", stdin=text, status=1)
    shares = [text_of(g) for g in svg.groups("use")]
    run.check(len(shares) == 3 and sum("desk-1" in s for s in shares) == 2, f"three vGPUs in g0: {shares}")
    run.check(any("g9: not on the host" in s and "error: gpu-unknown" in s for s in shares), f"the missing GPU: {shares}")
    run.check(svg.vms == ["noneno GPUs"], f"a VM without GPUs: {svg.vms}")
    run.check(["h0_g1"] in [n for c, n in dot.inside.items() if "own" in dot.clusters[c]["label"]], "own frames g1")


def test_broken(run):
    """What cannot be judged is drawn, with the finding that says why."""
    text = plan(host("h", 2).replace("kvm", "xen"), VM % ("v", "h", "gpus: [g0]") + VM % ("w", "nowhere", "gpus: [g0]")) + "bogus: 1\n"
    svg, dot, mermaid = read_all(run, "broken", "-", stdin=text, status=1)
    hosts = {text_of(g): g.find(f"{SVG}rect").get("stroke") for g in svg.groups("host")}
    run.check(len(hosts) == 2 and set(hosts.values()) == {RED}, f"both hosts are red: {hosts}")
    run.check(any("not in the plan" in h and "spec-reference" in h for h in hosts), f"{hosts}")
    run.check("spec-unknown-key" in text_of(svg.groups("elsewhere")[0]) and "elsewhere" in mermaid.nodes, "elsewhere")
    # A GPU's own finding is the GPU's, not its host's; a profile's is that of all who have it.
    text = plan(host("h", 2).replace("board: h100-sxm5-80gb, address: 0000:05", "board: nonsense, address: 0000:05"))
    svg, *_ = read_all(run, "gpu", "-", stdin=text, status=1)
    reds = [text_of(g)[:2] for g in svg.groups("gpu") if g.find(f"{SVG}rect").get("stroke") == RED]
    run.check(reds == ["g1"] and svg.groups("host")[0].find(f"{SVG}rect").get("stroke") != RED, f"g1 alone: {reds}")
    text = plan(host("h", 2), VM % ("v", "h", "profile: p, gpus: [g0]") + VM % ("w", "h", "profile: p")) + "profiles:\n  p: {p2p: maybe}\n"
    svg, *_ = read_all(run, "profile", "-", stdin=text, status=1)
    reds = [g for g in svg.groups("vm") if RED in (c.get("stroke") for c in g)]
    run.check(len(reds) == 2, "both VMs of the profile")
    for empty in ("version: 1\n", "", "version: 1\nhosts:\n  h: {hypervisor: kvm}\n"):
        read_all(run, f"empty {empty!r}", "-", stdin=empty)


def test_severities(run):
    text = plan(host("h", 2, board="l40s"), VM % ("v", "h", "uvm: true, gpus: [g0]") + VM % ("n", "h", "gpus: [g1, g1]"))
    for level, dash in (("error", None), ("warning", "8 4"), ("note", "2 3")):
        got = run.graph("--rule", f"key-without-effect={level}", "--rule", "p2p-unstated=off", "-", stdin=text).stdout
        frames = [p for g in Svg(got).groups("vm") for p in g.findall(f"{SVG}path") if p.get("stroke") == RED]
        run.check(dash in [f.get("stroke-dasharray") for f in frames], f"{level}: {[f.attrib for f in frames]}")
        run.check(f"{level}: key-without-effect" in got, f"{level} is named")
    got = run.graph("--rule", "key-without-effect=off", "-", stdin=text).stdout
    run.check("key-without-effect" not in got, "a rule that is off")


def test_sizes(run):
    every = "    pcie_p2p: [[%s], [%s]]\n" % (", ".join(f"g{i}" for i in range(0, 64, 2)), ", ".join(f"g{i}" for i in range(1, 64, 2)))
    svg, dot, _ = read_all(run, "64 GPUs", "-", stdin=plan(host("big", 64, "    nvlink: all\n" + every), VM % ("v", "big", "gpus: [g0, g1, g9, g17, g63]")))
    run.check(len(svg.boxes) == 64 and len(dot.between("gs")) == 128 and svg.count("hub") == 3, "64 GPUs, three hubs")
    name, gpu = "h" + "0123456789" * 6 + "zz", "g" + "-long" * 12
    text = plan(host(name, 4, "    nvlink: [[g0, g1], [g0, g3], [g2, g3]]\n").replace("g2", gpu), VM % ("v" + "-x" * 31, name, f"gpus: [g0, {gpu}]"))
    svg, *_ = read_all(run, "long names", "-", stdin=text)
    run.check(any(gpu in g for g in svg.gpus) and any(name in text_of(g) for g in svg.groups("host")), "no name is cut")
    # A NUMA node is not torn over two rows.
    svg, *_ = read_all(run, "nodes of three", "-", stdin=plan(host("h", 6, per_node=3)))
    run.check([sum(b[1] == y for b in svg.boxes) for y in sorted({b[1] for b in svg.boxes})] == [3, 3], f"{svg.boxes}")
    hosts = "".join(host(f"h{i:03}", (8, 4, 2, 1)[i % 4], "    nvlink: all\n") for i in range(60))
    svg = check_svg(run, "fleet", run.graph("-", stdin=plan(hosts)).stdout)
    _, _, width, height = map(int, svg.root.get("viewBox").split())
    taken = sum(w * h for _, _, w, h in (Svg.box(g.find(f"{SVG}rect")) for g in svg.groups("host")))
    run.check(1 / 2 < width / height < 2 and width * height < 3 * taken, f"a fleet of 60 takes {width} x {height}")


def test_hostile(run):
    """What a user wrote is text in the drawing, whatever it looks like in the drawing's language."""
    evil = "\"'<b>&amp;#35;]}|`--> \\\\N %%{init}%% end</text>"
    weird = "\ud7ff\u202e\ufeff\ufffe".encode("utf-16", "surrogatepass").decode("utf-16") + "漢字" * 40
    for value in (evil, weird, "x" * 5000, "\\", "end", "1. list", "`md`", "<>", "-- >"):
        text = plan(host("h", 2), "  v:\n    host: h\n    vcpus: 8\n    memory: 8GiB\n    vgpu: %s\n    gpus: [g0]\n" % json.dumps(value, ensure_ascii=False))
        svg, *_ = read_all(run, f"hostile {value[:12]!r}", "-", stdin=text, status=1)
        if value == evil:
            # Values that have no grammar get no further than messages, which are tooltips.
            run.check(any(evil in (t.text or "") for t in svg.root.iter(f"{SVG}title")), "not as written in the title")
            dot = run.graph("--format", "dot", "-", stdin=text).stdout
            drawn = ET.fromstring(subprocess.run(["dot", "-Tsvg"], input=dot, text=True, capture_output=True, timeout=60).stdout)
            tips = [e.get("{http://www.w3.org/1999/xlink}title") or "" for e in drawn.iter()]
            # A backslash is an escape to dot, one or two times by its release.
            run.check(any(evil.replace("\\", "\u29f5") in tip for tip in tips), f"dot: not as written: {tips}")
        run.check("\u202e" not in "".join(svg.gpus), "an override in the picture")


# --- the command ---


def test_command(run):
    text = plan(host("gpu-1", 2) + host("gpu-2", 2) + host("other", 1), VM % ("v", "gpu-1", "uvm: 3, gpus: [g0]"))
    whole = run.graph("-", stdin=text)
    run.check(whole.returncode == 1 and whole.stdout.startswith("<svg") and "spec-value" in whole.stderr, "svg is the default; findings on stderr")
    run.check("<stdin>" not in whole.stdout, "findings are told on standard error only")
    for patterns, n in ((["gpu-*"], 2), (["gpu-1", "other"], 2), (["?pu-2"], 1), (["*"], 3)):
        got = run.graph(*(f"--host={p}" for p in patterns), "-", stdin=text)
        run.check(Svg(got.stdout).count("host") == n, f"--host {patterns}")
    only = Svg(run.graph("--host=other", "-", stdin=text).stdout)
    run.check(text_of(only.groups("elsewhere")[0]) == "", "a finding about a host that is not drawn is not elsewhere")
    for wrong in (["--host", "gpu-3"], ["--host", "gpu-1", "--host", "x*"], ["--format", "png"], ["/nonexistent.yaml"]):
        got = run.graph(*wrong, *([] if wrong[0][0] == "/" else ["-"]), stdin=text)
        run.check(got.returncode == 2 and got.stdout == "" and got.stderr, f"{wrong}: {got.returncode}")
    with open("/dev/full", "w") as full:
        got = subprocess.run([run.gpuplan, "graph", "-"], input=text, text=True, stdout=full, stderr=subprocess.PIPE, timeout=60)
    run.check(got.returncode == 2, "a full disk")
    quiet = run.graph("-q", "-", stdin=plan(host("gpu-1", 2)))
    run.check(quiet.returncode == 0 and quiet.stderr == "", f"-q: {quiet.stderr}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(ROOT / "build" / "gpuplan"))
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    run = Run(str(Path(options.gpuplan).resolve()))
    with tempfile.TemporaryDirectory(prefix="gpuplan-locales-") as folder:
        locales.make(Path(folder))
        test_pictures(run, options.update)
    for test in (test_nvswitch, test_dgx1, test_cliques, test_shared, test_broken, test_severities, test_sizes, test_hostile, test_command):
        test(run)
    print(f"{run.passed} passed, {run.failed} failed")
    return 1 if run.failed or not run.passed else 0


if __name__ == "__main__":
    sys.exit(main())
