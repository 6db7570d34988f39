"""Readers of findings: what tools observed, waivers, fixes, and our own SARIF."""

from datetime import timedelta
from typing import Final

from tests.assurance.material import GAP, finding, report
from tests.fakes.trust import NOW

from assay.core.digest import sha256_of
from assay.core.jsonvalue import JsonValue
from assay.core.reliance import Reliance
from assay.core.strictjson import parse_json, render_canonical_json
from assay.findings.observation import Location, Observation
from assay.findings.reach import Level, Scope, Sight, make_reach
from assay.findings.sarif import Examined, render_sarif
from assay.findings.waiver import Waiver, parse_waiver
from assay.findings.waiveraccount import RecordedWaiver, WaiverAccount
from fuzz.target import MAX_BYTES, Target, raw, value

_OBSERVED: Final = Observation(
    tool="bandit",
    rule="B602",
    message="a shell",
    location=Location(path="a.py", line=3),
    version="1.9",
    severity="HIGH",
    weaknesses=("CWE-78",),
    traits=(("path", "a.py"),),
    reach=(
        make_reach(
            Level.DECLARED,
            (Sight(level=Level.CALLED, scope=Scope.TESTS, path="a.py", what="x", chain=("f",)),),
            ("limit",),
            ("a file",),
        ),
    ),
)
_WAIVER: Final = Waiver(
    finding="weakness/v1:0a",
    rule="bandit/B602",
    title="A shell",
    where="a.py:3",
    reason="only a test",
    accepted_at=NOW,
    expires=NOW + timedelta(days=3),
    accepted_by=("ana",),
)
_SIGNED: Final = Reliance(
    statement=sha256_of(b"envelope"), keys=("ab" * 32,), role="risk-owner", at=NOW
)
_ACCOUNT: Final = WaiverAccount(
    observed_at=NOW,
    waivers=(
        RecordedWaiver(
            waiver=_WAIVER,
            reliance=Reliance(
                statement=sha256_of(b"envelope"), keys=("ab" * 32,), role="risk-owner", at=NOW
            ),
        ),
    ),
    not_checked=(GAP,),
)


def _waiver(data: bytes) -> object:
    return parse_waiver(JsonValue(parse_json(data, max_bytes=MAX_BYTES)), accepted_by=("ana",))


def _sarif() -> tuple[bytes]:
    log = render_sarif([report("code", finding(), gaps=(GAP,))], Examined(commit="0" * 40))
    return (render_canonical_json(log),)


TARGETS: Final[tuple[Target, ...]] = (
    value(
        "assay.findings.observation:parse_observation",
        lambda: (render_canonical_json(_OBSERVED.as_json()),),
    ),
    Target(
        name="assay.findings.waiver:parse_waiver",
        read=_waiver,
        seeds=lambda: (render_canonical_json(_WAIVER.as_json()),),
    ),
    value(
        "assay.findings.waiveraccount:parse_waiver_account",
        lambda: (render_canonical_json(_ACCOUNT.as_json()),),
    ),
    raw("assay.findings.sarifread:parse_own_sarif", _sarif),
    raw("assay.findings.fixes.pins:parse_pins", lambda: (f"a/b@v1 {'1' * 40}\n".encode(),)),
)
