"""What stands of several statements: newest of an author, and nothing calming in doubt."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.vuln.vex.standing import Standing, VexAnswer, VexClaimant, VexQuestion, answer_vex
from assay.vuln.vex.statement import (
    Status,
    UnreadStatement,
    VexDocument,
    VexProduct,
    VexStatement,
    VexVulnerability,
)
from tests.vuln.vex.vexes import (
    AFFECTED,
    AT,
    CALM,
    CVE,
    DOCUMENT,
    INSIDE,
    LIBRARY,
    OTHER,
    SHOP,
    target,
)

NOW = AT + timedelta(days=10)
YEAR = timedelta(days=366)
QUESTION = VexQuestion(vulnerability=CVE, product=SHOP, component=LIBRARY)
FIXED = replace(CALM, status=Status.FIXED, justification=None)


def source(
    *statements: VexStatement,
    author: str = "A",
    id_: str = "",
    version: int = 1,
    unread: tuple[UnreadStatement, ...] = (),
) -> VexClaimant:
    document = VexDocument(
        id=id_, author=author, version=version, statements=statements, unread=unread
    )
    return VexClaimant(document=document, author=author)


def ask(*sources: VexClaimant, at: datetime = NOW, question: VexQuestion = QUESTION) -> VexAnswer:
    return answer_vex(sources, question, max_age=YEAR, at=at)


def not_applied(answer: VexAnswer) -> list[str]:
    """Return why something was not applied, without what it is about."""
    return [one.partition("which is not applied: ")[2] or one for one in answer.doubts]


def days(statement: VexStatement, number: int) -> VexStatement:
    return replace(statement, issued_at=AT + timedelta(days=number))


def test_nobody_says_anything() -> None:
    assert ask() == VexAnswer(standing=Standing.SILENT)


@pytest.mark.parametrize("statement", [CALM, AFFECTED, FIXED])
def test_one_statement_stands(statement: VexStatement) -> None:
    answer = ask(source(statement))
    assert (answer.standing, answer.status) == (Standing.STANDS, statement.status)
    assert answer.doubts == ()


def test_the_newest_of_an_author_counts() -> None:
    for old, new in ((CALM, AFFECTED), (AFFECTED, CALM)):
        answer = ask(source(days(new, 2), days(old, 1)))
        assert (answer.standing, answer.status) == (Standing.STANDS, new.status)


def test_when_it_was_updated_counts() -> None:
    updated = replace(AFFECTED, updated_at=AT + timedelta(days=3))
    assert ask(source(days(CALM, 2), updated)).status is Status.AFFECTED


def test_the_order_of_documents_does_not_count() -> None:
    one, other = source(days(CALM, 2)), source(days(AFFECTED, 1))
    assert ask(one, other) == ask(other, one)


def test_two_of_one_moment() -> None:
    """The worse of them counts."""
    answer = ask(source(CALM, AFFECTED))
    assert (answer.standing, answer.status) == (Standing.STANDS, Status.AFFECTED)
    assert answer.claims == ("affected says A, 2026-06-01T00:00:00Z (no id)",)
    assert not_applied(answer) == ["its author said otherwise on 2026-06-01T00:00:00Z"]


def test_without_a_time_nobody_knows_which_is_newer() -> None:
    undated = replace(AFFECTED, issued_at=None)
    answer = ask(source(days(CALM, 2), undated))
    assert answer.status is Status.AFFECTED
    assert answer.claims == ("affected says A, at no time that is known (no id)",)


def test_what_takes_away_has_to_say_when() -> None:
    answer = ask(source(replace(CALM, issued_at=None)))
    assert (answer.standing, answer.status) == (Standing.UNCLEAR, None)
    assert not_applied(answer) == ["it does not say when it was said"]


def test_authors_who_contradict_each_other() -> None:
    """The newer one of another author overrules nobody."""
    answer = ask(source(AFFECTED), source(days(CALM, 5), author="B"))
    assert (answer.standing, answer.status) == (Standing.STANDS, Status.AFFECTED)
    assert not_applied(answer) == ["contradicted: A says affected"]


def test_somebody_elses_doubt_is_no_contradiction() -> None:
    waiting = replace(AFFECTED, status=Status.UNDER_INVESTIGATION)
    answer = ask(source(days(waiting, 5)), source(CALM, author="B"))
    assert (answer.standing, answer.status) == (Standing.STANDS, Status.NOT_AFFECTED)
    alone = ask(source(CALM), source(days(waiting, 5)))
    assert (alone.standing, alone.status) == (Standing.STANDS, Status.UNDER_INVESTIGATION)


def test_a_word_on_the_whole_product_takes_nothing_away() -> None:
    """As at the gate: it would cover what is added later."""
    answer = ask(source(replace(CALM, products=(VexProduct(target=SHOP),))))
    assert (answer.standing, answer.status) == (Standing.UNCLEAR, None)
    assert not_applied(answer) == ["it names a product as a whole, and no component in it"]


def test_a_word_is_old_after_a_year() -> None:
    assert ask(source(CALM), at=AT + YEAR - timedelta(seconds=1)).status is Status.NOT_AFFECTED
    answer = ask(source(CALM), at=AT + YEAR)
    assert (answer.standing, answer.status) == (Standing.UNCLEAR, None)
    loud = ask(source(AFFECTED), at=AT + 2 * YEAR)
    assert loud.status is Status.AFFECTED


def test_authors_who_agree() -> None:
    answer = ask(source(CALM), source(days(CALM, 5), author="B"))
    assert (answer.standing, len(answer.claims)) == (Standing.STANDS, 2)


def test_one_component_says_nothing_of_another() -> None:
    """Different analyses of one CVE for different components do not meet."""
    other = replace(AFFECTED, products=(replace(INSIDE, subcomponents=(OTHER,)),))
    sources = source(days(CALM, 1), days(other, 2))
    assert ask(sources).status is Status.NOT_AFFECTED
    asked = replace(QUESTION, component=OTHER)
    assert ask(sources, question=asked).status is Status.AFFECTED


def test_a_newer_statement_on_all_of_it_counts() -> None:
    whole = replace(AFFECTED, products=(VexProduct(target=SHOP),))
    assert ask(source(days(CALM, 1), days(whole, 2))).status is Status.AFFECTED


def test_another_version_of_the_product_says_nothing() -> None:
    other = replace(AFFECTED, products=(replace(INSIDE, target=target("pkg:generic/shop@2.0")),))
    assert ask(source(CALM, days(other, 2))).status is Status.NOT_AFFECTED


def test_an_unknown_version_leaves_nothing_calm() -> None:
    open_ = replace(AFFECTED, products=(replace(INSIDE, target=target("pkg:generic/shop")),))
    answer = ask(source(CALM), source(open_, author="B"))
    assert (answer.standing, answer.status) == (Standing.UNCLEAR, None)
    assert not_applied(answer) == [
        "B says affected of what may be this: ",
        "contradicted: B says affected of what may be this",
    ]


def test_an_author_may_say_clearly_what_was_said_openly() -> None:
    open_ = replace(AFFECTED, products=(replace(INSIDE, target=target("pkg:generic/shop")),))
    assert ask(source(days(CALM, 2), open_)).status is Status.NOT_AFFECTED
    assert ask(source(CALM, days(open_, 2))).status is None


@pytest.mark.parametrize("statement", [CALM, FIXED])
def test_it_ends(statement: VexStatement) -> None:
    ends = replace(statement, expires_at=NOW)
    answer = ask(source(ends))
    assert answer.standing is Standing.UNCLEAR
    assert not_applied(answer) == [
        "said on 2026-06-01T00:00:00Z, it holds until 2026-06-11T00:00:00Z at the latest"
    ]
    assert ask(source(ends), at=NOW - timedelta(seconds=1)).status is statement.status


def test_an_older_one_does_not_come_back_when_the_newer_ends() -> None:
    ended = replace(days(AFFECTED, 2), expires_at=AT + timedelta(days=3))
    answer = ask(source(days(CALM, 1), ended))
    assert (answer.standing, answer.status) == (Standing.UNCLEAR, None)


def test_a_statement_of_tomorrow_does_not_win() -> None:
    ahead = replace(CALM, issued_at=NOW + timedelta(days=1))
    answer = ask(source(AFFECTED, ahead))
    assert (answer.standing, answer.status) == (Standing.STANDS, Status.AFFECTED)
    assert not_applied(answer) == ["dated 2026-06-12T00:00:00Z, after it was recorded"]
    alone = ask(source(ahead))
    assert (alone.standing, alone.status) == (Standing.UNCLEAR, None)


def test_a_clock_that_is_a_little_ahead_is_borne() -> None:
    ahead = replace(CALM, issued_at=NOW + timedelta(minutes=5))
    assert ask(source(ahead)).status is Status.NOT_AFFECTED


UNREAD = UnreadStatement(where="statements[1]", why="odd", names=(CVE,))
NOT_READ = {
    "about it": (UNREAD, Standing.UNCLEAR),
    "about anything": (replace(UNREAD, names=()), Standing.UNCLEAR),
    "about its product": (replace(UNREAD, products=(INSIDE,)), Standing.UNCLEAR),
    "about another": (replace(UNREAD, names=("CVE-2026-2",)), Standing.STANDS),
    "about another product": (
        replace(UNREAD, products=(VexProduct(target=OTHER),)),
        Standing.STANDS,
    ),
}


@pytest.mark.parametrize(("unread", "wanted"), NOT_READ.values(), ids=NOT_READ)
def test_what_nobody_understood_may_contradict(unread: UnreadStatement, wanted: Standing) -> None:
    answer = ask(source(CALM, unread=(unread,)))
    assert answer.standing is wanted
    assert bool(answer.doubts) is (wanted is Standing.UNCLEAR)


def test_what_nobody_understood_does_not_calm() -> None:
    answer = ask(source(AFFECTED, unread=(UNREAD,)))
    assert (answer.standing, answer.status) == (Standing.STANDS, Status.AFFECTED)
    assert answer.doubts == ("A has an entry that cannot be read: statements[1]: odd",)


def test_a_newer_version_of_a_document_takes_back_what_it_leaves_out() -> None:
    older, newer = source(CALM, id_="d"), source(id_="d", version=2)
    for answer in (ask(older, newer), ask(newer, older)):
        assert (answer.standing, answer.status) == (Standing.UNCLEAR, None)
        assert not_applied(answer) == ["a newer version of the document took its place"]


def test_a_newer_version_of_a_document_does_not_end_what_is_affected() -> None:
    older, newer = source(AFFECTED, id_="d"), source(id_="d", version=2)
    assert ask(older, newer).status is Status.AFFECTED


def test_a_version_that_is_newer_by_number_and_older_by_time_leaves_nothing() -> None:
    first, second = source(CALM, id_="d"), source(CALM, id_="d", version=2)
    later = replace(first.document, issued_at=AT + timedelta(days=1))
    earlier = replace(second.document, issued_at=AT)
    both = (replace(first, document=later), replace(second, document=earlier))
    assert ask(*both).status is None
    assert ask(both[0]).status is ask(both[1]).status is Status.NOT_AFFECTED


def test_two_documents_that_are_one_version_both_count() -> None:
    """Nobody can tell which of them took the place of the other."""
    one, other = source(CALM, id_="d"), source(AFFECTED, id_="d")
    for answer in (ask(one, other), ask(other, one)):
        assert answer.status is Status.AFFECTED
    assert ask(one, source(FIXED, id_="d")).standing is Standing.STANDS


def test_a_document_of_another_author_takes_nothing_back() -> None:
    newer = source(id_="d", version=2, author="B")
    assert ask(source(CALM, id_="d"), newer).status is Status.NOT_AFFECTED


def test_documents_without_an_id_are_all_heard() -> None:
    assert ask(source(CALM), source(version=2)).status is Status.NOT_AFFECTED


def test_the_author_is_whom_the_caller_established() -> None:
    """What a document says of its author neither replaces nor contradicts another's word."""
    claimed = VexClaimant(
        document=replace(DOCUMENT, id="e", statements=(days(CALM, 5),)), author="B"
    )
    answer = ask(
        VexClaimant(document=replace(DOCUMENT, statements=(AFFECTED,)), author="A"), claimed
    )
    assert answer.status is Status.AFFECTED


