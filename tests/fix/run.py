#!/usr/bin/python3
"""Runs the cases of `lint --fix`: folders of files before and after.

    NAME/before/    the specs
    NAME/after/     the same, mended
    NAME/args       the options, one a line
    NAME/left       what is printed: findings that are left, one a line, and the summary
    NAME/diff       what the same run prints with --diff

`run.py --update` rewrites what is expected; `git diff` is the review. Then come the options: what
goes to which stream, with which exit status.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


class Run:
    def __init__(self, gpuplan, update):
        self.gpuplan, self.update, self.failed, self.n = gpuplan, update, 0, 0

    def lint(self, *arguments, cwd, stdin=None):
        return subprocess.run([self.gpuplan, "lint", *arguments], cwd=cwd, input=stdin, capture_output=True, timeout=60)

    def check(self, name, good, why=""):
        self.n += 1
        if not good:
            self.failed += 1
            print(f"FAIL {name}\n{why}")


def files_of(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def severities(text):
    return [sum(f": {s}: " in line for line in text.splitlines()) for s in ("error", "warning", "note")]


def expect_file(run, name, file, got):
    if run.update:
        file.write_bytes(got)
    wanted = file.read_bytes() if file.exists() else None
    run.check(f"{name} {file.name}", wanted == got, f"--- expected\n{wanted}\n--- got\n{got}")


def run_case(run, case, folder):
    name, args = case.name, (case / "args").read_text().splitlines()
    shutil.copytree(case / "before", folder / "work")
    before = run.lint("-q", "-f", "oneline", *[a for a in args if "fix" not in a], cwd=folder / "work")
    diff = run.lint("-q", "--diff", *args, cwd=folder / "work")
    run.check(f"{name}: --diff writes", files_of(folder / "work") == files_of(case / "before"))
    done = run.lint("-f", "oneline", *args, cwd=folder / "work")
    got = files_of(folder / "work")
    if run.update:
        shutil.rmtree(case / "after", ignore_errors=True)
        shutil.copytree(folder / "work", case / "after")
    wanted = files_of(case / "after") if (case / "after").is_dir() else {}
    for file in sorted(wanted.keys() | got.keys()):
        run.check(f"{name} {file}", wanted.get(file) == got.get(file), f"--- expected\n{wanted.get(file)}\n--- got\n{got.get(file)}")
    left = done.stdout + done.stderr.splitlines(keepends=True)[-1]
    expect_file(run, name, case / "left", left)
    expect_file(run, name, case / "diff", diff.stdout)
    was, now = severities(before.stdout.decode()), severities(done.stdout.decode())
    run.check(f"{name}: more findings than before", sum(now) <= sum(was) and now[0] <= was[0], f"{was} {now}")
    run.check(f"{name}: status", done.returncode == (1 if now[0] else 0), f"{done.returncode}")
    again = run.lint("-f", "oneline", *args, cwd=folder / "work")
    run.check(f"{name}: again", files_of(folder / "work") == got and again.stdout == done.stdout, again.stdout.decode())
    run.check(f"{name}: fixes again", b"\n0 fixed" in again.stderr or again.stderr.startswith(b"0 fixed"), again.stderr.decode())
    # The diff is one that programs take.
    shutil.rmtree(folder / "work")
    shutil.copytree(case / "before", folder / "work")
    if diff.stdout:
        subprocess.run(["git", "apply", "--whitespace=nowarn", "-"], cwd=folder / "work", input=diff.stdout, check=True)
    run.check(f"{name}: the diff, applied", files_of(folder / "work") == got)


BAD = b"""version: 1
hosts:
  gpu-1: {hypervisor: kvm, gpus: {g0: {board: l40s, address: 05:00.0}}}
vms:
  a: {host: gpu-1, vcpus: 8, memory: 64GiB, mmio: 64GiB, gpus: [g0]}
