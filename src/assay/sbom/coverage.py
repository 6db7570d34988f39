"""Which manifest is served by which lock file.

A lock file serves the folder that it lies in, and those below that it says are part of its project;
where a format does not say, all below. Pinned requirements files serve what they pin by name.
"""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from assay.sbom.filekinds import Manifest
from assay.sbom.lockfiles.pypisource import normal_name
from assay.sbom.lockfiles.reading import Reading

_SUBFOLDER: Final = "requirements"
_NOTHING: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The lock files by path (None for one that could not be read), and the pinned names."""

    locks: Mapping[str, Reading | None]
    pinned: Mapping[str, frozenset[str]]  # by requirements file, those without a loose entry

    def open_names(self, path: str, kind: Manifest, names: frozenset[str]) -> frozenset[str] | None:
        """Return those of `names`, which `path` asks for, that its lock file lacks.

        None: it has no lock file at all. A lock file that could not be read was noted for that,
        and lacks nothing here.
        """
        served = [reading for up in _upwards(path) for reading in self._locks_at(path, up, kind)]
        if not served and not (kind.or_requirements and self._has_pins(path, names)):
            return None
        lacking = [
            names - reading.names if reading is not None and reading.names is not None else _NOTHING
            for reading in served
        ]
        return frozenset.intersection(*lacking) if lacking else _NOTHING

    def _locks_at(self, path: str, folder: str, kind: Manifest) -> Iterator[Reading | None]:
        """Yield the lock files in `folder` that serve the manifest at `path`."""
        inside = posixpath.relpath(posixpath.dirname(path) or ".", folder or ".")
        for name in kind.locks:
            lock = posixpath.join(folder, name)
            if lock in self.locks:
                reading = self.locks[lock]
                covers = reading.covers if reading is not None else None
                if covers is None or ("" if inside == "." else inside) in covers:
                    yield reading

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
