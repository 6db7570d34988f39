"""From the files of a commit to the inventory of what it depends on.

* Every file that says something about dependencies is counted in `examined` or named in
  `not_checked`; a file that could not be read never looks like one that says nothing.
* The same files give the same inventory, whatever order they come in.
"""

import posixpath
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from assay.core.errors import MalformedError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.sbom.component import Component, Inventory
from assay.sbom.coverage import Coverage, pinned_names
from assay.sbom.filekinds import (
    DECLARATIONS,
    GO_MOD,
    GO_SUM,
    Manifest,
    ParseLock,
    is_dependency_file,
    is_unread,
    is_vendored,
    lock_parser,
    manifest_kind,
    serving_locks,
)
from assay.sbom.finds import Finds
from assay.sbom.installed.nodemodules import find_node_packages, is_node_package
from assay.sbom.lockfiles.gomod import parse_go_mod, parse_go_sum
from assay.sbom.lockfiles.reading import Reading
from assay.sbom.merge import merge_components
from assay.sbom.requirementset import read_requirements
from assay.system.filetree import MemoryTree

__all__ = ["is_dependency_file", "read_inventory"]

MAX_PATH_CHARACTERS: Final = 32_768  # what the system allows, each byte of it escaped, and more
_REMEDIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "lock file": "write it anew with the tool that made it",
        "manifest": "mend it; its own tool says where it is wrong",
        "dependency file": "declare these dependencies in a lock file that is read",
    }
)


def read_inventory(files: Mapping[str, bytes]) -> Inventory:
    """Return what the files of one commit say about its dependencies.

    `files` are contents by path from the top of the repository, with `/` between the parts; those
    for which `is_dependency_file` holds are needed, others are read only where one includes them.
    """
    collection = _Collection(files=_by_printable_path(files))
    collection.notes += (
        NotChecked(
            what="dependency file",
            where=path,
            why="another file's name prints the same",
            remedy="rename one of the two",
        )
        for path in _hidden(files)
    )
    collection.read_requirements()
    collection.read_locks()
    collection.read_go()
    collection.read_declarations()
    collection.read_manifests()
    collection.read_vendored()
    return collection.inventory()


