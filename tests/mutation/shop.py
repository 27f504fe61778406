"""A copy of the project in memory that is built with one change at a time, and the tests that should notice."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FLAGS = ("-w -Werror=int-conversion -Werror=incompatible-pointer-types -Werror=implicit-function-declaration "
         "-Werror=return-type -Werror=uninitialized")
CONFIGURE = ["cmake", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_C_FLAGS=" + FLAGS]

# By the start of a file's name, the tests as ctest calls them, the quickest to notice first. What none of them
# notices, the judges and the slow tests (faults, kills, hostile) are not asked about.
COMMON = """cases-good cases-spec cases-captures cases-rules golden unit-.* cases-explain cases-ignore cases-graph
    examples-lint docs show fix-run catalog schema compile captures lsp formats fix-plans independent"""
TESTS = {
    "rules/": COMMON + " fix-forms fix-files graph",
    "compiler/": COMMON + " graph import discover",
    "backends/wrapper/": """wrapper-devices wrapper-maps wrapper-options wrapper-check wrapper-place wrapper-failures
        wrapper-faults wrapper-docs wrapper-lists""",
    "backends/host_setup.c": "golden show docs compile host-setup",
    "backends/shell.c": "golden show docs compile host-setup",
    "backends/": "golden show unit-.* docs compile independent formats",
}
MEMORY = 4 << 30


def call(command, timeout, cwd, environment=None):
    """Exit status, output; a status of None: it ran too long. The whole group of processes ends with it."""
    def limit():
        import resource
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    process = subprocess.Popen(command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               stdin=subprocess.DEVNULL, text=True, errors="replace", start_new_session=True,
                               preexec_fn=limit)
    try:
        output, _ = process.communicate(timeout=timeout)
        return process.returncode, output
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return None, ""


class Shop:
    def __init__(self, folder):
        self.source, self.build = folder / "source", folder / "build"
        # Tests that write where they stand would disturb another shop's.
        self.temporary = folder / "tmp"
        self.temporary.mkdir(parents=True)
        self.environment = {**os.environ, "TMPDIR": str(self.temporary), "PYTHONDONTWRITEBYTECODE": "1"}
        self.copy_sources()
        self.must([*CONFIGURE, "-S", str(self.source), "-B", str(self.build)])
        self.must(["ninja", "-C", str(self.build)])
        listing = self.must(["ctest", "--test-dir", str(self.build), "--show-only=json-v1"])
        self.tests = {}
        for test in json.loads(listing)["tests"]:
            skip = [p["value"] for p in test["properties"] if p["name"] == "SKIP_RETURN_CODE"]
            self.tests[test["name"]] = (test["command"], skip[0] if skip else None)
        self.took = {}  # seconds of each test

    def copy_sources(self):
        files = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                               check=True, capture_output=True, text=True).stdout.split("\0")
        for name in filter(None, files):
            (self.source / name).parent.mkdir(parents=True, exist_ok=True)
            if os.path.lexists(ROOT / name):
                shutil.copy2(ROOT / name, self.source / name, follow_symlinks=False)
        # Some tests look at the project as a repository.
        for command in (["init", "-q"], ["add", "-A"],
                        ["-c", "user.name=mutate", "-c", "user.email=mutate@localhost", "commit", "-q", "-m", "mutate"]):
            self.must(["git", *command], self.source)

    def must(self, command, cwd=None):
        status, output = call(command, 1800, cwd or self.source, self.environment)
        if status != 0:
            raise SystemExit(f"{' '.join(command)}: status {status}\n{output}")
        return output

    def chain(self, file):
        """The names of the tests for a file, in their order."""
        words = TESTS[max((start for start in TESTS if file.startswith(start)), key=len)].split()
        own = re.sub(r"^rules/(.*)\.c$", r"\1", file).replace("_", "-")
        if (self.source / "tests/cases/rules" / own).is_dir():
            yield "cases-rules", (f"rules/{own}",)
        for word in words:
            for name in sorted(self.tests):
                if re.fullmatch(word, name):
                    yield name, None

    def command(self, name, parts):
        command, skip = self.tests[name]
        return [*command[: -1 if parts else None], *(parts or ())], skip

    def measured(self, name, parts):
        """Seconds that a test takes; it must pass on the project as it is."""
        command, skip = self.command(name, parts)
        begin = time.monotonic()
        status, output = call(command, 1200, self.source, self.environment)
        if status not in (0, skip):
            raise SystemExit(f"'{name}' fails before anything is changed\n{output}")
        return time.monotonic() - begin

    def object_of(self, file):
        (found,) = self.build.glob(f"CMakeFiles/gpuplan*.dir/{file}.o")
        return found

    def tries(self, change):
        """One change: 'killed', 'timeout', 'survived', 'same' (the compiler makes the same of it) or 'broken'."""
        path = self.source / change.file
        written = path.read_text()
        target = self.object_of(change.file)
        before = target.read_bytes()
        try:
            path.write_text(change.apply(written))
            status, _ = call(["ninja", "-C", str(self.build)], 600, self.source, self.environment)
            if status != 0:
                return "broken", ""
            if target.read_bytes() == before:
                return "same", ""
            return self.judged(change.file)
        finally:
            path.write_text(written)
            self.must(["ninja", "-C", str(self.build)])
            shutil.rmtree(self.temporary)
            self.temporary.mkdir()

    def judged(self, file):
        for name, parts in self.chain(file):
            command, skip = self.command(name, parts)
            limit = 30 + 10 * self.took[name, parts]
            status, output = call(command, limit, self.source, self.environment)
            if status is None:
                return "timeout", name
            if status not in (0, skip):
                return "killed", name
        return "survived", ""
