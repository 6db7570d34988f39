"""A log that goes on under a new key: what is verified with which key, and what nobody can do."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from assay.core.errors import RejectedError, UsageError
from assay.evidence.checkpoints.anchor import verify_extends
from assay.evidence.checkpoints.checkpoint import (
    Checkpoint,
    parse_checkpoint_text,
    sign_checkpoint,
    verify_checkpoint,
)
from assay.evidence.checkpoints.note import parse_note
from assay.evidence.checkpoints.sealing import SealedNotes, verify_sealed, verify_seen
from assay.evidence.store import LogStore
from assay.signing.logkeys import EarlierKey, KeyHistory
from assay.signing.notekey import note_key
from tests.fakes.backends import Backend
from tests.fakes.trust import ALICE, GATE, KIND, LOG, LOG_KEY, NOW, ORIGIN, verified

HOUR = timedelta(hours=1)
SAMPLES = tuple(verified({"n": n}) for n in range(6))
NEW_KEY = note_key(ORIGIN, GATE.public)
KEYS = KeyHistory(current=NEW_KEY, earlier=(EarlierKey(key=LOG_KEY, until=3),))


@pytest.fixture
def store(backend: Backend) -> Iterator[LogStore]:
    with backend.open() as made:
        yield made


@pytest.fixture
def rotated(store: LogStore) -> LogStore:
    """Three entries under the first key, in two batches; the change; one entry under the second."""
    store.append(SAMPLES[:1], log_signer=LOG, at=NOW)
    store.append(SAMPLES[1:3], log_signer=LOG, at=NOW + HOUR)
    store.append(SAMPLES[3:4], log_signer=GATE, retiring=LOG, at=NOW + 2 * HOUR)
    store.append(SAMPLES[4:5], log_signer=GATE, at=NOW + 3 * HOUR)
    return store


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(RejectedError) as caught:
        call()
    return str(caught.value)


def put_note(store: LogStore, number: int, note: bytes) -> None:
    """Write another note into a row, as whoever has the database can."""
    store._database.execute("UPDATE checkpoints SET note = ? WHERE number = ?", (note, number))


def resigned(note: bytes, *, at: datetime, **changed: object) -> bytes:
    """Return what whoever has the first key makes of a checkpoint."""
    text = parse_checkpoint_text(parse_note(note).text.decode())
    return sign_checkpoint(replace(text, **changed), signer=LOG, at=at)  # type: ignore[arg-type]


def test_what_was_recorded_keeps_its_place_and_its_date(rotated: LogStore) -> None:
    times = [rotated.recorded_at(index, log_key=KEYS) for index in range(5)]
    assert times == [NOW, NOW + HOUR, NOW + HOUR, NOW + 2 * HOUR, NOW + 3 * HOUR]
    newest = rotated.verify(log_key=KEYS)
    assert newest is not None
    assert newest.size == 5
    assert rotated.verify_signed(log_key=KEYS) == newest
    found = rotated.entries(log_key=NEW_KEY, predicate_type=KIND)
    assert [entry.index for entry in found] == [0, 1, 2, 3, 4]


def test_each_checkpoint_is_of_the_key_of_its_size(rotated: LogStore) -> None:
    notes = [rotated.checkpoint_of(size) for size in (1, 3, 4, 5)]
    signed = [[bool(parse_note(n).by(key)) for key in (LOG_KEY, NEW_KEY)] for n in notes]
    assert signed == [[True, False], [True, False], [True, True], [False, True]]
    seals = [parse_checkpoint_text(parse_note(note).text.decode()).seal for note in notes]
    assert seals == [None, None, SealedNotes(enumerate(notes[:2])).seal, None]


def test_whoever_knows_only_the_first_key_follows_to_the_change(rotated: LogStore) -> None:
    assert verify_checkpoint(rotated.checkpoint_of(4), log_key=LOG_KEY).size == 4
    assert "not signed by" in refusal(
        lambda: verify_checkpoint(rotated.checkpoint_of(5), log_key=LOG_KEY)
    )


def test_the_first_key_appends_nothing_more(rotated: LogStore) -> None:
    said = refusal(lambda: rotated.append(SAMPLES[5:], log_signer=LOG, at=NOW + 4 * HOUR))
    assert said == f"[signature-invalid] not signed by {ORIGIN!r}, at checkpoint"


def test_the_first_key_does_not_go_on_from_the_change_that_it_signed(store: LogStore) -> None:
    """The first checkpoint under the new key verifies under both; the log is the new one's."""
    store.append(SAMPLES[:1], log_signer=LOG, at=NOW)
    store.append(SAMPLES[1:2], log_signer=GATE, retiring=LOG, at=NOW)
    for retiring in (None, LOG):
        with pytest.raises(UsageError) as caught:
            store.append(SAMPLES[2:3], log_signer=LOG, retiring=retiring, at=NOW)
        assert str(caught.value) == (
            "[usage] the log has another key by now, at checkpoint (see: assay trust show)"
        )
    assert store.append(SAMPLES[2:3], log_signer=GATE, at=NOW)[0].recorded


