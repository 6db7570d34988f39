"""Names that manifests give to packages: each holds in the folder of its manifest, and below it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Renamed:
    """The package's name by the name in code, by folder."""

    folders: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(self, manifest: str, names: Mapping[str, str]) -> None:
        """Add the names of one manifest."""
        if names:
            self.folders.setdefault(manifest.rpartition("/")[0], {}).update(names)

    def find(self, path: str, name: str) -> str:
        """Return the package that a file means by a name: empty where no manifest gave it."""
        if not self.folders:
            return ""
        found = (self.folders.get(folder, {}).get(name) for folder in _above(path))
        return next((package for package in found if package), "")


def _above(path: str) -> Iterator[str]:
    """Yield the folders that a file is in, the nearest first."""
    folder = path
    while folder:
        folder = folder.rpartition("/")[0]
        yield folder
