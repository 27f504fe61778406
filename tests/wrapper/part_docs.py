"""docs/wrapper.md: its commands are run, on a copy of this system that nobody else sees."""

import os
import pathlib
import re
import subprocess
import sys

import harness

PAGE = pathlib.Path(__file__).resolve().parent.parent.parent / "docs" / "wrapper.md"
BLOCK = re.compile(r"<!-- install: (\S+) -->\n\n```sh\n(.*?)```", re.S)
FOLDERS = ("/usr/bin", "/usr/local/bin", "/etc", "/var/lib/dpkg")
GPU = "-device vfio-pci,host=05:00.0"
# A system of its own: what is written to FOLDERS goes to a tmpfs, and away.
STAGE = """
set -eu
mount --make-rprivate /
mount -t tmpfs none "$1"
for folder in {folders}; do
    name=$(echo "$folder" | tr / _)
    mkdir "$1/$name" "$1/$name/upper" "$1/$name/work"
    mount -t overlay overlay -o "lowerdir=$folder,upperdir=$1/$name/upper,workdir=$1/$name/work" "$folder"
done
mkdir -p "$1/out/gpu-07"
cat >"$1/out/gpu-07/clique-map.json"
cp "$2" /usr/local/bin/gpuplan-qemu
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin # as a login of root has it
cd "$1"
set -x
"""
AFTER = {
    # A path stays the wrapper's, and QEMU works through it, also by Debian's link to it.
    "openstack": f"""
cmp /usr/bin/qemu-system-x86_64 "$2"
dpkg-divert --truename /usr/bin/qemu-system-x86_64 | grep -x /usr/bin/qemu-system-x86_64.real
qemu-system-x86_64 -version | grep 'QEMU emulator version'
test ! -e /usr/bin/kvm || kvm -version | grep 'QEMU emulator version'
qemu-system-x86_64 -accel tcg -display none -nodefaults {GPU} 2>&1 | grep 'x-nv-gpudirect-clique=9: .*0000:05:00.0: no such host device'
""",
    "remove": """
if test -e /usr/bin/qemu-system-x86_64.real; then exit 9; fi
qemu-system-x86_64 --check 2>&1 | grep 'invalid option'
if dpkg-divert --list | grep qemu-system-x86_64; then exit 9; fi
""",
    "apparmor": "grep -c . /etc/apparmor.d/local/abstractions/libvirt-qemu | grep -x 2\n",
    "libvirt": "/usr/local/bin/gpuplan-qemu -version | grep 'QEMU emulator version'\n",
}


def commands(blocks, *names):
    """The blocks, each with its proof; --check finds that the GPU is not here, and no other fault."""
    text = ""
    for name in names:
        block = re.sub(r"^(\S+ --check)$", r'if \1 >said; then exit 9; fi; cat said; if grep ^error said; then exit 9; fi'
                       '\ngrep "warning: 0000:05:00.0, clique 9: this machine has no such device" said', blocks[name], flags=re.M)
        text += block + AFTER.get(name, "")
    return text


def staged(test, name, text):
    folder = test.folder / name
    folder.mkdir()
    script = STAGE.format(folders=" ".join(FOLDERS)) + text
    done = subprocess.run(["unshare", "--mount", "sh", "-c", script, "sh", folder, test.wrapper],
                          input=harness.map_text({"0000:05:00.0": 9}), text=True, capture_output=True, timeout=120,
                          env=test.environment(GPUPLAN_QEMU=None, GPUPLAN_CLIQUE_MAP=None), check=False)
    test.check(name, done.returncode == 0, f"status {done.returncode}\n{done.stdout}\n{done.stderr}")


def run(test):
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"], check=False).returncode != 0:
        print("docs: the page's commands want root, and a mount name space of their own")
        if os.environ.get("GPUPLAN_ALLOW_SKIP") == "1" and "CI" not in os.environ:
            sys.exit(77)
        test.check("root", False, "not root")
        return
    blocks = dict(BLOCK.findall(PAGE.read_text()))
    test.equal("the page's blocks", set(blocks), {"openstack", "apparmor", "touch", "check", "remove", "libvirt"})
    staged(test, "openstack", commands(blocks, "openstack", "apparmor", "touch", "check", "remove"))
    staged(test, "libvirt", commands(blocks, "libvirt"))
