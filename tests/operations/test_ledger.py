"""The ledger: what counts under the newest trust root, what does not any more, and why."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from assay.core.digest import sha256_of
from assay.core.errors import TamperedError
from assay.evidence.envelope import parse_envelope
from assay.evidence.store import LogStore, open_store
from assay.evidence.trustchain import TrustChain, Version
from assay.operations.home import Home
from assay.operations.ledger import Expected, Ledger
from assay.operations.replay_verdict import replay_verdict
from assay.operations.show_entry import load_envelope, show_entry
from assay.signing.logkeys import key_history
from assay.signing.trust import TrustRoot, trust_root_digest
from tests.evidence.sigstore.case import ARTIFACT, PREDICATE_TYPE, statement_v1, trusted_root
from tests.evidence.sigstore.test_entry import RECORDED, root
from tests.fakes.trust import LOG, LOG_KEY, ORIGIN
from tests.operations.run import clock
from tests.operations.site import Site

EXPECTED = Expected(subject=sha256_of(ARTIFACT), role="collector", predicate_type=PREDICATE_TYPE)


def without(*members: str) -> bytes:
    """Return the Sigstore trusted root with nobody in some of its lists."""
    return json.dumps(json.loads(trusted_root()) | {name: [] for name in members}).encode()


def recorded(store: LogStore, before: TrustRoot, after: TrustRoot, home: Path) -> Ledger:
    """Return a log with one bundle, recorded under `before`, where `after` is in force."""
    envelope = parse_envelope(json.dumps(statement_v1().bundle).encode())
    verified = envelope.verify(
        trusted=before,
        role=EXPECTED.role,
        threshold=1,
        subject=EXPECTED.subject,
        predicate_type=EXPECTED.predicate_type,
        at=RECORDED,
    )
    store.append([verified], log_signer=LOG, at=RECORDED)
    versions = tuple(
        Version(root=one, digest=trust_root_digest(one), index=index, at=None, signed=None)
        for index, one in ((-1, before), (1, after))
    )
    return Ledger(
        home=Home(folder=home),
        store=store,
        chain=TrustChain(versions=versions),
        keys=key_history(LOG_KEY),
        at=RECORDED,
    )


def test_an_entry_that_was_moved_to_another_time(here: Site) -> None:
    """Asked for by its number or its digest, it is proven to be where it is."""
    with closing(sqlite3.connect(here.top / ".assay" / "log.sqlite")) as database, database:
        [moved] = database.execute("SELECT digest, envelope FROM entries WHERE number = 9")
        database.execute("DELETE FROM entries WHERE number = 9")
        database.execute("UPDATE entries SET digest = ?, envelope = ? WHERE number = 4", moved)
    digest = f"sha256:{moved[0].hex()}"
    for asked in (
        lambda: show_entry(here.top, "4", clock=clock(hours=1)),
        lambda: replay_verdict("4", here.top, clock=clock(hours=1)),
        lambda: replay_verdict(digest, here.top, clock=clock(hours=1)),
        lambda: load_envelope(here.top, "4", clock=clock(hours=1)),
    ):
        with pytest.raises(TamperedError) as caught:
            asked()
        assert str(caught.value) == (
            "[tampered] not the entry that was recorded, at entries row 4 "
            "(assay log verify looks at all of them)"
        )


@pytest.mark.parametrize(
    "lost",
    [
        lambda: None,
        lambda: without("certificateAuthorities"),
        lambda: without("tlogs"),
        lambda: without("ctlogs"),
    ],
)
def test_a_bundle_falls_with_the_authority_that_it_rests_on(
    tmp_path: Path, lost: Callable[[], bytes | None]
) -> None:
    """No key and no identity is revoked: whoever issued the certificate is not trusted any more."""
    with open_store(tmp_path / "log.sqlite", origin=ORIGIN, create=True) as store:
        after = replace(root(), sigstore=lost())
        ledger = recorded(store, root(), after, tmp_path)
        entry = store.entry(0)
        assert ledger.judge(entry, EXPECTED) is None
        assert ledger.why_fallen(entry, EXPECTED) == (
            "it does not hold under the trust root in force",
        )


def test_a_bundle_stands_while_its_authority_does(tmp_path: Path) -> None:
    with open_store(tmp_path / "log.sqlite", origin=ORIGIN, create=True) as store:
        ledger = recorded(store, root(), root(), tmp_path)
        entry = store.entry(0)
        assert ledger.judge(entry, EXPECTED) is not None
        assert ledger.why_fallen(entry, EXPECTED) == ()
