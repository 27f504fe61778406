"""What the program says of itself: the keys of a spec with their words and ranges (`gpuplan schema`),
and the boards with their vGPU types (`gpuplan boards`)."""

import json
import subprocess


def ask(gpuplan, *command):
    return json.loads(subprocess.run([gpuplan, *command], capture_output=True, check=True, timeout=60).stdout)


class Grammar:
    def __init__(self, gpuplan):
        self.leaves = {}  # "vms.*.guest" -> the schemas that it may be
        for section, schema in ask(gpuplan, "schema")["properties"].items():
            self._walk(section, schema)
        self.boards = {b["id"]: b for b in ask(gpuplan, "boards", "--format", "json")["boards"]}

    def _walk(self, path, schema):
        below = dict(schema.get("properties", {}))
        if isinstance(schema.get("additionalProperties"), dict):
            below["*"] = schema["additionalProperties"]
        for key, value in below.items():
            self._walk(f"{path}.{key}", value)
        if "items" in schema:
            self._walk(f"{path}[]", schema["items"])
        for one in schema.get("anyOf", []):
            self._walk(path, one)
        if not below and "anyOf" not in schema and "items" not in schema and schema.get("type") != "null":
            self.leaves.setdefault(path, []).append(schema)

    def words(self, path):
        """The words that the key may be; `true` and "true" are one."""
        return list(dict.fromkeys(w for s in self.leaves[path] for w in s.get("enum", []) if w not in ("true", "false")))

    def number(self, rng, path):
        """A number out of the key's range, its ends more often than others."""
        schema = next(s for s in self.leaves[path] if "maximum" in s)
        low, high = schema["minimum"], schema["maximum"]
        return rng.choice([low, high, rng.randint(low, high), rng.randint(low, min(high, low + 8))])

    def everything(self):
        """Every key, and every word of every key: what a run of plans must have used."""
        for path, schemas in self.leaves.items():
            yield path, None
            for word in self.words(path) if any("enum" in s for s in schemas) else []:
                yield path, word


def used(value, path=""):
    """The same for one plan: (key, word) of each of its values. Names under maps of names are `*`."""
    if isinstance(value, dict):
        free = path in ("hosts", "vms", "profiles", "host_profiles") or path.endswith((".gpus", ".vgpu_params"))
        for key, below in value.items():
            yield from used(below, f"{path}.*" if free else f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for below in value:
            yield from used(below, f"{path}[]")
    else:
        yield path, None
        yield path, value
