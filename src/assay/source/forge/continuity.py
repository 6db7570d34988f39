"""Since when a control holds without a break, and what was weakened: from the states in the log.

A forge tells what is so now, not what was. What was between two looks nobody saw, so

* a control holds *since* the first of the looks in a row that all saw it, none of which lies more
  than `max_gap` after the one before, the last one no more than that before `at`;
* a look counts from the moment that it tells, if it came into the log soon after it: a past that is
  written down later is none;
* what one look saw held and the next one did not is a weakening, and is named for ever, also where
  it was mended since.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from assay.core.clock import format_time, parse_time
from assay.core.jsonvalue import JsonValue
from assay.source.forge.facts import Control, ForgeState, RefRules
from assay.source.forge.predicate import nullable

PROMPT: Final = timedelta(hours=1)  # from the look to the log: for slow runs, and two clocks
_NOT_TOLD: Final = "not told"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedState:
    """What a forge said, and when the log took it in."""

    state: ForgeState
    recorded_at: datetime
    statement: str  # the digest of the statement

    @property
    def prompt(self) -> bool:
        """Tell whether it was recorded when it was seen."""
        return -PROMPT <= self.recorded_at - self.state.observed_at <= PROMPT


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Weakening:
    """What was so at the look `after`, and not any more at the look `seen`."""

    after: datetime
    seen: datetime
    what: str
    was: str
    now: str

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {
            "after": format_time(self.after),
            "seen": format_time(self.seen),
            "what": self.what,
            "was": self.was,
            "now": self.now,
        }


def parse_weakening(value: JsonValue) -> Weakening:
    """Read what `Weakening.as_json` wrote.

    Raises:
        MalformedError: A member is missing or of another type.
    """
    return Weakening(
        after=parse_time(value.field("after").text()),
        seen=parse_time(value.field("seen").text()),
        what=value.field("what").text(),
        was=value.field("was").text(),
        now=value.field("now").text(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """What is enforced on one ref by the newest look at it, and since when without a break.

    `since` has an entry for each control that holds. None at all are in it where the newest look is
    older than the gap that is allowed. This is the word of a forge (`source`): it corroborates.
    """

    ref: str
    rules: RefRules
    observed_at: datetime  # of the newest look
    max_gap: timedelta
    looks: int  # that count
    since: Mapping[Control, datetime]
    weakenings: tuple[Weakening, ...]
    source: str = "forge"

    def as_json(self) -> dict[str, object]:
        """Return the member `protection` of the predicate."""
        since = {control: self.since.get(control) for control in Control}
        return {
            **self.rules.as_json(),
            "observedAt": format_time(self.observed_at),
            "maxGapHours": self.max_gap // timedelta(hours=1),
            "looks": self.looks,
            "since": {c.value: None if at is None else format_time(at) for c, at in since.items()},
            "weakenings": [one.as_json() for one in self.weakenings],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    at: datetime
    rules: RefRules


def protection_over_time(
    states: Iterable[DatedState], *, ref: str, at: datetime, max_gap: timedelta
) -> Protection | None:
    """Return what holds on `ref` at the time `at`, or None where no look told anything about it.

    The order of `states` is no matter; all are of one repository. Looks after `at` do not count.
    """
    looks = tuple(_looks(states, ref, at))
    if not looks:
        return None
    newest = looks[-1]
    return Protection(
        ref=ref,
        rules=newest.rules,
        observed_at=newest.at,
        max_gap=max_gap,
        looks=len(looks),
        since=MappingProxyType(
            {
                control: since
                for control in Control
                if (since := _since(looks, control, at, max_gap)) is not None
            }
        ),
        weakenings=tuple(
            sorted(one for old, new in pairwise(looks) for one in _weakenings(old, new))
        ),
    )


def _looks(states: Iterable[DatedState], ref: str, at: datetime) -> Iterator[_Look]:
    """Yield the looks at `ref` that count, the oldest first."""
    for dated in sorted(states, key=lambda d: (d.state.observed_at, d.statement)):
        rules = dated.state.rules_of(ref)
        if rules is not None and dated.prompt and dated.state.observed_at <= at + PROMPT:
            yield _Look(at=dated.state.observed_at, rules=rules)


def _since(
    looks: Sequence[_Look], control: Control, at: datetime, max_gap: timedelta
) -> datetime | None:
    since, later = None, at
    for look in reversed(looks):
        if later - look.at > max_gap or control not in look.rules.held:
            break
        since = later = look.at
    return since


def _weakenings(old: _Look, new: _Look) -> Iterator[Weakening]:
    for what, was, now in _lost(old.rules, new.rules):
        yield Weakening(after=old.at, seen=new.at, what=what, was=was, now=now)


def _lost(old: RefRules, new: RefRules) -> Iterator[tuple[str, str, str]]:
    for control in Control:
        if control in old.held - new.held:
            now = _NOT_TOLD if control in new.unknown else "not enforced"
            yield control.value, "enforced", now
    if new.approvals < old.approvals:
        yield "approvals", str(old.approvals), str(new.approvals)
    for check in sorted({*old.checks} - {*new.checks}):
        yield f"check {check}", "required", "not required"
    for name in sorted({*new.bypass} - {*old.bypass}):
        yield f"bypass by {name}", "not allowed", "allowed"


def parse_since(value: JsonValue) -> Mapping[Control, datetime]:
    """Read the member `since` that `Protection.as_json` wrote.

    Raises:
        MalformedError: A control is missing, or has no time and is not null.
    """
    found = {control: nullable(value, control.value) for control in Control}
    return MappingProxyType(
        {control: parse_time(at.text()) for control, at in found.items() if at is not None}
    )
