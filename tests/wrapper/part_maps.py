"""Missing, broken and hostile maps: QEMU runs unchanged, and a line on standard error says why."""

import json
import os
import resource

import harness

GPU = ["-name", "vm", "-device", "vfio-pci,host=05:00.0"]
GOOD = harness.map_text()
DEEP = 100000


def entry(key, value="0"):
    return '{"version": 1, "host": "h", "cliques": {%s: %s}}' % (key, value)


# name: (the file, what is said)
BROKEN = {
    "empty": ("", "not an object"),
    "blanks": (" \n\t\r\n", "not an object"),
    "no object": ("[]", "not an object"),
    "a number": ("1", "not an object"),
    "truncated": (GOOD[:-3], "line 1: "),
    "open string": ('{"version": 1, "hos', "an unclosed string"),
    "two values": (GOOD + GOOD, "unexpected text after the closing brace"),
    "trailing comma": (GOOD[:-1] + ",}", "expected a key in quotes"),
    "comment": ("// map\n" + GOOD, "not an object"),
    "single quotes": (GOOD.replace('"', "'"), "expected a key in quotes"),
    "a control character": ('{"version": 1, "host": "a\tb", "cliques": {}}', "a control character"),
    "the last control character": ('{"version": 1, "host": "a\x1fb", "cliques": {}}', "a control character"),
    "invalid UTF-8": (b'{"version": 1, "host": "\xff", "cliques": {}}', "invalid UTF-8"),
    "overlong UTF-8": (b'{"version": 1, "host": "\xc0\x80", "cliques": {}}', "invalid UTF-8"),
    "UTF-16": (GOOD.encode("utf-16"), "not an object"),
    "a byte order mark": ("\ufeff" + GOOD, "not an object"),
    "NUL": (b"\0" * 4096, "not an object"),
    "NUL within": (GOOD.encode().replace(b" ", b" \0", 1), "line 1: expected a value"),
    "NUL behind": (GOOD.encode() + b"\0", "unexpected text after"),
    "deep lists": ('{"version": ' + "[" * DEEP + "]" * DEEP + "}", "nested too deeply"),
    "deep objects": ('{"a":' * DEEP + "1" + "}" * DEEP, "nested too deeply"),
    "open lists": ('{"a": ' + "[" * DEEP, "nested too deeply"),
    "larger than 1 MiB": (GOOD + " " * (1 << 20), "larger than 1 MiB"),
    "a wrong value within another's key": ('{"version": 1, "other": [tru, 1], "cliques": {}}', "line 1: expected a value"),
    "a wrong number within another's key": ('{"version": 1, "other": [-, 1], "cliques": {}}', "line 1: "),
    "a number without its end within another's key": ('{"version": 1, "other": [1., 1e, 1], "cliques": {}}', "line 1: "),
    "a wrong value within two": ('{"version": 1, "other": {"a": [1, tru], "b": 1}, "cliques": {}}', "line 1: expected a value"),
    "no version": ('{"cliques": {}}', "'version' is missing"),
    "version 2": (GOOD.replace('"version": 1', '"version": 2'), "'version' is not 1"),
    "version as text": (GOOD.replace('"version": 1', '"version": "1"'), "'version' is not 1"),
    "version 1.0": (GOOD.replace('"version": 1', '"version": 1.0'), "'version' is not 1"),
    "no cliques": ('{"version": 1}', "'cliques' is missing"),
    "cliques in a list": ('{"version": 1, "cliques": []}', "'cliques' is not an object"),
    "cliques null": ('{"version": 1, "cliques": null}', "'cliques' is not an object"),
    "host no text": ('{"version": 1, "host": 1, "cliques": {}}', "'host' is not a name"),
    "host too long": (json.dumps({"version": 1, "host": "h" * 9999, "cliques": {}}), "'host' is not a name"),
    "version twice": ('{"version": 1, "version": 1, "cliques": {}}', 'duplicate key "version"'),
    "cliques twice": ('{"version": 1, "cliques": {}, "cliques": {}}', 'duplicate key "cliques"'),
    "a GPU twice": (entry('"0000:05:00.0"', '1, "0000:05:00.0": 1'), 'a second entry for "0000:05:00.0"'),
    "a GPU twice, by two names": (entry('"0000:F5:00.0"', '1,\n"f5:0.0": 1'), 'line 2: a second entry for "f5:0.0"'),
    "clique 16": (entry('"05:00.0"', "16"), "not a number from 0 to 15"),
    "clique 100": (entry('"05:00.0"', "100"), "not a number from 0 to 15"),
    "clique -1": (entry('"05:00.0"', "-1"), "not a number from 0 to 15"),
    "clique 2^64": (entry('"05:00.0"', "18446744073709551616"), "not a number from 0 to 15"),
    "clique 1.0": (entry('"05:00.0"', "1.0"), "not a number from 0 to 15"),
    "clique 1e0": (entry('"05:00.0"', "1e0"), "not a number from 0 to 15"),
    "clique 01": (entry('"05:00.0"', "01"), "expected a comma or a closing bracket"),
    "clique as text": (entry('"05:00.0"', '"1"'), "not a number from 0 to 15"),
    "clique true": (entry('"05:00.0"', "true"), "not a number from 0 to 15"),
    "clique null": (entry('"05:00.0"', "null"), "not a number from 0 to 15"),
    "clique NaN": (entry('"05:00.0"', "NaN"), "expected a value"),
    "clique list": (entry('"05:00.0"', "[0]"), "not a number from 0 to 15"),
    "no address": (entry('"gpu0"'), '"gpu0" is not a PCI address such as "0000:05:00.0"'),
    "no function": (entry('"0000:05:00"'), "is not a PCI address"),
    "an empty key": (entry('""'), "is not a PCI address"),
    "a NUL in a key": (entry('"05:00.0\\u0000"'), "is not a PCI address"),
    "a key in escapes": (entry('"\\u001b[31m"'), "is not a PCI address"),
    "a long key": (entry('"' + "0" * 500000 + ':05:00.0"'), "is not a PCI address"),
    "a bus too high": (entry('"0000:105:00.0"'), "is not a PCI address"),
    "a domain of nine digits": (entry('"000000000:05:00.0"'), "is not a PCI address"),
    "one bad among good": (harness.map_text({**harness.MAP, "06:00.0": 99}), "not a number from 0 to 15"),
    "65536 GPUs": (harness.map_text({f"{n:x}:05:00.0": 0 for n in range(40000)}), "more than 1024 GPUs"),
}
FINE = {
    "unknown keys": '{"x": [1, {"y": null}], "version": 1, "cliques": {"05:00.0": 3}, "comment": "\u00e9\\ud83d"}',
    "no host": '{"version": 1, "cliques": {"05:00.0": 3}}',
    "blanks": ' {\r\n\t"version" : 1 , "cliques" : { "0000:05:00.0" : 3 } } \n',
    "escapes": '{"versio\\u006e": 1, "cliques": {"0000\\u003a05:00.0": 3}}',
    "another order": '{"cliques": {"05:00.0": 3}, "host": "h", "version": 1}',
}


