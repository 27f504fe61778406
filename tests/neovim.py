#!/usr/bin/python3
"""The language server in a real editor: Neovim without a screen, set up by the lines of docs/editors.md
and told what to do by neovim.lua.

Neovim's own client sends what a user types as changes of a few characters; what it shows in the end is
held against `gpuplan lint` of the text in its buffer.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import lsp

PAGE = lsp.ROOT / "docs/editors.md"
SCRIPT = Path(__file__).resolve().parent / "neovim.lua"
FIXED = "p2p-vgpu-fractional"


def run(gpuplan, folder):
    out = folder / "out.json"
    (folder / "home").mkdir()
    work = folder / "work"
    work.mkdir()
    bin_ = folder / "bin"
    bin_.mkdir()
    (bin_ / "gpuplan").symlink_to(gpuplan)
    init = folder / "init.lua"
    init.write_text(re.search(r"```lua\n(.*?)```", PAGE.read_text(), re.S)[1])
    (work / "hosts.yaml").write_text(lsp.HOSTS)
    (work / "vms.yaml").write_text(lsp.VMS)
    environment = {
        "PATH": f"{bin_}:{os.environ['PATH']}",
        "HOME": str(folder / "home"),
        "XDG_RUNTIME_DIR": str(folder / "home"),
        "OUT": str(out),
    }
    done = subprocess.run(
        ["nvim", "--headless", "-u", init, "-i", "NONE", "-n", "-S", SCRIPT, "vms.yaml"],
        cwd=work,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert out.is_file(), f"Neovim wrote nothing:\n{done.stdout}{done.stderr}"
    return json.loads(out.read_text()), work


def expected(gpuplan, work, text):
    """What lint finds, with lines and bytes from 0, as Neovim counts."""
    (work / "vms.yaml").write_text(text)
    found = lsp.lint(gpuplan, work).get("vms.yaml", [])
    lines = lsp.line_starts(text)
    places = []
    for start, _, severity, rule, _ in found:
        line = text[lines[start["line"]] :]
        units = line.encode("utf-16-le")[: 2 * start["character"]].decode("utf-16-le")
        places.append([start["line"], len(units.encode()), severity, rule])
    return sorted(places)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gpuplan", required=True)
    gpuplan = str(Path(parser.parse_args().gpuplan).resolve())
    failures = lsp.Failures()
    with tempfile.TemporaryDirectory() as folder:
        said, work = run(gpuplan, Path(folder).resolve())
        check = failures.check
        check(FIXED in said["opened"], "diagnostics of the file", said["opened"])
        check("The vGPU type" in said["hover"], "hover", said["hover"])
        check("A100DX-80C" in said["completion"][:1], "completion", said["completion"][:3])
        check(said["definition"] == ["hosts.yaml", 4], "definition", said["definition"])
        check(said["fixed"] == "    uvm: false", "a fix was applied", said["fixed"])
        for step in said["typed"]:
            places = sorted([d["line"], d["byte"], d["severity"], d["code"]] for d in step["diagnostics"])
            wanted = expected(gpuplan, work, step["text"])
            check(places == wanted, "after typing", repr(step["text"]), places, wanted)
        check(len(said["typed"]) == 60 and sum(bool(s["diagnostics"]) for s in said["typed"]) > 30, "too little was typed")
    print("\n".join(failures) or "Neovim shows what lint finds")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
