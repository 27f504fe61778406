"""libvirt-define: libvirt takes the domain, keeps all of it, and adds no controller of its own."""

from . import domain, embedded_libvirt

# libvirt rewrites these in what it keeps: the machine's version, the unit of memory.
REWRITTEN = {("type", "machine")}
# Every q35 has them, written or not.
ALWAYS_THERE = {("sata", "0"), ("pci", "0")}


def judge(context, report):
    artifacts = context.out.of("libvirt")
    if not artifacts:
        return
    with embedded_libvirt.Host(context.build) as host:
        for artifact in artifacts:
            with report.judging(artifact.path):
                _judge_one(host, artifact, report)


def _judge_one(host, artifact, report):
    root = domain.read(artifact.file)
    file, given = host.prepared(root)
    name = given.findtext("name")
    nodes = domain.node_count(given)
    defined = host.virsh(f"define --validate '{file}'", nodes)
    if not defined.ok:
        report.fail(artifact.path, "libvirt refuses it", defined.words)
        return
    dumped = host.virsh(f"dumpxml --inactive '{name}'", nodes)
    host.virsh(f"undefine --nvram '{name}'", nodes)
    if not dumped.ok:
        report.fail(artifact.path, "cannot be dumped", dumped.words)
        return
    kept = domain.parse(dumped.out)
    faults = _override_faults(root) + _lost(given, kept) + _added_controllers(given, kept)
    report.verdict(artifact.path, faults, f"kept, {len(domain.override_aliases(root))} overrides")


def _override_faults(root):
    """libvirt says nothing about an override for a device that is not there."""
    known = set(domain.aliases(root))
    return [f"override for alias '{alias}', which no device has"
            for alias in domain.override_aliases(root) if alias not in known]


def _added_controllers(given, kept):
    """A controller of libvirt's own moves what is written after it, on a later edit."""
    added = _controllers(kept) - _controllers(given) - ALWAYS_THERE
    return [f"libvirt adds a controller: {kind} {index}" for kind, index in sorted(added)]


def _controllers(root):
    return {(c.get("type"), c.get("index")) for c in root.findall("devices/controller")}


def _lost(given, kept, path=""):
    """What is in GIVEN and not in KEPT, element by element, named by its path."""
    path = f"{path}/{domain.short_tag(given)}"
    for attribute, value in given.items():
        if kept.get(attribute) != value and (given.tag, attribute) not in REWRITTEN:
            return [f"libvirt does not keep {path} {attribute}='{value}' ({kept.get(attribute)!r})"]
    text = (given.text or "").strip()
    if text != (kept.text or "").strip():
        return [f"libvirt does not keep {path} '{text}'"]
    faults = []
    candidates = list(kept)
    for child in given:
        match = _counterpart(child, candidates, path, faults)
        if match is not None:
            candidates.remove(match)
    return faults


def _counterpart(child, candidates, path, faults):
    """The first of CANDIDATES that has all of CHILD; else tells what the nearest of them lacks."""
    nearest = None
    for candidate in candidates:
        if candidate.tag != child.tag:
            continue
        lost = _lost(child, candidate, path)
        if not lost:
            return candidate
        if nearest is None or len(lost) < len(nearest):
            nearest = lost
    faults += nearest or [f"libvirt drops {path}/{domain.short_tag(child)} {_attributes(child)}"]
    return None


def _attributes(element):
    return " ".join(f"{key}='{value}'" for key, value in element.items())
