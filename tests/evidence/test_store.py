"""The log on disk."""

import sqlite3
import threading
from pathlib import Path

import pytest

from assay.core.digest import sha256_of
from assay.core.errors import (
    AssayError,
    MalformedError,
    ProofError,
    TamperedError,
    UnavailableError,
    UsageError,
)
from assay.evidence.checkpoints.checkpoint import verify_checkpoint
from assay.evidence.merkle import leaf_hash, verify_consistency, verify_inclusion
from assay.evidence.storage import rows
from assay.evidence.store import LogStore, Receipt, open_store
from assay.evidence.tiles.tlogproof import parse_tlog_proof, verify_tlog_proof
from assay.signing.notekey import note_key
from tests.evidence.stores import SAMPLES, Counted
from tests.fakes.backends import Backend
from tests.fakes.postgres import PostgresServer
from tests.fakes.trust import (
    ALICE,
    BOB,
    COMMIT,
    KIND,
    LOG,
    LOG_KEY,
    MALLORY,
    NOW,
    ORIGIN,
    OTHER_COMMIT,
    verified,
)


def test_an_empty_log(store: LogStore) -> None:
    assert store.size == 0
    assert store.latest_checkpoint() is None
    assert list(store.all_entries()) == []
    assert store.verify(log_key=LOG_KEY) is None
    assert store.append([], log_signer=LOG, at=NOW) == ()
    assert store.latest_checkpoint() is None


def test_receipts_in_order(store: LogStore) -> None:
    receipts = store.append(SAMPLES[:3], log_signer=LOG, at=NOW)
    assert receipts == tuple(
        Receipt(index=i, digest=SAMPLES[i].digest, recorded=True) for i in range(3)
    )
    assert store.size == 3


def test_what_is_appended_is_there_after_reopening(store: LogStore, backend: Backend) -> None:
    store.append(SAMPLES[:3], log_signer=LOG, at=NOW)
    store.close()
    with backend.open(create=False) as again:
        assert [entry.envelope for entry in again.all_entries()] == [
            s.envelope for s in SAMPLES[:3]
        ]
        assert again.entry(1).digest == SAMPLES[1].digest
        assert again.place == backend.place


def test_appending_again_records_nothing_new(store: LogStore) -> None:
    store.append(SAMPLES[:2], log_signer=LOG, at=NOW)
    before = store.latest_checkpoint()
    receipts = store.append([SAMPLES[1], SAMPLES[0]], log_signer=LOG, at=NOW)
    assert [(r.index, r.recorded) for r in receipts] == [(1, False), (0, False)]
    assert store.latest_checkpoint() == before


def test_the_same_twice_in_one_append(store: LogStore) -> None:
    receipts = store.append([SAMPLES[0], SAMPLES[0], SAMPLES[1]], log_signer=LOG, at=NOW)
    assert [(r.index, r.recorded) for r in receipts] == [(0, True), (0, False), (1, True)]
    assert store.size == 2
    store.verify(log_key=LOG_KEY)


def test_checkpoints_of_every_append(store: LogStore) -> None:
    for count, sample in enumerate(SAMPLES, start=1):
        store.append([sample], log_signer=LOG, at=NOW)
        note = store.latest_checkpoint()
        assert note is not None
        assert verify_checkpoint(note, log_key=LOG_KEY).size == count
    newest = store.verify(log_key=LOG_KEY)
    assert newest is not None
    assert newest.size == len(SAMPLES)


def test_index_by_subject_and_type(store: LogStore) -> None:
    samples = (
        verified({"n": 1}),
        verified({"n": 2}, subjects=(OTHER_COMMIT, COMMIT)),
        verified({"n": 3}, subjects=(OTHER_COMMIT,), predicate_type="urn:other"),
    )
    store.append(samples, log_signer=LOG, at=NOW)

    def found(**query: object) -> list[int]:
        return [e.index for e in store.entries(log_key=LOG_KEY, **query)]  # type: ignore[arg-type]  # a table below

    assert found(subject=COMMIT) == [0, 1]
    assert found(subject=OTHER_COMMIT) == [1, 2]
    assert found(predicate_type=KIND) == [0, 1]
    assert found(subject=OTHER_COMMIT, predicate_type="urn:other") == [2]
    assert found(subject=COMMIT, predicate_type="urn:other") == []
    assert found(predicate_type="urn:nothing") == []
    with pytest.raises(UsageError) as caught:
        found()
    assert str(caught.value) == "[usage] entries about nothing, and of no type"


def test_find_by_digest(store: LogStore) -> None:
    store.append(SAMPLES[:2], log_signer=LOG, at=NOW)
    found = store.find(SAMPLES[1].digest)
    assert found is not None
    assert (found.index, found.envelope) == (1, SAMPLES[1].envelope)
    assert store.find(sha256_of(b"nothing")) is None


