#!/usr/bin/python3
"""hardening.py PROGRAM...: what cmake/hardening.cmake asks for is in the programs, as readelf and objdump see them.

-fstack-clash-protection leaves no name behind: it is looked for in the compile commands.
"""

import json
import re
import subprocess
import sys
from pathlib import Path


def read(*command):
    return subprocess.run(command, check=True, text=True, capture_output=True).stdout


def has_cf_protection(program):
    """Indirect calls land on an endbr64. (The program is not marked as a whole: Debian's startup objects are not.)"""
    code = read("objdump", "-d", "--disassemble=main", program)
    first = re.search(r"<main>:\n.*\t(\S+)", code)
    return bool(first) and first[1] == "endbr64"


def stack_clash_everywhere(program):
    commands = json.loads((program.parent / "compile_commands.json").read_text())
    ours = [c for c in commands if re.search(r"/(schema|compiler|rules|backends)/.*\.c$", c["file"])]
    return bool(ours) and all("-fstack-clash-protection" in c["command"].split() for c in ours)


def checks(program):
    header = read("readelf", "-hW", program)
    segments = read("readelf", "-lW", program)
    dynamic = read("readelf", "-dW", program)
    names = set(re.findall(r" UND (\w+)", read("readelf", "--dyn-syms", "-W", program)))
    stack = re.search(r"GNU_STACK +(?:\S+ +){5}(\w+)", segments)
    yield "position independent", re.search(r"Type: +DYN", header) and "PIE" in dynamic
    yield "the table of addresses is read-only", "GNU_RELRO" in segments
    yield "every address is bound at the start", re.search(r"FLAGS_1.*\bNOW\b", dynamic)
    yield "no stack that can be run", stack and "E" not in stack[1]
    yield "no memory that can be written and run", not re.search(r"LOAD .* RWE ", segments)
    yield "no text that is relocated", "TEXTREL" not in dynamic
    yield "no path of its own for libraries", not re.search(r"\((RPATH|RUNPATH)\)", dynamic)
    yield "stack protector", "__stack_chk_fail" in names
    yield "calls that are checked", any(name.endswith("_chk") for name in names)
    yield "control flow protection", has_cf_protection(program)
    yield "stack clash protection", stack_clash_everywhere(program)


def main():
    bad = 0
    for program in map(Path, sys.argv[1:]):
        for what, there in checks(program):
            if not there:
                print(f"{program.name}: missing: {what}")
                bad += 1
    return 1 if bad or len(sys.argv) < 2 else 0


if __name__ == "__main__":
    sys.exit(main())
