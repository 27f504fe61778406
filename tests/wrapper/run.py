#!/usr/bin/python3
"""run.py [--build BUILD] PART...: tests gpuplan-qemu from outside. Each part is a module beside this file."""

import argparse
import importlib
import os
import pathlib
import sys

sys.dont_write_bytecode = True

import harness  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
PARTS = ("faults", "devices", "lists", "maps", "failures", "place", "options", "check", "docs")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent.parent / "build")
    parser.add_argument("parts", nargs="+", choices=PARTS)
    options = parser.parse_args()
    os.umask(0o022)
    status = 0
    for part in options.parts:
        with harness.test(options.build) as test:
            importlib.import_module(f"part_{part}").run(test)
            print(f"{part}: {test.passed} passed, {test.failed} failed")
            status |= test.failed > 0 or test.passed == 0
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
