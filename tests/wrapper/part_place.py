"""Where the wrapper stands, which QEMU it becomes, and what QEMU finds: nothing but its arguments is changed."""

import os
import pathlib
import shutil
import signal
import subprocess

GPU = ["-device", "vfio-pci,host=05:00.0"]
DONE = [b"-device", b"vfio-pci,host=05:00.0,x-nv-gpudirect-clique=3"]


def found(test, name, command, qemu=None, **more):
    """COMMAND becomes QEMU, the stand-in; argv[0] stays."""
    env = test.environment(GPUPLAN_QEMU=qemu)
    done = test.run(*GPU, wrapper=command, env=env, **more)
    test.equal(name, (done.status, done.arguments, done.name, done.err), (0, DONE, os.fsencode(command), ""))


def none(test, name, command, says, qemu=None, timeout=20):
    done = test.run(*GPU, wrapper=command, env=test.environment(GPUPLAN_QEMU=qemu), timeout=timeout)
    test.check(name, done.status == 2 and says in done.err and not done.out, done)


def beside(test):
    """Its own path with .real: by a copy, a link, a link to a link, PATH and a relative name."""
    folder = test.folder / "usr bin"
    folder.mkdir()
    emulator, real = folder / "qemu-system-x86_64", folder / "qemu-system-x86_64.real"
    shutil.copy(test.wrapper, emulator)
    none(test, "no .real", emulator, f"no QEMU at '{real}'")
    real.symlink_to(test.standin)
    found(test, "a copy", emulator)
    (folder / "kvm").symlink_to("qemu-system-x86_64")
    found(test, "kvm, a link to it", folder / "kvm")
    (folder / "kvm2").symlink_to(folder / "kvm")
    found(test, "a link to the link", folder / "kvm2")
    (folder / "sub").symlink_to(folder)
    found(test, "by a linked folder", folder / "sub" / "kvm")
    found(test, "a relative name", "./kvm", cwd=folder)
    kept = test.environment(GPUPLAN_QEMU=None, PATH=f"{folder}:{os.environ['PATH']}")
    done = subprocess.run(["sh", "-c", 'exec kvm "$@"', "sh", *GPU], env=kept, capture_output=True, check=False)
    test.check("by PATH", DONE[1] in done.stdout, done)
    done = subprocess.run(["anything", *GPU], executable=emulator, capture_output=True, check=False,
                          env=test.environment(GPUPLAN_QEMU=None))
    test.check("argv[0] does not matter, and stays", b"anything\0" in done.stdout and DONE[1] in done.stdout, done)
    script = "import os, sys; os.execve(os.open(sys.argv[1], os.O_RDONLY), ['qemu', *sys.argv[2:]], os.environ)"
    done = subprocess.run(["/usr/bin/python3", "-c", script, emulator, *GPU], capture_output=True, check=False,
                          env=test.environment(GPUPLAN_QEMU=None))
    test.check("by a file descriptor that has no name any more", DONE[1] in done.stdout, done)
    linked = test.folder / "linked"
    linked.symlink_to(test.wrapper)
    none(test, "a link without .real names the first place", linked, f"no QEMU at '{linked}.real'")
    (test.folder / "linked.real").symlink_to(test.standin)
    found(test, "a link beside its QEMU", linked)


def itself(test):
    """It never calls itself: not by a variable, a link, a hard link or a copy of its own."""
    folder = test.folder / "self"
    folder.mkdir()
    wrapper = folder / "qemu"
    shutil.copy(test.wrapper, wrapper)
    none(test, "GPUPLAN_QEMU is the wrapper", wrapper, "only this wrapper itself", wrapper)
    (folder / "link").symlink_to(wrapper)
    none(test, "GPUPLAN_QEMU is a link to it", wrapper, "only this wrapper itself", folder / "link")
    none(test, "called by the link", folder / "link", "only this wrapper itself", wrapper)
    (folder / "qemu.real").hardlink_to(wrapper)
    none(test, ".real is the wrapper", wrapper, "only this wrapper itself")
    (folder / "qemu.real").unlink()
    shutil.copy(test.wrapper, folder / "qemu.real")
    none(test, ".real is a copy of it", wrapper, "qemu.real.real'")
    other = folder / "other"
    shutil.copy(test.wrapper, other)
    none(test, "GPUPLAN_QEMU is a copy of it", wrapper, "only this wrapper itself", other)
    (folder / "loop").symlink_to(folder / "loop")
    none(test, "a loop of links", wrapper, "no QEMU at", folder / "loop")


def broken(test):
    """A QEMU that does not run."""
    plain = test.folder / "plain"
    plain.write_text("no program")
    none(test, "not executable", test.wrapper, "does not run: Permission denied", plain)
    plain.chmod(0o755)
    none(test, "no program", test.wrapper, "does not run: Exec format error", plain)
    none(test, "a folder", test.wrapper, "does not run: Permission denied", test.folder)
    none(test, "missing", test.wrapper, "no QEMU at '/nowhere/qemu'", "/nowhere/qemu")
    none(test, "a long name", test.wrapper, "no QEMU at '/x/x/x", "/x" * 3000)
    none(test, "not looked for in PATH", test.wrapper, "no QEMU at 'sh'", "sh")
    done = test.run(*GPU, env=test.environment(GPUPLAN_QEMU="", GPUPLAN_CLIQUE_MAP=""))
    test.check("an empty variable is as good as none", f"{test.wrapper}.real'" in done.err, done)


