"""What is told to whom: alerts, filtered for a target, and put into messages.

A message is one JSON object (`assay.notification/v1`). What comes from advisories, lock files and
names of products is shown as text without control characters; a reader must still not take it for
markup.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from typing import Final

from assay.core.clock import format_time
from assay.core.digest import sha256_of
from assay.core.pathpattern import is_match
from assay.core.printable import printable
from assay.core.strictjson import render_canonical_json
from assay.findings.finding import Severity
from assay.operations.notifysettings import Group, Target
from assay.vuln.portfolio.outbox import Message, Told, told_of
from assay.vuln.portfolio.pushing import Event, State
from assay.vuln.portfolio.release import Release
from assay.vuln.priority import Priority
from assay.vuln.ssvc import Decision

SET_ASIDE: Final = "set aside"  # what is noted as told where VEX holds: it is an alarm when it ends
MAX_EVENTS: Final = 100  # in one message; the others are counted
_URGENCY: Final = tuple(Decision).index
_STATES: Final = tuple(State)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An event in one release; `priority` is None where nothing is known to affect it.

    `set_aside` are the words of VEX by which it does not: nobody is alarmed then.
    """

    release: Release
    event: Event
    priority: Priority | None
    set_aside: str = ""

    @property
    def rank(self) -> tuple[int, int, str, str]:
        """Return what alerts are sorted by, the most urgent first."""
        urgency = -1 if self.priority is None else self.priority.urgency
        event = self.event
        return -urgency, _STATES.index(event.state), event.vulnerability, event.purl

    def told(self) -> Told:
        """Return what is noted when this is told."""
        release, event = self.release, self.event
        return Told(
            log=release.log,
            product=release.product,
            subject=str(release.subject),
            vulnerability=told_of(event.vulnerability, event.purl),
            state=SET_ASIDE if self.set_aside else event.state.value,
        )

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value, without its release."""
        event = self.event
        decided = self.priority.decided if self.priority else None
        return {
            "state": event.state.value,
            "vulnerability": printable(event.vulnerability),
            "aliases": [printable(name) for name in event.aliases],
            "component": printable(event.purl),
            "fixed": printable(event.fixed),
            "severity": event.severity,
            "decision": decided.decision.value if decided else None,
            "atLeast": decided.at_least.value if decided else None,
            "kev": self.priority.facts.get("kev", "") if self.priority else "",
            "epss": self.priority.facts.get("epss", "") if self.priority else "",
            "setAside": printable(self.set_aside),
            "reason": printable(event.reason),
        }


def group_by_told(alerts: Iterable[Alert]) -> Mapping[Told, Sequence[Alert]]:
    """Return the alerts by what is noted of them: of one vulnerability, the state that is first."""
    grouped: dict[Told, list[Alert]] = {}
    for alert in alerts:
        grouped.setdefault(replace(alert.told(), state=""), []).append(alert)
    return {replace(key, state=told[0].told().state): told for key, told in grouped.items()}


def concerns(target: Target, alert: Alert) -> bool:
    """Tell whether `target` wants to hear of an alert; what is not known leaves nothing out."""
    context = alert.release.context
    if alert.set_aside or alert.event.state not in target.states:
        return False
    if target.deployed and context.deployed is False:
        return False
    if target.products and not _any_match(target.products, alert.release.product):
        return False
    if target.owners and not _any_match(target.owners, context.owner):
        return False
    return _is_urgent(target, alert)


def _is_urgent(target: Target, alert: Alert) -> bool:
    """Tell whether an alert is as urgent as `target` wants; a doubt has no urgency, and counts."""
    if alert.priority is None:
        return not target.exploited
    if target.exploited and alert.priority.facts.get("kev", "unknown") == "not listed":
        return False
    if _URGENCY(alert.priority.decided.decision) < _URGENCY(target.minimum):
        return False
    severity = Severity(alert.event.severity)
    if target.severity is None or severity is Severity.UNKNOWN:
        return True
    return severity.rank <= target.severity.rank  # the worst has the lowest


def _any_match(patterns: Iterable[str], text: str) -> bool:
    return any(is_match(pattern, text) for pattern in patterns)


def build_messages(
    targets: Iterable[Target], alerts: Sequence[Alert], *, at: datetime
) -> Iterator[Message]:
    """Yield the messages for each target about what concerns it."""
    for target in targets:
        wanted = [alert for alert in alerts if concerns(target, alert)]
        grouped: dict[object, list[Alert]] = {}
        for alert in wanted:
            by_product = (alert.release.log, alert.release.product, alert.release.subject)
            key = by_product if target.group is Group.PRODUCT else ()
            grouped.setdefault(key, []).append(alert)
        for group in grouped.values():
            yield _named(target, sorted(group, key=lambda one: one.rank), at=at)


def trial_message(target: Target, *, at: datetime) -> Message:
    """Return a message about nothing."""
    return _named(target, (), at=at)


def _named(target: Target, alerts: Sequence[Alert], *, at: datetime) -> Message:
    """Return a message; its name is of what it tells whom, and when that was found."""
    releases = {id(one.release): one.release for one in alerts}
    counts = count_states(one.event.state for one in alerts)
    told = sorted({astuple(one.told()) for one in alerts})
    name = sha256_of(render_canonical_json([target.name, format_time(at), told])).hex
    content: dict[str, object] = {
        "id": name,
        "schema": "assay.notification/v1",
        "at": format_time(at),
        "text": summary_of(alerts, counts) if alerts else "A trial: nothing is new.",
        "counts": counts,
        "products": [describe_release(release) for release in releases.values()][:MAX_EVENTS],
        "alerts": [
            one.as_json() | {"product": printable(one.release.product)}
            for one in alerts[:MAX_EVENTS]
        ],
        "more": max(0, len(alerts) - MAX_EVENTS),
    }
    return Message(target=target.name, name=name, body=render_canonical_json(content).decode())


def describe_release(release: Release) -> dict[str, object]:
    """Return the JSON object that says which release it is, and whose."""
    return {
        "product": printable(release.product),
        "log": printable(release.log),
        "subject": str(release.subject),
        "context": release.context.as_json() | {"owner": printable(release.context.owner)},
    }


def count_states(states: Iterable[State]) -> dict[str, int]:
    """Return how many there are of each state."""
    counts = dict.fromkeys((one.value for one in State), 0)
    for state in states:
        counts[state.value] += 1
    return counts


_SAID: Final[Mapping[State, str]] = {
    State.EXPLOITED: "known to be exploited",
    State.AFFECTED: "newly affecting it",
    State.LAPSED: "which VEX does not take away any more",
    State.LIKELY: "likely to be exploited by now",
    State.DOUBTFUL: "of which nobody can tell",
    State.VANISHED: "whose advisory vanished",
    State.CLEARED: "not affecting it any more",
}


def summary_of(alerts: Sequence[Alert], counts: Mapping[str, int]) -> str:
    """Return one line for people."""
    first = alerts[0]
    names = sorted({printable(one.release.product, limit=100) for one in alerts})
    what = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    parts = [f"{count} {_SAID[State(state)]}" for state, count in counts.items() if count]
    worst = printable(first.event.vulnerability, limit=100)
    return f"{what}: vulnerabilities: {'; '.join(parts)}. First: {worst}"
