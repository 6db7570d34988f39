"""Lists from either database are proven before they are given; whatever was edited shows up."""

import hashlib
from typing import LiteralString

import pytest

from assay.core.digest import Digest
from assay.core.errors import SignatureInvalidError, TamperedError
from assay.evidence.store import LogStore
from assay.signing.asymmetric import generate_signer
from assay.signing.notekey import note_key
from tests.fakes.backends import Backend
from tests.fakes.trust import COMMIT, KIND, LOG, LOG_KEY, NOW, ORIGIN, OTHER_COMMIT, verified

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

MANY = tuple(
    Digest("gitCommit", hashlib.sha1(b"%d" % number, usedforsecurity=False).hexdigest())
    for number in range(300)
)


def fill(store: LogStore) -> None:
    """Three entries about one commit, the middle one also about the other, in two appends."""
    samples = [
        verified({"n": 0}),
        verified({"n": 1}, subjects=(COMMIT, OTHER_COMMIT, COMMIT)),
        verified({"n": 2}),
    ]
    store.append(samples[:2], log_signer=LOG, at=NOW)
    store.append(samples[2:], log_signer=LOG, at=NOW)


def listed(store: LogStore, subject: Digest) -> list[int]:
    return [e.index for e in store.entries(log_key=LOG_KEY, subject=subject)]


def test_all_entries_and_no_others(backend: Backend) -> None:
    with backend.open() as store:
        assert listed(store, COMMIT) == []
        fill(store)
        assert listed(store, COMMIT) == [0, 1, 2]
        assert listed(store, OTHER_COMMIT) == [1]
        assert listed(store, MANY[0]) == []
        of_type = store.entries(log_key=LOG_KEY, predicate_type=KIND)
        assert [e.index for e in of_type] == [0, 1, 2]
        store.verify(log_key=LOG_KEY)


ABOUT = f"subjects rows of {COMMIT} (assay log verify names the row)"
ELSEWHERE = f"subjects rows of {OTHER_COMMIT} (assay log verify names the row)"
WRONG = "[tampered] not the entries that were recorded: "
EDITS: dict[str, tuple[LiteralString, Digest, str]] = {
    "the newest row deleted": (
        "DELETE FROM subjects WHERE entry = 2",
        COMMIT,
        f"{WRONG}2 entries, where the index counts 3, at {ABOUT}",
    ),
    "all rows deleted": (
        "DELETE FROM subjects",
        COMMIT,
        f"{WRONG}0 entries, where the index counts 3, at {ABOUT}",
    ),
    "a row led to another subject": (
        "UPDATE subjects SET subject = 'gitCommit:" + "0c" * 20 + "' WHERE entry = 0",
        COMMIT,
        f"{WRONG}2 entries, where the index counts 3, at {ABOUT}",
    ),
    "a row put in": (
        (
            "INSERT INTO subjects SELECT 2, 7, subject, predicate_type FROM subjects"
            " WHERE entry = 1 AND position = 1"
        ),
        OTHER_COMMIT,
        f"{WRONG}2 entries, where the index counts 1, at {ELSEWHERE}",
    ),
    "a row led to another entry": (
        "UPDATE subjects SET entry = 0, position = 9 WHERE entry = 1 AND position = 1",
        OTHER_COMMIT,
        f"{WRONG}the entries are not those that the index holds, at {ELSEWHERE}",
    ),
    "a row filed under another type": (
        "UPDATE subjects SET predicate_type = 'urn:other' WHERE entry = 0",
        COMMIT,
        f"{WRONG}the entries are not those that the index holds, at {ABOUT}",
    ),
    "one of a subject named twice filed under another type": (
        "UPDATE subjects SET predicate_type = 'urn:other' WHERE entry = 1 AND position = 2",
        COMMIT,
        f"[tampered] an entry that cannot be, or one of two types, at {ABOUT}",
    ),
    "an entry before the first": (
        (
            "INSERT INTO subjects SELECT -1, 0, subject, predicate_type FROM subjects"
            " WHERE entry = 1 AND position = 1"
        ),
        OTHER_COMMIT,
        f"[tampered] an entry that cannot be, or one of two types, at {ELSEWHERE}",
    ),
    "a page that is gone": (
        "DELETE FROM index_pages",
        COMMIT,
        "[tampered] not the page that was signed, at index_pages row ''",
    ),
    "another page": (
        "UPDATE index_pages SET page = x'00'",
        COMMIT,
        "[tampered] not the page that was signed, at index_pages row ''",
    ),
    "the hash of another leaf": (
        "UPDATE nodes SET hash = zeroblob(32) WHERE place = 0",
        COMMIT,
        f"{WRONG}the entries are not those that the index holds, at {ABOUT}",
    ),
}


