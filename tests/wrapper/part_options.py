"""Which words are options' arguments: the wrapper's table, held to what the real QEMU answers."""

import concurrent.futures
import pathlib
import re
import subprocess

import harness

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TABLE = ROOT / "backends/wrapper/options.c"


def table():
    """The names that QEMU 7.2 knows, and those of other releases."""
    text = re.search(r"with_argument\[\] = \{(.*?)\n\};", TABLE.read_text(), re.S)[1]
    here, others = text.split("/* later */")
    return [set(re.findall(r'"([^"]+)"', part)) for part in (here, others)]


def ask(*arguments):
    done = subprocess.run([harness.QEMU, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60, check=False)
    return done.stdout + done.stderr


def takes_argument(name):
    return "requires an argument" in ask(f"-{name}")


def is_switch(name):
    """A switch leaves -version to be an option; some answer at once, or are not in this build."""
    answer = ask(f"-{name}", "-version")
    return name in ("h", "help", "audio-help") or "QEMU emulator version" in answer or "not supported" in answer


def options_in_help():
    names = set()
    for line in ask("-help").splitlines():
        found = re.match(r"-([A-Za-z][\w-]*)(?:/-?-?([\w-]+))?(?: or -([\w-]+))?", line)
        names |= {name for name in (found.groups() if found else ()) if name}
    return names


def run(test):
    here, others = table()
    shown = options_in_help()
    test.check("a table and a help text", len(here) > 80 and len(shown) > 90, (len(here), len(shown)))
    switches = shown - here - others
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for name, right in zip(sorted(here), pool.map(takes_argument, sorted(here))):
            test.check(f"-{name} takes an argument", right)
        for name, right in zip(sorted(switches), pool.map(is_switch, sorted(switches))):
            test.check(f"-{name}, which the table has not, is a switch", right)
    gpu = "vfio-pci,host=05:00.0"
    words = [word for name in sorted(here | others) for word in (f"-{name}", "-device", gpu) if name != "device"]
    test.unchanged("each of the table's options keeps its argument", words)
    done = f"{gpu},x-nv-gpudirect-clique=3"
    for name, words, expected in (
        ("an argument that looks like an option", ["-append", "-device", gpu], ["-append", "-device", gpu]),
        ("a VM called -device", ["-name", "-device", "-device", gpu], ["-name", "-device", "-device", done]),
        ("-device's argument", ["-device", "-device", gpu, "-device", gpu], ["-device", "-device", gpu, "-device", done]),
        ("a switch before it", ["-S", "-device", gpu], ["-S", "-device", done]),
        ("a later QEMU's switch", ["-no-such-switch", "-device", gpu], ["-no-such-switch", "-device", done]),
        ("a disk image before it", ["disk.img", "-device", gpu], ["disk.img", "-device", done]),
        ("-device=, which QEMU does not know", [f"-device={gpu}"], [f"-device={gpu}"]),
        ("three dashes", ["---device", gpu], ["---device", gpu]),
        ("nothing behind it", ["-device"], ["-device"]),
        ("the same twice", ["-device", gpu, "--device", gpu], ["-device", done, "--device", done]),
        ("-devices", ["-devices", gpu], ["-devices", gpu]),
        ("--check among others", ["--check", "-S"], ["--check", "-S"]),
        ("--check as an argument", ["-name", "--check"], ["-name", "--check"]),
    ):
        got = test.run(*words)
        test.equal(name, (got.status, [word.decode() for word in got.arguments or []]), (0, expected))
    for words in (["-device=e1000"], ["---device", "e1000"], ["--check"], ["-check"]):
        test.check(f"QEMU does not know {words[0]}", "invalid option" in ask(*words))
