#!/usr/bin/python3
"""Holds the manual pages and the shells' completions to the help, and asks the real shells for completions."""

import argparse
import os
import pty
import random
import re
import select
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True

from checks import check, same, verdict  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "tests" / "manual"
PAGES = ("gpuplan.1", "gpuplan-spec.5", "gpuplan-qemu.8")


def output(*command, **more):
    done = subprocess.run(command, text=True, capture_output=True, timeout=60, **more)
    return done.stdout + done.stderr


# The help: what the others are held to.


def words_of(doc):
    """`text, json or markdown; …`: the words at its beginning."""
    found = re.match(r"((?:[a-z-]+, )*[a-z-]+ or [a-z-]+)(?=$|;| \()", doc)
    return re.split(r", | or ", found[1]) if found else []


def read_help(gpuplan):
    """{command: (summary, {long: (letter, argument, doc)})}"""
    usage = output(gpuplan)
    commands = dict(re.findall(r"^  ([a-z]+) +(\S.*)$", usage, re.M))
    rows = re.compile(r"^  (?:-(\w),|   ) --([a-z-]+)(?: (\S+))? {1,}(\S.*)$", re.M)
    options = {
        name: {long: (letter, argument, doc) for letter, long, argument, doc in rows.findall(output(gpuplan, name, "--help"))}
        for name in commands
    }
    assert "lint" in commands and "color" in options["lint"] and options["lint"]["format"][0] == "f"
    return {name: (commands[name], options[name]) for name in commands}


def spellings(options):
    return {"--" + long for long in options} | {"-" + letter for letter, _, _ in options.values() if letter}


# The pages.


def plain(roff):
    """A line's text: no fonts, no escapes."""
    text = re.sub(r"\\f[BIR]", "", roff)
    for escape, character in (("\\-", "-"), ("\\(aq", "'"), ("\\(ga", "`"), ("\\(dq", '"'), ("\\&", ""), ("\\e", "\\")):
        text = text.replace(escape, character)
    text = re.sub(r"\\\[u([0-9A-F]+)\]", lambda m: chr(int(m[1], 16)), text)
    return text.replace("\\(ti", "~").replace("\\(ha", "^")


def part(page, heading):
    """The lines of one .SH."""
    return re.search(rf"^\.SH {heading}\n(.*?)(?=^\.SH |\Z)", page, re.M | re.S)[1]


def tagged(text):
    """[(tag, its text)] of the .TP in it."""
    found = re.findall(r"^\.TP\n(.*)\n((?:(?!\.(?:TP|SS|SH|RE)).*\n)*)", text, re.M)
    return [(plain(tag), plain(said).strip()) for tag, said in found]


def test_commands(page, helps):
    parts = re.split(r"^\.SS (\w+)\n", part(page, "COMMANDS"), flags=re.M)[1:]
    sections = dict(zip(parts[::2], parts[1::2]))
    same("the page's commands", list(sections), list(helps))
    for name, (summary, options) in helps.items():
        text = sections.get(name, "")
        check(summary.replace("`", "") in plain(text), f"gpuplan.1: {name} is not summed up")
        expected = [
            ((f"-{letter}, " if letter else "") + f"--{long}" + (f" {argument}" if argument else ""), doc.replace("`", ""))
            for long, (letter, argument, doc) in options.items()
        ]
        same(f"gpuplan.1: options of {name}", tagged(text), expected)


def test_rest_of_page(page, gpuplan):
    listed = re.findall(r"^(\S+) +(?:error|warning|note) ", output(gpuplan, "rules"), re.M)
    same("rules", [tag.split(" ")[0] for tag, _ in tagged(part(page, "RULES"))], listed)
    sources = [f.read_text() for f in (ROOT / "compiler").rglob("*.c")]
    read = {name for text in sources for name in re.findall(r'getenv\("(\w+)"\)', text)}
    assert "NO_COLOR" in read
    same("environment", {tag[3:] if tag.startswith(".B ") else tag for tag, _ in tagged(part(page, "ENVIRONMENT"))}, read | {"PATH"})
    same("exit statuses", [tag for tag, _ in tagged(part(page, "EXIT STATUS"))], [".B 0", ".B 1", ".B 2"])
    for heading in ("NAME", "SYNOPSIS", "DESCRIPTION", "TARGETS", "FILES", "EXAMPLES", "SEE ALSO"):
        check(part(page, heading).strip(), f"gpuplan.1: {heading} is empty")