def test_no_such_entry(store: LogStore, backend: Backend) -> None:
    with pytest.raises(UsageError) as caught:
        store.entry(0)
    assert str(caught.value) == f"[usage] no entry 0, at {backend.place}"
    with pytest.raises(ProofError) as refused:
        store.proof(0)
    assert str(refused.value) == "[proof-invalid] no leaf 0 in a tree of 0"


def test_proofs(store: LogStore) -> None:
    roots = {}
    for sample in SAMPLES:
        store.append([sample], log_signer=LOG, at=NOW)
        head = store.verify(log_key=LOG_KEY)
        assert head is not None
        roots[head.size] = head.root
    size = store.size
    for index, sample in enumerate(SAMPLES):
        verify_inclusion(
            leaf_hash=leaf_hash(sample.envelope),
            index=index,
            tree_size=size,
            path=store.inclusion_proof(index),
            root_hash=roots[size],
        )
        text = parse_tlog_proof(store.proof(index))
        assert verify_tlog_proof(text, entry=sample.envelope, log_key=LOG_KEY).size == size
    for old in range(1, size + 1):
        verify_consistency(
            old_size=old,
            new_size=size,
            old_root=roots[old],
            new_root=roots[size],
            path=store.consistency_proof(old, size),
        )
    with pytest.raises(ProofError) as caught:
        store.consistency_proof(1, size + 1)
    assert str(caught.value) == f"[proof-invalid] no tree of {size + 1} entries in a log of {size}"


def test_a_proof_reads_few_rows(tmp_path: Path) -> None:
    """O(log n) rows, however long the log is."""
    path = tmp_path / "log.db"
    with open_store(path, origin=ORIGIN, create=True) as store:
        store.append([verified({"n": n}) for n in range(100)], log_signer=LOG, at=NOW)
    with Counted(sqlite3.connect(path), str(path)) as database:
        store = LogStore(database, ORIGIN, None)
        store.inclusion_proof(70)
        assert 0 < database.asked <= 2 * 7 + 1


def test_another_log_key_does_not_sign_on(store: LogStore) -> None:
    store.append(SAMPLES[:1], log_signer=LOG, at=NOW)
    with pytest.raises(AssayError) as caught:
        store.append(SAMPLES[1:2], log_signer=MALLORY, at=NOW)
    assert str(caught.value) == f"[signature-invalid] not signed by {ORIGIN!r}, at checkpoint"
    assert store.size == 1


def test_only_ed25519_signs_the_log(store: LogStore) -> None:
    with pytest.raises(UsageError):
        store.append(SAMPLES[:1], log_signer=BOB, at=NOW)


def test_verified_under_another_key(store: LogStore) -> None:
    store.append(SAMPLES[:1], log_signer=LOG, at=NOW)
    with pytest.raises(TamperedError) as caught:
        store.verify(log_key=note_key(ORIGIN, ALICE.public))
    assert str(caught.value) == f"[tampered] not signed by {ORIGIN!r}, at checkpoints row 0"


