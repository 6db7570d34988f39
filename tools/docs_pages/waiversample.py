"""A waiver, and an account of it, for the pages about predicates."""

from datetime import datetime, timedelta

from assay.core.digest import sha256_of
from assay.core.notchecked import NotChecked
from assay.core.reliance import Reliance
from assay.findings.waiver import PREDICATE_TYPE as WAIVER_TYPE
from assay.findings.waiver import Waiver
from assay.findings.waiveraccount import PREDICATE_TYPE as ACCOUNT_TYPE
from assay.findings.waiveraccount import RecordedWaiver, WaiverAccount


def waiver_samples(at: datetime) -> dict[str, tuple[object, ...]]:
    """Return one of each by its predicate type."""
    waiver = Waiver(
        finding="weakness/v1:2585b7e2a11a20d886bfaebb0d4702ae",
        rule="bandit/B602",
        title="A shell runs text that may come from outside",
        where="listing.py:5",
        reason="names come from our own list",
        accepted_at=at.replace(microsecond=0),
        expires=at.replace(microsecond=0) + timedelta(days=30),
        accepted_by=("ada",),
    )
    signed = Reliance(
        statement=sha256_of(b"its envelope"),
        keys=("ab" * 32,),
        role="risk-owner",
        at=at.replace(microsecond=0),
    )
    account = WaiverAccount(
        observed_at=at,
        waivers=(RecordedWaiver(waiver=waiver, reliance=signed),),
        not_checked=(NotChecked(what="waiver", where="sha256:…", why="signed by no person"),),
    )
    return {WAIVER_TYPE: (waiver.as_json(),), ACCOUNT_TYPE: (account.as_json(),)}
