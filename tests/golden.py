#!/usr/bin/python3
"""Golden files: what `gpuplan compile` writes of the examples and of the judges' specs, byte for byte.

They say that nothing changed; the judges of tests/oracles say that it is right. `--update` rewrites
tests/golden and tests/golden-oracles from what is written now, and `git diff` is the review.
"""

import argparse
import difflib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Where the files are: what they are compiled from.
GOLDEN = {"tests/golden": "examples", "tests/golden-oracles": "tests/oracles/specs"}


def tree(folder):
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


def compile_specs(gpuplan, out, cwd, *paths):
    subprocess.run([gpuplan, "compile", "-q", *paths, "-o", str(out)], cwd=cwd, check=True, timeout=60)
    return tree(out)


def differences(expected, got):
    for name in sorted(expected.keys() | got.keys()):
        if expected.get(name) == got.get(name):
            continue
        old = expected.get(name, b"").decode().splitlines(keepends=True)
        new = got.get(name, b"").decode().splitlines(keepends=True)
        yield "".join(difflib.unified_diff(old, new, f"golden/{name}", f"compiled/{name}"))


def judge(gpuplan, name, specs, update):
    """How many files there are, and the differences."""
    golden = ROOT / name
    with tempfile.TemporaryDirectory() as folder:
        got = compile_specs(gpuplan, Path(folder) / "out", ROOT, specs)
        # The same bytes from another working directory, by other names and in another order.
        paths = sorted((str(p) for p in (ROOT / specs).rglob("*.yaml")), reverse=True)
        again = compile_specs(gpuplan, Path(folder) / "again", "/", *paths)
    if update:
        shutil.rmtree(golden, ignore_errors=True)
        for file, text in got.items():
            (golden / file).parent.mkdir(parents=True, exist_ok=True)
            (golden / file).write_bytes(text)
    return len(got), [*differences(tree(golden), got), *differences(got, again)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(ROOT / "build" / "gpuplan"))
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    gpuplan = str(Path(options.gpuplan).resolve())
    problems, n, empty = [], 0, False
    for name, specs in GOLDEN.items():
        files, found = judge(gpuplan, name, specs, options.update)
        problems += found
        n += files
        empty |= files == 0
    print("".join(problems))
    print(f"{n} files, {len(problems)} differ")
    return 1 if problems or empty else 0


if __name__ == "__main__":
    sys.exit(main())
