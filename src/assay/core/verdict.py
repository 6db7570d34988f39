"""The three values that every answer has, and how they combine."""

import enum
from collections.abc import Iterable
from typing import NoReturn


class Verdict(enum.Enum):
    """PASSED, FAILED or UNKNOWN; it has no truth value."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"

    def __bool__(self) -> NoReturn:
        """Refuse truth tests: otherwise every member would be true, FAILED included."""
        raise TypeError("compare with `is Verdict.PASSED`")


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Combine: any FAILED fails; else any UNKNOWN, or no verdict at all, is UNKNOWN."""
    seen = set(verdicts)
    if Verdict.FAILED in seen:
        return Verdict.FAILED
    return Verdict.PASSED if seen == {Verdict.PASSED} else Verdict.UNKNOWN
