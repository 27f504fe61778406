#!/usr/bin/python3
"""Installs gpuplan by `cmake --install` and from its .deb, and runs it where nothing else is.

The .deb goes into a root that holds the packages it depends on, and those that they depend on, with the files
that they have on this machine; dpkg installs and removes it there, and gpuplan runs with that root as `/`.
"""

import argparse
import gzip
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True

from checks import check, same, verdict  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
# Installed by root without a word of Debian's or of a distribution's images that leave documentation away.
DPKG = ["dpkg", "--path-include=/usr/share/*", "--log=/dev/null"]
BOTH = {
    "bin/gpuplan",
    "bin/gpuplan-qemu",
    "share/man/man1/gpuplan.1.gz",
    "share/man/man5/gpuplan-spec.5.gz",
    "share/man/man8/gpuplan-qemu.8.gz",
    "share/bash-completion/completions/gpuplan",
    "share/fish/vendor_completions.d/gpuplan.fish",
    "share/gpuplan/schema.json",
    "share/doc/gpuplan/README.md",
    "share/doc/gpuplan/CHANGELOG.md",
    "share/doc/gpuplan/docs/wrapper.md",
    "share/doc/gpuplan/docs/rules/p2p-unstated.md",
    "share/doc/gpuplan/rules/tables/boards.csv",
    "share/doc/gpuplan/examples/libvirt-pair.yaml",
}
PLAIN = {"share/zsh/site-functions/_gpuplan", "share/doc/gpuplan/LICENSE"}
DEBIAN = {
    "share/zsh/vendor-completions/_gpuplan",
    "share/doc/gpuplan/copyright",
    "share/doc/gpuplan/changelog.gz",
}


def run(*command, **more):
    return subprocess.run(command, text=True, capture_output=True, timeout=300, **more)


def output(*command, **more):
    done = run(*command, **more)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def files_of(folder):
    return {str(f.relative_to(folder)) for f in Path(folder).rglob("*") if not f.is_dir()}


def check_tree(what, folder, own, others):
    """The files are there, with their modes; the links between the pages hold."""
    there = files_of(folder)
    missing = (BOTH | own) - there
    check(not missing, f"{what}: {missing} missing")
    check(not others & there, f"{what}: {others & there} is another package's")
    for name in there:
        mode = stat.S_IMODE((folder / name).stat().st_mode)
        same(f"{what}: mode of {name}", oct(mode), oct(0o755 if name.startswith("bin/") else 0o644))
    check("share/doc/gpuplan/examples/run" not in there, f"{what}: examples/run builds a clone of the repository")
    doc = folder / "share/doc/gpuplan"
    for page in doc.rglob("*.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", page.read_text()):
            inside = os.path.relpath(page.parent / target, doc)
            check(inside.startswith("tests/") or (doc / inside).exists(), f"{what}: {page.relative_to(doc)} links to {target}")
    page = gzip.decompress((folder / "share/man/man1/gpuplan.1.gz").read_bytes())
    check(b".SH COMMANDS" in page, f"{what}: gpuplan.1 is no page")


def test_install(build, gpuplan, at):
    """`cmake --install`, and away again as docs/installing.md says."""
    manifest = build / "install_manifest.txt"
    kept = manifest.read_text() if manifest.exists() else None  # of a real installation
    output("cmake", "--install", build, "--prefix", f"{at}/local")
    folder = at / "local"
    check_tree("cmake --install", folder, PLAIN, DEBIAN)
    same("it runs", output(folder / "bin/gpuplan", "version"), output(gpuplan, "version"))
    schema = (folder / "share/gpuplan/schema.json").read_text()
    same("schema.json", schema, output(gpuplan, "schema"))
    remove = re.search(r"^xargs .*$", (ROOT / "docs" / "installing.md").read_text(), re.M)[0]
    output("sh", "-c", remove.replace("build/", f"'{build}'/"))
    same("what is left of it", files_of(folder), set())
    if kept is None:
        manifest.unlink()
    else:
        manifest.write_text(kept)


