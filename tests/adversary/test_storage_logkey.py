"""Storage and time: somebody has a key that the log had, and everything else that is not secret."""

import shutil
from pathlib import Path

import pytest

from assay.core.errors import RejectedError
from assay.evidence.checkpoints.checkpoint import parse_checkpoint_text, sign_checkpoint
from assay.evidence.checkpoints.note import parse_note
from assay.evidence.store import LogStore, open_store
from assay.operations.change_trust import update_trust
from assay.operations.rotate_log import rotate_log
from assay.operations.verify_log import verify_log
from assay.signing.keyfile import create_key_file, load_key_file
from assay.signing.keys import Signer
from assay.signing.notekey import note_key, render_note_key
from assay.signing.trusttoml import render_toml
from tests.fakes.trust import verified as a_statement
from tests.operations.conftest import dated_site, here
from tests.operations.run import ENTRIES, check, clock, ledger, told
from tests.operations.site import Site
from tests.operations.trustkit import moment, pinned

__all__ = ["dated_site", "here"]


@pytest.fixture
def thief(here: Site) -> Signer:
    """Return the log's first key, after the log got a second one and went on."""
    shutil.copy(here.log, here.folder / "before.sqlite")
    rotate_log(
        here.top, log_signer="", reason="compromised", since="", draft=None, clock=clock(hours=1)
    )
    check(here, hours=2)
    return load_key_file(here.home / "keys" / "log.pem")


def stolen(here: Site, path: Path) -> LogStore:
    return open_store(path, origin=pinned(here).log_origin, create=False)


def refusal(here: Site) -> str:
    with pytest.raises(RejectedError) as caught:
        verify_log(here.top, clock=clock(hours=3))
    return told(caught.value, here)


def test_log_forked_with_the_key_that_it_had_before(here: Site, thief: Signer) -> None:
    """The copy from before the change goes on, with more entries than anybody saw."""
    copy = here.folder / "before.sqlite"
    with stolen(here, copy) as store:
        samples = tuple(a_statement({"n": n}) for n in range(2 * ENTRIES))
        store.append(samples, log_signer=thief, at=moment(2))
    shutil.copy(copy, here.log)
    here.anchor.unlink()
    assert refusal(here).startswith("[signature-invalid] not signed by")


def test_log_forked_for_whoever_pinned_the_new_trust_root_only(here: Site, thief: Signer) -> None:
    """The genuine change is in the fork: it names a key that the thief does not have."""
    with ledger(here, hours=3) as opened:
        envelope = opened.store.entry(ENTRIES).envelope
        change = opened.chain.versions[-1].signed
    assert change is not None
    assert change.envelope == envelope
    copy = here.folder / "before.sqlite"
    with stolen(here, copy) as store:
        store.append([a_statement({"n": 1})], log_signer=thief, at=moment(1))
        store.append([change], log_signer=thief, at=moment(2))
    shutil.copy(copy, here.log)
    here.anchor.unlink()
    assert refusal(here).startswith("[signature-invalid] not signed by")


def test_key_revoked_later_entries_dated_anew_with_the_key_of_the_log(
    here: Site, thief: Signer
) -> None:
    """An older date would put evidence before the end of the key that signed it."""
    with stolen(here, here.log) as store:
        note = store.checkpoint_of(ENTRIES)
        text = parse_checkpoint_text(parse_note(note).text.decode())
        forged = sign_checkpoint(text, signer=thief, at=moment(-5))
        store._database.execute("UPDATE checkpoints SET note = ? WHERE size = ?", (forged, ENTRIES))
    assert refusal(here) == (
        "[tampered] the checkpoints before the log's new key are not those that it sealed, "
        "at checkpoints (assay log verify names the row)"
    )


def test_a_new_key_without_a_word_of_the_one_before(here: Site) -> None:
    """A version that only puts another key in its place would leave the past to both."""
    root, path = pinned(here), here.folder / "another.pem"
    other = note_key(root.log_origin, create_key_file(path, algorithm="ed25519").public)
    file = here.folder / "trust.toml"
    text = render_toml(root, version=2)
    file.write_text(text.replace(root.log_key, render_note_key(other)))
    with pytest.raises(RejectedError) as caught:
        update_trust(file, here.top, clock=clock(hours=1))
    assert caught.value.what == "not all keys that the log had, in their order"
    assert pinned(here).version == 1