def test_spec_page(page):
    """The same sections and keys as docs/spec.md, which tests/schema.py holds to the tables."""
    shown = (ROOT / "docs" / "spec.md").read_text()
    expected = {}
    for heading, text in re.findall(r"^#+ (.*)\n\n(?:.*\n\n)?\| key .*\n\|.*\n((?:\|.*\n)+)", shown, re.M):
        expected[heading] = re.findall(r"^\| `([^`]+)` \|", text, re.M)
    assert len(expected) > 10
    parts = re.split(r'^\.SS "(.*)"\n', part(page, "KEYS"), flags=re.M)[1:]
    there = {plain(h): [tag.split(":")[0] for tag, _ in tagged(t)] for h, t in zip(parts[::2], parts[1::2])}
    same("gpuplan-spec.5", there, expected)


def test_wrapper_page(page):
    wrapper = (ROOT / "docs" / "wrapper.md").read_text()
    variables = re.findall(r"^\| `(GPUPLAN_\w+)` \|", wrapper, re.M)
    assert len(variables) == 3
    same("gpuplan-qemu.8", [tag[3:] for tag, _ in tagged(part(page, "ENVIRONMENT"))], variables)
    for path in ("/etc/gpuplan/clique-map.json", "x-nv-gpudirect-clique", "--check", ".real"):
        check(path in plain(page), f"gpuplan-qemu.8 does not tell of {path}")


def test_readers(folder):
    """The two programs that show pages, and the one-line name that apropos takes."""
    for page in PAGES:
        same(f"mandoc, {page}", output("mandoc", "-T", "lint", "-W", "warning", folder / page), "")
        same(f"groff, {page}", output("groff", "-ww", "-mandoc", "-z", folder / page), "")
        text = (folder / page).read_text()
        check(re.match(r"gpuplan\S* \\- [a-z].*\n\Z", part(text, "NAME")), f"{page}: NAME is not one line")
        check(text.isascii(), f"{page} is not ASCII")


# The shells. Each takes a list of command lines, and answers with a set of words for each.


def ask_terminal(shell, ask, lines, cwd, **environment):
    """What a shell with a terminal writes to $ANSWERS: line editors complete only there."""
    file, name = tempfile.mkstemp(prefix="gpuplan-answers-")
    os.close(file)
    answers = Path(name)
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(cwd)
        os.environ.update(ANSWERS=str(answers), TERM="xterm", HOME=cwd, **environment)
        os.execvp(shell[0], shell)
    said, deadline = b"", time.monotonic() + 100

    def wait(good):
        nonlocal said
        while time.monotonic() < deadline and not good(answers.read_text()):
            if select.select([terminal], [], [], 0.01)[0]:
                said += os.read(terminal, 65536)

    os.write(terminal, f"source {HERE}/{ask}\n".encode())
    wait(lambda text: "READY\n" in text)
    for i, line in enumerate(lines):
        os.write(terminal, line.encode() + b"\x14\x07")
        wait(lambda text: text.splitlines().count("==") > i)
    os.close(terminal)
    os.waitpid(child, 0)
    found = answers.read_text().removeprefix("READY\n").split("==\n")[:-1]
    answers.unlink()
    check(len(found) == len(lines), f"{shell[0]} gave {len(found)} answers: {said[-500:]!r}")
    return found


def ask_bash(folder, lines, cwd):
    """The words that stand in the line in place of the last one."""
    found = ask_terminal(["bash", "--norc", "--noprofile", "-i"], "ask.bash", lines, cwd, COMPLETIONS=str(folder))
    return [
        set(shlex.split(now)[len(line.split(" ")) - 1 :]) if now.strip() != line.strip() else set()
        for line, now in zip(lines, found)
    ]


def ask_zsh(folder, lines, cwd):
    site = Path(cwd, ".site")
    site.mkdir()
    (site / "_gpuplan").write_text((folder / "gpuplan.zsh").read_text())
    found = ask_terminal(["zsh", "-f", "-i"], "ask.zsh", lines, cwd, COMPLETIONS=str(site))
    return [set(answer.split("\n")) - {""} for answer in found]


