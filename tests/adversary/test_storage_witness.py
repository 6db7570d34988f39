"""Storage: a log that is truncated, forked or rolled back, before those who have seen it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from assay.core.errors import ProofError
from assay.evidence.checkpoints.witness import (
    AddCheckpoint,
    Refusal,
    WitnessRefusedError,
    cosigning_time,
    verify_request,
)
from assay.evidence.merkle import inclusion_path, node_place
from assay.evidence.tiles.tlogproof import TlogProof, verify_tlog_proof
from tests.evidence.checkpoints.test_witness import FORKED, NODES, note, path, request, seen
from tests.fakes.trust import LOG_KEY, NOW


def refused(asked: AddCheckpoint, *, last: int) -> tuple[Refusal, bool]:
    with pytest.raises(WitnessRefusedError) as caught:
        verify_request(asked, log_keys=(LOG_KEY,), last=seen(last))
    return caught.value.refusal, caught.value.fork


@pytest.mark.parametrize("claimed", [0, 4, 8])
def test_log_truncated(claimed: int) -> None:
    """A smaller tree is not cosigned, whatever size the asker says was seen last."""
    asked = AddCheckpoint(old_size=claimed, path=(), note=note(4))
    assert refused(asked, last=8)[0] in {Refusal.CONFLICT, Refusal.MALFORMED}


def test_log_forked_at_the_same_size() -> None:
    assert refused(FORKED, last=5) == (Refusal.CONFLICT, True)


def test_log_forked_and_grown() -> None:
    """A larger tree that does not begin with the one that was seen."""
    grown = replace(request(5, 8), path=path(5, 9))
    assert refused(grown, last=5)[0] is Refusal.NOT_CONSISTENT


def test_log_rolled_back_and_grown_again() -> None:
    """The log starts over, and says that nothing was seen of it yet."""
    assert refused(request(0, 9), last=8)[0] is Refusal.CONFLICT


def test_clock_set_back_on_a_witness() -> None:
    with pytest.raises(WitnessRefusedError) as caught:
        cosigning_time(seen(5), now=NOW - timedelta(hours=1))
    assert caught.value.refusal is Refusal.CLOCK


@pytest.mark.parametrize("size", [6, 8])
def test_a_proof_for_another_tree_size_than_its_checkpoint(size: int) -> None:
    """The path leads to the root of seven entries, the checkpoint has more or fewer."""
    of_seven = inclusion_path(4, 7, lambda level, index: NODES[node_place(level, index)])
    whole = TlogProof(index=4, path=of_seven, checkpoint=note(7))
    assert verify_tlog_proof(whole, entry=b"4", log_key=LOG_KEY).size == 7
    with pytest.raises(ProofError):
        verify_tlog_proof(replace(whole, checkpoint=note(size)), entry=b"4", log_key=LOG_KEY)
