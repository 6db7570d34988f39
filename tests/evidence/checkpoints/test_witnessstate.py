"""What a witness remembers of a log: the newest checkpoint that it signed, and forks."""

from pathlib import Path

import pytest

from assay.core.errors import AssayError, TamperedError
from assay.evidence.checkpoints.checkpoint import Checkpoint, cosign_checkpoint, sign_checkpoint
from assay.evidence.checkpoints.witnessstate import MAX_FORKS, WitnessState
from assay.signing.notekey import cosigner_key
from tests.fakes.trust import ALICE, LOG, NOW, ORIGIN

NAME = "w.example"
KEY = cosigner_key(NAME, ALICE.public)


def cosigned(size: int, *, origin: str = ORIGIN) -> bytes:
    head = Checkpoint(origin=origin, size=size, root=bytes([size]) * 32)
    note = sign_checkpoint(head, signer=LOG, at=NOW)
    return note + cosign_checkpoint(note, name=NAME, signer=ALICE, at=NOW)


def test_nothing_is_remembered_of_a_new_log(tmp_path: Path) -> None:
    with WitnessState(tmp_path, KEY).locked(ORIGIN) as state:
        assert (state.note, state.last) == (b"", None)


def test_what_was_saved_is_there_again(tmp_path: Path) -> None:
    for size in (1, 2):
        with WitnessState(tmp_path, KEY).locked(ORIGIN) as state:
            state.save(cosigned(size))
    with WitnessState(tmp_path, KEY).locked(ORIGIN) as state:
        assert state.note == cosigned(2)
        assert state.last is not None
        assert (state.last.checkpoint.size, state.last.at) == (2, NOW)
    with WitnessState(tmp_path, KEY).locked("another.example/log") as state:
        assert state.last is None


def test_an_origin_names_no_other_file(tmp_path: Path) -> None:
    with WitnessState(tmp_path / "state", KEY).locked("../../outside") as state:
        state.save(cosigned(1, origin="../../outside"))
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


def test_the_state_of_another_log(tmp_path: Path) -> None:
    """Somebody put one folder in the place of another."""
    with WitnessState(tmp_path, KEY).locked(ORIGIN) as state:
        state.save(cosigned(1, origin="another.example/log"))
    with pytest.raises(TamperedError) as caught, WitnessState(tmp_path, KEY).locked(ORIGIN):
        pass
    assert str(caught.value) == "[tampered] the state of another log, 'another.example/log'"


def test_a_state_that_the_witness_did_not_sign(tmp_path: Path) -> None:
    note = cosigned(1).rpartition(b"\xe2\x80\x94")[0]
    with WitnessState(tmp_path, KEY).locked(ORIGIN) as state:
        state.save(note)
    with pytest.raises(AssayError), WitnessState(tmp_path, KEY).locked(ORIGIN):
        pass


def test_forks_are_kept_up_to_a_number(tmp_path: Path) -> None:
    with WitnessState(tmp_path, KEY).locked(ORIGIN) as state:
        state.save(cosigned(200))
    with WitnessState(tmp_path, KEY).locked(ORIGIN) as state:
        for number in range(MAX_FORKS):
            folder = state.keep_fork(b"%d" % number)
            assert folder is not None
            assert (folder / "cosigned.note").read_bytes() == cosigned(200)
            assert (folder / "refused.note").read_bytes() == b"%d" % number
            assert folder.parent.parent == state.folder
        assert state.keep_fork(b"one more") is None