def test_version(gpuplan):
    """One place says the version; the pages name the same."""
    version = output(gpuplan, "version").split()[1]
    check(f"project(gpuplan VERSION {version} " in (ROOT / "CMakeLists.txt").read_text(), "CMakeLists.txt is not where the version is")
    check(f"\n## {version}" in (ROOT / "CHANGELOG.md").read_text(), f"CHANGELOG.md has no {version}")
    named = set()
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        named |= set(re.findall(r"gpuplan_([0-9.]+)_amd64|gpuplan@v([0-9.]+)|rev: v([0-9.]+)", page.read_text()))
    same("versions in the pages", {v for found in named for v in found if v}, {version})
    return version


def make_packages(build, at, version):
    """(.deb, .tar.gz); made again under another umask and zone, what is in the first is the same."""
    for folder, umask, zone in ((at / "one", 0o022, "UTC"), (at / "two", 0o077, "Asia/Tokyo")):
        kinds = "DEB;TGZ" if umask == 0o022 else "DEB"
        output("cpack", "--config", f"{build}/CPackConfig.cmake", "-B", folder, "-G", kinds, cwd=build,
               umask=umask, env={**os.environ, "TZ": zone})
    debs = [next((at / one).glob("gpuplan_*.deb")) for one in ("one", "two")]
    for part in ("--ctrl-tarfile", "--fsys-tarfile"):
        one, two = (subprocess.run(["dpkg-deb", part, deb], capture_output=True, check=True).stdout for deb in debs)
        check(one == two, f"{part} of the .deb depends on umask or time zone")
    arch = output("dpkg", "--print-architecture").strip()
    same("the .deb's name", debs[0].name, f"gpuplan_{version}_{arch}.deb")
    return debs[0], next((at / "one").glob("*.tar.gz"))


def test_archive(archive, at, gpuplan):
    folder = at / "unpacked"
    folder.mkdir()
    output("tar", "-xzf", archive, "-C", folder)
    (top,) = folder.iterdir()
    same("the archive's name and its folder", top.name + ".tar.gz", archive.name)
    check_tree(".tar.gz", top, PLAIN, DEBIAN)
    same(".tar.gz runs", output(top / "bin/gpuplan", "version"), output(gpuplan, "version"))


def depends_of(text):
    """`a (>= 1) | b, c:any`: [[a, b], [c]]"""
    return [[re.split(r"[ :(]", one.strip())[0] for one in group.split("|")] for group in text.split(",") if group.strip()]


def closure(wanted):
    """What is installed here of these packages, and of all that they depend on."""
    there, left = {}, list(wanted)
    while left:
        group = left.pop()
        if any(name in there for name in group):
            continue
        for name in group:
            found = run("dpkg-query", "-W", "-f", "${db:Status-Status}|${Pre-Depends}, ${Depends}", name)
            if found.returncode == 0 and found.stdout.startswith("installed|"):
                there[name] = found.stdout.split("|", 1)[1]
                left += depends_of(there[name])
                break
        else:
            check(False, f"none of {group} is installed here: the root would be incomplete")
    return there


def make_root(folder, packages):
    for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        if Path("/", name).is_symlink():
            target = os.readlink(f"/{name}")
            (folder / target).mkdir(parents=True, exist_ok=True)
            (folder / name).symlink_to(target)
    database = folder / "var/lib/dpkg"
    for part in ("info", "updates", "triggers"):
        (database / part).mkdir(parents=True)
    status = [output("dpkg-query", "-s", name) for name in packages]
    (database / "status").write_text("\n".join(status))
    for name in packages:
        for line in output("dpkg", "-L", name).splitlines():
            source, place = Path(line), folder / line.lstrip("/")
            if line.startswith("/usr/share/") or not source.exists() or source.is_dir():
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            if not place.exists():
                shutil.copy2(source, place, follow_symlinks=False)
    (folder / "tmp").mkdir()


class Machine:
    """The root, as another machine; without being root ourselves, in a user namespace."""

    def __init__(self, folder):
        self.folder = folder
        self.is_root = os.geteuid() == 0

    def dpkg(self, *arguments):
        return run(*([] if self.is_root else ["unshare", "-r"]), *DPKG, f"--root={self.folder}", *arguments)

    def run(self, *command):
        inside = ["chroot", self.folder] if self.is_root else ["unshare", "-r", "-R", self.folder]
        return run(*inside, *command, env={"PATH": "/usr/sbin:/usr/bin:/bin", "LC_ALL": "C"})


