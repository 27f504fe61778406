#!/usr/bin/python3
"""No input crashes gpuplan, hangs it or eats the machine, and each gets a clear answer.

Every case runs as text and as JSON, with 2 GiB of address space and two minutes: the right exit
status (0, 1, 2), the message that it must give, no control character on the terminal, and JSON in
strict UTF-8 whose places lie within the file. Then good specs with bytes changed at random (seeded).
"""

import argparse
import json
import os
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
MIB = 1 << 20
HEAD = b"version: 1\n"
# What a run may take, of the files that `big` and `deep` make; docs/reliability.md has what they do take.
PEAK_MIB = 512
# Between this process and gpuplan: a child's peak starts at its parent's, and this one holds large texts.
MEASURE = """import os, sys
pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(pid, 0)
open(sys.argv[1], "w").write(str(usage.ru_maxrss >> 10))
code = os.waitstatus_to_exitcode(status)
os.kill(os.getpid(), -code) if code < 0 else sys.exit(code)"""
MOST_MISTAKES = 100000  # of one file
TOO_MANY = f"more than {MOST_MISTAKES} errors in the file"
CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]")


class Test:
    def __init__(self, gpuplan, folder, limited):
        self.gpuplan = gpuplan
        self.folder = Path(folder)
        self.peak = self.folder / ".peak"
        self.limited = limited  # a sanitizer's shadow needs more address space than any limit
        self.passed = self.failed = 0
        self.times = []

    def check(self, name, good, why=""):
        self.passed += bool(good)
        if not good:
            self.failed += 1
            print(f"FAIL {name}: {why}"[:600])

    def limit(self):
        if self.limited:
            resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def call(self, name, *arguments, stdin=None):
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = subprocess.Popen(
                [sys.executable, "-SEc", MEASURE, self.peak, self.gpuplan, *arguments], stdin=stdin or subprocess.DEVNULL, stdout=out, stderr=err,
                cwd=self.folder, preexec_fn=self.limit, start_new_session=True,
            )
            timer = threading.Timer(120, os.killpg, (process.pid, signal.SIGKILL))
            timer.start()
            _, status, usage = os.wait4(process.pid, 0)
            timer.cancel()
            process.returncode = os.waitstatus_to_exitcode(status)
            memory = int(self.peak.read_text())
            self.times.append((usage.ru_utime + usage.ru_stime, memory, name))
            if self.limited:
                self.check(f"{name}, memory", memory <= PEAK_MIB, f"{memory} MiB; {PEAK_MIB} are allowed")
            out.seek(0)
            err.seek(0)
            return process.returncode, out.read(), err.read()

    def lint(self, name, path, expect, says, stdin=None):
        """`says`: a regular expression for the text form, or for what standard error says (status 2)."""
        status, out, err = self.call(name, "lint", "-f", "text", "--explain", path, stdin=stdin)
        shown = out + err
        self.check(name, status == expect, f"status {status} and not {expect}\n{shown[-400:]!r}")
        self.check(f"{name}, message", re.search(says.encode(), shown), f"no '{says}' in {shown[:300]!r}")
        bad = CONTROL.search(shown)
        self.check(f"{name}, terminal", not bad, f"{bad and shown[max(0, bad.start() - 40):bad.end() + 9]!r}")

    def lint_json(self, name, path, expect, text=None, stdin=None):
        status, out, err = self.call(f"{name} (json)", "lint", "-q", "-f", "json", path, stdin=stdin)
        self.check(f"{name}, JSON status", status == expect, f"{status} and not {expect}: {err[-300:]!r}")
        if status == 2:
            self.check(f"{name}, JSON", not out, "standard output is not empty")
            return
        try:
            report = json.loads(out.decode("utf-8", "strict"))
        except ValueError as error:
            self.check(f"{name}, JSON", False, str(error))
            return
        cut = sum(f["message"].startswith(TOO_MANY) for f in report["findings"])
        self.check(f"{name}, the limit is said once", cut <= 1, cut)
        if text is not None:
            self.places(name, report["findings"], text)

    def places(self, name, findings, text):
        """Lines and columns, counted here in another way, lie within the text."""
        lines = re.split(rb"\r\n|\r|\n", text)
        if lines[0].startswith(b"\xef\xbb\xbf"):
            lines[0] = lines[0][3:]
        for f in findings[:2000]:
            start, end = (f["line"], f["column"]), (f["end_line"], f["end_column"])
            good = start <= end
            for line, column in (start, end):
                good &= 1 <= line <= len(lines)
                good = good and 1 <= column <= width(lines[line - 1]) + 1
            if not good:
                self.check(f"{name}, places", False, f"{f}")
                return
        self.check(f"{name}, places", True)

    def file(self, name, text, expect, says, counted=True):
        path = self.folder / f"{name}.yaml"
        path.write_bytes(text)
        self.lint(name, path.name, expect, says)
        self.lint_json(name, path.name, expect, text if counted else None)
        path.unlink()