def ask_fish(folder, lines, cwd):
    script = f"source {folder}/gpuplan.fish\nwhile read -l line\n  complete -C $line\n  echo ==\nend"
    said = subprocess.run(
        ["fish", "-N", "-c", script], input="".join(line + "\n" for line in lines), cwd=cwd, text=True,
        capture_output=True, timeout=60, env={**os.environ, "HOME": cwd},
    )
    same("fish says", said.stderr, "")
    return [{word.split("\t")[0] for word in answer.split("\n")} - {""} for answer in said.stdout.split("==\n")[:-1]]


SHELLS = {"bash": ask_bash, "fish": ask_fish, "zsh": ask_zsh}


def questions(helps, gpuplan):
    """[(line, what is offered, exactly)]"""
    rules = {line.split(" ")[0] for line in output(gpuplan, "rules").splitlines()}
    targets = set(words_of(helps["show"][1]["target"][2]))
    yield "gpuplan ", set(helps) | {"help"}, False
    yield "gpuplan help ", set(helps), False
    for command, (_, options) in helps.items():
        yield f"gpuplan {command} -", spellings(options), True
        for long, (letter, argument, doc) in options.items():
            if argument in ("FORMAT", "WHEN", "TARGET", "TARGETS"):
                assert words_of(doc), f"no words: {doc}"
                yield f"gpuplan {command} --{long} ", set(words_of(doc)), True
                if letter:
                    yield f"gpuplan {command} -{letter} ", set(words_of(doc)), True
    yield "gpuplan lint --rule ", {r + "=" for r in rules}, True
    yield "gpuplan lint --rule p2p-unstated=", {"error", "warning", "note", "off"}, True
    yield "gpuplan lint --color=", {"auto", "always", "never"}, True
    yield "gpuplan compile -t qemu,", targets, True
    yield "gpuplan explain ", rules, True
    yield "gpuplan boards ", set(re.findall(r"^([a-z]\S+) ", output(gpuplan, "boards"), re.M)) - {"board"}, True
    yield "gpuplan import ", {"topo"}, True
    yield "gpuplan import topo ", {"spec.yaml", "other.yml", "notes.txt", "specs"}, True
    yield "gpuplan lint sp", {"spec.yaml", "specs"}, True
    yield "gpuplan lint --strict -f json sp", {"spec.yaml", "specs"}, True
    yield "gpuplan show vm sp", {"spec.yaml", "specs"}, True
    yield "gpuplan compile -o ", {"specs"}, True
    yield "gpuplan lint --config ", {"spec.yaml", "other.yml", "notes.txt", "specs"}, True
    yield "gpuplan lint --max-findings ", set(), True
    yield "gpuplan version x", set(), True
    yield "gpuplan show ", {"h1", "train-1", "train-2"}, True
    yield "gpuplan show -t libvirt tr", {"train-1", "train-2"}, True
    yield "gpuplan lint -- -", set(), True
    yield "gpuplan unheard-of ", set(), True


def settled(shell, line, answer):
    """Each shell's own way to offer the same thing."""
    before = line.rsplit(" ", 1)[1]
    option = before.split("=")[0] + "=" if "=" in before else ""
    cut = lambda word: word[len(option):] if option and word.startswith(option) else word
    answer = {cut(word).rstrip("/") for word in answer}
    if "," in before:
        answer = {word.rsplit(",", 1)[-1] for word in answer}
    if before == "-":
        answer = {word.rstrip("=") for word in answer}
    return answer


SPEC = """version: 1
hosts: {h1: {hypervisor: kvm}}
vms: {train-1: {host: h1}, train-2: {}, "$(touch ran)": {host: h1}, "a b": {}, "q'\\"": {}, "n\\nx": {}}
"""


def test_shells(folder, helps, gpuplan):
    asked = list(questions(helps, gpuplan))
    lines = [line for line, _, _ in asked]
    for shell, ask in SHELLS.items():
        with tempfile.TemporaryDirectory(prefix="gpuplan-shell-") as cwd:
            for name in ("other.yml", "notes.txt"):
                Path(cwd, name).touch()
            Path(cwd, "spec.yaml").write_text(SPEC)
            Path(cwd, "specs").mkdir()
            answers = ask(folder, lines, cwd)
        same(f"{shell}: answers", len(answers), len(asked))
        for (line, expected, exactly), answer in zip(asked, answers):
            there = settled(shell, line, answer)
            good = there == expected if exactly else expected <= there
            check(good, f"{shell}: '{line}': {sorted(there)}, not {sorted(expected)}")


