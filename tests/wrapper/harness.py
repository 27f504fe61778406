"""Running gpuplan-qemu from outside, with a stand-in for QEMU that tells its arguments."""

import contextlib
import dataclasses
import json
import os
import pathlib
import struct
import subprocess
import tempfile

MAP = {"0000:05:00.0": 3, "0000:f4:00.0": 15, "0001:05:00.0": 7, "12345678:0a:1f.7": 0, "0000:00:00.0": 12}
QEMU = "qemu-system-x86_64"


@dataclasses.dataclass
class Result:
    status: int
    arguments: list  # what QEMU got, as bytes, without argv[0]; None where it was not run
    err: str
    out: bytes = b""
    name: bytes = b""  # argv[0]


def pack(arguments):
    """A list as standin reads it."""
    words = [os.fsencode(word) for word in arguments]
    return struct.pack("=I", len(words)) + b"".join(word + b"\0" for word in words)


def unpack(data):
    """What standin wrote: all lists, argv[0] first."""
    lists, at = [], 0
    while at < len(data):
        (count,) = struct.unpack_from("=I", data, at)
        at += 4
        words = []
        for _ in range(count):
            end = data.index(b"\0", at)
            words.append(data[at:end])
            at = end + 1
        lists.append(words)
    return lists


def map_text(cliques=None, **more):
    return json.dumps({"version": 1, "host": "test", "cliques": MAP if cliques is None else cliques, **more})


class Test:
    """Counts verdicts, and runs the wrapper in a folder of its own."""

    def __init__(self, build, folder):
        self.build = pathlib.Path(build).resolve()
        self.wrapper = self.build / "gpuplan-qemu"
        self.standin = self.build / "wrapper" / "standin"
        self.faults = self.build / "wrapper" / "libwrapperfaults.so"
        self.folder = pathlib.Path(folder)
        self.map = self.folder / "map.json"
        self.map.write_text(map_text())
        self.sanitized = b"__asan_init" in self.wrapper.read_bytes()
        self.passed = self.failed = 0

    def check(self, name, good, why=""):
        self.passed += bool(good)
        if not good:
            self.failed += 1
            print(f"FAIL {name}: {why}"[:1500])

    def equal(self, name, got, expected):
        self.check(name, got == expected, f"\n  got      {got}\n  expected {expected}")

    def environment(self, **more):
        """The two variables, and none of the caller's that would change the wrapper."""
        env = {k: v for k, v in os.environ.items() if not k.startswith("GPUPLAN_")}
        env |= {"GPUPLAN_QEMU": str(self.standin), "GPUPLAN_CLIQUE_MAP": str(self.map)}
        env |= {key: str(value) for key, value in more.items() if value is not None}
        for key, value in more.items():
            if value is None:
                env.pop(key, None)
        return env

    def run(self, *arguments, wrapper=None, env=None, timeout=60, **more):
        """Runs the wrapper. More: as subprocess takes it."""
        command = [os.fsencode(word) for word in (wrapper or self.wrapper, *arguments)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=more.pop("stderr", subprocess.PIPE), timeout=timeout,
                              env=env if env is not None else self.environment(), check=False, **more)
        err = (done.stderr or b"").decode()
        lists = []
        with contextlib.suppress(ValueError, struct.error):
            lists = unpack(done.stdout)
        words = lists[0] if len(lists) == 1 else None
        return Result(done.returncode, words and words[1:], err, done.stdout, words[0] if words else b"")

    def device(self, name, argument, expected, **more):
        """One -device argument becomes EXPECTED, in silence."""
        done = self.run("-device", argument, **more)
        self.equal(name, (done.status, done.arguments, done.err), (0, [b"-device", os.fsencode(expected)], ""))

    def unchanged(self, name, arguments, says=None, **more):
        """QEMU runs with just these; the wrapper says SAYS, or nothing."""
        done = self.run(*arguments, **more)
        self.equal(name, (done.status, done.arguments), (0, [os.fsencode(word) for word in arguments]))
        self.check(f"{name}, said", says in done.err if says else not done.err, f"{done.err!r} and not '{says}'")


@contextlib.contextmanager
def test(build):
    with tempfile.TemporaryDirectory(prefix="gpuplan-wrapper-") as folder:
        os.chmod(folder, 0o755)  # a test runs as another user
        yield Test(build, folder)