def width(line):
    """Characters, a byte that is none of any counting with the one before it."""
    return sum(byte & 0xC0 != 0x80 for byte in line)


def encodings(test):
    test.file("empty", b"", 1, "the file contains no document")
    test.file("only-comments", b"# a\n\n# b", 1, "the file contains no document")
    test.file("only-mark", b"\xef\xbb\xbf", 1, "the file contains no document")
    test.file("mark", b"\xef\xbb\xbf" + HEAD, 0, "1 file")
    test.file("two-marks", b"\xef\xbb\xbf\xef\xbb\xbf" + HEAD, 0, "0 errors")
    test.file("nul", HEAD + b"hosts: \x00\n", 1, r"control character U\+0000")
    test.file("nul-first", b"\x00" * 1000, 1, r"control character U\+0000")
    test.file("escape", HEAD + b"hosts: \x1b[31m\n", 1, r"U\+001B")
    test.file("escaped-escape", HEAD + b'"\\e[31m\\0\\x9b\\u202e": 1\n', 1, r"'\\x1b\[31m\\0\\u\{9b\}")
    test.file("crlf", HEAD.replace(b"\n", b"\r\n") * 1, 0, "1 file")
    test.file("lone-cr", b"version: 1\rhosts: 1\r", 1, ":2:8: error: 'hosts' takes a map")
    for name, text in (
        ("utf-16", "version: 1\n".encode("utf-16")),
        ("utf-16-be", b"\xfe\xff" + "version: 1\n".encode("utf-16-be")),
        ("utf-32", "version: 1\n".encode("utf-32")),
    ):
        test.file(name, text, 1, "looks like UTF-16|U.0000")
    for name, text in (
        ("start", b"\xff" + HEAD), ("middle", HEAD + b"hosts: {a\x80: {}}\n"), ("comment", HEAD + b"# caf\xe9 \n"),
        ("end", HEAD + b"#\xe2\x80"), ("overlong", HEAD + b"# \xc0\x80"), ("surrogate", HEAD + b"# \xed\xbf\xbf"),
        ("too-high", HEAD + b"# \xf4\x90\x80\x80"),
    ):
        test.file(f"no-utf-8-{name}", text, 1, "invalid UTF-8: byte 0x")
    for code in (0x85, 0x2028, 0x2029):
        test.file(f"line-end-{code:x}", HEAD + f"# a{chr(code)}vms: 1\n".encode(), 1, f"U\\+{code:04X} ends a line")
    test.file("tabs", b"\t" * (10 * MIB), 1, "indent with spaces, not tabs")
    test.file("tab-indent", HEAD + b"hosts:\n\ta: {}\n", 1, "indent with spaces, not tabs")
    test.file("bidi", HEAD + "hosts: {a: \u202e\u2066}\n".encode(), 1, r"u\{202e\}")