def test_a_second_new_key(rotated: LogStore) -> None:
    rotated.append(SAMPLES[5:], log_signer=ALICE, retiring=GATE, at=NOW + 4 * HOUR)
    third = note_key(ORIGIN, ALICE.public)
    keys = KeyHistory(current=third, earlier=(*KEYS.earlier, EarlierKey(key=NEW_KEY, until=5)))
    assert rotated.verify(log_key=keys) is not None
    times = [rotated.recorded_at(index, log_key=keys) for index in (0, 3, 4, 5)]
    assert times == [NOW, NOW + 2 * HOUR, NOW + 3 * HOUR, NOW + 4 * HOUR]


@pytest.mark.parametrize("count", [0, 2])
def test_a_new_key_begins_with_one_new_entry(store: LogStore, count: int) -> None:
    store.append(SAMPLES[:1], log_signer=LOG, at=NOW)
    with pytest.raises(UsageError) as caught:
        store.append(SAMPLES[1 : 1 + count], log_signer=GATE, retiring=LOG, at=NOW)
    assert str(caught.value) == "[usage] a new key of the log begins with one new entry"
    assert store.size == 1


def test_a_log_whose_past_was_edited_is_not_sealed(store: LogStore) -> None:
    for number in range(3):
        store.append(SAMPLES[number : number + 1], log_signer=LOG, at=NOW + number * HOUR)
    put_note(store, 1, resigned(store.checkpoint_of(2), at=NOW))
    said = refusal(
        lambda: store.append(SAMPLES[3:4], log_signer=GATE, retiring=LOG, at=NOW + 3 * HOUR)
    )
    assert said == "[tampered] the checkpoint before it is another one, at checkpoints row 2"
    assert store.size == 3


def test_a_checkpoint_that_the_old_key_dates_anew(rotated: LogStore) -> None:
    """Its text is the same, and so is its tree; only the date is another one."""
    put_note(rotated, 1, resigned(rotated.checkpoint_of(3), at=NOW))
    assert refusal(lambda: rotated.recorded_at(2, log_key=KEYS)) == (
        "[tampered] the checkpoints before the log's new key are not those that it sealed, "
        "at checkpoints (assay log verify names the row)"
    )
    assert refusal(lambda: rotated.verify(log_key=KEYS)) == (
        "[tampered] the checkpoint before it is another one, at checkpoints row 2"
    )


def test_a_checkpoint_that_is_edited_after_the_sealed_ones_were_read(rotated: LogStore) -> None:
    assert rotated.recorded_at(2, log_key=KEYS) == NOW + HOUR
    put_note(rotated, 0, resigned(rotated.checkpoint_of(1), at=NOW - HOUR))
    assert refusal(lambda: rotated.recorded_at(0, log_key=KEYS)) == (
        "[tampered] not one of those that the log's new key sealed, at checkpoints row 0"
    )


def test_a_first_checkpoint_that_the_old_key_did_not_sign(rotated: LogStore) -> None:
    """Owners alone cannot go on with another log from some point of this one."""
    text = parse_checkpoint_text(parse_note(rotated.checkpoint_of(4)).text.decode())
    put_note(rotated, 2, sign_checkpoint(text, signer=GATE, at=NOW + 2 * HOUR))
    assert refusal(lambda: rotated.recorded_at(3, log_key=KEYS)) == (
        f"[signature-invalid] not signed by {ORIGIN!r}, at the key before.checkpoint"
    )
    assert refusal(lambda: rotated.verify(log_key=KEYS)) == (
        f"[tampered] not signed by {ORIGIN!r}, at checkpoints row 2"
    )


