"""How bad a finding is: a value that policies and verdicts need without the findings."""

import enum
from typing import Final


class Severity(enum.StrEnum):
    """How bad it is, by the qualitative scale of CVSS."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"
    UNKNOWN = "unknown"  # nobody said; policy treats it as the worst

    @property
    def rank(self) -> int:
        """Return the place in the order, the worst first; unknown is as bad as critical."""
        return _RANKS[self]


_RANKS: Final = {
    Severity.UNKNOWN: 0,
    Severity.CRITICAL: 0,
    Severity.HIGH: 1,
    Severity.MEDIUM: 2,
    Severity.LOW: 3,
    Severity.INFO: 4,
}