def test_control(deb):
    field = lambda name: output("dpkg-deb", "-f", deb, name).strip()
    depends = {name for (name, *_) in depends_of(field("Depends"))}
    check({"libc6", "libyaml-0-2", "libpcre2-8-0", "libmd0"} <= depends, f"Depends: {depends}")
    same("Section", field("Section"), "admin")
    check(re.fullmatch(r".+ <.+@.+>", field("Maintainer")), f"Maintainer: {field('Maintainer')}")
    check(len(field("Description").splitlines()) > 3, "Description has only its first line")
    owners = {line.split()[1] for line in output("dpkg-deb", "-c", deb).splitlines()}
    same("owners", owners, {"root/root"})


def test_deb(deb, at, gpuplan):
    test_control(deb)
    folder = at / "root"
    folder.mkdir()
    make_root(folder, closure(depends_of(output("dpkg-deb", "-f", deb, "Depends"))))
    machine, before = Machine(folder), files_of(folder)
    done = machine.dpkg("-i", deb)
    check(done.returncode == 0, f"dpkg -i: {done.stdout}{done.stderr}")
    same("dpkg --verify", machine.dpkg("--verify", "gpuplan").stdout, "")
    listed = {line for line in machine.dpkg("-L", "gpuplan").stdout.splitlines() if (folder / line[1:]).is_file()}
    check("/usr/bin/gpuplan" in listed and all(line.startswith("/usr/") for line in listed), f"dpkg -L: {listed}")
    unpacked = at / "deb"
    output("dpkg-deb", "-x", deb, unpacked)
    check_tree(".deb", unpacked / "usr", DEBIAN, PLAIN)
    check(b"gpuplan (" in gzip.decompress((unpacked / "usr/share/doc/gpuplan/changelog.gz").read_bytes()), "no changelog")
    test_programs(machine, at, gpuplan)
    done = machine.dpkg("-r", "gpuplan")
    check(done.returncode == 0, f"dpkg -r: {done.stdout}{done.stderr}")
    left = {f for f in files_of(folder) - before if not f.startswith(("var/lib/dpkg/", "tmp/", "bin"))}
    check(not left, f"dpkg -r leaves {left}")


def test_programs(machine, at, gpuplan):
    same("version", machine.run("gpuplan", "version").stdout, output(gpuplan, "version"))
    examples = "/usr/share/doc/gpuplan/examples"
    done = machine.run("gpuplan", "lint", "--strict", examples)
    check(done.returncode == 0, f"lint there: {done.stdout}{done.stderr}")
    done = machine.run("gpuplan", "compile", "-q", examples, "-o", "/tmp/out")
    check(done.returncode == 0, f"compile there: {done.stdout}{done.stderr}")
    output(gpuplan, "compile", "-q", ROOT / "examples", "-o", at / "out")
    there, here = machine.folder / "tmp/out", at / "out"
    check(any(name.endswith(".xml") for name in files_of(here)), "no domain to compare")
    same("artifacts", files_of(there), files_of(here))
    for name in files_of(there) & files_of(here):
        check((there / name).read_bytes() == (here / name).read_bytes(), f"{name} is not what is compiled here")
    done = machine.run("gpuplan-qemu", "--check")
    check(done.returncode == 2 and "this is gpuplan-qemu" in done.stdout, f"gpuplan-qemu there: {done.stdout}{done.stderr}")
    # The root can fail: without a library it does.
    for library in machine.folder.glob("usr/lib/*/libmd.so.0*"):
        library.unlink()
    done = machine.run("gpuplan", "version")
    check(done.returncode == 127 and "libmd" in done.stderr, f"version without libmd: {done.stdout}{done.stderr}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=str(ROOT / "build"))
    options = parser.parse_args()
    build = Path(options.build).resolve()
    gpuplan = str(build / "gpuplan")
    os.umask(0o022)
    version = test_version(gpuplan)
    with tempfile.TemporaryDirectory(prefix="gpuplan-package-") as at:
        at = Path(at)
        os.chmod(at, 0o755)
        test_install(build, gpuplan, at)
        deb, archive = make_packages(build, at, version)
        test_archive(archive, at, gpuplan)
        test_deb(deb, at, gpuplan)
    return verdict()


if __name__ == "__main__":
    sys.exit(main())
