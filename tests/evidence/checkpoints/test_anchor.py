"""Checkpoints kept elsewhere, against logs that verify in themselves."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from assay.core.errors import RejectedError, SignatureInvalidError
from assay.evidence.checkpoints.anchor import AnotherHistoryError, verify_extends
from assay.evidence.checkpoints.checkpoint import Checkpoint, sign_checkpoint
from assay.evidence.merkle import EMPTY_ROOT
from assay.evidence.store import open_store
from tests.fakes.trust import LOG, LOG_KEY, MALLORY, NOW, ORIGIN, verified

CUT = "(restore a copy that holds what the anchor saw)"


def grow(path: Path, names: Sequence[str]) -> bytes:
    """Append one statement for each name, and return the newest checkpoint."""
    with open_store(path, origin=ORIGIN, create=True) as store:
        for name in names:
            store.append([verified({"name": name})], log_signer=LOG, at=NOW)
        note = store.latest_checkpoint()
    assert note is not None
    return note


def refusal(path: Path, anchor: bytes) -> RejectedError:
    with open_store(path, origin=ORIGIN, create=True) as store:
        store.verify(log_key=LOG_KEY)  # each of these logs is whole in itself
        with pytest.raises(RejectedError) as caught:
            verify_extends(store, anchor, log_key=LOG_KEY)
    return caught.value


def test_a_log_that_only_grew(tmp_path: Path) -> None:
    anchors = [grow(tmp_path / "log.db", [name]) for name in "abcdefg"]
    with open_store(tmp_path / "log.db", origin=ORIGIN, create=False) as store:
        for anchor in anchors:
            assert verify_extends(store, anchor, log_key=LOG_KEY).size == 7


def test_the_anchor_of_an_empty_log(tmp_path: Path) -> None:
    head = Checkpoint(origin=ORIGIN, size=0, root=EMPTY_ROOT)
    anchor = sign_checkpoint(head, signer=LOG, at=NOW)
    with open_store(tmp_path / "log.db", origin=ORIGIN, create=True) as store:
        assert verify_extends(store, anchor, log_key=LOG_KEY) == head
    grow(tmp_path / "log.db", "ab")
    with open_store(tmp_path / "log.db", origin=ORIGIN, create=True) as store:
        assert verify_extends(store, anchor, log_key=LOG_KEY).size == 2


def test_an_old_copy_put_back(tmp_path: Path) -> None:
    grow(tmp_path / "log.db", "abc")
    shutil.copy(tmp_path / "log.db", tmp_path / "backup.db")
    anchor = grow(tmp_path / "log.db", "de")
    assert str(refusal(tmp_path / "backup.db", anchor)) == (
        f"[tampered] cut or set back: 3 entries, where 5 were seen, at log {CUT}"
    )


def test_all_of_it_gone(tmp_path: Path) -> None:
    anchor = grow(tmp_path / "log.db", "ab")
    assert str(refusal(tmp_path / "new.db", anchor)) == (
        f"[tampered] cut or set back: 0 entries, where 2 were seen, at log {CUT}"
    )


@pytest.mark.parametrize("names", ["abX", "Xbc", "abXdefg", "Xbcdefgh"])
def test_another_history_signed_with_the_same_key(tmp_path: Path, names: str) -> None:
    anchor = grow(tmp_path / "log.db", "abc")
    newest = grow(tmp_path / "fork.db", names)
    error = refusal(tmp_path / "fork.db", anchor)
    assert isinstance(error, AnotherHistoryError)
    assert (error.seen, error.newest) == (anchor, newest)  # what proves it to others
    assert str(error) == (
        "[tampered] another log: its first 3 entries are not those that were seen, at log "
        "(keep both; somebody used the log's key to sign two histories)"
    )


def test_an_anchor_that_the_log_never_signed(tmp_path: Path) -> None:
    grow(tmp_path / "log.db", "abc")
    anchor = sign_checkpoint(
        Checkpoint(origin=ORIGIN, size=1, root=b"r" * 32), signer=MALLORY, at=NOW
    )
    error = refusal(tmp_path / "log.db", anchor)
    assert isinstance(error, SignatureInvalidError)
    assert str(error) == f"[signature-invalid] not signed by {ORIGIN!r}, at anchor.checkpoint"


def test_a_newest_checkpoint_that_the_log_never_signed(tmp_path: Path) -> None:
    anchor = grow(tmp_path / "log.db", "abc")

    class Forged:
        def latest_checkpoint(self) -> bytes:
            return sign_checkpoint(
                Checkpoint(origin=ORIGIN, size=9, root=b"r" * 32), signer=MALLORY, at=NOW
            )

        def consistency_proof(self, old: int, new: int) -> tuple[bytes, ...]:
            raise AssertionError(old, new)

    with pytest.raises(SignatureInvalidError) as caught:
        verify_extends(Forged(), anchor, log_key=LOG_KEY)
    assert str(caught.value) == f"[signature-invalid] not signed by {ORIGIN!r}, at log.checkpoint"
