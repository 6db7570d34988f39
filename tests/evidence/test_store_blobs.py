"""Large envelopes: kept apart, compared when they are read, and named with their row."""

from pathlib import Path

import pytest

from assay.core.errors import (
    TamperedError,
    UnavailableError,
    UsageError,
)
from assay.evidence.storage.blobs import FolderBlobs
from assay.evidence.store import LogStore
from tests.evidence.stores import SAMPLES
from tests.fakes.backends import Backend
from tests.fakes.postgres import PostgresServer
from tests.fakes.trust import (
    COMMIT,
    LOG,
    LOG_KEY,
    NOW,
    verified,
)

LARGE = verified({"x": "x" * 100_000})


def test_a_large_envelope_goes_to_the_blobs(backend: Backend, tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path / "elsewhere")
    with backend.open(blobs=blobs) as store:
        receipts = store.append([SAMPLES[0], LARGE], log_signer=LOG, at=NOW)
        assert [r.index for r in receipts] == [0, 1]
        assert blobs.get(LARGE.digest) == LARGE.envelope
        with backend.editor() as run:
            held = run("SELECT number, envelope IS NULL FROM entries ORDER BY number", ())
            assert [(number, bool(absent)) for number, absent in held] == [(0, False), (1, True)]
        assert store.entry(1).envelope == LARGE.envelope
        assert [e.index for e in store.entries(subject=COMMIT, log_key=LOG_KEY)] == [0, 1]
        assert store.append([LARGE], log_signer=LOG, at=NOW)[0].recorded is False
        newest = store.verify(log_key=LOG_KEY)
        assert newest is not None
        assert newest.size == 2


def test_a_blob_that_is_missing_or_altered_is_named_with_its_row(
    backend: Backend, tmp_path: Path
) -> None:
    blobs = FolderBlobs(tmp_path / "elsewhere")
    with backend.open(blobs=blobs) as store:
        store.append([SAMPLES[0], LARGE], log_signer=LOG, at=NOW)
        [blob] = [path for path in (tmp_path / "elsewhere").rglob("*") if path.is_file()]
        content = blob.read_bytes()
        blob.write_bytes(content[:-1] + b" ")
        with pytest.raises(TamperedError) as altered:
            store.verify(log_key=LOG_KEY)
        assert str(altered.value) == (
            f"[tampered] the blob {LARGE.digest} holds other bytes, "
            f"at entries row 1, in {tmp_path / 'elsewhere'}"
        )
        blob.unlink()
        with pytest.raises(UnavailableError) as missing:
            store.verify(log_key=LOG_KEY)
        assert str(missing.value) == (
            f"[unavailable] no blob {LARGE.digest}, "
            f"at entries row 1, in {tmp_path / 'elsewhere'} (restore it from a backup of the log)"
        )
        blob.write_bytes(content)
        store.verify(log_key=LOG_KEY)


def test_a_row_without_envelope_and_with_half_a_digest(backend: Backend, tmp_path: Path) -> None:
    with backend.open(blobs=FolderBlobs(tmp_path / "elsewhere")) as store:
        store.append([SAMPLES[0], LARGE], log_signer=LOG, at=NOW)
        backend.edit("UPDATE entries SET digest = x'00' WHERE number = 1")
        with pytest.raises(TamperedError) as caught:
            store.verify(log_key=LOG_KEY)
    assert str(caught.value) == "[tampered] no digest, at entries row 1"


def test_a_log_that_was_begun_without_a_blob_store(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    place = Backend(kind="postgresql", location=postgres_server.url(postgres_server.new_database()))
    more = verified({"y": "y" * 100_000})
    with place.open() as store:
        store.append([LARGE], log_signer=LOG, at=NOW)
    with place.open(blobs=FolderBlobs(tmp_path / "elsewhere")) as store:
        store.append([more], log_signer=LOG, at=NOW)
        assert [e.digest for e in store.all_entries()] == [LARGE.digest, more.digest]
        store.verify(log_key=LOG_KEY)
    with place.open() as store, pytest.raises(TamperedError) as caught:
        store.verify(log_key=LOG_KEY)
    assert str(caught.value) == "[tampered] no envelope, and no blob store, at entries row 1"


def test_without_a_blob_store_a_large_envelope_stays_in_the_database(
    postgres_server: PostgresServer,
) -> None:
    place = Backend(kind="postgresql", location=postgres_server.url(postgres_server.new_database()))
    with place.open() as store:
        store.append([LARGE], log_signer=LOG, at=NOW)
        assert store.entry(0).envelope == LARGE.envelope
        store.verify(log_key=LOG_KEY)


def test_an_envelope_taken_out_of_its_row(store: LogStore, backend: Backend) -> None:
    store.append(SAMPLES[:1], log_signer=LOG, at=NOW)
    backend.edit("UPDATE entries SET envelope = NULL")
    with pytest.raises((TamperedError, UnavailableError)) as caught:
        store.verify(log_key=LOG_KEY)
    assert caught.value.where.startswith("entries row 0")


def test_more_than_a_restore_would_hold_is_not_recorded(store: LogStore) -> None:
    large = verified({"text": "x" * 23 * 2**20})
    with pytest.raises(UsageError) as caught:
        store.append([large] * 9, log_signer=LOG, at=NOW)
    assert caught.value.hint == "append them in several steps"
    assert store.size == 0
