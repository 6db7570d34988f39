"""Releases from indexes, each asked for once; what cannot be had is told, and is not "none"."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from assay.core.digest import sha256_of
from assay.core.errors import AssayError, MalformedError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.sbom.lockfiles.pypisource import normal_name
from assay.vuln.remedy.indexes.npm import parse_packument, requirements_of
from assay.vuln.remedy.indexes.pypi import parse_project_page, parse_requirements_of
from assay.vuln.remedy.indexes.sources import IndexSource
from assay.vuln.remedy.model import NPM, PYPI, Pin, Release, ReleaseFile, Requirement
from assay.vuln.versions import version_key

MAX_QUESTIONS: Final = 2000  # in one plan; a hostile lock file must not make us ask for ever
METADATA: Final = "metadata"

_Found = TypeVar("_Found")
_Key = tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class IndexCatalogue:
    """The releases that some indexes have, by ecosystem."""

    sources: Mapping[str, IndexSource]
    progress: Callable[[str], None]
    _releases: dict[_Key, dict[str, Release] | None] = field(default_factory=dict)
    _requirements: dict[_Key, tuple[Requirement, ...] | None] = field(default_factory=dict)
    _gaps: dict[str, NotChecked] = field(default_factory=dict)
    _silent: set[str] = field(default_factory=set)  # where a guess at metadata was wrong
    _telling: set[str] = field(default_factory=set)  # where one was right
    _asked: int = 0

    def releases(self, ecosystem: str, pin: Pin) -> Mapping[str, Release] | None:
        """Return the releases of a package by version, or None where they cannot be had.

        One that its lock file has from another index is not asked for: there, somebody else could
        have a package of the same name.
        """
        if self._is_foreign(ecosystem, pin):
            why = f"the lock file has it from {pin.registry}, which is not asked"
            self._note(pin.name, why, "name that index, or a copy of it, with --index")
            return None
        name = normal_name(pin.name) if ecosystem == PYPI else pin.name
        key = (ecosystem, name)
        if key not in self._releases:
            self._releases[key] = self._load(ecosystem, name)
        return self._releases[key]

    def requirements(
        self, ecosystem: str, pin: Pin, version: str
    ) -> tuple[Requirement, ...] | None:
        """Return what a release asks for, or None where that cannot be had."""
        name = normal_name(pin.name) if ecosystem == PYPI else pin.name
        key = (ecosystem, name, version)
        if key not in self._requirements:
            self._requirements[key] = self._needs_of(ecosystem, pin, version)
        return self._requirements[key]

    def covers(self, ecosystem: str) -> bool:
        """Tell whether there is an index of the ecosystem."""
        return ecosystem in self.sources

    @property
    def gaps(self) -> tuple[NotChecked, ...]:
        """Return what could not be had."""
        return tuple(self._gaps.values())

    def _needs_of(self, ecosystem: str, pin: Pin, version: str) -> tuple[Requirement, ...] | None:
        releases = self.releases(ecosystem, pin)
        if releases is None:
            return None
        release = find_release(releases, ecosystem, version)
        if release is None:
            why = f"it has no {version}, so that nobody can tell what that asks for"
            self._note(pin.name, why, "see with your own tool whether the versions go together")
            return None
        name = normal_name(pin.name) if ecosystem == PYPI else pin.name
        return self._needs(ecosystem, name, release)

    def _is_foreign(self, ecosystem: str, pin: Pin) -> bool:
        source = self.sources.get(ecosystem)
        return bool(source and source.host and pin.registry and pin.registry != source.host)

    def _load(self, ecosystem: str, name: str) -> dict[str, Release] | None:
        source = self.sources.get(ecosystem)
        if source is None:
            return None
        return self._try(name, lambda: _page(source, ecosystem, name))

    def _needs(self, ecosystem: str, name: str, release: Release) -> tuple[Requirement, ...] | None:
        if ecosystem == NPM:
            return requirements_of(release)
        source = self.sources[ecosystem]
        file = self._with_metadata(ecosystem, release)
        if file is None:  # said once: an index without any would else be told of for each release
            why = f"it has no metadata beside its files, such as those of {name} {release.version}"
            self._note(METADATA, why, "see with your own tool whether the versions go together")
            return None
        what = f"{name} {release.version}" if file.has_metadata else METADATA
        found = self._try(what, lambda: _metadata(source, name, release.version, file))
        if found is not None:
            self._telling.add(ecosystem)
        elif not file.has_metadata and ecosystem not in self._telling:
            self._silent.add(ecosystem)
        return found

    def _with_metadata(self, ecosystem: str, release: Release) -> ReleaseFile | None:
        """Return a file that has metadata beside it, or one that may have where no page says."""
        files = sorted(release.files, key=lambda file: not file.has_metadata)
        for file in files:
            unsaid = file.has_metadata is None and file.name.endswith(".whl")
            if file.has_metadata or (unsaid and ecosystem not in self._silent):
                return file
        return None

    def _try(self, what: str, ask: Callable[[], _Found]) -> _Found | None:
        self._asked += 1
        if self._asked > MAX_QUESTIONS:
            self._note("more", f"over {MAX_QUESTIONS} questions", "plan for fewer with --only")
            return None
        self.progress(f"Asking the index for {printable(what)}")
        try:
            return ask()
        except AssayError as error:
            self._note(what, str(error), "see whether the index is right, or leave it out")
            return None

    def _note(self, where: str, why: str, remedy: str) -> None:
        gap = NotChecked(
            what="package index", where=printable(where), why=printable(why), remedy=remedy
        )
        self._gaps.setdefault(where, gap)


def find_release(releases: Mapping[str, Release], ecosystem: str, version: str) -> Release | None:
    """Return the release that `version` is, however it is written: `1.0` is `1.0.0` for Python."""
    if version in releases or ecosystem == NPM:
        return releases.get(version)
    key = version_key(ecosystem, version)
    return next((r for v, r in releases.items() if version_key(ecosystem, v) == key), None)


def _page(source: IndexSource, ecosystem: str, name: str) -> dict[str, Release]:
    parse = parse_packument if ecosystem == NPM else parse_project_page
    return parse(source.page(name), name)


def _metadata(
    source: IndexSource, name: str, version: str, file: ReleaseFile
) -> tuple[Requirement, ...]:
    """Return what a release of Python asks for, by the metadata of one of its files."""
    data = source.metadata(name, file)
    if file.metadata_digest and str(sha256_of(data)) != file.metadata_digest:
        raise MalformedError("the metadata are not what the page says", where=file.name)
    return parse_requirements_of(data, name=name, version=version)