@pytest.mark.parametrize("seal", [None, "other"])
def test_a_first_checkpoint_that_seals_nothing_or_others(
    rotated: LogStore, seal: str | None
) -> None:
    text = parse_checkpoint_text(parse_note(rotated.checkpoint_of(4)).text.decode())
    others = SealedNotes([(1, b"a"), (3, b"b")]).seal if seal else None
    note = sign_checkpoint(replace(text, seal=others), signer=GATE, retiring=LOG, at=NOW + 2 * HOUR)
    put_note(rotated, 2, note)
    what = (
        "it seals other checkpoints than those before it"
        if seal
        else "the first under a new key, and it seals nothing"
    )
    assert (
        refusal(lambda: rotated.verify(log_key=KEYS)) == f"[tampered] {what}, at checkpoints row 2"
    )
    with pytest.raises(RejectedError):
        rotated.recorded_at(0, log_key=KEYS)


def test_a_log_cut_back_to_before_its_new_key(rotated: LogStore) -> None:
    database = rotated._database
    database.execute("DELETE FROM checkpoints WHERE number >= ?", (2,))
    assert refusal(lambda: rotated.recorded_at(0, log_key=KEYS)) == (
        "[tampered] no checkpoint of 4 entries, which seals those before it, at checkpoints"
    )
    for table in ("entries", "nodes", "subjects"):
        column = {"entries": "number", "nodes": "place", "subjects": "entry"}[table]
        first = 4 if table == "nodes" else 3
        database.execute(f"DELETE FROM {table} WHERE {column} >= ?", (first,))  # noqa: S608
    assert refusal(lambda: rotated.verify(log_key=KEYS)) == (
        "[tampered] the first checkpoint under the log's new key is missing, at checkpoints row 2"
    )


def test_a_first_checkpoint_that_was_taken_out(rotated: LogStore) -> None:
    rotated._database.execute("DELETE FROM checkpoints WHERE number = ?", (2,))
    rotated._database.execute("UPDATE checkpoints SET number = 2 WHERE number = 3")
    said = refusal(lambda: rotated.verify(log_key=KEYS))
    assert said == "[tampered] the checkpoint before it is another one, at checkpoints row 2"


def test_what_was_seen_before_is_compared_with_its_key(rotated: LogStore) -> None:
    for size in (1, 3, 4, 5):
        note = rotated.checkpoint_of(size)
        assert verify_seen(note, log_key=KEYS).size == size
        assert verify_extends(rotated, note, log_key=KEYS).size == 5


def test_a_fork_that_the_old_key_signs(rotated: LogStore) -> None:
    """After the change it is no checkpoint of this log; before it, it is told from the log."""
    longer = Checkpoint(origin=ORIGIN, size=9, root=b"f" * 32, index_root=b"i" * 32)
    note = sign_checkpoint(longer, signer=LOG, at=NOW)
    assert "not signed by" in refusal(lambda: verify_extends(rotated, note, log_key=KEYS))
    other = sign_checkpoint(replace(longer, size=2), signer=LOG, at=NOW)
    assert "another log: its first 2 entries" in refusal(
        lambda: verify_extends(rotated, other, log_key=KEYS)
    )


def test_the_place_of_each_sealed_checkpoint(rotated: LogStore) -> None:
    notes = [(size, rotated.checkpoint_of(size)) for size in (1, 3)]
    seal = SealedNotes(notes).seal
    for size, note in notes:
        place = rotated.sealed_place(size, log_key=KEYS)
        verify_sealed(note, place, seal=seal)
        with pytest.raises(RejectedError):
            verify_sealed(note, replace(place, number=place.number + 1), seal=seal)
        with pytest.raises(RejectedError):
            verify_sealed(note + b"\n", place, seal=seal)
    assert refusal(lambda: rotated.sealed_place(2, log_key=KEYS)) == (
        "[proof-invalid] no leaf -1 in a tree of 2"
    )


def test_restored_from_a_backup(rotated: LogStore, backend: Backend, tmp_path: Path) -> None:
    """The entries here are no changes of the trust root, so nothing tells of another key."""
    record = tuple(rotated.backed_up())
    assert len(record) == 4
    with (
        Backend(kind="sqlite", location=tmp_path / "again.sqlite").open() as again,
        pytest.raises(RejectedError) as caught,
    ):
        again.restore(record, log_keys=(LOG_KEY, NEW_KEY), check=lambda _: None)
    assert str(caught.value).startswith("[tampered] the entries are not those that were signed")
