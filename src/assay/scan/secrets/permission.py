"""Permission on the line: `assay:allow RULE until=2026-12-31 reason="a made-up key"`.

It holds for that rule on that line, through the day that it names (UTC), and only with a reason; as
a waiver does, for a year at most. Anything less, or any mistake in it, permits nothing, and the
finding says why. What it permits is listed as accepted by a comment: nobody signed it, and a gate
may be told that it does not count (`source.exceptions-signed`).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import re2

from assay.findings.waiver import MAX_AGE

MARK: Final = b"assay:allow"
_WRITTEN: Final = re2.compile(
    r"assay:allow\s+(?:secrets/)?([a-z0-9\-]{1,80})\s+until=([0-9]{4}-[0-9]{2}-[0-9]{2})\s+"
    r'reason=\\?"([^"\\]{3,200})\\?"'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """`accepted` are the reason and end of one that holds; `void` is why none on the line does."""

    accepted: str = ""
    void: str = ""


def permission_on(line: bytes, *, rule: str, at: datetime) -> Permission:
    """Return what the comments on `line`, which has the `MARK`, permit for `rule`."""
    void = 'it has not the form RULE until=YYYY-MM-DD reason="…"'
    for match in _WRITTEN.finditer(line.decode(errors="replace")):
        name, until, reason = match.groups()
        if name != rule:
            void = f"it is for {name!r}"
        elif not reason.strip():
            void = "its reason is empty"
        elif at.date().isoformat() > until:
            void = f"it ended on {until}"
        elif until > (at + MAX_AGE).date().isoformat():
            void = f"it would end on {until}, more than {MAX_AGE.days} days from now"
        else:
            return Permission(accepted=f"{reason.strip()}, until {until}")
    return Permission(void=void)