# What a shell would run if it took a name or a typed word for more than text.
HOSTILE = ("$(touch ran)", "`touch ran`", ";touch ran;", "a b", "a[$(touch ran)]", "'\"$(touch ran)", "$'\\n'`touch ran`", "*", "~")


def test_hostile(folder):
    for shell, ask in SHELLS.items():
        with tempfile.TemporaryDirectory(prefix="gpuplan-shell-") as cwd:
            files = {word.replace("/", "") + ".yaml" for word in HOSTILE} | {"new\nline.yaml"}
            for name in files:
                Path(cwd, name).touch()
            Path(cwd, "spec.yaml").write_text(SPEC)
            places = ("{} ", "lint {}", "lint {} ", "lint --rule {}=", "lint --rule={}=", "lint --config={}", "show {}", "compile -t {},")
            lines = ["gpuplan lint ", "gpuplan show "] + ["gpuplan " + place.format(word) for place in places for word in HOSTILE]
            answers = ask(folder, lines, cwd)
            check(not Path(cwd, "ran").exists(), f"{shell} ran what is a name")
        if shell == "bash":
            same(f"{shell}: hostile files", answers[0] - {"new", "line.yaml"}, files - {"new\nline.yaml"} | {"spec.yaml"})
        same(f"{shell}: names of the plan", answers[1], {"h1", "train-1", "train-2"})


def test_answers(gpuplan, helps):
    """Whatever the words are: candidates of plain characters or a request, and nothing else."""
    random.seed(5)
    options = [option for _, all_of in helps.values() for option in spellings(all_of)]
    words = [*helps, *options, *HOSTILE, "help", "complete", "", "-", "--", "--rule=", "p2p-unstated=", "qemu,", "$(x)=", "a\nb,", "\xff", "x" * 9999]
    lines = [[]] + [random.choices(words, k=random.randint(1, 5)) for _ in range(100)]
    lines += [[name, random.choice(words), word] for name in ("lint", "show", "compile") for word in words]
    with tempfile.TemporaryDirectory(prefix="gpuplan-answers-") as cwd:
        Path(cwd, "spec.yaml").write_text(SPEC)
        for line in lines:
            done = subprocess.run([gpuplan, "complete", *line], cwd=cwd, capture_output=True, text=True, timeout=60)
            plain = all(re.fullmatch(r":(files|folders|specs)\t[a-z=-]*|[\w.:/=,-]+(\t\S.*)?", a, re.A) for a in done.stdout.splitlines())
            check(done.returncode == 0 and not done.stderr and plain, f"complete {line}: {done}"[:500])
        os.mkfifo(Path(cwd, ".gpuplan.yaml"))
        done = subprocess.run([gpuplan, "complete", "show", ""], cwd=cwd, capture_output=True, timeout=10)
        check(done.returncode == 0 and not done.stdout + done.stderr, f"a plan that cannot be read at once: {done}")
    check("complete" not in helps, "complete is not in the help")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default=str(ROOT / "build"))
    options = parser.parse_args()
    gpuplan, folder = str(Path(options.build, "gpuplan").resolve()), Path(options.build, "manual").resolve()
    completions = ROOT / "compiler" / "cli" / "manual"
    os.environ["GITHUB_ACTIONS"] = ""
    os.environ["PATH"] = f"{Path(gpuplan).parent}:{os.environ['PATH']}"
    helps = read_help(gpuplan)
    test_commands((folder / "gpuplan.1").read_text(), helps)
    test_rest_of_page((folder / "gpuplan.1").read_text(), gpuplan)
    test_spec_page((folder / "gpuplan-spec.5").read_text())
    test_wrapper_page((folder / "gpuplan-qemu.8").read_text())
    test_readers(folder)
    same("shellcheck", output("shellcheck", completions / "gpuplan.bash"), "")
    test_shells(completions, helps, gpuplan)
    test_hostile(completions)
    test_answers(gpuplan, helps)
    return verdict()


if __name__ == "__main__":
    sys.exit(main())
