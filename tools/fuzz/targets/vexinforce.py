"""Readers of VEX in the log: recorded documents, and the account of what is in force."""

from datetime import timedelta
from typing import Final

from tests.assurance.material import GAP
from tests.fakes.trust import NOW

from assay.core.digest import sha256_of
from assay.core.reliance import Reliance
from assay.core.strictjson import render_canonical_json
from assay.vuln.vex.account import VexAccount, VexWord
from assay.vuln.vex.record import VexRecord
from fuzz.target import Target, value

_SIGNED: Final = Reliance(
    statement=sha256_of(b"envelope"), keys=("ab" * 32,), role="vex-author", at=NOW
)
_WORD: Final = VexWord(
    finding="vulnerability/v1:0a",
    vulnerability="CVE-2026-1000",
    component="pkg:npm/a@1.2.3",
    status="not_affected",
    justification="vulnerable_code_not_present",
    because="It is left out.",
    said_at=NOW,
    expires_at=NOW + timedelta(days=3),
    author="Example Ltd",
    signed_by=("ana",),
    vouched=True,
    document=_SIGNED.statement,
)
_ACCOUNT: Final = VexAccount(
    observed_at=NOW, documents=(_SIGNED,), words=(_WORD,), not_checked=(GAP,)
)
_RECORD: Final = VexRecord(file="a.json", observed_at=NOW, content=b"{}", signature=b"x")

TARGETS: Final[tuple[Target, ...]] = (
    value(
        "assay.vuln.vex.record:parse_vex_record",
        lambda: (render_canonical_json(_RECORD.as_json()),),
    ),
    value(
        "assay.vuln.vex.account:parse_vex_account",
        lambda: (render_canonical_json(_ACCOUNT.as_json()),),
    ),
)
