#!/usr/bin/python3
"""The hooks of .pre-commit-hooks.yaml under the real pre-commit, offline, this repository as hook repository.

Each test is a repository of its own in which commits are tried. What counts is what is staged: files that
are not added, or only in part, are what goes wrong in practice.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True

from checks import check, stranger, verdict  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent

CONFIG = """repos:
  - repo: %s
    rev: v0.1.0
    hooks:
      - id: %s
"""
HOSTS = """version: 1
hosts:
  h:
    hypervisor: kvm
    versions: {qemu: 9.2.0, libvirt: 10.0.0}
    pcie_p2p: [[g0, g1]]
    gpus:
      g0: {board: l40s, address: 05:00.0}
      g1: {board: l40s, address: 06:00.0}
"""
VM = """version: 1
vms:
  a:
    host: h
    vcpus: 8
    memory: 64GiB
    p2p: pcie
    gpus: [g0, g1]
"""
WRONG = VM.replace("g1]", "g2]")


def git(cwd, *arguments, environment=None):
    return subprocess.run(
        ["git", *arguments], cwd=cwd, env=environment, text=True, capture_output=True, timeout=300, check=False
    )


class Bench:
    """The hook repository, and an environment in which nothing of this machine's user counts."""

    def __init__(self, gpuplan, at):
        self.at = Path(at)
        self.hooks = self.at / "hook repository"
        self.environment = {**stranger(gpuplan, at), "PRE_COMMIT_HOME": str(self.at / "cache")}
        self.hooks.mkdir(parents=True)
        # As it is now, committed or not.
        names = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").stdout
        for name in filter(None, names.split("\0")):
            if (ROOT / name).is_file():
                (self.hooks / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, self.hooks / name)
        for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"], ["tag", "v0.1.0"]):
            done = git(self.hooks, *command, environment=self.environment)
            assert done.returncode == 0, done.stderr

    def repository(self, name, hook, **files):
        return Repository(self, self.at / name, hook, files)