"""
GOOD = BAD.replace(b"mmio: 64GiB", b"mmio: 128GiB")
# Nothing to fix, and an error all the same.
WRONG = BAD.replace(b"mmio: 64GiB", b"mmio: 64Gib")


def check_input(run, folder):
    """Standard input: its text, mended or not, on standard output, and nothing else there."""
    for text, wanted, status in ((BAD, GOOD, 0), (GOOD, GOOD, 0), (WRONG, WRONG, 1), (b"", b"", 1)):
        done = run.lint("--fix", "-", cwd=folder, stdin=text)
        run.check("the text of `-`", done.stdout == wanted and done.returncode == status, f"{done}")
    done = run.lint("-q", "--fix", "-", cwd=folder, stdin=BAD + b"#" * (64 << 20))
    run.check("half a text", done.stdout == b"" and done.returncode == 2 and b"64 MiB" in done.stderr, f"{done.stderr}")
    run.check("findings go to standard error", b"[spec-value]" in run.lint("--fix", "-", cwd=folder, stdin=WRONG).stderr)
    done = run.lint("-q", "--fix", "-f", "json", "-o", "left.json", "-", cwd=folder, stdin=WRONG)
    left = json.loads((folder / "left.json").read_text())
    run.check("json beside it", done.stdout == WRONG and left["summary"]["errors"] == 1, f"{done} {left}")
    done = run.lint("--diff", "-", "--stdin-filename", "sub/x.yaml", cwd=folder, stdin=BAD)
    run.check("the diff of `-`", done.stdout.startswith(b"--- a/sub/x.yaml\n+++ b/sub/x.yaml\n") and done.returncode == 1, f"{done}")


def check_spans(run, folder):
    """The smallest piece: not the quotes, not a block's header."""
    for written, old in ((b'"64GiB"', b"64GiB"), (b"'64GiB'", b"64GiB"), (b"64GiB", b"64GiB")):
        text = BAD.replace(b"mmio: 64GiB", b"mmio: " + written)
        found = json.loads(run.lint("-f", "json", "-", cwd=folder, stdin=text).stdout)["findings"]
        edit = found[0]["fixes"][0]["edits"][0]
        line = text.splitlines()[edit["line"] - 1]
        covered = line[edit["column"] - 1 : edit["end_column"] - 1]
        run.check(f"the span in {written}", covered == old and edit["text"] == "128GiB", f"{edit}")
    found = json.loads(run.lint("-f", "json", "-", cwd=folder, stdin=BAD.replace(
        b"  a: {host: gpu-1, vcpus: 8, memory: 64GiB, mmio: 64GiB, gpus: [g0]}\n",
        b"  a:\n    host: gpu-1\n    vcpus: 8\n    memory: 64GiB\n    gpus: [g0]\n    mmio: |- # c\n      64GiB\n",
    )).stdout)["findings"]
    edit = found[0]["fixes"][0]["edits"][0]
    run.check("the span in a block", (edit["line"], edit["column"], edit["end_column"]) == (11, 7, 12), f"{edit}")


def check_statuses(run, folder):
    file = folder / "x.yaml"
    for text, option, status, printed in (
        (BAD, "--diff", 1, True), (GOOD, "--diff", 0, False), (WRONG, "--diff", 1, False),
        (BAD, "--fix", 0, False), (WRONG, "--fix", 1, True),
    ):
        file.write_bytes(text)
        done = run.lint(option, "x.yaml", cwd=folder)
        run.check(f"status of {option}", done.returncode == status and bool(done.stdout) == printed, f"{text} {done}")
    file.write_bytes(BAD)
    done = run.lint("--fix", "-f", "json", "x.yaml", cwd=folder)
    run.check("json of what is left", json.loads(done.stdout)["findings"] == [], f"{done}")
    file.write_bytes(BAD)
    done = run.lint("--fix", "-q", "x.yaml", cwd=folder)
    run.check("-q", done.stderr == b"" and done.stdout == b"" and file.read_bytes() == GOOD, f"{done}")
    file.write_bytes(BAD)
    done = run.lint("--fix", "--diff", "x.yaml", cwd=folder)
    run.check("--diff shows in place of writing", file.read_bytes() == BAD and done.returncode == 1, f"{done}")
    done = run.lint("x.yaml", cwd=folder)
    run.check("lint says what --fix would do", done.stderr.endswith(b"\n1 can be fixed with --fix\n"), f"{done}")
    run.check("absolute and odd names", check_names(run, folder))


def check_names(run, folder):
    odd = folder / 'a"b\nc.yaml'
    odd.write_bytes(BAD)
    first = run.lint("-q", "--diff", str(folder / "x.yaml"), cwd=folder).stdout.splitlines()[0]
    second = run.lint("-q", "--diff", odd.name, cwd=folder).stdout.splitlines()[0]
    odd.unlink()
    return first == b"--- a" + str(folder).encode() + b"/x.yaml" and second == b'--- "a/a\\042b\\012c.yaml"'


def check_refused(run, folder):
    """Two texts on one stream; a baseline of what is being mended."""
    (folder / "x.yaml").write_bytes(BAD)
    for arguments, word in (
        (["--diff", "-f", "json", "x.yaml"], b"the diff"), (["--fix", "-f", "oneline", "-"], b"the text of `-`"),
        (["--fix", "-f", "text", "-", "x.yaml"], b"the text of `-`"),
        (["--fix", "--write-baseline", "base.json", "x.yaml"], b"--write-baseline"),
        (["--fix", "no-such.yaml"], b"no-such.yaml"),
    ):
        done = run.lint(*arguments, cwd=folder, stdin=BAD)
        run.check(f"{arguments}", done.returncode == 2 and word in done.stderr and done.stdout == b"", f"{done}")
    run.check("nothing is written then", files_of(folder) == {"x.yaml": BAD}, f"{files_of(folder)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(ROOT / "build" / "gpuplan"))
    parser.add_argument("--update", action="store_true")
    parser.add_argument("case", nargs="*")
    options = parser.parse_args()
    run = Run(str(Path(options.gpuplan).resolve()), options.update)
    cases = [c for c in sorted((HERE / "cases").iterdir()) if not options.case or c.name in options.case]
    for step in [*cases, check_input, check_spans, check_statuses, check_refused]:
        with tempfile.TemporaryDirectory() as folder:
            if callable(step):
                step(run, Path(folder))
            else:
                run_case(run, step, Path(folder))
    run.check("cases", len(cases) > 0)
    print(f"{run.n} checks, {run.failed} failed")
    return 1 if run.failed else 0


if __name__ == "__main__":
    sys.exit(main())
