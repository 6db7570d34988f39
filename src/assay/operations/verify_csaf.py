"""`assay csaf verify`: whether a folder of documents is as its publisher says it is."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from assay.core.clock import Clock, format_time
from assay.core.errors import MalformedError, UsageError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.core.verdict import Verdict
from assay.signing.openpgp import MAX_ARMOUR_BYTES, PgpKey, parse_pgp_keys
from assay.system.clock import now
from assay.system.files import load_file
from assay.system.filetree import FileTree, list_folder
from assay.vuln.beside import DIGEST_SUFFIXES, MAX_DIGEST_FILE_BYTES
from assay.vuln.csaf.advisories import MARK
from assay.vuln.csaf.aggregating import AGGREGATOR_MARK, Aggregator, parse_aggregator
from assay.vuln.csaf.distribution import (
    SIGNATURE_SUFFIX,
    Document,
    Found,
    Held,
    Problem,
    Trusted,
    hold_document,
    hold_lists,
    verdict_of,
)
from assay.vuln.csaf.mirrored import hold_aggregator
from assay.vuln.csaf.providing import (
    MAX_LIST_BYTES,
    METADATA_MARK,
    ROLIE_MARK,
    Listed,
    ProviderMetadata,
    parse_changes,
    parse_index,
    parse_provider_metadata,
    parse_rolie,
)
from assay.vuln.csaf.validate import MAX_CSAF_BYTES

_BESIDE: Final = (*DIGEST_SUFFIXES, SIGNATURE_SUFFIX)
_INDEX: Final = "index.txt"
_LISTS: Final[dict[str, Callable[[bytes], tuple[Listed, ...]]]] = {
    _INDEX: parse_index,
    "changes.csv": parse_changes,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedFolder:
    """What was found in a folder."""

    documents: int
    provider: ProviderMetadata | None
    problems: tuple[Problem, ...]
    not_checked: tuple[NotChecked, ...]
    verdict: Verdict

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        provider = self.provider
        return {
            "verdict": self.verdict.value,
            "documents": self.documents,
            "provider": None
            if provider is None
            else {
                "publisher": provider.publisher,
                "namespace": provider.namespace,
                "role": provider.role,
                "updatedAt": format_time(provider.updated_at),
                "keys": list(provider.fingerprints),
            },
            "problems": [one.as_json() for one in self.problems],
            "notChecked": [one.as_json() for one in self.not_checked],
        }


def verify_csaf(folder: Path, *, keys: Iterable[Path], clock: Clock = now) -> VerifiedFolder:
    """Hold the documents in `folder` against their digests, signatures, lists and rules.

    `keys` are files with the public keys of the publisher, as `gpg --armor --export` writes them.

    Raises:
        UsageError: There is no such folder, or no document in it; or a key that is none.
        UnavailableError: Something cannot be read.
    """
    reader = _FolderReader(list_folder(folder), Trusted(keys=tuple(_keys(keys)), at=clock()))
    reader.read()
    if not reader.held:
        raise UsageError("no CSAF document", where=printable(str(folder)))
    found = (*reader.found, *reader.hold_whole())
    providers = tuple(reader.providers.values())
    return VerifiedFolder(
        documents=len(reader.held),
        provider=providers[0] if len(providers) == 1 else None,
        problems=tuple(one for one in found if isinstance(one, Problem)),
        not_checked=tuple(one for one in found if isinstance(one, NotChecked)),
        verdict=verdict_of(found, keyed=bool(reader.trusted.keys)),
    )


def _keys(paths: Iterable[Path]) -> Iterator[PgpKey]:
    for path in paths:
        data = load_file(path, max_bytes=MAX_ARMOUR_BYTES)
        try:
            yield from parse_pgp_keys(data.decode(errors="replace"))
        except MalformedError as error:
            raise UsageError(str(error), where=printable(str(path))) from error


class _FolderReader:
    """What is in a folder: each document is held as it is read, for a folder may be large."""

    def __init__(self, tree: FileTree, trusted: Trusted) -> None:
        self.tree = tree
        self.trusted = trusted
        self.paths = {file.path for file in tree.files}
        self.held: list[Held] = []
        self.lists: list[tuple[str, tuple[Listed, ...]]] = []
        self.providers: dict[str, ProviderMetadata] = {}
        self.aggregators: list[tuple[str, Aggregator]] = []
        self.found: list[Found] = [
            NotChecked(what="file", where=printable(gap.path), why=gap.why) for gap in tree.gaps
        ]

    def read(self) -> None:
        """Read all files, in the order of their names."""
        for path in sorted(self.paths):
            name = path.rpartition("/")[2]
            if name in _LISTS:
                data = self.tree.load(path, max_bytes=MAX_LIST_BYTES)
                self._take(path, partial(self._read_list, path, name, data))
            elif name.endswith(".json"):
                self._read_json(path, self.tree.load(path, max_bytes=MAX_CSAF_BYTES))

    def hold_whole(self) -> Iterator[Found]:
        """Yield what is wrong between the files."""
        for path, listed in self.lists:
            base = path.rpartition("/")[0]
            near = [one for one in self.held if not base or one.path.startswith(f"{base}/")]
            complete = path.rpartition("/")[2] == _INDEX
            yield from hold_lists(listed, near, where=printable(path), complete=complete)
        yield from self._hold_publishers()
        said = [(printable(path), one.namespace) for path, one in self.providers.items()]
        for path, aggregator in self.aggregators:
            yield from hold_aggregator(
                aggregator, where=printable(path), providers=said, paths=self.paths
            )

    def _hold_publishers(self) -> Iterator[Found]:
        """Yield the documents of others than who publishes in their folder."""
        for one in self.held if self.providers else ():
            provider = self._provider_of(one.path)
            if provider is None:
                why = "no provider-metadata.json is above it, where other folders have one"
                yield NotChecked(what="publisher", where=one.path, why=why)
            elif one.namespace != provider.namespace:
                what = f"published by {one.namespace!r}, and not by {provider.namespace!r}"
                yield Problem(where=one.path, what=what)

    def _provider_of(self, path: str) -> ProviderMetadata | None:
        """Return who publishes what is at `path`: the nearest above it, or the only one."""
        if len(self.providers) == 1:
            return next(iter(self.providers.values()))
        above = [where for where in self.providers if path.startswith(_folder_of(where))]
        nearest = max(above, key=lambda where: len(_folder_of(where)), default=None)
        return None if nearest is None else self.providers[nearest]

    def _read_json(self, path: str, data: bytes) -> None:
        if METADATA_MARK in data:
            self._take(path, lambda: self._provide(path, parse_provider_metadata(data)))
        elif AGGREGATOR_MARK in data:
            self._take(path, lambda: self.aggregators.append((path, parse_aggregator(data))))
        elif ROLIE_MARK in data:
            self._take(path, lambda: self._list(path, parse_rolie(data)))
        elif MARK not in data:
            why = "neither a CSAF document nor a list of them"
            self.found.append(NotChecked(what="file", where=printable(path), why=why))
        else:
            one = Document(path=printable(path), data=data, beside=self._beside(path))
            held = hold_document(one, trusted=self.trusted)
            self.held.append(held)
            self.found += held.found

    def _beside(self, path: str) -> dict[str, bytes]:
        return {
            suffix: self.tree.load(f"{path}{suffix}", max_bytes=MAX_DIGEST_FILE_BYTES)
            for suffix in _BESIDE
            if f"{path}{suffix}" in self.paths
        }

    def _read_list(self, path: str, name: str, data: bytes) -> None:
        self._list(path, _LISTS[name](data))

    def _provide(self, path: str, provider: ProviderMetadata) -> None:
        self.providers[path] = provider

    def _list(self, path: str, listed: tuple[Listed, ...]) -> None:
        self.lists.append((path, listed))

    def _take(self, path: str, read: Callable[[], None]) -> None:
        try:
            read()
        except MalformedError as error:
            self.found.append(Problem(where=printable(path), what=str(error)))


def _folder_of(path: str) -> str:
    """Return the folder that a file is in, with the slash at its end; empty for the outermost."""
    return path[: path.rfind("/") + 1]
