"""What logs say of vulnerabilities: VEX takes one away from who it is said of, and while it holds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from assay.core.digest import Digest
from assay.evidence.storage.connecting import connect
from assay.vuln.portfolio.outbox import Quiet, Told
from assay.vuln.portfolio.quiet import find_lapsed, find_quiet
from assay.vuln.portfolio.release import Release
from assay.vuln.portfolio.said import Said, finding_of
from assay.vuln.portfolio.store import Portfolio
from tests.fakes.backends import Backend
from tests.vuln.portfolio.test_store import AT, LOG, SHOP, component, release

PARSER = "pkg:pypi/parser@1.0"
CVE = "CVE-2026-1"
FINDING = finding_of(PARSER, CVE)
UNTIL = AT + timedelta(hours=1)
WORD = Said(
    finding=FINDING, vulnerability=CVE, component=PARSER, ends=UNTIL, words="it is not affected"
)
SEEN = replace(WORD, level="imported", reach="imported (app.py:3)", ends=None, words="")


@pytest.fixture
def portfolio(backend: Backend) -> Iterator[Portfolio]:
    with Portfolio(connect(backend.location, origin="portfolio", create=True)) as opened:
        yield opened


def commit(letter: str) -> Release:
    return replace(release(), subject=Digest("gitCommit", letter * 40))


def put(portfolio: Portfolio, *given: Release, said: Mapping[Release, Sequence[Said]]) -> None:
    told = {str(one.subject): words for one, words in said.items()}
    portfolio.put(LOG, [(one, SHOP) for one in given], anew=False, said=told)


def aside(portfolio: Portfolio, *, late: float = 0, current: bool = True) -> list[str]:
    """Return who is set aside at some minutes after `AT`, by the letter of the commit."""
    [package] = portfolio.versions_of("PyPI", "parser")
    at = AT + timedelta(minutes=late)
    found = portfolio.said.set_aside({FINDING: [package]}, at=at, current=current)
    releases = portfolio.releases(one.release for words in found.values() for one in words)
    return sorted(one.subject.hex[0] for one in releases.values())


@pytest.mark.parametrize(("late", "found"), [(0, ["a"]), (59, ["a"]), (60, []), (61, [])])
def test_a_word_takes_away_until_it_ends(
    portfolio: Portfolio, late: float, found: list[str]
) -> None:
    put(portfolio, commit("a"), said={commit("a"): [WORD]})
    assert aside(portfolio, late=late) == found


def test_a_word_that_ended_is_not_kept_by_one_about_another_product(portfolio: Portfolio) -> None:
    put(portfolio, commit("a"), said={commit("a"): [WORD]})
    other = replace(commit("c"), log="other")
    ended = replace(WORD, ends=AT)
    portfolio.put(
        replace(LOG, origin="other"),
        [(other, SHOP)],
        anew=False,
        said={str(other.subject): [ended]},
    )
    assert aside(portfolio) == ["a"]


def test_what_was_seen_alone_takes_nothing_away(portfolio: Portfolio) -> None:
    put(portfolio, commit("a"), said={commit("a"): [SEEN]})
    assert aside(portfolio) == []
    [(holding, _)] = portfolio.holders_of(
        tuple(portfolio.versions_of("PyPI", "parser")), current=True
    )
    assert portfolio.said.reached([(FINDING, holding.release), ("other", holding.release)]) == [
        ("imported", "imported (app.py:3)"),
        ("", ""),
    ]


def test_what_is_said_now_takes_the_place_of_what_was(portfolio: Portfolio) -> None:
    put(portfolio, commit("a"), said={commit("a"): [WORD]})
    put(portfolio, said={commit("a"): []})
    assert aside(portfolio) == []


def test_a_word_is_about_its_own_release(portfolio: Portfolio) -> None:
    """The newer one is affected until somebody speaks of it; the older one is asked for apart."""
    put(portfolio, commit("a"), said={commit("a"): [WORD]})
    put(portfolio, commit("b"), said={})
    assert aside(portfolio) == []
    assert aside(portfolio, current=False) == ["a"]


def test_a_word_is_about_what_the_release_holds(portfolio: Portfolio) -> None:
    """Of a package that is in another release only, nothing is taken away here."""
    put(portfolio, commit("a"), said={commit("a"): [WORD]})
    portfolio.put(
        replace(LOG, origin="other"),
        [(replace(commit("c"), log="other"), (component("parser", "x"),))],
        anew=False,
    )
    put(portfolio, said={commit("a"): [WORD]})
    assert aside(portfolio) == ["a"]
    found = portfolio.said.set_aside({FINDING: [999]}, at=AT, current=True)
    assert found == {}


def test_a_log_that_is_forgotten_says_nothing(portfolio: Portfolio) -> None:
    put(portfolio, commit("a"), said={commit("a"): [WORD]})
    portfolio.put(LOG, [(commit("a"), SHOP)], anew=True)
    assert aside(portfolio) == []


def quiet(letter: str) -> Quiet:
    return Quiet(
        log=LOG.origin,
        subject=f"gitCommit:{letter * 40}",
        vulnerability=CVE,
        component=PARSER,
    )


def note(portfolio: Portfolio, *now: Quiet) -> None:
    with portfolio.transaction():
        portfolio.outbox.note_quiet(frozenset(now))


def lapsed(portfolio: Portfolio, *, late: float = 0) -> list[str]:
    found = find_lapsed(portfolio, at=AT + timedelta(minutes=late))
    releases = portfolio.releases(one.release for one in found)
    return [releases[one.release].subject.hex[0] for one in found]


def test_what_is_quiet_is_noted_as_it_is_now(portfolio: Portfolio) -> None:
    put(portfolio, commit("a"), said={commit("a"): [WORD]})
    assert find_quiet(portfolio, at=AT) == {quiet("a")}
    note(portfolio, quiet("a"), quiet("b"))
    note(portfolio, quiet("b"), quiet("c"))
    assert portfolio.outbox.quiet() == {quiet("b"), quiet("c")}


def test_what_was_told_of_is_over_when_vex_takes_it_away(portfolio: Portfolio) -> None:
    """It lapsed once, VEX came again, and lapses again: that is told again, and nothing else is."""
    told = Told(
        log=LOG.origin,
        product="shop",
        subject=quiet("a").subject,
        vulnerability=f"{CVE} {PARSER}",
        state="lapsed",
    )
    other = replace(told, subject=quiet("b").subject)
    note(portfolio, quiet("b"))
    with portfolio.transaction():
        portfolio.outbox.note_told([told, other])
    note(portfolio, quiet("a"), quiet("b"))
    assert portfolio.outbox.untold([told, other]) == (told,)


def test_a_word_that_ended_has_lapsed(portfolio: Portfolio) -> None:
    put(portfolio, commit("a"), said={commit("a"): [WORD]})
    note(portfolio, quiet("a"))
    assert (lapsed(portfolio), lapsed(portfolio, late=60)) == ([], ["a"])


def test_a_newer_release_that_nobody_speaks_of_has_lost_the_word(portfolio: Portfolio) -> None:
    put(portfolio, commit("a"), said={commit("a"): [WORD]})
    note(portfolio, quiet("a"))
    put(portfolio, commit("b"), said={})
    assert lapsed(portfolio) == ["b"]
    put(portfolio, said={commit("b"): [WORD]})
    assert lapsed(portfolio) == []


def test_what_is_not_held_any_more_has_not_lapsed(portfolio: Portfolio) -> None:
    put(portfolio, commit("a"), said={commit("a"): [WORD]})
    note(portfolio, quiet("a"))
    portfolio.put(LOG, [(commit("b"), SHOP[:1])], anew=False)
    assert lapsed(portfolio) == []
