"""What VEX does at the gate: it takes away for a while, and never against who says affected."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.evidence.envelope import VerifiedStatement
from assay.gates.facts import build_facts
from assay.gates.parameters import Parameters
from assay.gates.reading import VEX_TYPE
from assay.gates.vexfacts import vex_facts
from assay.gates.waivers import without_waived
from assay.vuln.vex.account import UNREAD, VexAccount, VexWord
from assay.vuln.vex.judging import NOTHING, VexJudgement, judge_vex
from tests.fakes.trust import COMMIT, verified
from tests.findings.test_scanreport import REPORT
from tests.gates.evidencekit import imported, scan
from tests.vuln.vex.test_account import ACCOUNT, WORD
from tests.vuln.vex.trusted import AT, DAY, FINDING, PURL, statement_of
from tests.vuln.vex.vexes import CVE

YEAR = timedelta(days=366)
SAYS = f"Example Ltd says not_affected of {CVE} in {PURL}, which is not applied: "


def account(*words: VexWord, hours: float = 0) -> VexAccount:
    return VexAccount(
        observed_at=AT + timedelta(hours=hours), documents=ACCOUNT.documents, words=words
    )


def judged(*accounts: VexAccount, at: timedelta = DAY) -> VexJudgement:
    return judge_vex(accounts, max_age=YEAR, at=AT + at)


def taken(*accounts: VexAccount, at: timedelta = DAY) -> list[VexWord]:
    return [one.word for one in judged(*accounts, at=at).set_aside.values()]


def reasons(found: VexJudgement) -> list[str]:
    return [gap.why.removeprefix(SAYS) for gap in found.not_checked]


def by(name: str, **changes: object) -> VexWord:
    return replace(WORD, author=name, **changes)  # type: ignore[arg-type]  # as the test says


def test_nothing_is_taken_away_without_an_account() -> None:
    assert judged() == NOTHING
    assert judged(account()) == NOTHING


def test_a_word_from_the_end_of_the_calendar_takes_nothing_away() -> None:
    """There is no day a year after it."""
    late = replace(WORD, said_at=datetime(9999, 12, 31, tzinfo=UTC))
    assert judged(account(late)).set_aside == {}


def test_what_is_taken_away_is_told() -> None:
    found = judged(account(WORD)).set_aside
    [one] = found.values()
    assert (one.word, one.expires, one.accepted_by) == (WORD, WORD.said_at + YEAR, ("Example Ltd",))
    left = without_waived(replace(REPORT, findings=(FINDING,), not_checked=()), found)
    assert left.findings == ()
    assert left.not_checked == (
        NotChecked(
            what="finding",
            where="package-lock.json",
            why=f"high {CVE} in a 1.2.3 ({FINDING.identity}) is not_affected, says Example Ltd",
            remedy="Upgrade.",
            accepted="not_affected: vulnerable_code_not_in_execute_path: Never called., "
            "until 2027-06-02T00:00:00Z",
        ),
    )


def test_it_ends_by_its_age_whatever_it_says() -> None:
    endless = replace(WORD, expires_at=AT + 9 * YEAR)
    for word in (WORD, endless):
        assert taken(account(word), at=YEAR - DAY - timedelta(seconds=1)) == [word]
        late = judged(account(word), at=YEAR - DAY)
        assert late.set_aside == {}
        assert reasons(late) == [
            "said on 2026-06-01T00:00:00Z, it holds until 2027-06-02T00:00:00Z at the latest"
        ]


def test_it_ends_when_its_author_says() -> None:
    word = replace(WORD, expires_at=AT + 2 * DAY)
    assert taken(account(word)) == [word]
    assert taken(account(word), at=2 * DAY) == []


def test_the_age_is_a_parameter() -> None:
    short = judge_vex((account(WORD),), max_age=DAY, at=AT + DAY)
    assert short.set_aside == {}


def test_what_is_said_tomorrow_takes_nothing_away_today() -> None:
    assert taken(account(replace(WORD, said_at=AT + 2 * DAY))) == []


def test_only_two_statuses_take_away() -> None:
    assert taken(account(replace(WORD, status="fixed"))) != []
    for status in ("under_investigation", "affected", UNREAD):
        assert taken(account(replace(WORD, status=status))) == []


def test_affected_is_stronger_than_any_other_word() -> None:
    for status, said in (
        ("affected", "says affected"),
        (UNREAD, "has an entry that cannot be read"),
    ):
        other = by("bob", status=status)
        for words in ((WORD, other), (other, WORD)):
            found = judged(account(*words))
            assert found.set_aside == {}
            assert found.confirmed == {FINDING.identity: other}
            assert reasons(found) == [f"contradicted: bob {said}"]


def test_affected_does_not_grow_old() -> None:
    other = by("bob", status="affected")
    fresh = replace(WORD, said_at=AT + 2 * YEAR)
    assert taken(account(fresh, other), at=2 * YEAR) == []


def test_affected_ends_when_its_author_says() -> None:
    other = by("bob", status="affected", expires_at=AT + 2 * DAY)
    assert taken(account(WORD, other)) == []
    assert taken(account(WORD, other), at=2 * DAY) == [WORD]


def test_under_investigation_contradicts_nobody() -> None:
    assert taken(account(WORD, by("bob", status="under_investigation"))) == [WORD]


def test_of_several_the_one_that_lasts_longest_is_told() -> None:
    short = by("bob", expires_at=AT + 2 * DAY)
    assert taken(account(short, WORD)) == taken(account(WORD, short)) == [WORD]


def test_the_newest_account_counts() -> None:
    older, newer = account(WORD), account(hours=1)
    assert taken(older, newer) == taken(newer, older) == []
    assert taken(account(), account(WORD, hours=1)) == [WORD]


def test_accounts_of_one_moment_have_to_agree() -> None:
    assert taken(account(WORD), account()) == taken(account(), account(WORD)) == []
    blocked = judged(account(WORD), account(WORD, by("bob", status="affected")))
    assert blocked.set_aside == {}


def test_what_was_not_believed_is_told() -> None:
    assert judged(ACCOUNT).not_checked == ACCOUNT.not_checked


def test_facts() -> None:
    found = judged(account(WORD, hours=0))
    facts = vex_facts(found, at=AT)
    assert facts == {
        "applied": [{**WORD.as_json(), "expires": "2027-06-02T00:00:00Z"}],
        "applied_count": 1,
        "confirmed": [],
        "confirmed_count": 0,
        "not_checked": [],
        "not_checked_count": 0,
    }
    contradicted = vex_facts(judged(account(WORD, by("bob", status="affected"))), at=AT)
    assert contradicted["confirmed_count"] == 1
    assert contradicted["not_checked"] == [
        NotChecked(
            what="VEX",
            where=str(statement_of("one")),
            why=f"{SAYS}contradicted: bob says affected",
            remedy="Ask its author for a newer one, or record one: assay vex record.",
        ).as_json()
    ]


def facts_of(*evidence: VerifiedStatement) -> JsonValue:
    """Return what rules see of a match that found the vulnerability, beside `evidence`."""
    found = scan("vulnerabilities", FINDING, at=AT)
    document = build_facts(
        subject=COMMIT, evidence=(found, *evidence), parameters=Parameters(), at=AT + DAY
    )
    return JsonValue(document)


def counted(facts: JsonValue) -> int:
    """Return how many vulnerabilities rules see."""
    return facts.field("scans").field("vulnerabilities").field("finding_count").integer()


def told(*words: VexWord) -> VerifiedStatement:
    """Return an account as a collector signed it."""
    return verified(account(*words).as_json(), predicate_type=VEX_TYPE)


def test_rules_do_not_see_what_is_taken_away() -> None:
    without = facts_of()
    assert (counted(without), without.optional("vex")) == (1, None)
    taken_off = facts_of(told(WORD))
    assert counted(taken_off) == 0
    assert taken_off.field("vex").field("applied_count").integer() == 1
    assert taken_off.field("collectors").field("vex").field("statements").integer() == 1
    kept = facts_of(told(WORD, by("bob", status="affected")))
    assert (counted(kept), kept.field("vex").field("confirmed_count").integer()) == (1, 1)


def test_rules_do_not_see_what_is_taken_away_of_imports() -> None:
    brought = imported(FINDING)
    assert facts_of(brought).field("imported").members()[0][1].field("finding_count").integer() == 1
    gone = facts_of(brought, told(WORD)).field("imported").members()[0][1]
    assert gone.field("finding_count").integer() == 0


def test_an_account_that_cannot_be_read_is_a_gap_of_the_gate() -> None:
    broken = verified({"observedAt": "soon"}, predicate_type=VEX_TYPE)
    facts = facts_of(broken)
    [gap] = facts.field("refused").items()
    assert gap.field("where").text() == str(broken.digest)
    assert counted(facts) == 1


def test_no_scan_speaks_for_the_account() -> None:
    [gap] = facts_of(scan("vex", at=AT)).field("refused").items()
    assert gap.field("why").text().endswith("a scan that speaks for the collector 'vex'")


def test_the_order_of_words_makes_no_difference() -> None:
    """Of several that confirm, and of several that take away for as long, the same one is told."""
    other = statement_of("other")
    for status in ("affected", "not_affected"):
        words = [by(name, status=status) for name in ("bob", "ana")]
        words += [by("ana", status=status, because=text) for text in ("x", "y")]
        words.append(by("ana", status=status, document=other))
        found = VexAccount(
            observed_at=AT,
            documents=(*ACCOUNT.documents, replace(ACCOUNT.documents[0], statement=other)),
            words=tuple(words),
        )
        turned = replace(found, words=tuple(reversed(words)))
        assert judged(found) == judged(turned)
