"""Releases from indexes, each asked for once; what cannot be had is told, and is not "none"."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeVar

from assay.core.digest import sha256_of
from assay.core.errors import AssayError, MalformedError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.sbom.lockfiles.pypisource import normal_name
from assay.vuln.remedy.indexes.npm import parse_packument, requirements_of
from assay.vuln.remedy.indexes.pypi import parse_project_page, parse_requirements_of
from assay.vuln.remedy.indexes.questions import Counter, Key, Questions, TooManyError
from assay.vuln.remedy.indexes.sources import IndexSource
from assay.vuln.remedy.model import NPM, PYPI, Pin, Release, ReleaseFile, Requirement
from assay.vuln.versions import version_key

METADATA: Final = "metadata"

_Found = TypeVar("_Found")
_Needs = tuple[Requirement, ...]


@dataclass(slots=True, kw_only=True)
class IndexCatalogue:
    """The releases that some indexes have, by ecosystem."""

    sources: Mapping[str, IndexSource]
    progress: Callable[[str], None]
    asked: Counter = field(default_factory=Counter)
    _pages: Questions[dict[str, Release]] = field(init=False)
    _metadata: Questions[_Needs] = field(init=False)
    _gaps: dict[str, NotChecked] = field(default_factory=dict)
    _silent: set[str] = field(default_factory=set)  # where a guess at metadata was wrong
    _telling: set[str] = field(default_factory=set)  # where one was right

    def __post_init__(self) -> None:
        """Share one bound among all questions."""
        self._pages, self._metadata = Questions(asked=self.asked), Questions(asked=self.asked)

    def prepare(self, ecosystem: str, wanted: Sequence[tuple[Pin, str]]) -> None:
        """Ask for what will be needed, several at a time: releases, and what a version asks for.

        Nothing is told of it: what nobody needs in the end may be missing.
        """
        source = self.sources.get(ecosystem)
        own = [(pin, v) for pin, v in wanted if not self._is_foreign(ecosystem, pin)]
        if source is None or not own:
            return
        self.progress(f"Asking the index of {ecosystem}: {len(own)} to look up")
        names = dict.fromkeys(index_name(ecosystem, pin) for pin, _ in own)
        self._pages.ask_ahead({(ecosystem, n): partial(_page, source, n) for n in names})
        if ecosystem != NPM:
            self._metadata.ask_ahead(dict(self._known_metadata(source, own)))

    def releases(self, ecosystem: str, pin: Pin) -> Mapping[str, Release] | None:
        """Return the releases of a package by version, or None where they cannot be had.

        One that its lock file has from another index is not asked for: there, somebody else could
        have a package of the same name. Neither is one believed that has not the pin's own version,
        or other archives of it: it is about another package.
        """
        if self._is_foreign(ecosystem, pin):
            why = f"the lock file has it from {pin.registry}, which is not asked"
            self._note(pin.name, why, "name that index, or a copy of it, with --index")
            return None
        source, name = self.sources.get(ecosystem), index_name(ecosystem, pin)
        if source is None:
            return None
        found = self._try(self._pages, (ecosystem, name), name, partial(_page, source, name))
        why = "" if found is None else doubts(found, ecosystem, pin)
        if why:
            self._note(pin.name, why, "see from where you have it, and name that with --index")
        return None if why else found

    def requirements(self, ecosystem: str, pin: Pin, version: str) -> _Needs | None:
        """Return what a release asks for, or None where that cannot be had."""
        releases = self.releases(ecosystem, pin)
        if releases is None:
            return None
        release = find_release(releases, ecosystem, version)
        if release is None:
            why = f"it has no {version}, so that nobody can tell what that asks for"
            self._note(pin.name, why, "see with your own tool whether the versions go together")
            return None
        if ecosystem == NPM:
            return requirements_of(release)
        return self._needs(ecosystem, index_name(ecosystem, pin), release)

    def covers(self, ecosystem: str) -> bool:
        """Tell whether there is an index of the ecosystem."""
        return ecosystem in self.sources

    @property
    def gaps(self) -> tuple[NotChecked, ...]:
        """Return what could not be had."""
        return tuple(self._gaps.values())

    def _known_metadata(
        self, source: IndexSource, wanted: Sequence[tuple[Pin, str]]
    ) -> Iterator[tuple[Key, Callable[[], _Needs]]]:
        """Yield the questions for metadata of which the pages say that they are there."""
        for pin, version in wanted:
            name = index_name(source.ecosystem, pin)
            releases = self._pages.known((source.ecosystem, name))
            release = find_release(releases or {}, source.ecosystem, version)
            file = next((f for f in release.files if f.has_metadata), None) if release else None
            if release is not None and file is not None:
                key = (source.ecosystem, name, release.version)
                yield key, partial(_metadata, source, name, release.version, file)

    def _is_foreign(self, ecosystem: str, pin: Pin) -> bool:
        source = self.sources.get(ecosystem)
        return bool(source and source.place and pin.registry and pin.registry != source.place)

    def _needs(self, ecosystem: str, name: str, release: Release) -> _Needs | None:
        file = self._with_metadata(ecosystem, release)
        if file is None:  # said once: an index without any would else be told of for each release
            why = f"it has no metadata beside its files, such as those of {name} {release.version}"
            self._note(METADATA, why, "see with your own tool whether the versions go together")
            return None
        what = f"{name} {release.version}" if file.has_metadata else METADATA
        ask = partial(_metadata, self.sources[ecosystem], name, release.version, file)
        found = self._try(self._metadata, (ecosystem, name, release.version), what, ask)
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

    def _try(
        self, asked: Questions[_Found], key: Key, what: str, question: Callable[[], _Found]
    ) -> _Found | None:
        if not asked.has(key):
            self.progress(f"Asking the index for {printable(what)}")
        try:
            return asked.ask(key, question)
        except TooManyError as error:
            self._note("more", error.what, "plan for fewer with --only")
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


def index_name(ecosystem: str, pin: Pin) -> str:
    """Return the name by which an index is asked for a pin's package."""
    return normal_name(pin.name) if ecosystem == PYPI else pin.name


def doubts(releases: Mapping[str, Release], ecosystem: str, pin: Pin) -> str:
    """Say why the releases are not those of the package that a lock file has; empty for no doubt.

    A namesake on another index may have been put there by anybody.
    """
    own = find_release(releases, ecosystem, pin.version)
    if own is None:
        return f"it has no {pin.version}, which the lock file has: it may be another package"
    told = {file.digest for file in own.files if file.digest}
    kinds = {_kind(digest) for digest in told}
    locked = {digest for digest in pin.hashes if _kind(digest) in kinds}
    if locked and not locked & told:
        return f"its {pin.version} has other hashes than the lock file: one is another package"
    return ""


def _kind(digest: str) -> str:
    return digest.replace("-", ":").partition(":")[0]


def _page(source: IndexSource, name: str) -> dict[str, Release]:
    parse = parse_packument if source.ecosystem == NPM else parse_project_page
    return parse(source.page(name), name)


def _metadata(
    source: IndexSource, name: str, version: str, file: ReleaseFile
) -> tuple[Requirement, ...]:
    """Return what a release of Python asks for, by the metadata of one of its files."""
    data = source.metadata(name, file)
    if file.metadata_digest and str(sha256_of(data)) != file.metadata_digest:
        raise MalformedError("the metadata are not what the page says", where=file.name)
    return parse_requirements_of(data, name=name, version=version)
