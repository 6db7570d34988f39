"""The pages of the index in the log's database, and lists that are proven before they are given.

The database finds a list quickly, and is not believed: what it gives is compared with the index
under the signed root. A row that is gone, put in or led elsewhere shows up when it matters.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from assay.core.digest import Digest
from assay.core.errors import ProofError, TamperedError
from assay.evidence.index import IndexedEntry, index_path, subject_key, type_key
from assay.evidence.indexproof import verify_complete
from assay.evidence.rows import PAGE
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
            last = f"{found[-1][0]}\0" if len(found) == PAGE else None


def proven_list(
    database: Database,
    wanted: Digest | str,
    *,
    root: bytes,
    size: int,
    leaves: Callable[[Sequence[int]], Sequence[bytes]],
) -> list[IndexedEntry]:
    """Return all of the first `size` entries about a subject, or of a predicate type.

    `leaves` gives the hashes of the leaves at some indexes.

    Raises:
        TamperedError: The database has another list than the index under `root`.
    """
    about = isinstance(wanted, Digest)
    found = database.query(_BY_SUBJECT if about else _BY_TYPE, (str(wanted), size))
    named = {
        n: kind for n, kind in found if isinstance(n, int) and n >= 0 and isinstance(kind, str)
    }
    where = f"subjects rows of {wanted if about else repr(wanted)}"
    if len(named) != len(found):
        raise TamperedError("an entry that cannot be, or one of two types", where=where, hint=_HINT)
    numbers = sorted(named)
    listed = [
        IndexedEntry(number=number, leaf=leaf, type_key=type_key(named[number]))
        for number, leaf in zip(numbers, leaves(numbers), strict=True)
    ]
    key = subject_key(wanted) if isinstance(wanted, Digest) else type_key(wanted)
    path = index_path(StoredPages(database), root=root, key=key)
    try:
        verify_complete(listed, root=root, key=key, path=path, size=size)
    except ProofError as error:
        raise TamperedError(
            f"not the entries that were recorded: {error.what}",
            where=where,
            hint=_HINT,
        ) from error
    return listed
