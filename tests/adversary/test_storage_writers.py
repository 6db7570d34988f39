"""Storage, two writers: who decides from the trust root must not append after it has changed."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from assay.core.digest import sha256_of
from assay.core.errors import TamperedError, UnavailableError
from assay.evidence.statement import Statement, Subject
from assay.evidence.trustchain import change_statement, verify_change
from assay.operations.change_trust import apply_trust, propose_trust, sign_trust
from assay.operations.trustdraft import load_draft
from tests.operations.conftest import dated_site, here
from tests.operations.run import ENTRIES, clock, ledger, recorder
from tests.operations.site import Site
from tests.operations.trustkit import (
    change,
    moment,
    new_key,
    pinned,
    update,
    use_key,
    with_key,
    with_revoked,
    written,
)

__all__ = ["dated_site", "here"]

CHANGED = "[unavailable] the trust root changed meanwhile; nothing was recorded (try again)"


def test_two_writers_change_the_trust_root_at_once(here: Site) -> None:
    """Both changes follow the version in force; both in the log would refuse it for ever."""
    first, second = (here.folder / name for name in ("first.json", "second.json"))
    for draft, hours in ((first, 9000), (second, 9001)):
        file = written(here, replace(pinned(here), expires=moment(hours)))
        propose_trust(file, here.top, draft=draft, clock=clock(hours=1))
        mine = here.home / "keys" / "signer.pem"
        sign_trust(draft, signer_uri=str(mine), clock=clock(hours=1))
    with recorder(here, hours=1) as slow:
        envelope = load_draft(second, at=moment(1)).envelope
        verified = verify_change(slow.ledger.trust, envelope, at=moment(1))
        apply_trust(first, here.top, clock=clock(hours=1))
        with pytest.raises(UnavailableError) as caught:
            slow.append((verified,), at=moment(1))
        assert str(caught.value) == CHANGED
    with ledger(here, hours=2) as opened:
        assert opened.trust.expires == moment(9000)


def test_a_writer_whose_key_is_revoked_meanwhile(here: Site) -> None:
    """Never to be trusted, its statement would stop whoever reads what the log has on a subject."""
    [old] = pinned(here).principals[0].keys
    path, new = new_key(here, "next")
    update(here, with_key(pinned(here), "local", new, hours=1), hours=1)
    with recorder(here, hours=2) as slow:
        change(here, with_revoked(pinned(here), old.name, hours=2), path, hours=2)
        with pytest.raises(UnavailableError) as caught:
            slow.record((statement("late"),), role="collector")
        assert str(caught.value) == CHANGED


def test_a_writer_goes_on_where_the_same_version_was_recorded_again(here: Site) -> None:
    """Two who begin at once both record the trust root: that is no change of it."""
    path, new = new_key(here, "next")
    update(here, with_key(pinned(here), "local", new, hours=1), hours=1)
    with recorder(here, hours=2) as slow:
        use_key(here, path)
        with recorder(here, hours=2) as fast:
            [again] = fast.record((change_statement(pinned(here)),), role="owner")
        assert again.recorded
        assert slow.record((statement("late"),), role="collector")[0].recorded


def test_the_log_is_set_back_while_a_writer_is_at_work(here: Site, tmp_path: Path) -> None:
    """It was looked at when the writer began; what is signed now would cover the loss for ever."""
    database = here.top / ".assay" / "log.sqlite"
    copied(database, tmp_path / "old.sqlite")
    with recorder(here, hours=1) as opened:
        opened.record((statement("failed"),), role="collector")
    with recorder(here, hours=2) as slow:
        copied(tmp_path / "old.sqlite", database)
        with pytest.raises(TamperedError) as caught:
            slow.record((statement("late"),), role="collector")
    assert str(caught.value) == (
        f"[tampered] cut or set back: {ENTRIES} entries, where {ENTRIES + 1} were seen, at log "
        "(restore a copy that holds what the anchor saw)"
    )
    with pytest.raises(TamperedError), ledger(here, hours=3):
        pass


def copied(source: Path, target: Path) -> None:
    """Put the rows of one database in the place of another's, in use or not."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def statement(name: str) -> Statement:
    return Statement(
        subjects=(Subject(name=name, digest=sha256_of(name.encode())),),
        predicate_type="urn:example:kind",
        predicate={},
    )
