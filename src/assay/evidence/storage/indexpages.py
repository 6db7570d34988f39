"""The pages of the index in the log's database, and lists that are proven before they are given.

The database finds a list quickly, and is not believed: what it gives is compared with the index
under the signed root. A row that is gone, put in or led elsewhere shows up when it matters.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from assay.core.digest import Digest
from assay.core.errors import ProofError, TamperedError
from assay.evidence.envelope import parse_claims
from assay.evidence.index.proof import verify_complete
from assay.evidence.index.trie import (
    Index,
    IndexedEntry,
    MemoryPages,
    PageSource,
    index_path,
    keys_of,
    subject_key,
    type_key,
)
from assay.evidence.leaf import envelope_leaf_hash
from assay.evidence.storage.rows import PAGE
from assay.system.database import Database, Row

_PAGE_AT: Final = "SELECT page FROM index_pages WHERE place = ?"
_PUT: Final = """INSERT INTO index_pages (place, page) VALUES (?, ?)
    ON CONFLICT (place) DO UPDATE SET page = excluded.page"""
_FROM: Final = "SELECT place, page FROM index_pages WHERE place >= ? ORDER BY place LIMIT ?"
_BY_SUBJECT: Final = """SELECT DISTINCT entry, predicate_type FROM subjects
    WHERE subject = ? AND entry < ? ORDER BY entry"""
_BY_TYPE: Final = """SELECT DISTINCT entry, predicate_type FROM subjects
    WHERE predicate_type = ? AND entry < ? ORDER BY entry"""
_HINT: Final = "assay log verify names the row"


class StoredPages:
    """The pages as they are in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read_page(self, place: str) -> bytes | None:
        """Return the page at `place`, or None.

        Raises:
            TamperedError: There is no page in its row.
        """
        match self._database.query_one(_PAGE_AT, (place,)):
            case None:
                return None
            case (bytes(page),):
                return page
            case _:
                raise TamperedError("values of another type", where=f"index_pages row {place!r}")

    def put(self, pages: Mapping[str, bytes]) -> None:
        """Write the pages that changed."""
        self._database.execute_many(_PUT, sorted(pages.items()))

    def rows(self) -> Iterator[Row]:
        """Yield (place, page) of all of them in the order of their places."""
        last: str | None = ""
        while last is not None:
            found = self._database.query(_FROM, (last, PAGE))
            yield from found
            last = _after(found[-1]) if len(found) == PAGE else None


def _after(row: Row) -> str:
    """Return the first place that comes after the one of `row`."""
    match row:
        case (str(place), *_):
            return f"{place}\0"
        case _:
            raise TamperedError("values of another type", where="index_pages")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """All entries about a subject or of a type, and the pages that prove it."""

    entries: tuple[IndexedEntry, ...]
    pages: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexView:
    """The index as a checkpoint over `size` entries signed it.

    `leaves` gives the hashes of the leaves of some entries.
    """

    root: bytes
    size: int
    pages: PageSource
    leaves: Callable[[Sequence[int]], Sequence[bytes]]


def proven_list(database: Database, wanted: Digest | str, *, view: IndexView) -> Proven:
    """Return all entries about a subject, or of a predicate type.

    Raises:
        TamperedError: The database has another list than the index.
    """
    if isinstance(wanted, Digest):
        sql, key, name = _BY_SUBJECT, subject_key(wanted), str(wanted)
    else:
        sql, key, name = _BY_TYPE, type_key(wanted), repr(wanted)
    found = database.query(sql, (str(wanted), view.size))
    named = {
        n: kind for n, kind in found if isinstance(n, int) and n >= 0 and isinstance(kind, str)
    }
    where = f"subjects rows of {name}"
    if len(named) != len(found):
        raise TamperedError("an entry that cannot be, or one of two types", where=where, hint=_HINT)
    numbers = sorted(named)
    listed = [
        IndexedEntry(number=number, leaf=leaf, type_key=type_key(named[number]))
        for number, leaf in zip(numbers, view.leaves(numbers), strict=True)
    ]
    path = index_path(view.pages, root=view.root, key=key)
    try:
        verify_complete(listed, root=view.root, key=key, path=path, size=view.size)
    except ProofError as error:
        raise TamperedError(
            f"not the entries that were recorded: {error.what}",
            where=where,
            hint=_HINT,
        ) from error
    return Proven(entries=tuple(listed), pages=path)


def replay_index(envelopes: Iterable[bytes]) -> MemoryPages:
    """Return the pages of the index over `envelopes`, the first of a log, made anew from them.

    Raises:
        MalformedError: One holds no statement.
    """
    pages = MemoryPages()
    index = Index(pages)
    for number, envelope in enumerate(envelopes):
        claims = parse_claims(envelope)
        kind = type_key(claims.predicate_type)
        entry = IndexedEntry(number=number, leaf=envelope_leaf_hash(envelope), type_key=kind)
        index.add(keys_of(claims.subjects, claims.predicate_type), entry)
    pages.update(index.seal())
    return pages
