"""Which manifest is served by which lock file.

A lock file serves the folder that it lies in, and those below that it says are part of its project;
where a format does not say, all below. Pinned requirements files serve what they pin by name.
"""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from assay.sbom.filekinds import Manifest
from assay.sbom.lockfiles.pypisource import normal_name
from assay.sbom.lockfiles.reading import Reading

_SUBFOLDER = "requirements"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The lock files by path (None for one that could not be read), and the pinned names."""

    locks: Mapping[str, Reading | None]
    pinned: Mapping[str, frozenset[str]]  # by requirements file, those without a loose entry

    def serves(self, path: str, kind: Manifest, names: frozenset[str]) -> bool:
        """Tell whether some lock file fixes the versions of `names`, which `path` asks for."""
        if any(self._has_lock(path, folder, kind.locks) for folder in _upwards(path)):
            return True
        return kind.or_requirements and self._has_pins(path, names)

    def _has_lock(self, path: str, folder: str, locks: tuple[str, ...]) -> bool:
        for name in locks:
            lock = posixpath.join(folder, name)
            if lock not in self.locks:
                continue
            reading = self.locks[lock]
            covers = reading.covers if reading is not None else None  # unreadable: noted already
            inside = posixpath.relpath(posixpath.dirname(path) or ".", folder or ".")
            if covers is None or ("" if inside == "." else inside) in covers:
                return True
        return False

    def _has_pins(self, path: str, names: frozenset[str]) -> bool:
        folders = {posixpath.join(up, sub) for up in _upwards(path) for sub in ("", _SUBFOLDER)}
        folders = {folder.rstrip("/") for folder in folders}
        near = [pins for file, pins in self.pinned.items() if posixpath.dirname(file) in folders]
        pinned = {name for pins in near for name in pins}
        return bool(pinned) and (names <= pinned or names == {""})


def pinned_names(
    readings: Mapping[str, Reading], loose: frozenset[str]
) -> dict[str, frozenset[str]]:
    """Return the names that each requirements file pins, leaving out those named in `loose`."""
    return {
        path: frozenset(normal_name(component.name) for component in reading.components)
        for path, reading in readings.items()
        if path not in loose
    }


def _upwards(path: str) -> Iterator[str]:
    """Yield the folder of `path`, and those above it up to the top, which is empty."""
    folder = posixpath.dirname(path)
    yield folder
    while folder:
        folder = posixpath.dirname(folder)
        yield folder