def broken(test, name, said, path):
    env = test.environment(GPUPLAN_CLIQUE_MAP=path)
    test.unchanged(name, GPU, said, env=env, preexec_fn=little)
    done = test.run(*GPU, env=test.environment(GPUPLAN_CLIQUE_MAP=path, GPUPLAN_STRICT="1"))
    test.check(f"{name}, strict", done.status == 1 and not done.out and said in done.err, done)
    test.check(f"{name}, one line", done.err.count("\n") == 1 and done.err.isprintable() is False
               and done.err[:-1].isascii() and done.err[:-1].isprintable(), repr(done.err))


def little():
    """A small stack: no map makes the wrapper call itself without end."""
    resource.setrlimit(resource.RLIMIT_STACK, (256 << 10, 256 << 10))


def files(test):
    """What is no file, or cannot be read."""
    folder = test.folder
    fifo, locked = folder / "fifo", folder / "locked.json"
    os.mkfifo(fifo)
    locked.write_text(GOOD)
    locked.chmod(0)
    for name, path, said in (
        ("missing", folder / "none.json", "No such file or directory"), ("a folder", folder, "not a regular file"),
        ("a FIFO", fifo, "not a regular file"), ("a device", "/dev/zero", "not a regular file"),
        ("a terminal", "/dev/tty", "/dev/tty: "), ("below a file", test.map / "x", "Not a directory"),
        ("a loop of links", loop(folder), "Too many levels"), ("a long name", "/x" * 3000, "File name too long"),
        ("an unreadable file of the kernel", "/proc/self/mem", "Input/output error"),
        ("a name in escapes", folder / "\x1b[31m\n", "\\x1b[31m\\x0a: No such file"),
    ):
        broken(test, name, said, path)
    if os.geteuid() == 0:
        test.unchanged("another's map", GPU, "Permission denied", env=test.environment(GPUPLAN_CLIQUE_MAP=locked),
                       user=65534, group=65534, extra_groups=[])
    else:
        broken(test, "another's map", "Permission denied", locked)


def loop(folder):
    link = folder / "loop"
    link.symlink_to(link)
    return link


def not_needed(test):
    """Without a GPU that wants a clique the map is not looked at, strict or not: probing stays quiet."""
    for strict in (None, "1"):
        env = test.environment(GPUPLAN_CLIQUE_MAP="/nowhere", GPUPLAN_STRICT=strict)
        for words in (["-version"], ["-S", "-no-user-config", "-nodefaults", "-nographic", "-machine", "none,accel=kvm:tcg",
                                     "-qmp", "unix:/x,server=on,wait=off", "-pidfile", "/y", "-daemonize"], [],
                      ["-device", "virtio-net-pci"], ["-device", "vfio-pci,host=05:00.0,x-nv-gpudirect-clique=1"],
                      ["-device", "vfio-pci,sysfsdev=/sys/bus/mdev/devices/c0a80001-0000-4000-8000-000000000001"]):
            test.unchanged(f"not needed: {words}", words, env=env)
    test.unchanged("strict is 1 alone", GPU, "No such file", env=test.environment(
        GPUPLAN_CLIQUE_MAP="/nowhere", GPUPLAN_STRICT="0"))


def run(test):
    file = test.folder / "broken.json"
    for name, (text, said) in BROKEN.items():
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        broken(test, name, said, file)
    for cut in range(len(GOOD)):
        file.write_text(GOOD[:cut])
        test.unchanged(f"cut at {cut}", GPU, "QEMU runs without GPU cliques", env=test.environment(GPUPLAN_CLIQUE_MAP=file))
    for name, text in FINE.items():
        file.write_text(text)
        test.device(name, "vfio-pci,host=05:00.0", "vfio-pci,host=05:00.0,x-nv-gpudirect-clique=3",
                    env=test.environment(GPUPLAN_CLIQUE_MAP=file))
    files(test)
    not_needed(test)
