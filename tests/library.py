#!/usr/bin/python3
"""library.py LIBRARY HEADER: the shared object exports what the header declares, and nothing else."""

import re
import subprocess
import sys
from pathlib import Path


def main():
    library, header = sys.argv[1:]
    nm = subprocess.run(["nm", "-D", "--defined-only", library], check=True, text=True, capture_output=True).stdout
    exported = {line.split()[-1] for line in nm.splitlines()}
    declared = set(re.findall(r"^GPUPLAN_API[^;]*?\b(gpuplan_\w+)\(", Path(header).read_text(), re.MULTILINE))
    assert len(declared) > 5, f"only {declared} found in {header}"
    for name in sorted(exported ^ declared):
        print(f"{name}: {'exported, and not declared' if name in exported else 'declared, and not exported'}")
    return exported != declared


if __name__ == "__main__":
    sys.exit(main())