def test_another_origin(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with open_store(path, origin=ORIGIN, create=True) as store:
        store.append(SAMPLES[:1], log_signer=LOG, at=NOW)
    with pytest.raises(UsageError) as caught:
        open_store(path, origin="other.example", create=True)
    assert str(caught.value) == (
        f"[usage] a log of {ORIGIN!r}, where 'other.example' is asked for, at {path}"
    )


def test_logs_of_two_origins_in_one_postgresql(postgres_server: PostgresServer) -> None:
    """Each has a schema of its own, also where their names look alike."""
    place = Backend(kind="postgresql", location=postgres_server.url(postgres_server.new_database()))
    with place.open(origin="a.b/c") as one, place.open(origin="a_b.c") as other:
        key = note_key("a.b/c", LOG.public)
        one.append(SAMPLES[:2], log_signer=LOG, at=NOW)
        assert (one.size, other.size) == (2, 0)
        assert one.verify(log_key=key) is not None


def test_an_origin_that_a_checkpoint_cannot_carry(backend: Backend) -> None:
    with pytest.raises(UsageError) as caught:
        backend.open(origin="two words")
    assert str(caught.value) == (
        "[usage] 'two words' cannot name a log (no spaces, no +, not empty)"
    )


def test_an_edited_log_is_not_signed_over(store: LogStore, backend: Backend) -> None:
    store.append(SAMPLES[:3], log_signer=LOG, at=NOW)
    backend.edit("UPDATE nodes SET hash = zeroblob(32) WHERE place = 3")
    with pytest.raises(TamperedError) as caught:
        store.append(SAMPLES[3:4], log_signer=LOG, at=NOW)
    assert str(caught.value) == (
        "[tampered] the stored entries are not those of the last checkpoint, "
        f"at {backend.place} (assay log verify names the row)"
    )


def test_an_entry_without_checkpoint_is_not_signed_over(store: LogStore, backend: Backend) -> None:
    backend.edit("INSERT INTO entries VALUES (0, x'00', x'00')")
    with pytest.raises(TamperedError):
        store.append(SAMPLES[:1], log_signer=LOG, at=NOW)


def test_an_edited_envelope_is_not_handed_out(store: LogStore, backend: Backend) -> None:
    store.append(SAMPLES[:2], log_signer=LOG, at=NOW)
    backend.edit("UPDATE entries SET envelope = x'00' WHERE number = 1")
    for read in (
        lambda: store.entry(1),
        lambda: list(store.entries(log_key=LOG_KEY, subject=COMMIT)),
        lambda: store.find(SAMPLES[1].digest),
    ):
        with pytest.raises(TamperedError) as caught:
            read()
        assert str(caught.value) == ("[tampered] the envelope has another digest, at entries row 1")


def test_two_writers_at_once(backend: Backend) -> None:
    """Both make the log, both append to it, nothing is lost."""
    samples = [[verified({"writer": w, "n": n}) for n in range(10)] for w in range(4)]
    failures: list[BaseException] = []

    def write(mine: int) -> None:
        try:
            with backend.open() as store:
                for sample in samples[mine]:
                    store.append([sample], log_signer=LOG, at=NOW)
        except BaseException as error:  # noqa: BLE001  # told below, in the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=write, args=(w,)) for w in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with backend.open(create=False) as store:
        newest = store.verify(log_key=LOG_KEY)
        assert newest is not None
        assert newest.size == 40


def test_a_reader_sees_one_state(store: LogStore, backend: Backend) -> None:
    store.append(SAMPLES[:2], log_signer=LOG, at=NOW)
    with backend.open(create=False) as reader, reader._database.snapshot():
        assert reader.size == 2
        store.append(SAMPLES[2:4], log_signer=LOG, at=NOW)
        assert reader.size == 2
        assert len(list(reader.all_entries())) == 2
    assert store.size == 4


def test_no_log(backend: Backend) -> None:
    with pytest.raises(UsageError) as caught:
        backend.open(create=False)
    what = {
        "sqlite": "no such file",
        "postgresql": "no schema 'assay_log_example_shop_513542afbd264ed6'",
    }
    assert str(caught.value) == f"[usage] {what[backend.kind]}, at {backend.place}"
    if isinstance(backend.location, Path):
        assert not backend.location.exists()


def test_the_disk_is_full(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with open_store(path, origin=ORIGIN, create=True) as store:
        store.append(SAMPLES[:3], log_signer=LOG, at=NOW)
        database = store._database
        pages = database.query_one("PRAGMA page_count")
        assert pages is not None
        database.execute("PRAGMA max_page_count=1")  # SQLite: as many as there are now
        big = [verified({"n": n, "x": "x" * 20_000}) for n in range(5)]
        with pytest.raises(UnavailableError) as caught:
            store.append(big, log_signer=LOG, at=NOW)
        assert str(caught.value) == (
            f"[unavailable] no room left on the disk, at {path} "
            "(make room; nothing was lost, try again)"
        )
        assert store.size == 3
        store.verify(log_key=LOG_KEY)
        database.execute("PRAGMA max_page_count=1000000")
        store.append(big, log_signer=LOG, at=NOW)
        store.verify(log_key=LOG_KEY)


@pytest.mark.parametrize("predicate_type", ["urn:\x00", "urn:" + "x" * 1021])
def test_a_type_that_no_index_holds(store: LogStore, predicate_type: str) -> None:
    statement = verified({"n": 1}, predicate_type=predicate_type)
    with pytest.raises(MalformedError) as caught:
        store.append([SAMPLES[0], statement], log_signer=LOG, at=NOW)
    assert str(caught.value) == (
        "[malformed] a predicate type of more than 1024 bytes, or with a NUL, "
        "at predicateType (it should be a URI)"
    )
    assert store.size == 0
    longest = verified({"n": 1}, predicate_type="urn:" + "x" * 1020)
    store.append([longest], log_signer=LOG, at=NOW)
    store.verify(log_key=LOG_KEY)


def test_logs_longer_than_a_page_of_rows(store: LogStore) -> None:
    many = [verified({"n": n}, subjects=(COMMIT, OTHER_COMMIT)) for n in range(rows.PAGE + 2)]
    store.append(many, log_signer=LOG, at=NOW)
    assert [e.index for e in store.all_entries()] == list(range(len(many)))
    assert [e.index for e in store.entries(subject=COMMIT, log_key=LOG_KEY)] == list(
        range(len(many))
    )
    assert len(list(store.listing())) == 2 * len(many)
    newest = store.verify(log_key=LOG_KEY)
    assert newest is not None
    assert newest.size == len(many)
