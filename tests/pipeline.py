#!/usr/bin/python3
"""Plays the pipelines of docs/pipelines.md, block by block, from a push into a bare repository to the artifacts.

There is no GitHub here: `Runner` does what its runner does with the steps that the page shows and with
action.yml, and the push is stopped by a pre-receive hook, where on GitHub a required check stops the merge.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

sys.dont_write_bytecode = True

from checks import check, stranger, verdict  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "pipelines.md").read_text()

HOSTS = """version: 1
hosts:
  h:
    hypervisor: kvm
    versions: {qemu: 9.2.0, libvirt: 10.0.0}
    pcie_p2p: [[g0, g1]]
    gpus:
      g0: {board: l40s, address: 05:00.0}
      g1: {board: l40s, address: 06:00.0}
      g2: {board: l40s, address: 07:00.0}
"""
VM_A = """version: 1
vms:
  a:
    host: h
    vcpus: 8
    memory: 64GiB
    p2p: pcie
    gpus: [g0, g1]
"""
VM_B = """version: 1
vms:
  b:
    host: h
    vcpus: 8
    memory: 64GiB
    gpus: [g2]
"""


def block(name):
    return re.search(rf"<!-- {name} -->\n\n```[a-z]*\n(.*?)```\n", PAGE, re.S)[1]


def run(command, cwd, env, **more):
    return subprocess.run(command, cwd=cwd, env=env, text=True, capture_output=True, timeout=120, **more)


def git(cwd, env, *arguments):
    done = run(["git", *arguments], cwd, env)
    assert done.returncode == 0, f"git {arguments}: {done.stdout}{done.stderr}"
    return done.stdout


class Runner:
    """One job of a workflow, in a checkout: what its steps print, and whether one failed."""

    def __init__(self, workspace, env):
        self.workspace = workspace
        self.env = {**env, "GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(workspace), "CI": "true"}
        self.output, self.failed = "", False

    def shell(self, script, **more):
        done = run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script], self.workspace, {**self.env, **more})
        self.output += done.stdout + done.stderr
        self.failed |= done.returncode != 0

    def action(self, given):
        action = yaml.safe_load((ROOT / "action.yml").read_text())
        unknown = given.keys() - action["inputs"].keys()
        assert not unknown, f"action.yml has no input {unknown}"
        values = {name: str(given.get(name, of["default"])) for name, of in action["inputs"].items()}
        for step in action["runs"]["steps"]:
            assert step["shell"] == "bash" and "${{" not in step["run"]
            env = {
                name: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda m: values[m[1]], text)
                for name, text in step["env"].items()
            }
            self.shell(step["run"], GITHUB_ACTION_PATH=str(ROOT), **env)

    def job(self, workflow):
        (job,) = workflow["jobs"].values()
        for step in job["steps"]:
            if self.failed and step.get("if") != "always()":
                continue
            uses = step.get("uses", "").split("@")[0]
            if uses == "OWNER/gpuplan":
                self.action(step.get("with", {}))
            elif uses == "github/codeql-action/upload-sarif":
                sarif = json.loads((self.workspace / step["with"]["sarif_file"]).read_text())
                self.output += f"uploaded {len(sarif['runs'][0]['results'])} results\n"
            elif "run" in step:
                self.shell(step["run"])
            else:
                assert uses == "actions/checkout", step


def play(gpuplan, name, workspace, env):
    runner = Runner(Path(workspace), env)
    runner.job(yaml.safe_load(block(name)))
    return runner


def pre_receive(gpuplan):
    """The hook of the bare repository: the job of the page, on what is pushed."""
    env = stranger(gpuplan, os.getcwd())
    # The pushed objects are still in quarantine.
    env |= {k: v for k, v in os.environ.items() if k.startswith("GIT_") and k != "GIT_DIR"}
    for line in sys.stdin:
        _, new, _ = line.split()
        with tempfile.TemporaryDirectory() as workspace:
            run(["sh", "-c", f"git archive {new} | tar -x -C '{workspace}'"], ".", env, check=True)
            (Path(workspace) / ".git").mkdir()
            runner = play(gpuplan, "github", workspace, env)
        print(runner.output)
        if runner.failed:
            return 1
    return 0


class Repository:
    """A bare repository with the hook, and a clone to push from."""

    def __init__(self, gpuplan, at):
        self.gpuplan, self.at = gpuplan, Path(at)
        self.env = stranger(gpuplan, at)
        self.bare, self.clone = self.at / "bare.git", self.at / "clone"
        git(at, self.env, "init", "-q", "--bare", "-b", "main", "bare.git")
        hook = self.bare / "hooks" / "pre-receive"
        hook.write_text(f"#!/bin/sh\nexec {sys.executable} '{Path(__file__).resolve()}' --gpuplan '{gpuplan}' --pre-receive\n")
        hook.chmod(0o755)
        git(at, self.env, "clone", "-q", "bare.git", "clone")
        git(self.clone, self.env, "checkout", "-q", "-b", "main")

    def put(self, name, text):
        (self.clone / name).parent.mkdir(parents=True, exist_ok=True)
        (self.clone / name).write_text(text)

    def compile(self):
        done = run([self.gpuplan, "compile", "-q", "-o", "out"], self.clone, self.env)
        assert done.returncode == 0, done.stderr

    def push(self):
        git(self.clone, self.env, "add", "-A")
        git(self.clone, self.env, "commit", "-qm", "change")
        done = run(["git", "push", "-q", "origin", "main"], self.clone, self.env)
        if done.returncode:
            git(self.clone, self.env, "reset", "-q", "--hard", "HEAD~")
        return done.returncode == 0, done.stderr


def test_checked(gpuplan, at):
    """Artifacts are committed with the spec; the job refuses what does not fit."""
    r = Repository(gpuplan, at)
    r.put("hosts.yaml", HOSTS)
    r.put("vms/a.yaml", VM_A)
    r.put("vms/b.yaml", VM_B)
    r.compile()
    good, said = r.push()
    check(good and "uploaded 0 results" in said, f"a good plan was refused: {said}")

    r.put("vms/a.yaml", VM_A.replace("g1]", "g9]"))
    good, said = r.push()
    check(not good, "a bad spec was pushed")
    check(
        re.search(r"::error file=vms/a\.yaml,line=8,[^:]*title=[^:]*gpu-unknown[^:]*::", said) is not None,
        f"no annotation: {said}",
    )
    check("uploaded 1 results" in said, f"no SARIF after a failed lint: {said}")

    r.put("vms/a.yaml", VM_A.replace("64GiB", "128GiB"))
    good, said = r.push()
    check(not good and "-  <memory" in said, f"artifacts that do not fit were pushed: {said}")
    check("::error title=gpuplan compile --check::" in said, f"no annotation for them: {said}")

    r.put("vms/a.yaml", VM_A.replace("64GiB", "128GiB"))
    r.compile()
    good, said = r.push()
    check(good, f"both were refused: {said}")


def test_made(gpuplan, at):
    """The pipeline makes the artifacts: a change of one VM changes its own, and nothing else."""
    r = Repository(gpuplan, at)
    (r.bare / "hooks" / "pre-receive").unlink()
    r.put("hosts.yaml", HOSTS)
    r.put("vms/a.yaml", VM_A)
    r.put("vms/b.yaml", VM_B)

    def after_push():
        assert r.push()[0]
        runner = play(gpuplan, "github-compile", r.clone, r.env)
        check(not runner.failed, f"the job failed: {runner.output}")
        git(r.clone, r.env, "pull", "-q", "--rebase", "origin", "main")
        return set(git(r.clone, r.env, "show", "--format=", "--name-only", "origin/main").split())

    changed = after_push()
    check("out/h/a.xml" in changed and "out/h/b.qemu-args" in changed, f"made at first: {changed}")
    r.put("vms/b.yaml", VM_B.replace("64GiB", "128GiB"))
    changed = after_push()
    check(changed == {"out/manifest.json", "out/h/b.xml", "out/h/b.qemu-args"}, f"b changed: {changed}")
    (r.clone / "vms/b.yaml").unlink()
    changed = after_push()
    check(changed == {"out/manifest.json", "out/h/b.xml", "out/h/b.qemu-args"}, f"b went: {changed}")
    check(not (r.clone / "out/h/b.xml").exists(), "b's artifact stayed")
    r.put("README", "no spec")
    check(after_push() == {"README"}, "a push that touches no spec made a commit")


def test_gitlab(gpuplan, at):
    job = yaml.safe_load(block("gitlab"))["gpuplan"]
    env = {**stranger(gpuplan, at), "GITLAB_CI": "true", "CI": "true"}
    work = Path(at) / "gitlab"
    shutil.copytree(ROOT / "examples", work / "examples")

    def script():
        return [run(["bash", "-e", "-c", line], work, env).returncode for line in job["script"]]

    check(script() == [0, 1], "without artifacts")
    run([gpuplan, "compile", "-q", "-o", "out"], work, env, check=True)
    check(script() == [0, 0], "with artifacts")
    (work / "bad.yaml").write_text(VM_A)
    check(script() == [1, 1], "with a wrong file")
    report = (work / job["artifacts"]["reports"]["junit"]).read_text()
    check("<failure" in report and "bad.yaml" in report, f"the report: {report}")


def test_ninja(gpuplan, at):
    work = Path(at) / "ninja"
    shutil.copytree(ROOT / "examples", work / "specs")
    (work / "build.ninja").write_text(block("ninja"))
    env = stranger(gpuplan, at)
    done = run(["ninja"], work, env)
    check(done.returncode == 0 and (work / "out/manifest.json").exists(), f"ninja: {done.stdout}{done.stderr}")
    check("no work to do" in run(["ninja"], work, env).stdout, "ninja runs again for nothing")


def test_hooks_are_there():
    shown = {h["id"] for h in yaml.safe_load(block("pre-commit"))["repos"][0]["hooks"]}
    there = {h["id"] for h in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    check(shown == there, f"the page shows the hooks {shown}, there are {there}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(ROOT / "build" / "gpuplan"))
    parser.add_argument("--pre-receive", action="store_true")
    options = parser.parse_args()
    gpuplan = str(Path(options.gpuplan).resolve())
    if options.pre_receive:
        return pre_receive(gpuplan)
    os.umask(0o022)
    test_hooks_are_there()
    for test in (test_checked, test_made, test_gitlab, test_ninja):
        with tempfile.TemporaryDirectory(prefix="gpuplan-pipeline-") as at:
            test(gpuplan, at)
    return verdict()


if __name__ == "__main__":
    sys.exit(main())
