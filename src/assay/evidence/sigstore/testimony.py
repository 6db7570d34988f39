"""What timestamp authorities and logs said of a signature, once it was verified."""

from dataclasses import dataclass
from datetime import datetime

from assay.core.notchecked import NotChecked


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedTime:
    """When the signature existed at the latest, and who says so."""

    at: datetime
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """Where an entry is: in the log at `log`, at `index`; `proven_in` the tree of that size.

    `proven_in` is None where there was only the log's promise. `unchecked` names signers of the
    checkpoint that the trusted root has no key for: witnesses.
    """

    log: str
    index: int
    proven_in: int | None
    unchecked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Testimony:
    """All times, in their order, and all places in logs; and what of the bundle was left unread."""

    times: tuple[VerifiedTime, ...]
    logged: tuple[Logged, ...]
    not_checked: tuple[NotChecked, ...]
