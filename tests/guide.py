#!/usr/bin/python3
"""Follows the user guide: every file that its pages show is written, every command typed, every output compared.

A page is followed from its top to its end in an empty folder of its own. A comment before each fenced block
says what it is:

    <!-- file: vms.yaml -->       written to this file; a second one of the name replaces it
    <!-- session -->              a console: lines with `$ ` are typed, the others are what comes out
    <!-- not run: why -->         for a machine that no test has; of gpuplan only `discover` may stand there
    <!-- run: … -->, <!-- spec -->   the blocks of docs.py

Another block is a problem, and so is a page without a session. `--update` rewrites what sessions print.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True

from checks import stranger  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = [
    *(DOCS / f"{name}.md" for name in ("first-spec", "numbers", "troubleshooting", "verify")),
    *sorted((DOCS / "platforms").glob("*.md")),
]
# Contents only: blocks are welcome there, sessions not expected.
INDEX = DOCS / "README.md"
FENCE = re.compile(
    r"(?:^<!-- (?P<kind>file|session|not run|run|spec)(?:: (?P<what>[^>]*))? -->\n\n)?"
    r"^```(?P<language>[a-z]*)\n(?P<text>.*?)^```$",
    re.S | re.M,
)
# The address that the pages give the hook repository.
HOOKS = "https://git.example.com/tools/gpuplan"


class Reader:
    """Somebody with nothing but the page, gpuplan on PATH and an empty folder."""

    def __init__(self, gpuplan, home):
        self.home = Path(home)
        self.desk = self.home / "desk"
        self.desk.mkdir()
        self.environment = {**stranger(gpuplan, self.home), "PRE_COMMIT_COLOR": "never"}

    def offer_hooks(self):
        """A repository of the hooks, and a git that finds it under its address."""
        repository = self.home / "hooks"
        shutil.copytree(ROOT / "cmake", repository / "cmake")
        for name in (".pre-commit-hooks.yaml", "CMakeLists.txt"):
            shutil.copy2(ROOT / name, repository / name)
        (self.home / ".gitconfig").write_text(
            f'[init]\n\tdefaultBranch = main\n[url "file://{repository}"]\n\tinsteadOf = {HOOKS}\n'
        )
        for command in ("init -q", "add -A", "commit -qm x", "tag v0.1.0"):
            subprocess.run(["git", *command.split()], cwd=repository, env=self.environment, check=True)

    def write(self, name, text):
        file = self.desk / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def type(self, command):
        """What the command prints, and why that is no success (or None)."""
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.desk,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        # 1 is a finding, and then there is something to read.
        bad = done.returncode > 1 or (done.returncode == 1 and not done.stdout)
        return done.stdout, f"status {done.returncode}" if bad else None


def commands(text):
    """A session's [(the lines as shown, command, output)]."""
    shown, lines = [], text.splitlines(keepends=True)
    while lines:
        typed = [lines.pop(0)]
        while typed[-1].endswith("\\\n") and lines:
            typed.append(lines.pop(0))
        output = []
        while lines and not lines[0].startswith("$ "):
            output.append(lines.pop(0))
        shown.append(("".join(typed), "".join(typed)[2:], "".join(output)))
    return shown


def play(reader, where, text):
    """(what the session is when it is run, problems)."""
    if not text.startswith("$ "):
        return text, [f"{where}: a session begins with `$ `"]
    played, problems = "", []
    for typed, command, output in commands(text):
        printed, trouble = reader.type(command)
        if trouble:
            problems.append(f"{where}: `{command.strip()}`: {trouble}\n{printed}")
        if printed != output:
            problems.append(f"{where}: `{command.strip()}` prints:\n{printed}")
        played += typed + printed
    return played, problems


def follow(page, reader, update):
    text, problems, sessions = page.read_text(), [], 0
    if HOOKS in text:
        reader.offer_hooks()
    at = 0
    while found := FENCE.search(text, at):
        where = f"{page.relative_to(ROOT)}:{text.count(chr(10), 0, found.start('language')) + 1}"
        at = found.end()
        kind, what = found["kind"], found["what"]
        if kind == "file":
            reader.write(what, found["text"])
            if f"`{what}`" not in text[: found.start()].rstrip().rsplit("\n\n", 1)[-1]:
                problems.append(f"{where}: the paragraph above does not name `{what}`, and comments are not seen")
        elif kind == "session":
            sessions += 1
            played, wrong = play(reader, where, found["text"])
            if update and played != found["text"]:
                text = text[: found.start("text")] + played + text[found.end("text") :]
                at = found.start("text") + len(played) + len("```")
                wrong = [problem for problem in wrong if ": status " in problem]
            problems += wrong
        elif kind == "not run":
            if not what or re.search(r"^\s*(\$ |(sudo )?gpuplan (?!discover))", found["text"], re.M):
                problems.append(f"{where}: a block that is not run says why, and has nothing in it that can be run")
        elif not kind:
            problems.append(f"{where}: a block without a mark")
    if update and text != page.read_text():
        page.write_text(text)
    if page != INDEX and not sessions:
        problems.append(f"{page.relative_to(ROOT)}: nothing is run")
    return sessions, problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(ROOT / "build" / "gpuplan"))
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    gpuplan = Path(options.gpuplan).resolve()
    sessions, problems = 0, []
    for page in [INDEX, *PAGES]:
        with tempfile.TemporaryDirectory() as home:
            count, wrong = follow(page, Reader(gpuplan, home), options.update)
        sessions += count
        problems += wrong
    print("\n".join(problems))
    print(f"{len(PAGES) + 1} pages, {sessions} sessions, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
