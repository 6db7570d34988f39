"""One look through the files of one language: what all languages have in common.

A language says which files it reads, what it takes out of one, under which names of its graph of
imports a component is known, and what shows that a symbol is called. All else is the same for all.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

from assay.findings.reach import Scope
from assay.vuln.reach.found import Found, PackageGraph, SourceFiles, Step, name_some, shown
from assay.vuln.reach.target import Target

INSIDE: Final = "calls inside of packages are not followed"
TOO_LARGE: Final = "it is too large, or cannot be read"
Ways = Mapping[str, tuple[Step, ...]]


@dataclass(slots=True, kw_only=True)
class Search(ABC):
    """The facts of all files that were read, and what they come to."""

    ecosystem: ClassVar[str]  # whose packages it looks for, in the word of advisories
    language: ClassVar[str]
    max_bytes: ClassVar[int]  # of one source file
    verb: ClassVar[str] = "imports"

    files: SourceFiles
    targets: tuple[Target, ...]
    found: Found = field(default_factory=Found)
    graph: PackageGraph = field(default_factory=PackageGraph)
    own: dict[str, list[Step]] = field(default_factory=dict)  # the product's imports, by name

    @classmethod
    def look(cls, files: SourceFiles, targets: tuple[Target, ...]) -> Found:
        """Look for `targets`, all of this ecosystem, in the files of the language."""
        return cls(files=files, targets=targets)._run()  # noqa: SLF001  # of its own class

    def _run(self) -> Found:
        self.prepare()
        for path, data in self.load(self.reads, max_bytes=self.max_bytes):
            self.add(path, data)
            self.found.files += shown(path) not in self.found.unread
        ways = self.graph.ways()
        for target in self.targets:
            self.judge(target, ways)
        self.finish()
        if self.found.unread:
            what = f"{self.language} files that were not read to the end"
            self.found.general.add(name_some(what, self.found.unread))
        return self.found

    def prepare(self) -> None:
        """Read what says how the sources are to be understood: manifests, mostly."""
        return

    @abstractmethod
    def reads(self, path: str) -> bool:
        """Tell whether a file is a source of the language."""

    @abstractmethod
    def unit_of(self, path: str) -> str:
        """Return the package that a file is of, as the graph knows it; empty for the product's."""

    @abstractmethod
    def add(self, path: str, data: bytes) -> None:
        """Take in one file; say with `leave` why not all of it could be."""

    @abstractmethod
    def names(self, target: Target) -> Iterable[str]:
        """Return under which names the graph of imports knows the target."""

    def units(self, target: Target) -> Iterable[str]:
        """Return the packages of the graph that are the target's own."""
        return self.names(target)

    @abstractmethod
    def was_read(self, package: str) -> bool:
        """Tell whether sources of a package, by its name in inventories, were read."""

    def spelt(self, target: Target) -> str:
        """Return what an import of the target would name, for people."""
        return " or ".join(self.names(target))

    def finish(self) -> None:
        """Say what is hidden from all targets, and what only all files together show."""
        return

    def load(self, wanted: Callable[[str], bool], *, max_bytes: int) -> Iterator[tuple[str, bytes]]:
        """Yield the files that are wanted; one that cannot be read is left, and told."""
        paths = sorted(filter(wanted, self.files.paths), key=self._of_others)
        for path, data in self.files.load(paths, max_bytes=max_bytes):
            if data is None:
                self.leave(path, TOO_LARGE)
            else:
                yield path, data

    def _of_others(self, path: str) -> bool:
        """Put the product's own first: where not all can be read, that is."""
        return self.unit_of(path) != ""

    def leave(self, path: str, why: str) -> None:
        """Note a file that was not read, or not to its end."""
        self.found.unread[shown(path)] = why

    def add_import(self, name: str, step: Step) -> None:
        """Add an import of what the graph knows as `name`, by the package `step.unit`."""
        self.graph.add(step.unit, name, step)
        if not step.unit:
            self.own.setdefault(name, []).append(step)

    def judge(self, target: Target, ways: Ways) -> None:
        """Say what was seen of one target, and what may hide more."""
        names = tuple(self.names(target))
        for name in names:
            for step in self.own.get(name, ()):
                self.found.see_import(target, (step,))
            way = ways.get(name, ())
            if len(way) > 1:
                self.found.see_import(target, way)
        seen = [ways[name][0].scope for name in names if name in ways]
        if Scope.RUN not in seen:  # a test that imports it says nothing of what is run
            self._not_run(target, names)
        if seen and target.symbols:
            self.found.limit(target, INSIDE)

    def _not_run(self, target: Target, names: tuple[str, ...]) -> None:
        """Say how much was read, and who else may import the target."""
        number, hide = self.found.files, self.found.hide
        why = f"none of {number} {self.language} files that were read {self.verb}"
        if not any(name in self.own for name in names):  # in tests, or for types
            tell = self.found.limit if number else hide
            tell(target, f"{why} {shown(self.spelt(target))}")
        if unread := [name for name in target.parents if not self.was_read(name)]:
            hide(target, name_some("what depends on it was not read", map(shown, unread)))
        if not target.parents_known:
            hide(target, "which packages depend on it is not known")
        if lying := self.graph.importers(names) - frozenset(self.units(target)):
            what = "packages there import it, and nothing that imports them was seen"
            hide(target, name_some(what, map(shown, lying)))
