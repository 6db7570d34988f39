"""Two verifiers that share no code say the same of a kit, whatever was done to it.

`contrib/verify.py` is the second. A damage that only one of them noticed would be a hole in the other.
"""

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings

from assay.evidence.checkpoints.checkpoint import Checkpoint, cosign_checkpoint, sign_checkpoint
from assay.signing.asymmetric import generate_signer
from assay.signing.notekey import cosigner_key, render_note_key
from tests.fakes.trust import LOG, LOG_KEY, NOW, ORIGIN
from tests.operations.auditing import SCRIPT, load_script
from tests.operations.kitdamage import STEPS, Exported, agree

WITNESS: Final = generate_signer("ed25519")


def test_the_second_verifier_is_small_and_alone() -> None:
    source = SCRIPT.read_text("utf-8")
    assert source.count("\n") < 400
    assert "import assay" not in source
    assert "from assay" not in source


def agree_on(exported: Exported, *, examples: int) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(STEPS)
    def agreed(steps: list[tuple[int, int, int]]) -> None:
        agree(exported, steps)

    agreed()


def test_both_agree_on_any_damage(exported: Exported) -> None:
    """Whatever is changed anywhere, both refuse; where nothing was, both accept."""
    agree_on(exported, examples=120)


@pytest.mark.slow
def test_both_agree_on_much_damage(exported: Exported) -> None:
    """The same, for longer."""
    agree_on(exported, examples=4_000)


def test_the_second_verifier_counts_witnesses() -> None:
    """Cosignatures (C2SP, type 0x04) by a witness, by the log, by nobody known, and false ones."""
    note_times = load_script().note_times
    checkpoint = Checkpoint(origin=ORIGIN, size=1, root=b"r" * 32, index_root=b"i" * 32)
    note = sign_checkpoint(checkpoint, signer=LOG, at=NOW)
    line = cosign_checkpoint(note, name="w.example", signer=WITNESS, at=NOW)
    witness = render_note_key(cosigner_key("w.example", WITNESS.public))
    seconds = int(NOW.timestamp())
    cosigned = (note + line).decode()
    assert note_times(cosigned, witness) == [seconds]
    assert note_times(cosigned, render_note_key(LOG_KEY)) == [0]
    assert note_times(cosigned, render_note_key(LOG_KEY), kind=4) == [seconds]
    assert note_times(note.decode(), witness) == []
    other = sign_checkpoint(replace(checkpoint, size=2), signer=LOG, at=NOW) + line
    with pytest.raises(ValueError, match=r"forged, not by w\.example"):
        note_times(other.decode(), witness)
