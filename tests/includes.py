#!/usr/bin/python3
"""Holds the rooms of the house and the order of its floors (docs/HACKING.md).

A file includes headers of its own room and of rooms on floors below. Rooms on one floor do not know each other, but for
the arrows of BESIDE. Private headers (private.h, *_private.h) stay in their room. gpuplan-qemu is a program of its own.
Files are reached through `struct files` (compiler/base/files.h): its implementation for the system alone calls the system.
Platforms are told apart by their rows' capabilities (schema/platform.h): their names stand in a few tables alone.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLOORS = (
    ("compiler/base",),
    ("schema",),
    ("compiler/source",),
    ("compiler/finding",),
    ("compiler/catalog", "compiler/capture"),
    ("compiler/model",),
    ("compiler/plan",),
    ("rules", "backends", "compiler/output"),
    ("compiler/session",),
    ("compiler/tools/discover", "compiler/tools/graph", "compiler/tools/import"),
    ("compiler/cli",),
)
# discover writes links as import does.
BESIDE = {("compiler/tools/discover", "compiler/tools/import")}
# What gpuplan-qemu shares: single headers, for it knows nobody else's memory.
WRAPPER = "backends/wrapper"
WRAPPER_SEES = {"compiler/base/json_scan.h", "compiler/base/str.h", "compiler/base/utf8.h"}
# Rooms within a room; all else lies flat in its own.
WITHIN = {"compiler/cli": {"lsp", "manual"}}
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
# Where a platform's name may stand: its row, and the words of its keys.
PLATFORM_TABLES = ("schema/platform.c", "schema/model.h", "schema/keys_host.c")
PLATFORM_NAMED = re.compile(
    r"\b(HYPERVISOR|MANAGED_BY)_[A-Z]+\b"
    r"|(->|\.)(is_)?(kvm|vsphere|openstack|proxmox)\b"
    r'|\b(strcmp|strcasecmp|str_is|str_eq)\(.*"(kvm|vSphere|vsphere|libvirt|qemu|openstack|proxmox)"'
)
PRINTERS = ("compiler/cli", WRAPPER)
# Where a call of the system stands, and nowhere else: the start of a file's name, and the calls. Reading and writing of
# what is open already (standard input, a pipe) is none. Programs of their own call what they like.
SYSTEM_CALLS = {
    "compiler/base/files_system": r"(f|fd)?open(at2?|_by_handle_at)?|creat|f?l?statx?|fstatat|realpath|getcwd|(fd)?opendir"
    r"|readdir|scandir(at)?|ftw|nftw|fts_open|glob|renameat2?|rename|unlink(at)?|remove|rmdir|mkdir(at)?|mkn?o?s?temp|mkdtemp"
    r"|tmpfile|(sym)?link(at)?|readlink(at)?|f?access|faccessat|euidaccess|fsync|fdatasync|syncfs|f?chmod(at)?|l?f?chown(at)?"
    r"|f?truncate|flock|lockf|mmap|umask|[fl]?(list|get|set|remove)xattr|syscall|inotify_\w+",
    "compiler/base/program.c": r"posix_spawnp?|v?fork|exec[lv]p?e?|popen|system|wait(pid|id)?|kill|pipe2?",
    "compiler/base/parallel.": r"sched_[gs]etaffinity|pthread_create",
    # What a process has once: a library's user may have set it otherwise.
    "compiler/cli/": r"(secure_)?getenv|(un)?setenv|putenv|clearenv|isatty|signal|sigaction|alarm|setlocale",
    "(nothing)": r"dlopen|dlsym|f?chdir",
}
SYSTEM_OWN = (WRAPPER, "compiler/cli/manual/")


def room_of(path):
    """The room of a file, None: it lies in none."""
    folder = str(Path(path).parent)
    if folder == WRAPPER or folder in FLOOR:
        return folder
    above = str(Path(folder).parent)
    return above if Path(folder).name in WITHIN.get(above, ()) else None


def may_include(here, there, header):
    if here == there:
        return True
    if header.endswith("private.h"):
        return False
    if here == WRAPPER or there == WRAPPER:
        return here == WRAPPER and header in WRAPPER_SEES
    return FLOOR[there] < FLOOR[here] or (here, there) in BESIDE


def wrong_arrows(name, text):
    """The project's includes in one file that go up, sideways, or into another room's private headers."""
    here = room_of(name)
    if not here:
        yield f"{name}: the file lies in no room (FLOORS in tests/includes.py)"
        return
    for number, line in enumerate(text.splitlines(), 1):
        found = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        if not found:
            continue
        header = found.group(1)
        there = room_of(header)
        if "/" not in header or ".." in header:
            yield f"{name}:{number}: '{header}' is not written from the top of the project"
        elif not there or not (ROOT / header).is_file():
            yield f"{name}:{number}: there is no {header}"
        elif not may_include(here, there, header):
            yield f"{name}:{number}: {here} must not include {header}"


def code(text):
    """The text without comments and string literals."""
    return re.sub(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"', '""', text, flags=re.S)


def defines(text):
    """The functions and objects that a .c gives to other files."""
    return {name for _, name in re.findall(r"^(?!static\b|extern\b|typedef\b)([a-z_][\w *]*?)\b(\w+)(?:\([^;{}]*\)\n\{|(?:\[\w*\])* = )",
                                           text, flags=re.M)}


def arrows_within(texts):
    """Of the files of one room, {name: text}: {name: {name of a file that it needs: why}}."""
    plain = {name: code(text) for name, text in texts.items()}
    home = {symbol: name for name, text in plain.items() if name.endswith(".c") for symbol in defines(text)}
    arrows = {}
    for name, text in plain.items():
        needs = arrows[name] = {}
        for header in re.findall(r'#\s*include "([^"]+)"', texts[name]):
            if header in texts:
                needs[header] = "#include"
        if name.endswith(".c"):
            own = set(re.findall(r"^static [^\n(=;]*?\b(\w+)(?:\(|\[| =|;)", text, flags=re.M))
            for symbol in re.findall(r"(?<![\w.>])(?<!struct )(?<!enum )[a-z]\w*\b", text):
                if home.get(symbol, name) != name and symbol not in own:
                    needs.setdefault(home[symbol], symbol)
    return arrows


def circle(arrows):
    """A way from a file back to itself, as short as can be; [] where there is none."""
    best = []
    for start in arrows:
        ways = [[start]]
        seen = set()
        while ways and (not best or len(ways[0]) < len(best)):
            way = ways.pop(0)
            for there in arrows[way[-1]]:
                if there == start:
                    best, ways = way + [start], []
                    break
                if there not in seen:
                    seen.add(there)
                    ways.append(way + [there])
    return best


def circles(texts):
    """One circle of each room that has some; `texts`: {name: text} of all files."""
    rooms = {}
    for name, text in texts.items():
        rooms.setdefault(str(Path(name).parent), {})[name] = text
    for files_of_room in rooms.values():
        arrows = arrows_within(files_of_room)
        way = circle(arrows)
        if way:
            yield "a circle: " + "; ".join(f"{a} needs {b} ({arrows[a][b]})" for a, b in zip(way, way[1:]))


def prints(name, text):
    """Only the command line and the wrapper print or exit; the way out of memory is the one exception."""
    if room_of(name) in PRINTERS or name == "compiler/base/memory.c":
        return
    for number, line in enumerate(text.splitlines(), 1):
        if re.search(r"\b(printf|puts|perror|exit|_exit|abort)\(", line) and not line.lstrip().startswith(("*", "/*")):
            yield f"{name}:{number}: only compiler/cli prints or exits"


def calls_system(name, text):
    """Files, programs and cores: each call of the system stands in the one place where it may be answered otherwise."""
    if name.startswith(SYSTEM_OWN):
        return
    for number, line in enumerate(text.splitlines(), 1):
        for call in re.findall(r"(?<![\w.>])(\w+)\(", "" if line.lstrip().startswith("*") else code(line)):
            home = next((home for home, calls in SYSTEM_CALLS.items() if re.fullmatch(calls, call)), None)
            if home and not name.startswith(home):
                yield f"{name}:{number}: only {home}* calls {call}; others go through its header"


def names_platform(name, text):
    """Code asks a platform's row for a capability, never for the platform's name."""
    if name in PLATFORM_TABLES:
        return
    for number, line in enumerate(text.splitlines(), 1):
        if PLATFORM_NAMED.search(line):
            yield f"{name}:{number}: ask host->platform for a capability (schema/platform.h), not for a platform's name"


def files():
    for folder in ("schema", "compiler", "rules", "backends"):
        yield from sorted((ROOT / folder).glob("**/*.[ch]"))


def check_itself():
    """The test can fail: between any two rooms, an arrow that goes up or sideways is found, one that goes down is not."""
    headers = {}
    for file in files():
        name = str(file.relative_to(ROOT))
        if name.endswith(".h") and not name.endswith("private.h"):
            headers.setdefault(room_of(name), name)
    assert set(headers) - {None} == {*FLOOR, WRAPPER}, f"rooms without a public header: {set(FLOOR) - set(headers)}"
    for here in FLOOR:
        for there in FLOOR:
            found = list(wrong_arrows(f"{here}/x.c", f'#include "{headers[there]}"'))
            good = here == there or FLOOR[there] < FLOOR[here] or (here, there) in BESIDE
            assert bool(found) != good, (here, there, found)
        assert list(wrong_arrows(f"{WRAPPER}/x.c", f'#include "{headers[here]}"')) or headers[here] in WRAPPER_SEES
        assert list(wrong_arrows(f"{here}/x.c", f'#include "{headers[WRAPPER]}"'))
    assert list(wrong_arrows("rules/x.c", '#include "compiler/catalog/private.h"'))
    assert list(wrong_arrows("compiler/x.c", ""))
    assert list(wrong_arrows("compiler/plan/x.c", '#include "plan.h"'))
    assert list(prints("rules/x.c", '\tprintf("hello");'))
    for line in ("int fd = open(path, 0);", "\tif (stat(path, &st) != 0)", "f(realpath(a, b))", "posix_spawnp(&pid)", "dlopen(x)",
                 'getenv("HOME")', "chdir(folder)"):
        assert list(calls_system("rules/x.c", line)), line
        assert not list(calls_system(f"{WRAPPER}/x.c", line)), line
    assert list(calls_system("compiler/base/files_system.c", "dlopen(x)"))
    assert list(calls_system("compiler/cli/x.c", "chdir(x)")) and not list(calls_system("compiler/cli/x.c", "isatty(2)"))
    assert not list(calls_system("compiler/base/files_system_read.c", "n = realpath(a, b);"))
    assert not list(calls_system("rules/x.c", "files->open(files, a), t.remove(&t), my_open(a), /* open( */ opened(b)"))
    for line in ("host->kvm", "x.is == HYPERVISOR_KVM", "y != MANAGED_BY_QEMU", 'if (strcmp(target, "libvirt") == 0)'):
        assert list(names_platform("rules/x.c", line)), line
    assert not list(names_platform("rules/x.c", "host->platform->qemu"))
    check_circles()


def check_circles():
    """Two files that call each other are found, headers that include each other too; a plain way down is none."""
    header = '#include "schema/x.h"\nvoid x(void);\nextern const struct row y_rows[];\n'
    x = '#include "schema/x.h"\n\nvoid x(void)\n{\n\ty_rows[0].call();\n}\n'
    y = '#include "schema/x.h"\n\nconst struct row y_rows[] = {{\n\tNULL}};\n'
    assert not list(circles({"schema/x.h": header.replace("schema/x.h", "schema/z.h"), "schema/x.c": x, "schema/y.c": y}))
    assert list(circles({"schema/x.c": x, "schema/y.c": y.replace("NULL", "x")}))
    assert list(circles({"schema/x.h": header.replace("schema/x.h", "schema/y.h"), "schema/y.h": '#include "schema/x.h"\n'}))
    # A comment, a field or a struct of that name is no use of it.
    assert not list(circles({"schema/x.c": x, "schema/y.c": y.replace("NULL", '(struct x *)1, p->x, "x" /* x */')}))


def main():
    check_itself()
    problems = []
    texts = {str(file.relative_to(ROOT)): file.read_text() for file in files()}
    for name, text in texts.items():
        problems += [*wrong_arrows(name, text), *prints(name, text), *calls_system(name, text), *names_platform(name, text)]
    problems += circles(texts)
    assert len(texts) > 250, f"only {len(texts)} files found"
    print("\n".join(problems) or f"{len(texts)} files keep to the order of the floors, and no two need each other")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
