#!/usr/bin/python3
"""compile, as its users have it: files that stay or go, --check, --depfile under Ninja and Make.

tests/unit/test_output.c tests the output tree by itself; here the program writes into real folders.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True

from checks import check, verdict  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent

HOSTS = """version: 1
hosts:
  h:
    hypervisor: kvm
    managed_by: libvirt
    versions: {qemu: 9.2.0, libvirt: 10.0.0}
    pcie_p2p: all
    gpus:
"""
HOSTS += "".join(f"      {vm}{i}: {{board: l40s, address: '{vm}{i}:00.0'}}\n" for vm in "abc" for i in (0, 1))


def vm(name, memory="64GiB"):
    return f"""version: 1
vms:
  {name}:
    host: h
    vcpus: 8
    memory: {memory}
    p2p: pcie
    hugepages: 1GiB
    gpus: [{name}0, {name}1]
    disks: [{{file: /{name}.qcow2}}]
"""


NINJA = """rule compile
  command = %s compile -q specs -o out --depfile out.d && echo ran >> runs
  depfile = out.d
  restat = 1
build out/manifest.json: compile
"""
MAKE = """compiled: specs/hosts.yaml
	%s compile -q specs -o out --depfile out.d && echo ran >> runs
	sed -i 's,^out/manifest.json:,compiled:,' out.d && touch compiled
