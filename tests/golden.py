#!/usr/bin/python3
"""Golden files: what `gpuplan compile examples` writes, byte for byte.

They say that nothing changed; the judges of tests/oracles say that it is right. `--update` rewrites
tests/golden from what is written now, and `git diff` is the review.
"""

import argparse
import difflib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "golden"


def tree(folder):
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


def compile_examples(gpuplan, out, cwd, *paths):
    subprocess.run([gpuplan, "compile", "-q", *paths, "-o", str(out)], cwd=cwd, check=True, timeout=60)
    return tree(out)


def differences(expected, got):
    for name in sorted(expected.keys() | got.keys()):
        if expected.get(name) == got.get(name):
            continue
        old = expected.get(name, b"").decode().splitlines(keepends=True)
        new = got.get(name, b"").decode().splitlines(keepends=True)
        yield "".join(difflib.unified_diff(old, new, f"golden/{name}", f"compiled/{name}"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(ROOT / "build" / "gpuplan"))
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    gpuplan = str(Path(options.gpuplan).resolve())
    with tempfile.TemporaryDirectory() as folder:
        got = compile_examples(gpuplan, Path(folder) / "out", ROOT, "examples")
        # The same bytes from another working directory, by other names and in another order.
        paths = sorted((str(p) for p in (ROOT / "examples").rglob("*.yaml")), reverse=True)
        again = compile_examples(gpuplan, Path(folder) / "again", "/", *paths)
    if options.update:
        shutil.rmtree(GOLDEN, ignore_errors=True)
        for name, text in got.items():
            (GOLDEN / name).parent.mkdir(parents=True, exist_ok=True)
            (GOLDEN / name).write_bytes(text)
    problems = [*differences(tree(GOLDEN), got), *differences(got, again)]
    print("".join(problems))
    print(f"{len(got)} files, {len(problems)} differ")
    return 1 if problems or not got else 0


if __name__ == "__main__":
    sys.exit(main())