@pytest.mark.parametrize(("edit", "subject", "message"), EDITS.values(), ids=EDITS)
def test_edited(backend: Backend, edit: LiteralString, subject: Digest, message: str) -> None:
    with backend.open() as store:
        fill(store)
        backend.edit(edit)
        with pytest.raises(TamperedError) as caught:
            listed(store, subject)
    assert str(caught.value) == message


def test_an_envelope_in_the_place_of_another(backend: Backend) -> None:
    """Digest and envelope fit each other; the tree holds another one there."""
    with backend.open() as store:
        fill(store)
        backend.edit(
            "UPDATE entries SET number = 9 WHERE number = 0",
            "UPDATE entries SET number = 0 WHERE number = 2",
            "UPDATE entries SET number = 2 WHERE number = 9",
        )
        with pytest.raises(TamperedError) as caught:
            listed(store, COMMIT)
    assert str(caught.value) == "[tampered] another envelope, at entries row 0"


def test_an_edited_page_is_not_appended_to(backend: Backend) -> None:
    with backend.open() as store:
        fill(store)
        backend.edit("UPDATE index_pages SET page = x'00'")
        with pytest.raises(TamperedError) as caught:
            store.append([verified({"n": 3})], log_signer=LOG, at=NOW)
        assert str(caught.value) == "[tampered] not the page that was signed, at index_pages row ''"
        assert store.size == 3


def test_another_key_proves_nothing(backend: Backend) -> None:
    stranger = note_key(ORIGIN, generate_signer("ed25519").public)
    with backend.open() as store:
        fill(store)
        with pytest.raises(SignatureInvalidError):
            store.entries(log_key=stranger, subject=COMMIT)


def test_pages_below_pages(backend: Backend) -> None:
    """Three hundred subjects do not fit into one page; each edit of any page is found."""
    with backend.open() as store:
        samples = [verified({"n": n}, subjects=(about,)) for n, about in enumerate(MANY)]
        for start in range(0, len(samples), 100):
            store.append(samples[start : start + 100], log_signer=LOG, at=NOW)
        assert all(listed(store, about) == [number] for number, about in enumerate(MANY))
        store.verify(log_key=LOG_KEY)
        with backend.editor() as run:
            places = [str(place) for (place,) in run("SELECT place FROM index_pages", ())]
            assert {len(place) for place in places} == {0, 2}
            place = max(places)
            run("UPDATE index_pages SET page = x'00' WHERE place = ?", (place,))
            assert refused(store) == (
                f"[tampered] the row is not what follows from the entries, at index_pages row {place!r}"
            )
            run("DELETE FROM index_pages WHERE place = ?", (place,))
            assert refused(store) == f"[tampered] the row is missing, at index_pages row {place!r}"
            run("INSERT INTO index_pages VALUES ('zz', x'00')", ())
            run("DELETE FROM index_pages WHERE place <> 'zz'", ())
            assert refused(store) == "[tampered] the row is missing, at index_pages row ''"


def refused(store: LogStore) -> str:
    with pytest.raises(TamperedError) as caught:
        store.verify(log_key=LOG_KEY)
    return str(caught.value)