def test_it_is_found_by_an_alias() -> None:
    named = replace(CALM, vulnerability=VexVulnerability(name="GHSA-a", aliases=("ghsa-b",)))
    asked = replace(QUESTION, vulnerability="CVE-2026-9", aliases=("GHSA-B",))
    assert ask(source(named), question=asked).status is Status.NOT_AFFECTED
    assert ask(source(named)).standing is Standing.SILENT


CLAIMS = st.lists(
    st.tuples(
        st.sampled_from([CALM, AFFECTED, FIXED]),
        st.integers(min_value=0, max_value=3),
        st.sampled_from(["A", "B"]),
    ),
    max_size=5,
)


@given(claims=CLAIMS)
def test_nothing_is_calm_that_somebody_newest_denies(
    claims: list[tuple[VexStatement, int, str]],
) -> None:
    sources = [source(days(statement, day), author=by) for statement, day, by in claims]
    answer = ask(*sources)
    newest = {
        by: {s.status for s, day, b in claims if b == by and day == _last(claims, by)}
        for _, _, by in claims
    }
    said = {status for statuses in newest.values() for status in statuses}
    if not said:
        assert answer.standing is Standing.SILENT
    elif Status.AFFECTED in said:
        assert answer.status is Status.AFFECTED
    else:
        assert (answer.standing, answer.status in said) == (Standing.STANDS, True)
    assert ask(*reversed(sources)).status is answer.status


def _last(claims: list[tuple[VexStatement, int, str]], author: str) -> int:
    return max(day for _, day, by in claims if by == author)


def test_claims_are_in_the_order_of_their_authors() -> None:
    names = [f"author {number:02}" for number in range(12)]
    found = ask(*(source(CALM, author=name) for name in reversed(names)))
    assert [claim.split()[3].rstrip(",") for claim in found.claims] == [n[-2:] for n in names]
