#!/usr/bin/python3
"""A regression shows on any machine: instructions and memory of lint are counted.

    instructions.py --gpuplan build/gpuplan --floor build/bench_floor [--update]

Counts are the same from run to run. Other compilers, libraries and processors move them a little:
hence a margin, and for blocks the difference to what libyaml alone takes for the same files. The
peak is the kernel's figure for a process: large arenas are not of malloc, and valgrind sees none.
--update writes what is seen into instructions.json, beside this file.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import generate  # noqa: E402
from measure import Run  # noqa: E402

REFERENCE = pathlib.Path(__file__).with_suffix(".json")
MARGIN = 0.15
N_VMS = 800  # of W2
BLOCKS = "W2 heap blocks beside libyaml's"


def valgrind(tool, pattern, command):
    """What valgrind's report says: the numbers of the pattern's groups."""
    # Without AVX the C library takes the same paths on every processor.
    environment = {**os.environ, "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-AVX_Fast_Unaligned_Load"}
    done = subprocess.run(["valgrind", f"--tool={tool}", f"--{tool}-out-file=/dev/null", *command],
                          capture_output=True, text=True, check=False, env=environment)
    found = re.search(pattern, done.stderr)
    if done.returncode != 0 or not found:
        sys.exit(f"valgrind --tool={tool}: exit status {done.returncode}\n{done.stderr}")
    return [int(group.replace(",", "")) for group in found.groups()]


def instructions(command):
    return valgrind("callgrind", r"I +refs: +([0-9,]+)", command)[0]


def heap(command):
    """Blocks in all."""
    return valgrind("dhat", r"Total: +[0-9,]+ bytes in ([0-9,]+) blocks", command)[0]


def peak(gpuplan, work):
    """Bytes a byte of input, of 40,000 VMs."""
    specs = generate.generate(work, "W3")
    size = sum(f.stat().st_size for f in specs.rglob("*.yaml"))
    return round(Run([gpuplan, "lint", "-q", "-j1", str(specs)]).peak * 100 / size)


def count(gpuplan, floor, work):
    lint = {name: [gpuplan, "lint", "-q", "-j1", str(generate.generate(work, name))]
            for name in ("W0", "W1", "W2")}
    specs = sorted(str(f) for f in (work / "W2").rglob("*.yaml"))
    return {
        "W0 instructions": instructions(lint["W0"]),
        "W1 instructions": instructions(lint["W1"]),
        "W2 instructions": instructions(lint["W2"]),
        "W2 instructions to the floor's, percent":
            round(100 * instructions(lint["W2"]) / instructions([floor, *specs])),
        BLOCKS: heap(lint["W2"]) - heap([floor, *specs]),
        "W3 peak memory to its bytes, percent": peak(gpuplan, work),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gpuplan", required=True)
    parser.add_argument("--floor", required=True)
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        seen = count(options.gpuplan, options.floor, pathlib.Path(work))
    if options.update:
        REFERENCE.write_text(json.dumps(seen, indent="\t") + "\n")
    reference = json.loads(REFERENCE.read_text())
    assert seen.keys() == reference.keys(), "instructions.json is of another version: --update"
    wrong = 0
    for name, n in seen.items():
        # Arenas leave so few blocks that a share of them says nothing: a share of the VMs does.
        off = (n - reference[name]) / (N_VMS if name == BLOCKS else reference[name])
        print(f"{name}: {n:,} ({off:+.1%})")
        if abs(off) > MARGIN:
            wrong += 1
            print(f"    more than {MARGIN:.0%} off {reference[name]:,}: find out why, then --update",
                  file=sys.stderr)
    sys.exit(wrong > 0)


main()
