"""Programs that do a part of the work, on the same inputs or on inputs of the same size."""
import json
import pathlib
import shutil
import subprocess

from measure import side_by_side

AJV = """const fs = require('fs'), yaml = require('js-yaml');
const Ajv = require('ajv/dist/2020');
const ajv = new Ajv({strict: false, validateFormats: false});
const validate = ajv.compile(JSON.parse(fs.readFileSync(process.argv[1])));
for (const file of process.argv.slice(2))
	if (!validate(yaml.load(fs.readFileSync(file, 'utf8'), {schema: yaml.FAILSAFE_SCHEMA})))
		process.exitCode |= 0;
"""


def netplan_tree(folder, size):
    """`size` bytes of network definitions."""
    target = folder / "netplan" / "etc" / "netplan"
    target.mkdir(parents=True, exist_ok=True)
    text = "network:\n  version: 2\n  renderer: networkd\n  ethernets:\n"
    i = 0
    while len(text) < size:
        text += (f"    eth{i}:\n      dhcp4: false\n      addresses: [10.{i >> 8 & 255}.{i & 255}.1/24]\n"
                 f"      mtu: 9000\n      match: {{macaddress: \"52:54:00:{i >> 16:02x}:"
                 f"{i >> 8 & 255:02x}:{i & 255:02x}\"}}\n")
        i += 1
    file = target / "50-bench.yaml"
    file.write_text(text)
    file.chmod(0o600)
    return target.parents[1]


def device_tree(folder, size):
    text = "/dts-v1/;\n/ {\n\t#address-cells = <1>;\n\t#size-cells = <1>;\n"
    i = 0
    while len(text) < size:
        text += (f"\tgpu@{i * 4096:x} {{\n\t\tcompatible = \"vendor,gpu\", \"pci10de,20b2\";\n"
                 f"\t\treg = <0x{i * 4096:x} 0x1000>;\n\t\tmemory = <{i} 64>;\n"
                 f"\t\tstatus = \"okay\";\n\t}};\n")
        i += 1
    file = folder / "bench.dts"
    file.write_text(text + "};\n")
    return file


def find(*names):
    return next((path for name in names if (path := shutil.which(name))), None)


def all_peers(gpuplan, work, w2, npm):
    """(what, our command, the peer's command or None, what is missing)."""
    specs = sorted(str(f) for f in w2.rglob("*.yaml"))
    size = sum(pathlib.Path(f).stat().st_size for f in specs)
    lint = [gpuplan, "lint", "-q", "-j1", str(w2)]
    out = work / "peer-out"
    shutil.rmtree(out, ignore_errors=True)
    subprocess.run([gpuplan, "compile", "-q", "-t", "libvirt", str(w2), "-o", str(out)], check=True)
    domains = sorted(str(f) for f in out.rglob("*.xml"))
    schema = work / "schema.json"
    schema.write_bytes(subprocess.run([gpuplan, "schema"], check=True, capture_output=True).stdout)
    script = work / "ajv.js"
    script.write_text(AJV)

    yamllint = find("yamllint")
    yield ("yamllint -d relaxed, the files of W2", lint,
           yamllint and [yamllint, "-d", "{extends: relaxed, rules: {line-length: disable}}", *specs])
    node = find("node") if (npm / "node_modules" / "ajv").is_dir() else None
    yield ("ajv with our JSON Schema and js-yaml, the files of W2", lint,
           node and ["env", f"NODE_PATH={npm}/node_modules", node, "-e", AJV, str(schema), *specs])
    xmllint = find("xmllint")
    rng = pathlib.Path("/usr/share/libvirt/schemas/domain.rng")
    compile_check = [gpuplan, "compile", "-q", "-j1", "--check", "-t", "libvirt", str(w2), "-o",
                     str(out)]
    yield (f"xmllint --noout, our {len(domains)} domains of W2", compile_check,
           xmllint and [xmllint, "--noout", *domains])
    yield ("xmllint --relaxng with libvirt's domain.rng, the same", compile_check,
           xmllint and rng.exists() and [xmllint, "--noout", "--relaxng", str(rng), *domains])
    one = pathlib.Path(domains[0])
    show = [gpuplan, "show", one.stem, str(w2), "-t", "libvirt"]
    validate = find("virt-xml-validate")
    yield ("virt-xml-validate, one domain", show, validate and [validate, str(one), "domain"])
    install = find("virt-install")
    yield ("virt-install --print-xml, one domain without a GPU", show,
           install and [install, "--connect", "test:///default", "--name", "x", "--memory", "65536",
                        "--vcpus", "8", "--disk", "none", "--import", "--osinfo",
                        "detect=off,require=off", "--print-xml"])
    netplan = find("netplan", "/usr/sbin/netplan")
    yield (f"netplan generate, {size // 1000} kB of YAML", lint,
           netplan and [netplan, "generate", "--root-dir", str(netplan_tree(work, size))])
    dtc = find("dtc")
    yield (f"dtc, {size // 1000} kB of source", lint,
           dtc and [dtc, "-q", "-O", "dtb", "-o", "/dev/null", str(device_tree(work, size))])


def measure(gpuplan, work, w2, npm, rounds):
    for what, ours, theirs in all_peers(gpuplan, work, w2, npm):
        if not theirs:
            yield what, None, None
            continue
        mine, peer = side_by_side(rounds, ours, theirs)
        yield what, mine, peer
