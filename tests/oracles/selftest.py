#!/usr/bin/python3
"""Judges the judges: each must fail an artifact that is spoilt in a way it is there to find.

selftest.py --out DIR [--build BUILD]

Every sabotage takes an artifact of DIR that its judge passes, spoils a copy of it, and wants the judge
to fail the copy with the words that name the fault.
"""

import argparse
import contextlib
import dataclasses
import hashlib
import io
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from unittest import mock

sys.dont_write_bytecode = True

import judge  # noqa: E402
from judging import artifacts, clique_old_qemu, qemu_args  # noqa: E402
from judging.report import Report  # noqa: E402

CLIQUE = re.compile(r'(?<="x-nv-gpudirect-clique":)\s*(\d+)')
VFIO_LINE = re.compile(r'^.*"driver": ?"vfio-pci".*$', re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Sabotage:
    """EDIT spoils the first artifact of TARGET (with SUFFIX) that NEEDS is found in."""

    judge: str
    name: str
    target: str
    edit: Callable[[str], str]
    expect: str
    needs: str = ""
    suffix: str = ""
    optional: bool = False  # not every plan has what it needs


# ---- how to spoil a text --------------------------------------------------------------------------


def replace(pattern, replacement, count=1):
    """An edit: the first COUNT matches of PATTERN (0: all) become REPLACEMENT."""
    return lambda text: re.sub(pattern, replacement, text, count=count, flags=re.DOTALL | re.MULTILINE)


def other_clique(text):
    """The first device's clique becomes another that is as valid."""
    return CLIQUE.sub(lambda match: str((int(match[1]) + 1) % 16), text, count=1)


def swap_vfio_devices(text):
    """The first two vfio-pci devices change places."""
    first, second = VFIO_LINE.findall(text)[:2]
    return text.replace(second, "\0").replace(first, second).replace("\0", first)


def scale_window(factor):
    """Both places where the window is written become FACTOR times as large."""
    def edit(text):
        text = re.sub(r"(?<=X-PciMmio64Mb,string=)\d+", lambda m: str(int(int(m[0]) * factor)), text)
        return re.sub(r"(?<=pci-hole64-size=)\d+", lambda m: str(int(int(m[0]) * factor)), text)
    return edit


def edit_json(change):
    """An edit of a JSON document by a function that changes it in place."""
    def edit(text):
        document = json.loads(text)
        change(document)
        return json.dumps(document)
    return edit


def drop_first_address(document):
    del document["cliques"][min(document["cliques"])]


def clique_sixteen(document):
    document["cliques"][min(document["cliques"])] = 16


def other_cliques(document):
    for address in document["cliques"]:
        document["cliques"][address] ^= 1


def append(line):
    return lambda text: text.rstrip("\n") + "\n" + line + "\n"


def repeat_first_entry(text):
    """A .vmx says its first entry twice."""
    return append(re.search(r"^\w.*$", text, re.MULTILINE)[0])(text)


WINDOW_ON_ONE_ROOT = r"\A(?!(.|\n)*pxb-pcie)(.|\n)*X-PciMmio64Mb"
CLIQUE_NEEDED = "x-nv-gpudirect-clique"

SABOTAGES = [
    Sabotage("libvirt-schema", "qemu:commandline in a hostdev, as copied from the web", "libvirt",
             replace("</hostdev>", "<qemu:commandline><qemu:arg value='-S'/></qemu:commandline></hostdev>"),
             "is not valid", needs="xmlns:qemu"),
    Sabotage("libvirt-schema", "no vcpu count", "libvirt", replace(r"(<vcpu[^>]*>)\d+", r"\1many"),
             "is not valid"),
    Sabotage("libvirt-define", "a GPU where the chipset has its own device", "libvirt",
             replace(r"""bus=['"]0x\w+['"] slot=['"]0x\w+['"] function=['"]0x\w['"](/>\s*</hostdev>)""",
                     r"bus='0x00' slot='0x1f' function='0x0'\1"), "libvirt refuses it", needs="<hostdev"),
    Sabotage("libvirt-define", "an alias without ua-", "libvirt",
             replace(r"""((?:alias name|alias)=['"])ua-""", r"\1", count=0), "alias", needs="""<alias name=['"]ua-"""),
    Sabotage("libvirt-define", "an override for nobody", "libvirt",
             replace(r"""(<qemu:device alias=['"]ua-)[^'"]*""", r"\1nobody"), "which no device has",
             needs="<qemu:device alias="),
    Sabotage("libvirt-define", "a gap in the controllers", "libvirt",
             replace(r"""<controller type=['"]pci['"] index=['"]1['"] .*?</controller>""", ""), "libvirt adds a controller",
             needs="""<controller type=['"]pci['"] index=['"]1['"]"""),
    Sabotage("libvirt-qemu-agree", "no override in the domain", "libvirt",
             replace(r"<qemu:override>.*</qemu:override>", ""), "x-nv-gpudirect-clique", needs="<qemu:override>"),
    Sabotage("libvirt-qemu-agree", "another clique in the arguments", "qemu", other_clique,
             "x-nv-gpudirect-clique", needs=CLIQUE_NEEDED),
    Sabotage("libvirt-qemu-agree", "two GPUs swapped", "qemu", swap_vfio_devices, "order of vfio devices",
             needs=r"vfio-pci.*\n(?:.*\n)*.*vfio-pci"),
    Sabotage("libvirt-qemu-agree", "another GPU", "qemu",
             replace(r'("host": ?"[^"]*)\w"', r'\1f"'), "host: libvirt", needs='"host": ?"'),
    Sabotage("libvirt-qemu-agree", "another window in fw_cfg", "qemu",
             replace(r"(X-PciMmio64Mb,string=\d+)", r"\g<1>0"), "-fw_cfg", needs="X-PciMmio64Mb"),
    Sabotage("libvirt-qemu-agree", "another uuid", "qemu",
             replace(r"(^-uuid\n.{8}-.{4}-.{4}-.{4}-).{12}", r"\g<1>0123456789ab"), "-uuid"),
    Sabotage("libvirt-qemu-agree", "fewer processors", "qemu", replace(r"(^-smp\n)\d+", r"\g<1>1"), "-smp"),
    Sabotage("libvirt-qemu-agree", "another disk", "qemu", replace(r'(/)([^/"]*\.(?:qcow2|raw|img)")', r"\1x\2"),
             "disk images", needs=r'\.(qcow2|raw|img)"'),
    Sabotage("qemu-caps", "another clique in the arguments", "qemu", other_clique, "the guest reads clique",
             needs=CLIQUE_NEEDED),
    Sabotage("qemu-caps", "clique 16", "qemu", lambda text: CLIQUE.sub("16", text, count=1), "QEMU refuses it",
             needs=CLIQUE_NEEDED),
    Sabotage("qemu-caps", "a clique of a GPU that is not in the map", "clique-map", edit_json(drop_first_address),
             "does not stand in the host's clique map", suffix=".json"),
    Sabotage("qemu-caps", "a bus that is not there", "qemu",
             replace(r'("vfio-pci".*?"bus": ?")[^"]*', r"\1nowhere"), "QEMU refuses it", needs="vfio-pci"),
    Sabotage("qemu-caps", "two arguments in one line", "qemu", replace(r"^-m\n", "-m "), "cannot be read"),
    Sabotage("qemu-caps", "an expander without room for buses", "qemu",
             replace(r'(.*"pxb-pcie".*?"bus_nr": ?)\d+', r"\g<1>255"), "but the guest sees", needs="pxb-pcie",
             optional=True),
    Sabotage("ovmf-boot", "half the window", "qemu", scale_window(0.5), "GPUs placed", needs=WINDOW_ON_ONE_ROOT),
    Sabotage("ovmf-boot", "twice the window", "qemu", scale_window(2), "proves nothing",
             needs=WINDOW_ON_ONE_ROOT),
    Sabotage("vmx", "a key twice", "vmx", repeat_first_entry, "virt-v2v warns"),
    Sabotage("vmx", "a line that is no entry", "vmx", append("pciPassthru0"), "is not KEY"),
    Sabotage("vmx", "an open quote", "vmx", append('guestinfo.note = "open'), "libvirt's VMware parser refuses it"),
    Sabotage("vmx", "memory in no multiple of 4 MB", "vmx", replace(r'(memSize = ")\d+', r"\g<1>1027"),
             "libvirt's VMware parser refuses it"),
    Sabotage("vmx", "a PCI address in hexadecimal", "vmx",
             append('pciPassthru31.id = "00000:1a:00.0"'), "is no decimal PCI address"),
    Sabotage("clique-map", "clique 16", "clique-map", edit_json(clique_sixteen), "maximum", suffix=".json"),
    Sabotage("clique-map", "an unknown key", "clique-map", edit_json(lambda d: d.update(extra=1)), "unexpected",
             suffix=".json"),
    Sabotage("clique-map", "another number in bash", "clique-map", replace(r'(\]="?)(\d+)', r"\g<1>1\2"),
             "the JSON map", suffix=".sh"),
    Sabotage("wrapper-qemu", "other cliques in the map", "clique-map", edit_json(other_cliques),
             "the guest reads clique", suffix=".json"),
    Sabotage("wrapper-qemu", "a map of another version", "clique-map", edit_json(lambda d: d.update(version=2)),
             "the guest reads clique None", suffix=".json"),
    Sabotage("wrapper-libvirt", "other cliques in the map", "clique-map", edit_json(other_cliques),
             "the guest reads clique", suffix=".json"),
    Sabotage("clique-map", "a script that bash cannot read", "clique-map", append('echo "${GPU_CLIQUE_MAP["'),
             "shellcheck complains", suffix=".sh"),
    Sabotage("host-setup", "a vGPU that is not made", "host-setup", replace(r"^\tvfio_vgpu .*?\n", "", count=1),
             "the script does not make it", needs="\tvfio_vgpu .*\n\tvfio_vgpu"),
    Sabotage("host-setup", "another UUID", "host-setup", replace(r" any (\w{8})-", r" any 00000000-"),
             "the script does not make it", needs=r"\tmdev_vgpu .* any "),
    Sabotage("host-setup", "another GPU", "host-setup", replace(r"(whole_gpu '[^']*' \S*)\w\.", r"\1f."),
             "which is not in the domain", needs="\twhole_gpu"),
    Sabotage("host-setup", "an open quote", "host-setup", replace("(NVIDIA [^']*)'", r"\1"), "cannot read the plan",
             needs="_vgpu .*NVIDIA"),
    Sabotage("host-setup", "a word that a shell splits", "host-setup", replace(r'cat "\$file"', "cat $file"),
             "shellcheck complains", needs=r'cat "\$file"'),
]


# ---- the folder that a judge is given -------------------------------------------------------------


def first_artifact(out, sabotage):
    return next((a for a in out.of(sabotage.target, sabotage.suffix)
                 if re.search(sabotage.needs, a.file.read_text(encoding="utf-8"))), None)


def copy_with_companions(out, artifact, folder):
    """A folder with ARTIFACT, its VM's other artifacts and its host's clique map; the manifest says so."""
    kept = []
    wants_users = artifact.vm is None  # a host's artifact is nothing without the VMs that use it
    for other in out.artifacts:
        same_vm = other.host == artifact.host and other.vm == artifact.vm
        its_map = other.host == artifact.host and other.target == "clique-map"
        user = wants_users and other.host == artifact.host and other.target in ("qemu", "libvirt")
        if same_vm or its_map or user:
            (folder / other.path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(other.file, folder / other.path)
            kept.append(other.path)
    manifest = dict(out.manifest, files=[e for e in out.manifest["files"] if e["path"] in kept])
    write_manifest(folder, manifest)


def write_manifest(folder, manifest):
    """Sums and sizes are those of the files as they are now."""
    for entry in manifest["files"]:
        data = (folder / entry["path"]).read_bytes()
        entry.update(sha256=hashlib.sha256(data).hexdigest(), size=len(data))
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def spoil(folder, artifact, edit):
    """Applies EDIT; false where it changes nothing."""
    file = folder / artifact.path
    text = file.read_text(encoding="utf-8")
    spoilt = edit(text)
    file.write_text(spoilt, encoding="utf-8")
    write_manifest(folder, json.loads((folder / "manifest.json").read_text(encoding="utf-8")))
    return spoilt != text


def run_judge(name, folder, build, bar1_gib=128):
    """The judge's exit status and what it printed."""
    stream = io.StringIO()
    out = artifacts.OutDir(folder) if folder else None
    status = judge.run_judge(name, judge.Context(out, build, bar1_gib=bar1_gib), stream)
    return status, stream.getvalue()


def largest_bar1(artifact):
    """The largest BAR 1 that a window on one root bus holds: twice the BARs' sum, a power of two."""
    options = qemu_args.read(artifact.file)
    share = (qemu_args.window_mib(options) or 0) // 1024 // (2 * max(1, len(qemu_args.vfio_devices(options))))
    return 1 << max(0, share.bit_length() - 1)


# ---- the proofs -----------------------------------------------------------------------------------


def prove(sabotage, out, build, report, passed):
    """The judge passes the copy, and no longer once it is spoilt. PASSED are the copies known to pass."""
    name = f"{sabotage.judge}: {sabotage.name}"
    artifact = first_artifact(out, sabotage)
    if artifact is None:
        if not sabotage.optional:
            report.fail(name, f"no {sabotage.target} artifact with '{sabotage.needs}' to spoil")
        return
    with tempfile.TemporaryDirectory(prefix="gpuplan-selftest-") as temporary:
        folder = pathlib.Path(temporary)
        copy_with_companions(out, artifact, folder)
        case = (sabotage.judge, artifact.path)
        if sabotage.judge != "ovmf-boot" and case not in passed:  # its sabotages are each other's control
            status, words = run_judge(sabotage.judge, folder, build)
            if status != 0:
                report.fail(name, f"status {status} before the sabotage", words.splitlines())
                return
            passed.add(case)
        if not spoil(folder, artifact, sabotage.edit):
            report.fail(name, f"the sabotage does not change {artifact.path}")
            return
        bar1 = largest_bar1(artifact) if sabotage.judge == "ovmf-boot" else 128
        check(report, name, sabotage.expect, *run_judge(sabotage.judge, folder, build, bar1))


def check(report, name, expect, status, words):
    """A judge must have failed (1, not skipped) with the EXPECTed words."""
    if status == 1 and expect in words:
        report.ok(name, f"({expect})")
    elif status == 1:
        report.fail(name, f"failed for another reason than '{expect}'", words.splitlines())
    else:
        report.fail(name, f"the judge passes it (status {status})", words.splitlines())


def prove_old_qemu(build, report):
    """Without a clique there is nothing to overlap: the proof must notice."""
    options = [(option, value and value.replace(',"x-nv-gpudirect-clique":5', ""))
               for option, value in clique_old_qemu.OPTIONS]
    with mock.patch.object(clique_old_qemu, "OPTIONS", options):
        check(report, "clique-old-qemu-proof: no clique", "starts, no clique",
              *run_judge("clique-old-qemu-proof", None, build))


def prove_nothing_is_no_pass(build, report):
    """A judge that finds nothing to judge has proved nothing."""
    with tempfile.TemporaryDirectory(prefix="gpuplan-selftest-") as temporary:
        folder = pathlib.Path(temporary)
        write_manifest(folder, {"version": 1, "gpuplan": "0.1.0", "files": [], "sources": []})
        for name in judge.JUDGES.keys() - judge.NEEDS_NO_ARTIFACT - {"clique-map"}:
            check(report, f"{name}: an empty manifest", "0 judged", *run_judge(name, folder, build))


def prove_wrong_manifest(out, build, report):
    """The manifest itself: a sum that is not the file's, and a key that is not in the schema."""
    changes = {"sha256": lambda m: m["files"][0].update(sha256="0" * 64), "unexpected": lambda m: m.update(extra=1)}
    for expect, change in changes.items():
        with tempfile.TemporaryDirectory(prefix="gpuplan-selftest-") as temporary:
            folder = pathlib.Path(temporary, "out")
            shutil.copytree(out.folder, folder)
            manifest = json.loads(json.dumps(out.manifest))
            change(manifest)
            (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
            check(report, f"clique-map: manifest, {expect}", expect, *run_judge("clique-map", folder, build))


def prove_missing_tool(out, build, report):
    """A missing tool fails; it is skipped only where that is allowed, and never in CI."""
    cases = [({}, 1), ({"GPUPLAN_ALLOW_SKIP": "1", "CI": "true"}, 1), ({"GPUPLAN_ALLOW_SKIP": "1"}, 77)]
    for environment, expected in cases:
        name = "a missing tool, " + (" ".join(environment) or "plain")
        with _environment({**environment, "PATH": "/nowhere"}):
            status, words = run_judge("libvirt-schema", out.folder, build)
        report.verdict(name, [] if status == expected and "missing" in words else [f"status {status}"],
                       f"status {status}")


@contextlib.contextmanager
def _environment(variables):
    kept = {key: value for key, value in os.environ.items() if key not in ("GPUPLAN_ALLOW_SKIP", "CI")}
    with mock.patch.dict(os.environ, {**kept, **variables}, clear=True):
        yield


def main():
    parser = argparse.ArgumentParser(description="Shows that every judge fails what it is there to fail.")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="what gpuplan compile -o wrote")
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build"))
    parser.add_argument("--judge", action="append", choices=judge.JUDGES, help="only this one's sabotages (repeats)")
    options = parser.parse_args()
    report = Report("selftest")
    out = artifacts.OutDir(options.out)
    passed = set()
    for sabotage in SABOTAGES:
        if not options.judge or sabotage.judge in options.judge:
            prove(sabotage, out, options.build, report, passed)
    if not options.judge:
        prove_old_qemu(options.build, report)
        prove_nothing_is_no_pass(options.build, report)
        prove_wrong_manifest(out, options.build, report)
        prove_missing_tool(out, options.build, report)
    return 0 if report.finish() else 1


if __name__ == "__main__":
    sys.exit(main())