def big(test):
    limit = 64 * MIB
    too_long = "the value is too long: the limit is 65,536 characters"
    test.file("64-mib-items", (b"- a\n" * (limit // 4))[: limit - 1], 1, "a document must be a map", False)
    test.file("64-mib-comments", b"# aaaaaaaaaaaaaa\n" * (limit // 17), 1, "contains no document", False)
    test.file("64-mib-cr", b"\r" * limit, 1, "contains no document", False)
    test.file("64-mib-plain", HEAD + b"hosts: " + b"a" * (limit - 40), 1, too_long, False)
    test.file("64-mib-quoted", HEAD + b'hosts: "' + b"a" * (limit - 40) + b'"', 1, too_long, False)
    test.file("64-mib-block", HEAD + b"hosts: |\n" + b"  aaaaaaaaaaaaaaa\n" * ((limit - 40) // 18), 1, too_long, False)
    test.file("64-mib-open-quote", HEAD + b'hosts: "' + b"a" * (limit - 40), 1, "close the quote", False)
    test.file("65536", HEAD + b"hosts: " + b"\xc3\xa9" * 65536, 1, "'hosts' takes a map of names")
    test.file("65537", HEAD + b"hosts: " + b"\xc3\xa9" * 65537, 1, too_long)
    test.file("70-mib", b"# a\n" * (70 * MIB // 4), 1, "the file is larger than 64 MiB", False)
    test.file("1000000-duplicates", HEAD + b"vms:\n" + b"  a: {}\n" * 1000000, 1, "duplicate key 'a'", False)
    test.file("1000000-on-a-line", b"{version: 1, " + b"a: 1, " * 1000000 + b"}", 1, "duplicate key 'a'", False)
    test.file("1000000-documents", b"---\n" * 1000000, 1, "the document is empty", False)
    test.file("1000000-good-documents", b"---\nversion: 1\n" * 1000000, 0, "0 errors", False)
    test.file("200000-unknown", HEAD + b"hosts:\n  h:\n" + b"".join(b"    key%d: 1\n" % i for i in range(200000)), 1, "unknown key 'key0' in host 'h'", False)
    test.file("100000-anchors", HEAD + b"hosts:\n" + b"".join(b"  h%d: &a%d {iommu: true}\n" % (i, i) for i in range(100000)), 1, "anchors are not allowed", False)
    letters = b"abcdefghijklmnopqrst"
    bomb = b"".join(b"%c: &%c [%s]\n" % (b, b, b", ".join([b"*%c" % a] * 9)) for a, b in zip(letters, letters[1:]))
    test.file("alias-bomb", HEAD + b"a: &a [x, x]\n" + bomb, 1, "aliases are not allowed")
    test.file("100000-anchors-on-a-line", HEAD + b"hosts: [" + b"".join(b"&a%d x, " % i for i in range(100000)) + b"]", 1, "anchors are not allowed", False)
    test.file("1000000-aliases", HEAD + b"hosts: [" + b"*a, " * 1000000 + b"]", 1, "aliases are not allowed", False)
    test.file("200000-vms-on-a-line", b"{version: 1, vms: {" + b"".join(b"v%d: {host: h, vcpus: 0, memory: 4GB}, " % i for i in range(200000)) + b"}}", 1, "unknown host 'h'", False)
    test.file("300000-wide-names", HEAD + b"vms: {" + b"".join(b"\xc3\xa9%d: 1, " % i for i in range(300000)) + b"}", 1, "invalid VM name", False)
    test.file("100000-vms", HEAD + b"hosts: {h: {hypervisor: kvm, gpus: {g0: {board: l40s, address: 05:00.0}}}}\nvms:\n" + b"".join(b"  v%d: {host: h, vcpus: 4, memory: 4GiB}\n" % i for i in range(100000)), 0, "100000 VMs", False)
    host = b"hosts: {h: {hypervisor: kvm, gpus: {%s}}}\n"
    gpus = b"".join(b"g%d: {board: l40s, address: %x:%02x:00.0}, " % (i, i >> 8, i & 255) for i in range(200000))
    test.file("200000-gpus", HEAD + host % gpus, 1, "200000 GPUs on a host: the limit is 64", False)
    test.file("1000000-gpus-of-a-vm", HEAD + host % b"g0: {board: l40s, address: 05:00.0}" + b"vms: {v: {host: h, vcpus: 1, memory: 1GiB, gpus: [" + b"g0, " * 1000000 + b"]}}", 1, "'gpus' has 1000000 items: the limit is 64", False)
    test.file("1000000-findings", HEAD + b"hosts:\n  h:\n" + b"".join(b"    key%d: 1\n" % i for i in range(1000000)), 1, "1,000 findings|--max-findings", False)
    test.file("64-mib-single-quoted", HEAD + b"hosts: '" + b"a" * (limit - 40) + b"'", 1, too_long, False)
    test.file("64-mib-escapes", HEAD + b'hosts: "' + b"\\x41" * (limit // 4 - 40) + b'"', 1, too_long, False)
    test.file("64-mib-words", HEAD + b"hosts: " + b"a " * (limit // 2 - 40), 1, too_long, False)
    test.file("64-mib-key", HEAD + b"? " + b"a" * (limit - 40) + b"\n: 1\n", 1, too_long, False)
    test.file("long-key", HEAD + b"a" * 2000 + b": 1\n", 1, "could not find expected ':'")
    test.file("long-explicit-key", HEAD + b"? " + b"a" * 2000 + b"\n: 1\n", 1, "in a document")
    test.file("tags", HEAD + b"vms: " + b"!a " * 1000000, 1, "", False)


def deep(test):
    says = "nested more than 32 deep"
    for name, opening in (("list", b"["), ("map", b"{a: "), ("explicit", b"? "), ("block", b"- "), ("mixed", b"[{a: ")):
        test.file(f"deep-{name}", HEAD + b"hosts:\n  " + opening * 100000, 1, says)
    test.file("deep-33", HEAD + b"hosts: " + b"[" * 32 + b"]" * 32, 1, says)
    test.file("deep-32", HEAD + b"hosts: " + b"[" * 31 + b"]" * 31, 1, "'hosts' takes a map of names")
    block = b"".join(b" " * i + b"a:\n" for i in range(5000))
    test.file("deep-lines", block, 1, says)


def paths(test):
    folder = test.folder
    (folder / "folder.yaml").mkdir()
    test.lint("folder", "folder.yaml", 0, "0 files")
    test.lint("missing", "no-such.yaml", 2, "no-such.yaml: No such file or directory")
    test.lint_json("missing", "no-such.yaml", 2)
    test.lint("memory", "/proc/self/mem", 2, "/proc/self/mem: Input/output error")
    test.lint("null", "/dev/null", 1, "the file contains no document")
    test.lint("zero", "/dev/zero", 1, "larger than 64 MiB")
    test.lint("below-a-file", "/dev/null/x", 2, "Not a directory")
    test.lint("empty-name", "", 2, "No such file or directory")
    with open("/dev/null") as nothing:
        test.lint("stdin", "-", 1, "<stdin>:1:1: error: the file contains no document", nothing)
    fifo = folder / "fifo"
    os.mkfifo(fifo)
    for run in (test.lint, None):
        writer = threading.Thread(target=lambda: fifo.write_bytes(HEAD + b"hosts: 1\n"))
        writer.start()
        if run:
            test.lint("fifo", "fifo", 1, "fifo:2:8: error: 'hosts' takes a map")
        else:
            test.lint_json("fifo", "fifo", 1, HEAD + b"hosts: 1\n")
        writer.join()
    for name, raw, says in (
        ("escape-name", b"a\x1b[31m\n.yaml", r"a\\x1b\[31m\\x0a.yaml:1:1"),
        ("no-utf-8-name", b"a\xff\xed\xa0\x80.yaml", r"a\\xff\\xed\\xa0\\x80.yaml:1:1"),
        ("c1-name", b"a\xc2\x9b31m.yaml", r"a\\u\{9b\}31m.yaml:1:1"),
        ("dash-name", b"./-.yaml", r"\./-.yaml:1:1"),
    ):
        file = os.path.join(os.fsencode(folder), raw)
        with open(file, "wb") as out:
            out.write(b"hosts: 1\n")
        test.lint(name, raw, 1, says)
        test.lint_json(name, raw, 1, b"hosts: 1\n")
        os.unlink(file)
        test.lint(f"{name}, missing", raw, 2, "No such file")
    walked = folder / "walked"
    walked.mkdir()
    (walked / "loop").symlink_to(".")
    (walked / "dangling.yaml").symlink_to("nowhere")
    os.mkfifo(walked / "pipe.yaml")  # never opened: nobody writes
    (walked / "folder.yaml").mkdir()
    (walked / "big.yaml").write_bytes(b"# a\n" * (70 * MIB // 4))
    deepest = walked
    for _ in range(200):
        deepest = deepest / "deep"
    deepest.mkdir(parents=True)
    (deepest / "a.yaml").write_bytes(HEAD + b"vms: {}\n")
    test.lint("walked", "walked", 0, "1 file, .*1 file skipped")
    ours = folder / "ours-but-large"
    ours.mkdir()
    (ours / "a.yaml").write_bytes(HEAD + b"hosts: {}\n" + b"# a\n" * (70 * MIB // 4))
    test.lint("walked, ours, over the limit", "ours-but-large", 1, "the file is larger than 64 MiB")


def mutations(test, count):
    """Good specs, a few bytes changed: whatever comes out, it is an answer."""
    random.seed(12)
    specs = [f.read_bytes() for f in sorted((HERE / "cases" / "good").glob("*.yaml"))]
    pieces = [b":", b" ", b"\n", b"- ", b"{", b"}", b"[", b"]", b"'", b'"', b"|", b">", b"&a ", b"*a", b"!t ", b"#", b"\t",
              b"\r", b"\xef\xbb\xbf", b"\xc3\xa9", b"\xff", b"\x00", b"~", b"-1", b"99999999999999999999", b"<<: ", b"? ",
              b"---\n", b"...\n", b"%", b"@", b"\xe2\x80\xa8", b"\xf0\x9f\x98\x80", b",", b"\\", b"0", b"G0"]
    path = test.folder / "mutated.yaml"
    statuses = set()
    until = time.monotonic() + 20
    done = 0
    for i in range(count):
        if time.monotonic() > until:
            break
        text = bytearray(random.choice(specs))
        for _ in range(random.randint(1, 6)):
            at = random.randrange(len(text))
            kind = random.randrange(5)
            if kind == 0:
                del text[at : at + random.randint(1, 12)]
            elif kind == 1:
                text[at:at] = random.choice(pieces)
            elif kind == 2:
                text[at] = random.randrange(256)
            elif kind == 3:
                text[at:at] = text[(b := random.randrange(len(text))) : b + random.randint(1, 80)]
            else:
                text[at : at + 1] = random.choice(pieces)
        text = bytes(text)
        path.write_bytes(text)
        result = subprocess.run([test.gpuplan, "lint", "-q", "-f", "json", "mutated.yaml"], cwd=test.folder, capture_output=True, timeout=120)
        statuses.add(result.returncode)
        problem = None
        if result.returncode not in (0, 1) or result.stderr:
            problem = f"status {result.returncode}: {result.stderr[-300:]!r}"
        else:
            report = json.loads(result.stdout.decode("utf-8", "strict"))
            before = test.failed
            test.passed -= 1
            test.places(f"mutation {i}", report["findings"], text)
            problem = test.failed > before and "a place outside the file"
            errors = sum(f["severity"] == "error" for f in report["findings"])
            if result.returncode != int(errors > 0):
                problem = f"status {result.returncode} with {errors} errors"
        if problem:
            keep = Path(tempfile.gettempdir()) / f"hostile-{i}.yaml"
            keep.write_bytes(text)
            test.check(f"mutation {i}", False, f"{problem} (kept as {keep})")
        done += 1
    test.check("mutations", statuses >= {0, 1}, f"{statuses}")
    print(f"{done} mutations")


def too_many(test):
    """One finding a key; a VM that stands behind the last one that is kept."""
    good = b"hosts: {h: {hypervisor: kvm, gpus: {g0: {board: l40s, address: 05:00.0}}}}\nvms: {v: {host: h, vcpus: 1, memory: 1GiB}}\n"
    for n in (MOST_MISTAKES, MOST_MISTAKES + 1):
        text = HEAD + good + b"".join(b"key%d: 1\n" % i for i in range(n))
        test.file(f"{n}-keys", text, 1, "unknown key 'key0'", False)
        path = test.folder / "show.yaml"
        path.write_bytes(text)
        status, out, err = test.call(f"show beside {n} findings", "show", "v", path.name, "-t", "libvirt")
        if n == MOST_MISTAKES:
            test.check("show beside as many findings as are kept", status == 0 and out.startswith(b"<domain"), f"{status}, {err[:300]!r}")
        else:
            test.check("show beside more", status == 1 and not out and TOO_MANY.encode() in err, f"{status}, {out[:100]!r}, {err[:300]!r}")
        path.unlink()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gpuplan", default=str(HERE.parent / "build" / "gpuplan"))
    parser.add_argument("--mutations", type=int, default=3000)
    parser.add_argument("--show", type=int, default=8, help="how many of the slowest to name")
    options = parser.parse_args()
    gpuplan = str(Path(options.gpuplan).resolve())
    sanitized = b"__asan_init" in Path(gpuplan).read_bytes()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    with tempfile.TemporaryDirectory(prefix="gpuplan-hostile-") as folder:
        test = Test(gpuplan, folder, not sanitized)
        for part in (encodings, deep, paths, big, too_many):
            part(test)
        mutations(test, options.mutations)
    print("the slowest, by processor time, and the largest:")
    for seconds, memory, name in sorted(test.times, reverse=True)[:options.show] + sorted(test.times, key=lambda t: -t[1])[:4]:
        print(f"  {seconds:5.2f} s {memory:5d} MiB  {name}")
    print(f"{test.passed} passed, {test.failed} failed")
    return 1 if test.failed else 0


if __name__ == "__main__":
    sys.exit(main())
