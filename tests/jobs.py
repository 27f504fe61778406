#!/usr/bin/python3
"""-j changes no byte: findings, artifacts and manifest are the same on one thread and on many.

The plan is large enough for threads, in many files, and wrong in every way that is cheap to make.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent / "bench"))
import generate  # noqa: E402

JOBS = ("1", "2", "3", "16")
N_HOSTS = 320
FAULTS = (
    ("gpus: [g1]", "gpus: [g1, g1]"),
    ("vcpus:", "vcpu:"),
    ("vgpu: A40-24C", "vgpu: A40-24D"),
    ("vgpu: H100XM-40C", "vgpu: A100DX-40C"),
    ("memory: 64GiB", "memory: 64GB"),
    ("memory: 64GiB", "memory: 64GiB\n    memory: 32GiB"),
    ("mac: 52:54:00:00", "mac: 52:54:00:11"),
    ("board: a40", "board: a41"),
    ("host: node-0000", "host: nodo-0000"),
    ("iommu: true", "iommu: false"),
    ("vms:\n", "vms:\n  <<: {a: b}\n"),
    ("nvlink: all", "nvlink: none"),
    ("pinning: auto", "pinning: none\n    uuid: 6d1a7d5e-0001-5000-8000-00000000000a"),
    ("captures/node", "captures/nodo"),
    ("\n    nics", "\n   nics"),
)
FOREIGN = "kind: Deployment\nspec: {replicas: 3}\nbroken: [\n"


def make(folder, faulty):
    folder.mkdir()
    (folder / ".gpuplan.yaml").write_text("")
    hosts, vms = generate.fleet(folder, 0, N_HOSTS)
    for i, (host, own) in enumerate(zip(hosts, vms)):
        text = generate.document([host], own)
        if faulty and i % 2:
            text = text.replace(*FAULTS[i // 2 % len(FAULTS)])
        (folder / f"host-{i:03}.yaml").write_text(text)
        if faulty and i % 5 == 0:
            (folder / f"host-{i:03}-other.yaml").write_text(FOREIGN)


def run(gpuplan, folder, *arguments):
    done = subprocess.run([gpuplan, *arguments], cwd=folder, capture_output=True, check=False)
    return done.returncode, done.stdout, done.stderr


def tree(folder):
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


def same(results, what):
    if any(r != results[0] for r in results):
        sys.exit(f"{what}: not the same for every -j of {' '.join(JOBS)}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gpuplan", required=True)
    gpuplan = str(pathlib.Path(parser.parse_args().gpuplan).resolve())
    # Thousands of files are synced: in memory that costs nothing.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as temporary:
        folder = pathlib.Path(temporary)
        make(folder / "wrong", True)
        make(folder / "right", False)
        for form in ("json", "text"):
            results = [run(gpuplan, folder / "wrong", "lint", "-f", form, "--max-findings",
                           "100000", "-j", jobs) for jobs in JOBS]
            same(results, f"lint -f {form}")
            # The faults are there to be found, and the foreign files to be passed over.
            status, output, summary = results[0]
            if status != 1 or len(output) < 20000 or b"64 files skipped" not in summary:
                sys.exit(f"lint -f {form}: status {status}, {summary.decode()}")
        trees = []
        for jobs in JOBS:
            status, _, errors = run(gpuplan, folder / "right", "compile", "-j", jobs, "-o",
                                    str(folder / f"out-{jobs}"))
            if status != 0:
                sys.exit(f"compile -j {jobs}: status {status}, {errors.decode()}")
            trees.append(tree(folder / f"out-{jobs}"))
        same(trees, "compile")
    print(f"{len(trees[0])} files and {len(output)} bytes of findings are the same for every -j")


main()
