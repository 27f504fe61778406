#!/usr/bin/python3
"""Holds the one-way street: schema <- compiler <- rules, backends <- compiler/cli; gpuplan-qemu stands beside it.

A file may include headers of its own folder and of those below it on the street; the rules and the
backends do not know each other, and nobody but the command line knows the command line.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAY_SEE = {
    "schema": {"schema"},
    "compiler": {"schema", "compiler"},
    "rules": {"schema", "compiler", "rules"},
    "backends": {"schema", "compiler", "backends"},
    "compiler/cli": {"schema", "compiler", "rules", "backends", "compiler/cli"},
    # A program of its own, which knows none of the others' memory: these, and single headers.
    "backends/wrapper": {"backends/wrapper", "schema/text.h", "compiler/utf8.h"},
}
PROGRAMS = ("compiler/cli", "backends/wrapper")


def folder_of(path):
    return next((program for program in PROGRAMS if path.startswith(program + "/")), path.split("/")[0])


def wrong_arrows(name, text):
    """The project's includes in one file that go against the street."""
    here = folder_of(name)
    for number, line in enumerate(text.splitlines(), 1):
        found = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        if not found:
            continue
        there = found.group(1)
        if "/" not in there or ".." in there:
            yield f"{name}:{number}: '{there}' is not written from the top of the project"
        elif not {folder_of(there), there} & MAY_SEE[here]:
            yield f"{name}:{number}: {here} must not include {there}"
        elif not (ROOT / there).is_file():
            yield f"{name}:{number}: there is no {there}"


def prints(name, text):
    """Only the command line prints or exits; the arena's way out of memory is the one exception."""
    if folder_of(name) in PROGRAMS or name == "compiler/arena.c":
        return
    for number, line in enumerate(text.splitlines(), 1):
        if re.search(r"\b(printf|puts|perror|exit|_exit|abort)\(", line) and not line.lstrip().startswith(("*", "/*")):
            yield f"{name}:{number}: only compiler/cli prints or exits"


def main():
    # The test can fail: a wrong arrow and a wrong print are found.
    assert list(wrong_arrows("rules/x.c", '#include "backends/backend.h"'))
    assert list(wrong_arrows("schema/x.c", '#include "compiler/arena.h"'))
    assert list(wrong_arrows("backends/wrapper/x.c", '#include "compiler/arena.h"'))
    assert list(wrong_arrows("backends/x.c", '#include "backends/wrapper/map.h"'))
    assert list(prints("rules/x.c", '\tprintf("hello");'))
    problems, files = [], 0
    for folder in MAY_SEE:
        for file in sorted((ROOT / folder).glob("**/*.[ch]" if folder == "compiler/cli" else "*.[ch]")):
            name = str(file.relative_to(ROOT))
            text = file.read_text()
            problems += [*wrong_arrows(name, text), *prints(name, text)]
            files += 1
    assert files > 40, f"only {files} files found"
    print("\n".join(problems) or f"{files} files keep to the street")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