-include out.d
"""


class Project:
    def __init__(self, gpuplan):
        self.gpuplan = gpuplan
        self.at = Path(tempfile.mkdtemp(prefix="gpuplan-compile-"))
        self.put("specs/hosts.yaml", HOSTS)
        self.put("specs/a.yaml", vm("a"))
        self.put("specs/b.yaml", vm("b"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.at)

    def put(self, name, text):
        file = self.at / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def get(self, name):
        return (self.at / name).read_text()

    def run(self, *command):
        return subprocess.run([str(c) for c in command], cwd=self.at, capture_output=True, text=True, timeout=60)

    def compile(self, *options, status=0):
        done = self.run(self.gpuplan, "compile", "-q", "specs", "-o", "out", *options)
        check(done.returncode == status, f"compile {options}: {done.returncode}, not {status}: {done.stderr}")
        return done

    def files(self, below="out"):
        return {str(f.relative_to(self.at / below)) for f in (self.at / below).rglob("*") if not f.is_dir()}

    def places(self):
        """Which inode and time each file has."""
        return {f: ((s := (self.at / "out" / f).stat()).st_ino, s.st_mtime_ns) for f in self.files()}


def artifacts(*vms):
    return {"manifest.json", "h/clique-map.json", "h/clique-map.sh"} | {
        f"h/{name}.{kind}" for name in vms for kind in ("xml", "qemu-args")
    }


def test_files_stay_and_go(gpuplan):
    with Project(gpuplan) as p:
        p.compile()
        check(p.files() == artifacts("a", "b"), f"first run wrote {p.files()}")
        before = p.places()
        p.compile()
        check(p.places() == before, "an unchanged run moved a file")
        p.put("out/h/mine.txt", "mine")
        p.put("specs/a.yaml", vm("a", "128GiB"))
        p.compile()
        after = p.places()
        moved = {f for f in before if before[f] != after[f]}
        check(moved == {"manifest.json", "h/a.xml", "h/a.qemu-args"}, f"one VM changed, and {moved} moved")
        (p.at / "specs/b.yaml").unlink()
        p.compile()
        check(p.files() == artifacts("a") | {"h/mine.txt"}, f"after b is gone: {p.files()}")
        check(p.get("out/h/mine.txt") == "mine", "a foreign file was touched")


def test_errors_write_nothing(gpuplan):
    with Project(gpuplan) as p:
        p.compile()
        before = p.places()
        p.put("specs/a.yaml", vm("a", "128GiB") + "    nonsense: 1\n")
        p.compile(status=1)
        check(p.places() == before, "a plan with an error changed the folder")
        p.put("specs/a.yaml", vm("a", "128GiB"))
        p.put("specs/c.yaml", vm("c"))
        p.put("out/h/c.xml", "somebody's")
        done = p.compile(status=2)
        check("out/h/c.xml" in done.stderr, f"a foreign file in the way is not named: {done.stderr}")
        check(p.get("out/h/c.xml") == "somebody's", "a foreign file was overwritten")
        changed = {f for f in before if p.places()[f] != before[f]}
        check(not changed, f"a refused run changed {changed}")


def test_check(gpuplan):
    with Project(gpuplan) as p:
        done = p.compile("--check", status=1)
        check("--- /dev/null\n+++ b/h/a.xml\n" in done.stdout, "a missing folder: no file is shown as added")
        check(not (p.at / "out").exists(), "--check made the folder")
        p.compile()
        check(p.compile("--check").stdout == "", "a fresh folder has a diff")

        p.put("specs/c.yaml", vm("c"))
        done = p.compile("--check", status=1)
        check("+++ b/h/c.xml" in done.stdout and "b/h/a.xml" not in done.stdout, f"added VM: {done.stdout}")
        (p.at / "specs/c.yaml").unlink()
        (p.at / "specs/b.yaml").unlink()
        done = p.compile("--check", status=1)
        check("--- a/h/b.xml\n+++ /dev/null\n" in done.stdout, f"removed VM: {done.stdout}")
        p.put("specs/b.yaml", vm("b"))

        text = p.get("out/h/a.xml")
        p.put("out/h/a.xml", text.replace(">8<", ">9<"))
        before = p.places()
        done = p.compile("--check", status=1)
        check(">9</vcpu>\n+  <vcpu placement=\"static\">8</vcpu>\n" in done.stdout, f"edited by hand: {done.stdout}")
        check(p.places() == before, "--check wrote")
        patched = subprocess.run(
            ["patch", "-p1", "-s"], input=done.stdout, cwd=p.at / "out", text=True, capture_output=True
        )
        check(patched.returncode == 0, f"patch refuses the diff: {patched.stdout}")
        check(p.get("out/h/a.xml") == text, "the patched file is not what compile writes")
        (p.at / "out/h/clique-map.sh").unlink()
        done = p.compile("--check", status=1)
        check("+++ b/h/clique-map.sh" in done.stdout, f"a file deleted by hand: {done.stdout}")


def test_targets(gpuplan):
    with Project(gpuplan) as p:
        p.compile()
        (p.at / "specs/b.yaml").unlink()
        p.compile("-t", "libvirt")
        check("h/b.xml" not in p.files() and "h/b.qemu-args" in p.files(), f"-t libvirt left {p.files()}")
        p.compile("-t", "libvirt", "--check")
        p.compile("--check", status=1)
        done = p.compile("-t", "libvrt", status=2)
        check("did you mean 'libvirt'" in done.stderr, f"a wrong target: {done.stderr}")


def test_manifest(gpuplan):
    with Project(gpuplan) as p:
        p.compile()
        manifest = json.loads(p.get("out/manifest.json"))
        check({f["path"] for f in manifest["files"]} | {"manifest.json"} == p.files(), "the manifest's files")
        check(str(p.at) not in p.get("out/manifest.json"), "an absolute path in the manifest")
        for f in p.files() - {"manifest.json"}:
            check((p.at / "out" / f).stat().st_mode & 0o777 == 0o644, f"mode of {f}")
        check((p.at / "out/h").stat().st_mode & 0o777 == 0o755, "mode of a folder")


def built(p, *command):
    """How often compile ran since the last time."""
    (p.at / "runs").unlink(missing_ok=True)
    done = p.run(*command)
    check(done.returncode == 0, f"{command}: {done.stdout} {done.stderr}")
    return len(p.get("runs").split()) if (p.at / "runs").exists() else 0


def test_builder(gpuplan, *command):
    """Each input, and nothing else, makes Ninja or Make run it again."""
    with Project(gpuplan) as p:
        p.put("build.ninja", NINJA % gpuplan)
        p.put("Makefile", MAKE % gpuplan)
        p.put(".gpuplan.yaml", "rules: {p2p-unstated: off}\n")
        check(built(p, *command) == 1, f"{command}: the first build")
        check(built(p, *command) == 0, f"{command}: a build with nothing changed ran again")
        for name in ("specs/a.yaml", "specs/hosts.yaml", ".gpuplan.yaml"):
            later = p.at.stat().st_mtime_ns + 10**10
            os.utime(p.at / name, ns=(later, later))
            if command[0] == "make":  # it compares with now, not with what it saw last
                check(built(p, *command) == 1, f"{command}: {name} was touched and nothing ran")
                os.utime(p.at / name)
                os.utime(p.at / "compiled", ns=(later, later))
            else:
                check(built(p, *command) == 1, f"{command}: {name} was touched and nothing ran")
            check(built(p, *command) == 0, f"{command}: ran again after {name}")
        p.put("specs/b.yaml", vm("b", "128GiB"))
        later = p.at.stat().st_mtime_ns + 2 * 10**10
        os.utime(p.at / "specs/b.yaml", ns=(later, later))
        check(built(p, *command) == 1, f"{command}: a changed file")
        check("134217728" in p.get("out/h/b.xml"), f"{command}: the change is not in the artifact")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(ROOT / "build" / "gpuplan"))
    gpuplan = str(Path(parser.parse_args().gpuplan).resolve())
    os.umask(0o022)
    for test in (test_files_stay_and_go, test_errors_write_nothing, test_check, test_targets, test_manifest):
        test(gpuplan)
    test_builder(gpuplan, "ninja")
    test_builder(gpuplan, "make")
    return verdict()


if __name__ == "__main__":
    sys.exit(main())
