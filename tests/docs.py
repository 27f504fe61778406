#!/usr/bin/python3
"""Holds the documentation to the program: what the pages show is what it prints.

A comment before a fenced block says where the block comes from (guide.py tells of more, on the guide's pages):

    <!-- run: lint --explain spec.yaml -->    the output of gpuplan with these arguments
    <!-- spec -->                             a spec that lints without a finding and compiles

docs/rules is made from the rules. `--update` rewrites all that a command makes.
"""

import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"<!-- (run: (?P<run>[^>]*)|spec) -->\n\n```[a-z]*\n(?P<text>.*?)```\n", re.S)
LINK = re.compile(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)")


def call(gpuplan, *arguments, stdin=None):
    # The pages are of no pipeline: there the default format is another.
    here = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    return subprocess.run(
        [gpuplan, *arguments], input=stdin, cwd=ROOT, text=True, capture_output=True, timeout=60, env=here
    )


def check_spec(gpuplan, text):
    lint = call(gpuplan, "lint", "--strict", "--explain", "-", stdin=text)
    if lint.returncode or lint.stdout:
        return f"does not lint clean:\n{lint.stdout}{lint.stderr}"
    with tempfile.TemporaryDirectory() as folder:
        done = call(gpuplan, "compile", "-q", "-", "-o", folder + "/out", stdin=text)
        return done.stderr if done.returncode else None


def anchors(text):
    """What GitHub calls a page's headings."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", text, flags=re.S | re.M), re.M)
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]


def check_page(gpuplan, page, update):
    text = page.read_text()
    for found in list(BLOCK.finditer(text)):
        if not found["run"]:
            problem = check_spec(gpuplan, found["text"])
            if problem:
                yield f"{page.relative_to(ROOT)}: a spec {problem}"
            continue
        shown = call(gpuplan, *shlex.split(found["run"])).stdout
        if shown == found["text"]:
            continue
        if update:
            text = page.read_text()
            again = next(b for b in BLOCK.finditer(text) if b["run"] == found["run"])
            page.write_text(text[: again.start("text")] + shown + text[again.end("text") :])
        else:
            yield f"{page.relative_to(ROOT)}: not what `gpuplan {found['run']}` prints:\n{shown}"
    for target, anchor in LINK.findall(text):
        file = page.parent / target if target else page
        if not file.exists():
            yield f"{page.relative_to(ROOT)}: there is no {target}"
        elif anchor and anchor not in anchors(file.read_text()):
            yield f"{page.relative_to(ROOT)}: there is no {target}#{anchor}"


def rule_pages(gpuplan):
    """docs/rules: {file: text}, made from the rules themselves."""
    index = call(gpuplan, "rules", "--format", "markdown").stdout
    pages = {"README.md": index}
    for name in re.findall(r"^\| \[`([a-z0-9-]+)`\]", index, re.M):
        pages[name + ".md"] = call(gpuplan, "explain", name, "--format", "markdown").stdout
    return pages


def check_rule_pages(gpuplan, update):
    folder = ROOT / "docs" / "rules"
    pages = rule_pages(gpuplan)
    there = {f.name: f.read_text() for f in folder.glob("*.md")}
    if update and pages != there:
        folder.mkdir(exist_ok=True)
        for name in there.keys() - pages.keys():
            (folder / name).unlink()
        for name, text in pages.items():
            (folder / name).write_text(text)
        there = pages
    for name in sorted(pages.keys() | there.keys()):
        if pages.get(name) != there.get(name):
            yield f"docs/rules/{name} is not what the rules say: tests/docs.py --update"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(ROOT / "build" / "gpuplan"))
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    gpuplan = str(Path(options.gpuplan).resolve())
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    problems = [p for page in pages for p in check_page(gpuplan, page, options.update)]
    problems += check_rule_pages(gpuplan, options.update)
    blocks = sum(len(BLOCK.findall(page.read_text())) for page in pages)
    print("\n".join(problems))
    print(f"{len(pages)} pages, {blocks} blocks, {len(problems)} problems")
    return 1 if problems or blocks < 3 else 0


if __name__ == "__main__":
    sys.exit(main())
