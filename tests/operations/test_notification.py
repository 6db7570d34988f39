from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.findings.finding import Severity
from assay.operations.notification import Alert, build_messages, concerns, group_by_told
from assay.operations.notifysettings import Group, Target
from assay.vuln.context import ProductContext
from assay.vuln.portfolio.pushing import Event, State
from assay.vuln.priority import Priority, decide_priority
from assay.vuln.signals.kev import KnownExploited
from assay.vuln.signals.store import KEV, SignalFeed, Signals
from assay.vuln.ssvc import Decision
from tests.vuln.portfolio.test_store import release

AT = datetime(2026, 3, 1, tzinfo=UTC)
ALL = Target(name="all", kind="file", where="/alerts")
FEED = SignalFeed(
    name=KEV,
    digest=release().subject,
    entries=1,
    imported_at=AT,
    dated=AT,
    source="kev.json",
)


def priority(*, exploited: bool, context: ProductContext) -> Priority:
    listed = {"CVE-1": KnownExploited(added=AT.date(), ransomware=False)} if exploited else {}
    signals = Signals(feeds={KEV: FEED}, exploited=listed, likelihood={})
    return decide_priority("CVE-1", (), signals, context)


SHOP = release(context=ProductContext(owner="web team", deployed=True))
EVENT = Event(
    state=State.AFFECTED,
    vulnerability="CVE-1",
    aliases=("GHSA-1",),
    purl="pkg:pypi/x@1",
    package=1,
    reason="it breaks",
    fixed="2",
    severity="medium",
)
ALERT = Alert(release=SHOP, event=EVENT, priority=priority(exploited=False, context=SHOP.context))
EXPLOITED = replace(ALERT, priority=priority(exploited=True, context=SHOP.context))
DOUBT = replace(ALERT, event=replace(EVENT, state=State.DOUBTFUL), priority=None)
UNDEPLOYED = replace(ALERT, release=release(context=ProductContext(deployed=False)))
UNSAID = replace(ALERT, release=release())

CASES = {
    "everything": (ALL, ALERT, True),
    "a state that is not asked for": (replace(ALL, states=(State.CLEARED,)), ALERT, False),
    "deployed": (replace(ALL, deployed=True), ALERT, True),
    "not deployed": (replace(ALL, deployed=True), UNDEPLOYED, False),
    "nobody said whether it is deployed": (replace(ALL, deployed=True), UNSAID, True),
    "its product": (replace(ALL, products=("sh*",)), ALERT, True),
    "another product": (replace(ALL, products=("till",)), ALERT, False),
    "its owner": (replace(ALL, owners=("web*",)), ALERT, True),
    "another owner": (replace(ALL, owners=("db*",)), ALERT, False),
    "as bad": (replace(ALL, severity=Severity.MEDIUM), ALERT, True),
    "not as bad": (replace(ALL, severity=Severity.HIGH), ALERT, False),
    "nobody said how bad": (
        replace(ALL, severity=Severity.CRITICAL),
        replace(ALERT, event=replace(EVENT, severity="unknown")),
        True,
    ),
    "exploited": (replace(ALL, exploited=True), EXPLOITED, True),
    "not exploited": (replace(ALL, exploited=True), ALERT, False),
    "as urgent": (replace(ALL, minimum=Decision.ACT), EXPLOITED, True),
    "not as urgent": (replace(ALL, minimum=Decision.ACT), ALERT, False),
    "what VEX takes away": (ALL, replace(ALERT, set_aside="it is not affected"), False),
    "a doubt has no urgency": (replace(ALL, minimum=Decision.ACT), DOUBT, True),
    "a doubt is not known to be exploited": (replace(ALL, exploited=True), DOUBT, False),
}


@pytest.mark.parametrize(("target", "alert", "wanted"), CASES.values(), ids=CASES)
def test_who_hears_of_what(target: Target, alert: Alert, wanted: bool) -> None:  # noqa: FBT001
    assert concerns(target, alert) is wanted


def _messages(*alerts: Alert, group: Group = Group.PRODUCT) -> list[JsonValue]:
    built = build_messages([replace(ALL, group=group)], alerts, at=AT)
    return [JsonValue(parse_json(one.body.encode(), max_bytes=2**20)) for one in built]


TILL = replace(ALERT, release=release("till"))


def test_one_message_for_a_product_or_one_for_all() -> None:
    by_product = _messages(ALERT, TILL, DOUBT)
    assert [one.field("text").text() for one in by_product] == [
        "shop: vulnerabilities: 1 newly affecting it; 1 of which nobody can tell. First: CVE-1",
        "till: vulnerabilities: 1 newly affecting it. First: CVE-1",
    ]
    [one] = _messages(ALERT, TILL, DOUBT, group=Group.PUSH)
    assert [item.field("product").text() for item in one.field("alerts").items()] == [
        "shop",
        "till",
        "shop",
    ]
    assert len(one.field("products").items()) == 2


def test_the_most_urgent_comes_first() -> None:
    later = replace(ALERT, event=replace(EVENT, vulnerability="CVE-0"))
    worst = replace(EXPLOITED, event=replace(EVENT, vulnerability="CVE-9"))
    [message] = _messages(later, worst)
    names = [item.field("vulnerability").text() for item in message.field("alerts").items()]
    assert names == ["CVE-9", "CVE-0"]


def test_a_message_has_a_name_of_its_own() -> None:
    """And another one when the same is told at another time, or to somebody else."""
    first = next(build_messages([ALL], [ALERT], at=AT))
    same = next(build_messages([ALL], [ALERT], at=AT))
    others = [
        next(build_messages([replace(ALL, name="other")], [ALERT], at=AT)),
        next(build_messages([ALL], [ALERT], at=datetime(2026, 3, 2, tzinfo=UTC))),
    ]
    assert first.name == same.name
    assert first.name not in {one.name for one in others}
    assert f'"id":"{first.name}"' in first.body


def test_one_thing_is_noted_of_one_vulnerability() -> None:
    """Two states of it at once are told together, and the first of them is what was told."""
    grouped = group_by_told([ALERT, DOUBT, TILL])
    assert grouped == {ALERT.told(): [ALERT, DOUBT], TILL.told(): [TILL]}


def test_what_vex_takes_away_is_noted_as_that() -> None:
    """So that it is told when it is not taken away any more."""
    quiet = replace(ALERT, priority=None, set_aside="it is not affected")
    assert group_by_told([quiet]) == {replace(ALERT.told(), state="set aside"): [quiet]}