class Repository:
    def __init__(self, bench, at, hook, files):
        self.bench, self.at = bench, at
        self.environment = dict(bench.environment)
        at.mkdir()
        self.git("init", "-q")
        self.put(".pre-commit-config.yaml", CONFIG % (bench.hooks, hook))
        self.put("hosts/h.yaml", HOSTS)
        self.put("vms/a.yaml", VM)
        self.put("compose.yaml", "services: {web: {image: nginx}}\n")
        self.put("chart/templates/x.yaml", "{{- if .Values.x }}\na: b\n{{ end }}\n")
        for name, text in files.items():
            self.put(name.replace("__", "/").replace("_yaml", ".yaml"), text)
        self.git("add", "-A")
        self.git("commit", "-qm", "start")
        done = subprocess.run(["pre-commit", "install"], cwd=at, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    def put(self, name, text):
        (self.at / name).parent.mkdir(parents=True, exist_ok=True)
        (self.at / name).write_text(text)

    def get(self, name):
        return (self.at / name).read_text()

    def git(self, *arguments):
        return git(self.at, *arguments, environment=self.environment)

    def commit(self, *arguments):
        """Whether it was committed, and what pre-commit said."""
        done = self.git("commit", "--allow-empty", "-m", "change", *arguments)
        return done.returncode == 0, done.stdout + done.stderr

    def expect(self, committed, what, *words, arguments=()):
        got, said = self.commit(*arguments)
        check(got == committed, f"{what}: {'refused' if committed else 'committed'}: {said}")
        for word in words:
            check(word in said, f"{what}: '{word}' is not said: {said}")


def test_lint(bench):
    r = bench.repository("lint", "gpuplan-lint")
    r.expect(True, "a good plan", "gpuplan lint", "Passed")

    r.put("vms/a.yaml", WRONG)
    r.expect(True, "a wrong file that is not staged")
    r.git("add", "-A")
    # That the VM's host is known shows that its file was read, though only the VM's changed.
    r.expect(False, "a wrong file", "vms/a.yaml:8:16: error:", "[gpu-unknown]")
    check("host-unknown" not in r.commit()[1], "the host's file was not read")

    r.put("vms/a.yaml", VM)
    r.expect(False, "wrong as staged, mended beside it", "[gpu-unknown]")
    check(r.get("vms/a.yaml") == VM, "the working copy changed")
    r.expect(True, "git commit FILE takes the mended one", arguments=("vms/a.yaml",))


def test_lint_partly_staged(bench):
    r = bench.repository("partly", "gpuplan-lint")
    r.put("vms/a.yaml", VM.replace("64GiB", "128GiB"))
    r.git("add", "-A")
    r.put("vms/a.yaml", WRONG.replace("64GiB", "128GiB"))
    r.expect(True, "right as staged, wrong beside it")
    check(r.get("vms/a.yaml") == WRONG.replace("64GiB", "128GiB"), "the working copy changed")
    check("128GiB" in r.git("show", "HEAD:vms/a.yaml").stdout, "the staged part was not committed")


def test_lint_what_is_not_there(bench):
    r = bench.repository("missing", "gpuplan-lint")
    r.put("hosts/i.yaml", HOSTS.replace("  h:", "  i:"))
    r.put("vms/b.yaml", VM.replace("  a:", "  b:").replace("host: h", "host: i"))
    r.git("add", "vms/b.yaml")
    r.expect(False, "a host's file that was not added", "unknown host 'i'")
    r.git("add", "-A")
    r.expect(True, "now it is")
    r.git("rm", "-q", "hosts/i.yaml")
    r.expect(False, "a host's file that is removed", "unknown host 'i'")


def test_other_repositories(bench):
    r = bench.repository("other", "gpuplan-lint")
    r.git("rm", "-rq", "hosts", "vms")
    r.expect(True, "a repository without a spec")


def test_compile_check(bench):
    r = bench.repository("compile", "gpuplan-compile-check", **{".gpuplan_yaml": "output: out\n"})
    compile_ = [str(Path(bench.gpuplan)), "compile", "-q"]
    r.expect(False, "artifacts that were never made", "+++ b/h/a.xml")
    subprocess.run(compile_, cwd=r.at, check=True)
    r.expect(False, "artifacts that were not added", "+++ b/h/a.xml", "compile, and commit")
    r.git("add", "-A")
    r.expect(True, "artifacts as they should be")
    r.put("vms/a.yaml", VM.replace("64GiB", "128GiB"))
    r.expect(False, "a spec without its artifacts", "-  <memory", arguments=("-a",))
    subprocess.run(compile_, cwd=r.at, check=True)
    r.expect(True, "both", arguments=("-a",))
    r.git("rm", "-q", "out/h/a.xml")
    r.expect(False, "an artifact that is removed", "+++ b/h/a.xml")


def test_fix(bench):
    """What it mends is left unstaged, to be looked at; the next commit has nothing to mend."""
    fixable = VM.replace("64GiB", "64GiB\n    mmio: 300GiB").replace("    p2p: pcie\n", "    p2p: pcie # both\n")
    r = bench.repository("fix", "gpuplan-fix")
    r.put("vms/a.yaml", fixable)
    r.expect(False, "something to mend", "files were modified by this hook", "1 fixed", arguments=("-a",))
    mended = r.get("vms/a.yaml")
    check(mended == fixable.replace("300GiB", "512GiB"), f"mended as: {mended}")
    r.expect(True, "mended", arguments=("-a",))

    # Another part of the file is not staged: pre-commit takes its change back, and nothing is lost.
    r.put("vms/a.yaml", fixable)
    r.git("add", "-A")
    r.put("vms/a.yaml", fixable.replace("vcpus: 8", "vcpus: 16"))
    r.expect(False, "something to mend in a file that is staged in part", "files were modified")
    check("vcpus: 16" in r.get("vms/a.yaml"), f"what was not staged is lost: {r.get('vms/a.yaml')}")


def test_program(bench):
    """Another version on PATH is not taken for the pinned one."""
    other = bench.at / "other version"
    other.mkdir()
    (other / "gpuplan").write_text("#!/bin/sh\necho gpuplan 0.0.1\n")
    (other / "gpuplan").chmod(0o755)
    r = bench.repository("program", "gpuplan-lint")
    r.environment["PATH"] = f"{other}:/usr/bin:/bin"
    r.put("vms/a.yaml", WRONG)
    r.expect(False, "built for the hook", "[gpu-unknown]", "building it", arguments=("-a",))
    again = r.commit("-a")[1]
    check("building it" not in again and "[gpu-unknown]" in again, f"it was built twice: {again}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(ROOT / "build" / "gpuplan"))
    gpuplan = str(Path(parser.parse_args().gpuplan).resolve())
    os.umask(0o022)
    done = subprocess.run(["pre-commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml"], check=False)
    check(done.returncode == 0, "pre-commit refuses .pre-commit-hooks.yaml")
    with tempfile.TemporaryDirectory(prefix="gpuplan-pre-commit-") as at:
        bench = Bench(gpuplan, at)
        bench.gpuplan = gpuplan
        test_lint(bench)
        test_lint_partly_staged(bench)
        test_lint_what_is_not_there(bench)
        test_other_repositories(bench)
        test_compile_check(bench)
        test_fix(bench)
        test_program(bench)
    return verdict()


if __name__ == "__main__":
    sys.exit(main())
