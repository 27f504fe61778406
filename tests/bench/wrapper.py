#!/usr/bin/python3
"""What gpuplan-qemu adds to the start of a VM: a measurement, not a test.

    tests/bench/wrapper.py [--build BUILD] [--runs N]

The same program, which does nothing but write its arguments, is started by itself and by way of the wrapper,
in turns, with a map of 16 GPUs: without a GPU among the arguments (as libvirt probes), with 8, and with 8 and a
missing map. Prints medians in milliseconds, what the wrapper adds, and its ratio to the plain start.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
OTHERS = ["-name", "guest=vm,debug-threads=on", "-S", "-machine", "q35,accel=kvm", "-nodefaults", "-m", "1048576"] + [
    word for n in range(30) for word in ("-device", json.dumps({"driver": "pcie-root-port", "id": f"pci.{n}", "bus": "pcie.0"}))]


def gpu(bus):
    return json.dumps({"driver": "vfio-pci", "host": f"0000:{bus:02x}:00.0", "id": f"hostdev{bus}", "bus": "pci.1"})


def start(command, env):
    before = time.perf_counter()
    pid = os.posix_spawn(command[0], command, env, file_actions=SILENT)
    os.waitpid(pid, 0)
    return (time.perf_counter() - before) * 1000


SILENT = [(os.POSIX_SPAWN_OPEN, fd, "/dev/null", os.O_WRONLY, 0) for fd in (1, 2)]


def measure(name, plain, wrapped, env, runs):
    times = {"plain": [], "wrapped": []}
    for _ in range(runs):
        times["plain"].append(start(plain, env))
        times["wrapped"].append(start(wrapped, env))
    plain_ms, wrapped_ms = (statistics.median(values) for values in times.values())
    print(f"{name:24} {plain_ms:7.3f} {wrapped_ms:8.3f} {wrapped_ms - plain_ms:7.3f} {wrapped_ms / plain_ms:7.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--runs", type=int, default=1000)
    options = parser.parse_args()
    wrapper, standin = str(options.build / "gpuplan-qemu"), str(options.build / "wrapper" / "standin")
    with tempfile.TemporaryDirectory() as folder:
        cliques = pathlib.Path(folder, "map.json")
        cliques.write_text(json.dumps({"version": 1, "host": "h", "cliques": {f"0000:{b:02x}:00.0": b % 2 for b in range(16)}}))
        env = dict(os.environ, GPUPLAN_QEMU=standin, GPUPLAN_CLIQUE_MAP=str(cliques))
        gpus = [word for bus in range(8) for word in ("-device", gpu(bus))]
        subprocess.run([wrapper, *OTHERS, *gpus], env=env, check=True, stdout=subprocess.DEVNULL)
        print(f"{'ms, median of ' + str(options.runs):24} {'plain':>7} {'wrapped':>8} {'added':>7} {'ratio':>7}")
        measure("no GPU", [standin, *OTHERS], [wrapper, *OTHERS], env, options.runs)
        measure("8 GPUs", [standin, *OTHERS, *gpus], [wrapper, *OTHERS, *gpus], env, options.runs)
        cliques.unlink()
        measure("8 GPUs, no map", [standin, *OTHERS, *gpus], [wrapper, *OTHERS, *gpus], env, options.runs)


if __name__ == "__main__":
    main()
