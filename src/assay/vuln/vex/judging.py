"""What the words of VEX come to at a time: the one judge, at the gate and for whoever looks.

* "Not affected" and "fixed" take a finding away until the word ends: by its author's own date, and
  at the latest `max_age` after it was said. What they take away is listed as accepted.
* "Affected" is stronger, however old it is and whoever else says otherwise: the contradiction is
  named, and the finding counts. So is an entry that nobody could read. "Under investigation" does
  nothing.
* A word takes away, so the least that anybody says holds: of several accounts the newest counts,
  and of those of one moment what all of them tell.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from assay.core.clock import ALLOWED_SKEW, format_time
from assay.core.notchecked import NotChecked
from assay.vuln.vex.account import BLOCKING, TAKING, VexAccount, VexWord
from assay.vuln.vex.statement import Status

_LAST: Final = datetime.max.replace(tzinfo=UTC)
_ASK: Final = "Ask its author for a newer one, or record one: assay vex record."


@dataclass(frozen=True, slots=True, kw_only=True)
class VexSetAside:
    """A word that takes a finding away, and when it ends (`assay.findings.waiver.SetAside`)."""

    word: VexWord
    expires: datetime

    @property
    def words(self) -> str:
        """Return what is said of the finding, and by whom."""
        return f"is {self.word.status}, says {self.word.whose}"

    @property
    def accepted_by(self) -> tuple[str, ...]:
        """Return the principals who signed it."""
        return self.word.signed_by

    @property
    def reason(self) -> str:
        """Return why."""
        parts = (self.word.status, self.word.justification, self.word.because)
        return ": ".join(part for part in parts if part)

    def as_json(self) -> dict[str, object]:
        """Return the word, and when it ends here."""
        return {**self.word.as_json(), "expires": format_time(self.expires)}


@dataclass(frozen=True, slots=True, kw_only=True)
class VexJudgement:
    """What VEX takes away and what it confirms, by finding; and what was not applied, with why."""

    set_aside: Mapping[str, VexSetAside]
    confirmed: Mapping[str, VexWord]
    not_checked: tuple[NotChecked, ...]


NOTHING: Final = VexJudgement(set_aside={}, confirmed={}, not_checked=())


def judge_vex(accounts: Sequence[VexAccount], *, max_age: timedelta, at: datetime) -> VexJudgement:
    """Return what the words of `accounts` come to at the time `at`."""
    newest = max((account.observed_at for account in accounts), default=at)
    latest = [account for account in accounts if account.observed_at == newest]
    told = [frozenset(account.words) for account in latest]
    set_aside: dict[str, VexSetAside] = {}
    confirmed: dict[str, VexWord] = {}
    gaps = {gap for account in latest for gap in account.not_checked}
    for finding, words in _by_finding(latest).items():
        taking = [word for word in words if word.status in TAKING]
        blocking = [word for word in words if _blocks(word, at)]
        shared = (word for word in taking if all(word in one for one in told))
        living = [one for word in shared if (one := _living(word, max_age, at)) is not None]
        if blocking:
            confirmed[finding] = loudest = min(blocking, key=_loudness)
            gaps |= {_contradicted(word, loudest) for word in taking}
        elif living:
            set_aside[finding] = max(living, key=lambda one: (one.expires, _order(one.word)))
        else:
            gaps |= {_ended(word, max_age, at) for word in taking}
    return VexJudgement(
        set_aside=dict(sorted(set_aside.items())),
        confirmed=dict(sorted(confirmed.items())),
        not_checked=tuple(sorted(gaps)),
    )


def _by_finding(accounts: Iterable[VexAccount]) -> dict[str, list[VexWord]]:
    found: dict[str, dict[VexWord, None]] = {}
    for word in (word for account in accounts for word in account.words):
        found.setdefault(word.finding, {})[word] = None
    return {finding: [*words] for finding, words in found.items()}


def _blocks(word: VexWord, at: datetime) -> bool:
    """Tell whether it keeps a finding in the count; that it is old is no reason not to."""
    return word.status in BLOCKING and (word.expires_at is None or at < word.expires_at)


def _living(word: VexWord, max_age: timedelta, at: datetime) -> VexSetAside | None:
    until = _end(word, max_age)
    holds = word.said_at <= at + ALLOWED_SKEW and at < until
    return VexSetAside(word=word, expires=until) if holds else None


def _end(word: VexWord, max_age: timedelta) -> datetime:
    # A time near the end of the calendar has no day a year later.
    latest = word.said_at + max_age if word.said_at <= _LAST - max_age else _LAST
    return latest if word.expires_at is None else min(latest, word.expires_at)


def _contradicted(word: VexWord, other: VexWord) -> NotChecked:
    return _gap(word, f"contradicted: {other.whose} {other.told}")


def _ended(word: VexWord, max_age: timedelta, at: datetime) -> NotChecked:
    until, said = format_time(_end(word, max_age)), format_time(word.said_at)
    if _living(word, max_age, at) is not None:
        return _gap(word, "not every account of that moment tells it")
    return _gap(word, f"said on {said}, it holds until {until} at the latest")


def _gap(word: VexWord, why: str) -> NotChecked:
    return NotChecked(
        what="VEX",
        where=str(word.document),
        why=f"{word.whose} says {word.status} of {word.vulnerability} in {word.component}, "
        f"which is not applied: {why}",
        remedy=_ASK,
    )


def _loudness(word: VexWord) -> tuple[bool, tuple[str, ...]]:
    """Return what comes first of words that confirm: one that says so, before one that may."""
    return word.status != Status.AFFECTED.value, _order(word)


def _order(word: VexWord) -> tuple[str, ...]:
    return (format_time(word.said_at), word.author, word.status, str(word.document), word.because)
