"""Running the real programs that judge."""

import dataclasses
import os
import shutil
import signal
import subprocess


class ToolMissing(Exception):
    """A program (or library) that a judge needs is not installed."""

    def __init__(self, tool, package):
        super().__init__(f"{tool} missing (package {package})")
        self.tool = tool
        self.package = package


@dataclasses.dataclass
class Result:
    """What a program said."""

    status: int
    out: str
    err: str

    @property
    def ok(self):
        return self.status == 0

    @property
    def words(self):
        """The tool's own words, for a report: what it complained about, else what it printed."""
        return (self.err.strip() or self.out.strip() or f"exit status {self.status}").splitlines()


def require(tool, package):
    """The path of TOOL, or ToolMissing with the package that has it."""
    path = shutil.which(tool)
    if path is None:
        raise ToolMissing(tool, package)
    return path


def run(command, timeout=60, env=None, cwd=None):
    """Runs COMMAND in a process group of its own, so that a hung one ends with its children."""
    process = subprocess.Popen(
        [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, errors="replace", cwd=cwd,
        env=dict(os.environ, LC_ALL="C.UTF-8", **(env or {})), start_new_session=True)
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        return Result(124, out, f"{err}\n{command[0]} took longer than {timeout} s")
    return Result(process.returncode, out, err)
