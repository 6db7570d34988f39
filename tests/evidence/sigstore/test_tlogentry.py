"""The form of a log entry in a bundle."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.evidence.sigstore.tlogentry import MAX_PATH, LogEntry, parse_log_entry
from tests.evidence.sigstore.case import SIGNED_AT, at, entry_of, keyless_v1, keyless_v2
from tests.fakes.certificates import Json, b64

PROMISED, TILED = entry_of(keyless_v1().bundle), entry_of(keyless_v2().bundle)


def read(entry: Json, *, needs_proof: bool = True) -> LogEntry:
    return parse_log_entry(JsonValue(entry, "entry"), needs_proof=needs_proof)


def changed(change: Callable[[Json], object], entry: Json = PROMISED) -> Json:
    copied = copy.deepcopy(entry)
    change(copied)
    return copied


def test_an_entry_of_rekor_v1() -> None:
    found = read(PROMISED)
    assert (found.kind, found.version, found.tiled) == ("hashedrekord", "0.0.1", False)
    assert found.integrated_at == found.promised_at == SIGNED_AT
    assert found.promise is not None
    assert found.proof is not None
    assert found.proof.size > found.proof.index


def test_an_entry_of_rekor_v2() -> None:
    found = read(TILED)
    assert (found.kind, found.version, found.tiled) == ("hashedrekord", "0.0.2", True)
    assert (found.integrated_at, found.promised_at, found.promise) == (None, None, None)


@pytest.mark.parametrize(
    ("kind", "version", "tiled"),
    [("dsse", "0.0.2", True), ("dsse", "0.0.1", False), ("intoto", "0.0.2", False)],
)
def test_which_entries_only_rekor_v2_has(kind: str, version: str, *, tiled: bool) -> None:
    entry = changed(lambda e: e.update(kindVersion={"kind": kind, "version": version}))
    assert read(entry).tiled is tiled


def test_a_time_without_a_promise_proves_nothing() -> None:
    found = read(changed(lambda e: e.pop("inclusionPromise")))
    assert (found.integrated_at, found.promised_at) == (SIGNED_AT, None)


def test_a_proof_without_a_checkpoint() -> None:
    """Version 0.1 had such; with a promise they are let be, and not used."""
    entry = changed(lambda e: at(e, "inclusionProof").pop("checkpoint"))
    assert read(entry, needs_proof=False).proof is None
    with pytest.raises(MalformedError) as caught:
        read(entry)
    assert str(caught.value) == "[malformed] no checkpoint, at entry.inclusionProof.checkpoint"


def test_a_promise_may_be_all() -> None:
    entry = changed(lambda e: e.pop("inclusionProof"))
    assert read(entry, needs_proof=False).proof is None
    with pytest.raises(MalformedError) as caught:
        read(entry)
    assert str(caught.value) == "[malformed] no inclusionProof, at entry"


def test_a_proof_is_read_also_where_none_is_needed() -> None:
    assert read(PROMISED, needs_proof=False).proof == read(PROMISED).proof


def test_neither() -> None:
    entry = changed(lambda e: (e.pop("inclusionProof"), e.pop("inclusionPromise")))
    with pytest.raises(MalformedError) as caught:
        read(entry, needs_proof=False)
    assert str(caught.value) == "[malformed] neither an inclusion proof nor a promise, at entry"


def test_the_last_second() -> None:
    last = 253402300799
    entry = changed(lambda e: e.update(integratedTime=str(last)))
    assert read(entry).integrated_at == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    with pytest.raises(MalformedError) as caught:
        read(changed(lambda e: e.update(integratedTime=str(last + 1))))
    assert str(caught.value) == "[malformed] a time after the year 9999, at entry"


def test_numbers_that_are_left_out() -> None:
    found = read(changed(lambda e: (e.pop("logIndex"), at(e, "inclusionProof").pop("logIndex"))))
    assert found.proof is not None
    assert (found.index, found.proof.index) == (0, 0)


HASH = b64(bytes(32))
REFUSED: dict[str, tuple[Callable[[Json], object], str]] = {
    "unknown": (lambda e: e.update(more=1), "unknown member 'more', at entry.more"),
    "unknown-of-the-log": (
        lambda e: at(e, "logId").update(more=1),
        "unknown member 'more', at entry.logId.more",
    ),
    "unknown-of-the-kind": (
        lambda e: at(e, "kindVersion").update(more=1),
        "unknown member 'more', at entry.kindVersion.more",
    ),
    "unknown-of-the-promise": (
        lambda e: at(e, "inclusionPromise").update(more=1),
        "unknown member 'more', at entry.inclusionPromise.more",
    ),
    "unknown-of-the-proof": (
        lambda e: at(e, "inclusionProof").update(more=1),
        "unknown member 'more', at entry.inclusionProof.more",
    ),
    "unknown-of-the-checkpoint": (
        lambda e: at(e, "inclusionProof", "checkpoint").update(more=1),
        "unknown member 'more', at entry.inclusionProof.checkpoint.more",
    ),
    "root": (
        lambda e: at(e, "inclusionProof").update(rootHash=b64(bytes(31))),
        "a root of 31 bytes, at entry.inclusionProof",
    ),
    "path": (
        lambda e: at(e, "inclusionProof").update(hashes=[HASH] * (MAX_PATH + 1)),
        "65 hashes in a path, where at most 64 are read",
    ),
    "no-body": (
        lambda e: e.pop("canonicalizedBody"),
        "no canonicalizedBody, at entry.canonicalizedBody",
    ),
    "no-size": (
        lambda e: at(e, "inclusionProof").pop("treeSize"),
        "no treeSize, at entry.inclusionProof.treeSize",
    ),
}


@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(change: Callable[[Json], object], message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        read(changed(change))
    assert str(caught.value) == f"[malformed] {message}"


def test_the_longest_path() -> None:
    found = read(changed(lambda e: at(e, "inclusionProof").update(hashes=[HASH] * MAX_PATH)))
    assert found.proof is not None
    assert len(found.proof.path) == MAX_PATH
    assert "path=" not in repr(found)
    assert "body=" not in repr(found)
