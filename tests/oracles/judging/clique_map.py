"""clique-map: the map as JSON and as bash say the same, and the manifest is what cli.md promises."""

import hashlib
import json
import pathlib

from . import tools

SCHEMAS = pathlib.Path(__file__).resolve().parent.parent / "schemas"
# Each key and its number on a line of its own; addresses have no blanks.
PRINT_MAP = 'source "$1" || exit; for key in "${!GPU_CLIQUE_MAP[@]}"; do echo "$key ${GPU_CLIQUE_MAP[$key]}"; done'


def judge(context, report):
    try:
        import jsonschema  # pylint: disable=import-outside-toplevel
    except ImportError:
        raise tools.ToolMissing("Python module jsonschema", "python3-jsonschema") from None
    shellcheck = tools.require("shellcheck", "shellcheck")
    bash = tools.require("bash", "bash")

    def schema_faults(document, schema):
        rules = json.loads((SCHEMAS / schema).read_text(encoding="utf-8"))
        validator = jsonschema.Draft202012Validator(rules)
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]

    faults = schema_faults(context.out.manifest, "manifest.schema.json") + _sum_faults(context.out)
    report.verdict("manifest.json", faults, f"{len(context.out.artifacts)} files")
    for artifact in context.out.of("clique-map", ".json"):
        with report.judging(artifact.path):
            document = json.loads(artifact.file.read_text(encoding="utf-8"))
            faults = schema_faults(document, "clique-map.schema.json")
            if not faults and document["host"] != artifact.host:
                faults.append(f"is of host '{document['host']}', and lies in '{artifact.host}'")
            report.verdict(artifact.path, faults, f"{len(context.out.cliques(artifact.host))} GPUs")
    for artifact in context.out.of("clique-map", ".sh"):
        with report.judging(artifact.path):
            faults = _shellcheck_faults(shellcheck, artifact.file)
            faults += _content_faults(bash, artifact.file, context.out.cliques(artifact.host))
            report.verdict(artifact.path, faults, "the same in bash")


def _sum_faults(out):
    faults = []
    for artifact in out.artifacts:
        data = artifact.file.read_bytes() if artifact.file.exists() else b""
        if hashlib.sha256(data).hexdigest() != artifact.sha256:
            faults.append(f"{artifact.path}: the manifest's sha256 is of another file")
        if len(data) != artifact.size:
            faults.append(f"{artifact.path}: has {len(data)} bytes, the manifest says {artifact.size}")
    return faults


def _shellcheck_faults(shellcheck, file):
    """The array is used by the script that sources the file: shellcheck cannot know (SC2034)."""
    result = tools.run([shellcheck, "--shell=bash", "--exclude=SC2034", "--format=gcc", file])
    return [] if result.ok else ["shellcheck complains", *result.words]


def _content_faults(bash, file, cliques):
    result = tools.run([bash, "-uc", PRINT_MAP, "bash", file])
    if not result.ok or result.err:
        return ["bash cannot load it", *result.words]
    loaded = dict(line.split(" ", 1) for line in result.out.splitlines())
    expected = {address: str(clique) for address, clique in cliques.items()}
    return [f"{address}: bash has {loaded.get(address)}, the JSON map {expected.get(address)}"
            for address in sorted({*loaded, *expected}) if loaded.get(address) != expected.get(address)]