STATUS = ("SigIgn", "SigPnd", "Umask", "Uid", "Gid", "Groups", "CapEff", "NoNewPrivs", "pwd", "fds")
SHELL = """while read -r line; do echo "$line"; done </proc/$$/status
echo pwd "$PWD"; echo fds /proc/$$/fd/*; cat /proc/$$/environ"""
MASK = "print([line for line in open('/proc/self/status') if line.startswith(('SigBlk', 'Pid'))])"


def process(test):
    """The process is the same, and so are environment, files, signals, folder, mask and user; here the wrapper
    has read a map, or said that it cannot."""
    def prepare():
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
        os.umask(0o027)

    def seen(command, qemu, cliques):
        env = test.environment(GPUPLAN_QEMU=qemu, GPUPLAN_CLIQUE_MAP=cliques, ODD="a\nb=\udcff")
        with subprocess.Popen([*command, *GPU], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              cwd=test.folder, preexec_fn=prepare, stderr=subprocess.PIPE) as running:
            out, err = running.communicate(timeout=60)
            out = out.decode("utf-8", "surrogateescape")
            for place in ("/proc/%d/", "Pid:\t%d\n", "Pid:\\t%d\\n"):
                out = out.replace(place % running.pid, place.replace("%d", "PID"))
            return out, err

    for cliques in (test.map, "/nowhere"):
        out, err = seen([test.wrapper, "-c", SHELL], "/bin/sh", cliques)
        direct, _ = seen(["/bin/sh", "-c", SHELL], "/bin/sh", cliques)
        test.check("the pid stays", "Pid:\tPID" in out and bool(err) == (cliques == "/nowhere"), (out, err))
        lines, expected = ([line for line in text.splitlines() if line.startswith(STATUS)] for text in (out, direct))
        ignored = [int(line.split()[1], 16) for line in expected if line.startswith("SigIgn:")]
        user1 = 1 << (signal.SIGUSR1 - 1)  # beside what the tests were started with: nohup's, a background job's
        test.check("something to compare", len(expected) >= len(STATUS) and all(i & user1 for i in ignored) and ignored, expected)
        test.equal("signals, mask, user, folder, files", lines, expected)
        environ, expected = (text[text.index("fds "):].split("\n", 1)[1].split("\0") for text in (out, direct))
        test.equal("environment", environ, expected)
        test.check("the environment was seen", "ODD=a\nb=\udcff" in environ, environ)
        out, _ = seen([test.wrapper, "-c", MASK], "/usr/bin/python3", cliques)
        test.equal("blocked signals", out, "['Pid:\\tPID\\n', 'SigBlk:\\t0000000000000800\\n']\n")


def anybody(test):
    """Any user may start VMs, with no home, no environment, and no rights to the wrapper but to run it."""
    if os.geteuid() != 0:
        print("place: not root, so no other user was tried")
        return
    folder = test.folder / "for all"
    folder.mkdir(mode=0o755)
    for name, source in (("qemu", test.wrapper), ("qemu.real", test.standin)):
        shutil.copy(source, folder / name)
        os.chmod(folder / name, 0o711)
    done = test.run(*GPU, wrapper=folder / "qemu", user=65534, group=65534, extra_groups=[], cwd="/",
                    env={"GPUPLAN_CLIQUE_MAP": str(test.map)})
    test.equal("nobody", (done.status, done.arguments, done.err), (0, DONE, ""))


def sibling(test):
    """QEMU finds its files as if it had been called itself: it asks for its own path, not for argv[0]."""
    qemu = pathlib.Path(shutil.which("qemu-system-x86_64")).resolve()
    for name in ("-version", "-L"):
        words = [name] if name == "-version" else ["-L", "help"]
        done = test.run(*words, env=test.environment(GPUPLAN_QEMU=qemu))
        direct = subprocess.run([qemu, *words], capture_output=True, check=True)
        test.equal(f"the same {' '.join(words)}", (done.status, done.out), (0, direct.stdout))
    test.check("its data folder", b"share/qemu" in done.out, done)


def empty_list(test):
    """Started with no argument at all, not even a name."""
    script = "import ctypes,sys; ctypes.CDLL(None).execve(sys.argv[1].encode(), (ctypes.c_char_p * 1)(None), None)"
    done = subprocess.run(["/usr/bin/python3", "-c", script, test.wrapper], capture_output=True, timeout=20, check=False)
    test.check("no argv[0]", done.returncode == 2 and b"no QEMU at" in done.stderr, done)


def run(test):
    for part in (beside, itself, broken, process, anybody, sibling, empty_list):
        part(test)
