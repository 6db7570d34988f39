"""All requirements files of a commit together: they include and constrain one another."""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from assay.core.errors import MalformedError
from assay.core.notchecked import NotChecked
from assay.sbom.filekinds import is_vendored
from assay.sbom.lockfiles.pypisource import normal_name
from assay.sbom.lockfiles.reading import Reading, clean
from assay.sbom.lockfiles.requirements import parse_requirements
from assay.sbom.requirementnames import is_requirements


@dataclass(slots=True, kw_only=True)
class RequirementSet:
    """The readings by path, and what could not be read."""

    readings: dict[str, Reading] = field(default_factory=dict)
    notes: list[NotChecked] = field(default_factory=list)

    def unpinned(self) -> Iterator[tuple[str, str]]:
        """Yield path and text of each requirement that no file read with it pins.

        A constraints file installs nothing, so what it leaves open is no requirement.
        """
        constraints = {path for reading in self.readings.values() for path in reading.constraints}
        included = {path for reading in self.readings.values() for path in reading.includes}
        for path in sorted(self.readings):
            only_constrains = path in constraints - included or "constraint" in _stem(path)
            if self.readings[path].loose and not only_constrains:
                pinned = self._pinned_for(path)
                for loose in self.readings[path].loose:
                    if normal_name(loose.name) not in pinned:
                        yield path, loose.text

    def _pinned_for(self, path: str) -> frozenset[str]:
        """Return the names pinned in the file at `path` and in all that it leads to."""
        seen: set[str] = set()
        waiting = [path]
        while waiting:
            reading = self.readings.get(current := waiting.pop())
            if reading is not None and current not in seen:
                seen.add(current)
                waiting += (*reading.includes, *reading.constraints)
        found = (component for at in seen for component in self.readings[at].components)
        return frozenset(normal_name(component.name) for component in found)


def read_requirements(files: Mapping[str, bytes]) -> RequirementSet:
    """Read every requirements file in `files`, and what they include under any name."""
    found = RequirementSet()
    waiting = sorted((p for p in files if is_requirements(p) and not is_vendored(p)), reverse=True)
    refused: set[str] = set()
    while waiting:
        path = waiting.pop()
        if path in found.readings or path in refused:
            continue
        try:
            reading = found.readings[path] = parse_requirements(files[path], path)
        except MalformedError as error:
            refused.add(path)
            found.notes.append(_refused(path, error))
            continue
        for other in (*reading.includes, *reading.constraints):
            if other in files:
                waiting.append(other)
            else:
                found.notes.append(_missing(path, other))
    return found


def _missing(path: str, other: str) -> NotChecked:
    return NotChecked(
        what="requirements file",
        where=f"{path}: {clean(other)}",
        why="it is not among the files that were read",
        remedy="commit it, and name it requirements….txt or constraints….txt",
    )


def _refused(path: str, error: MalformedError) -> NotChecked:
    return NotChecked(
        what="requirements file", where=path, why=clean(error.what), remedy="save it as UTF-8"
    )


def _stem(path: str) -> str:
    return posixpath.splitext(posixpath.basename(path))[0].lower()
