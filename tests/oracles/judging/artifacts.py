"""The folder that gpuplan compile wrote, as its manifest tells it."""

import dataclasses
import functools
import json
import pathlib


@dataclasses.dataclass(frozen=True)
class Artifact:
    """One file of the manifest."""

    folder: pathlib.Path
    path: str
    target: str
    host: str
    vm: str | None
    sha256: str
    size: int

    @property
    def file(self):
        return self.folder / self.path

    @property
    def vm_id(self):
        """HOST/VM, as --vm names it."""
        return f"{self.host}/{self.vm}"


class OutDir:
    """The artifacts of DIR/manifest.json, in its order."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.manifest = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        self.artifacts = [self._artifact(entry) for entry in self.manifest["files"]]

    def _artifact(self, entry):
        return Artifact(self.folder, entry["path"], entry["target"], entry["host"],
                        entry.get("vm"), entry["sha256"], entry["size"])

    def of(self, target, suffix=""):
        """Every artifact of TARGET whose path ends in SUFFIX."""
        return [a for a in self.artifacts if a.target == target and a.path.endswith(suffix)]

    def twin(self, artifact, target):
        """The artifact of TARGET for the same VM, or None."""
        return next((a for a in self.of(target) if a.vm_id == artifact.vm_id), None)

    @functools.cache
    def cliques(self, host):
        """{address: clique} of HOST's clique map; empty where it has none."""
        for artifact in self.of("clique-map", ".json"):
            if artifact.host == host:
                return json.loads(artifact.file.read_text(encoding="utf-8"))["cliques"]
        return {}
