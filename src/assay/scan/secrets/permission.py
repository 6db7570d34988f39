"""Permission on the line: `assay:allow RULE until=2026-12-31 reason="a made-up key"`.

It holds for that rule on that line, through the day that it names (UTC), and only with a reason.
Anything less, or any mistake in it, permits nothing. What it permits is listed as accepted.
"""

from datetime import datetime
from typing import Final

import re2

_WRITTEN: Final = re2.compile(
    r"assay:allow\s+(?:secrets/)?([a-z0-9\-]{1,80})\s+until=([0-9]{4}-[0-9]{2}-[0-9]{2})\s+"
    r'reason=\\?"([^"\\]{3,200})\\?"'
)
MARK: Final = b"assay:allow"


def permission_on(line: bytes, *, rule: str, at: datetime) -> str:
    """Return the reason and end of a permission for `rule` that holds, or an empty text."""
    for match in _WRITTEN.finditer(line.decode(errors="replace")):
        name, until, reason = match.groups()
        if name == rule and at.date().isoformat() <= until and reason.strip():
            return f"{reason.strip()}, until {until}"
    return ""