@dataclass(slots=True, kw_only=True)
class _Collection:
    """An inventory in the making."""

    files: Mapping[str, bytes]
    components: list[Component] = field(default_factory=list)
    notes: list[NotChecked] = field(default_factory=list)
    locks: dict[str, Reading | None] = field(default_factory=dict)
    pinned: dict[str, frozenset[str]] = field(default_factory=dict)
    lock_files: set[str] = field(default_factory=set)
    unlocked: list[str] = field(default_factory=list)
    unpinned: set[str] = field(default_factory=set)
    examined: Counter[str] = field(default_factory=Counter)

    def read_requirements(self) -> None:
        """Read the requirements files, all together."""
        found = read_requirements(self.files)
        self.notes += found.notes
        open_files: set[str] = set()
        for path, text in found.unpinned():
            open_files.add(path)
            self.unpinned.add(f"{path}: {text}")
        for path, reading in found.readings.items():
            self._take(reading)
            self.examined["requirements files"] += 1
            if reading.components and path not in open_files:
                self.lock_files.add(path)
        self.pinned = pinned_names(found.readings, frozenset(open_files))

    def read_locks(self) -> None:
        """Read the lock files that stand for themselves."""
        for path in sorted(self.files):
            parse = lock_parser(path)
            if is_vendored(path) and parse is not None:
                self.examined["lock files of vendored packages, which install nothing"] += 1
            elif parse is not None:
                self._read_lock(path, parse)

    def read_go(self) -> None:
        """Read each go.mod with the go.sum beside it."""
        for path in self._named(GO_MOD):
            beside = posixpath.join(posixpath.dirname(path), GO_SUM)
            try:
                sums, noted = parse_go_sum(self.files.get(beside, b""), beside)
                reading = parse_go_mod(self.files[path], path, sums)
            except MalformedError as error:
                self._refused("lock file", path, error)
                continue
            self.notes += noted.not_checked
            self._take(reading)
            self._count_lock(path)
            if beside in self.files:
                self.lock_files.add(beside)
            elif reading.components:
                self.unlocked.append(path)
        for path in self._named(GO_SUM):
            if posixpath.join(posixpath.dirname(path), GO_MOD) not in self.files:
                self._note("lock file", path, "no go.mod beside it says which versions are in use")

    def read_declarations(self) -> None:
        """Read the manifests that fix versions themselves, and no others."""
        for name, parse in DECLARATIONS.items():
            for path in self._named(name):
                try:
                    reading = parse(self.files[path], path)
                except MalformedError as error:
                    self._refused("manifest", path, error)
                    continue
                self._take(reading)
                self.examined["manifests"] += 1
                self.unpinned.update(f"{path}: {loose.text}" for loose in reading.loose)

    def read_manifests(self) -> None:
        """Look for manifests that no lock file serves, and for files that nobody here reads."""
        coverage = Coverage(locks=self.locks, pinned=self.pinned)
        for path in sorted(self.files):
            kind = manifest_kind(path)
            try:
                if is_vendored(path):
                    continue
                if kind is not None:
                    self._read_manifest(path, kind, coverage)
                elif serving_locks(path):
                    self._note_unserved(path)
                elif is_unread(path):
                    self._note("dependency file", path, "a kind of file that is not read yet")
            except MalformedError as error:
                self._refused("manifest", path, error)

    def read_vendored(self) -> None:
        """Read the packages that lie unpacked in the repository, as `node_modules` committed."""
        held = {path: data for path, data in self.files.items() if is_vendored(path)}
        tree, finds = MemoryTree(contents=held), Finds()
        find_node_packages(tree, [file for file in tree.files if is_node_package(file)], finds)
        self.components += finds.components
        self.notes += finds.all_notes()
        self.examined += +finds.examined  # without what is 0

    def inventory(self) -> Inventory:
        """Return what was collected, in an order of its own."""
        return Inventory(
            components=merge_components(self.components),
            lock_files=tuple(sorted(self.lock_files)),
            unlocked=tuple(sorted(self.unlocked)),
            unpinned=tuple(sorted(self.unpinned)),
            examined=MappingProxyType(dict(sorted(self.examined.items()))),
            not_checked=tuple(sorted(set(self.notes))),
        )

    def _read_lock(self, path: str, parse: ParseLock) -> None:
        try:
            reading = self.locks[path] = parse(self.files[path], path)
        except MalformedError as error:
            self.locks[path] = None
            self._refused("lock file", path, error)
        else:
            self._take(reading)
            self._count_lock(path)

    def _count_lock(self, path: str) -> None:
        self.examined["lock files"] += 1
        self.lock_files.add(path)

    def _take(self, reading: Reading) -> None:
        self.components += reading.components
        self.notes += reading.not_checked

    def _read_manifest(self, path: str, kind: Manifest, coverage: Coverage) -> None:
        names = kind.parse(self.files[path])
        self.examined["manifests"] += 1
        lacking = coverage.open_names(path, kind, names) if names else frozenset[str]()
        if lacking is None:
            self.unlocked.append(path)
        else:
            missing = (printable(name) for name in lacking)
            self.unpinned.update(f"{path}: {name} is not in the lock file" for name in missing)

    def _note_unserved(self, path: str) -> None:
        """Count a manifest whose lock file stands beside it, and name one that has none."""
        if any(lock in self.locks for lock in serving_locks(path)):
            self.examined["manifests, by their lock files"] += 1
        else:
            self._note("dependency file", path, "a manifest that is not read, without a lock file")

    def _named(self, name: str) -> list[str]:
        return sorted(path for path in self.files if posixpath.basename(path) == name)

    def _refused(self, what: str, path: str, error: MalformedError) -> None:
        place = f" (at {error.where})" if error.where else ""
        self._note(what, path, printable(f"{error.what}{place}"))

    def _note(self, what: str, path: str, why: str) -> None:
        self.notes.append(NotChecked(what=what, where=path, why=why, remedy=_REMEDIES[what]))


def _by_printable_path(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {_printed(path): files[path] for path in sorted(files, reverse=True)}


def _hidden(files: Mapping[str, bytes]) -> list[str]:
    """Return the printable path of every file that another one stands in front of."""
    counted = Counter(_printed(path) for path in files)
    return [path for path, count in counted.items() if count > 1]


def _printed(path: str) -> str:
    return printable(path, limit=MAX_PATH_CHARACTERS)
