#!/usr/bin/python3
"""library.py LIBRARY HEADER: the shared object exports what the header declares, and nothing else.

The header stands alone, in C and in C++.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

STRICT = ("-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only")


def exports(library):
    nm = subprocess.run(["nm", "-D", "--defined-only", library], check=True, text=True, capture_output=True)
    return {line.split()[-1] for line in nm.stdout.splitlines()}


def compiles(header):
    for compiler, language in (("cc", "c"), ("c++", "c++")):
        if shutil.which(compiler):
            subprocess.run([compiler, *STRICT, "-x", language, "-"], check=True, text=True,
                           input=f'#include "{Path(header).resolve()}"\n')


def main():
    library, header = sys.argv[1:]
    exported = exports(library)
    declared = set(re.findall(r"^GPUPLAN_API[^;]*?\b(gpuplan_\w+)\(", Path(header).read_text(), re.MULTILINE))
    assert len(declared) > 5, f"only {declared} found in {header}"
    for name in sorted(exported ^ declared):
        print(f"{name}: {'exported, and not declared' if name in exported else 'declared, and not exported'}")
    compiles(header)
    return exported != declared


if __name__ == "__main__":
    sys.exit(main())
