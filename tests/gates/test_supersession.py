"""Which statements count. A refused supersession leaves what it names standing, and is told."""

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations

import pytest

from assay.evidence.envelope import VerifiedStatement
from assay.gates.reading import (
    SUPERSESSION_TYPE,
    Evidence,
    read_evidence,
    read_replacements,
)
from assay.gates.supersession import Counted, Replacement, apply_replacements
from assay.sbom.component import Inventory
from tests.fakes.sourcefacts import CLONE, CONTENT
from tests.fakes.trust import NOW
from tests.gates.evidencekit import GAP, HOUR, finding, sbom, scan, source, supersession

RED = scan("secrets", finding())
NEWER_RULES = {"rules": "sha256:" + "cd" * 32}
GREEN = scan("secrets", inputs=NEWER_RULES, at=NOW + HOUR)
NO_PLACE = (
    "no other statement of the collector 'secrets' may stand in its place: one that is as new, and "
    "had other inputs or the same findings"
)


def counted(*statements: VerifiedStatement) -> Counted[Evidence]:
    supersessions = [s for s in statements if s.predicate_type == SUPERSESSION_TYPE]
    evidence = tuple(read_evidence(s) for s in statements if s not in supersessions)
    return apply_replacements(
        evidence, tuple(entry for s in supersessions for entry in read_replacements(s))
    )


def test_a_newer_scan_with_other_inputs_takes_the_place_that_it_is_given() -> None:
    result = counted(RED, GREEN, supersession((RED, "the rule had a fault, mended in 1.1")))
    assert [item.statement for item in result.evidence] == [GREEN.digest]
    assert [item.reason for item in result.followed] == ["the rule had a fault, mended in 1.1"]
    assert result.refused == ()


def test_without_a_supersession_both_count() -> None:
    assert len(counted(RED, GREEN).evidence) == 2


def test_the_same_inputs_may_replace_what_was_not_finished() -> None:
    interrupted = scan("secrets", finding(), gaps=(GAP,))
    complete = scan("secrets", finding(), finding("two"), at=NOW + HOUR)
    result = counted(interrupted, complete, supersession((interrupted, "it ran out of time")))
    assert [item.statement for item in result.evidence] == [complete.digest]


REFUSED: dict[str, tuple[Callable[[], tuple[VerifiedStatement, ...]], str]] = {
    "no reason": (lambda: (RED, GREEN, supersession((RED, " "))), "it gives no reason"),
    "nothing in its place": (lambda: (RED, supersession((RED, "old"))), NO_PLACE),
    "a second run with the same inputs that finds less": (
        lambda: (RED, scan("secrets", at=NOW + HOUR), supersession((RED, "again"))),
        NO_PLACE,
    ),
    "an older one": (
        lambda: (
            RED,
            scan("secrets", inputs=NEWER_RULES, at=NOW - HOUR),
            supersession((RED, "it was clean before")),
        ),
        NO_PLACE,
    ),
    "one of another collector": (
        lambda: (RED, scan("code", inputs=NEWER_RULES, at=NOW + HOUR), supersession((RED, "x"))),
        NO_PLACE,
    ),
    "one of another kind": (
        lambda: (
            scan("code", finding()),
            scan("vulnerabilities", inputs=NEWER_RULES, at=NOW + HOUR),
            supersession((scan("code", finding()), "x")),
        ),
        NO_PLACE.replace("secrets", "code"),
    ),
    "one that is superseded itself": (
        lambda: (RED, GREEN, supersession((RED, "x"), (GREEN, "y"))),
        NO_PLACE,
    ),
    "a statement about something else": (
        lambda: (RED, GREEN, supersession(("sha256:" + "00" * 32, "x"))),
        "it names no evidence about this subject",
    ),
    "another supersession": (
        lambda: (RED, GREEN, supersession((supersession((RED, "x")), "y"))),
        "it names no evidence about this subject",
    ),
}


@pytest.mark.parametrize(("make", "why"), REFUSED.values(), ids=REFUSED)
def test_refused(make: Callable[[], tuple[VerifiedStatement, ...]], why: str) -> None:
    statements = make()
    result = counted(*statements)
    evidence = [s for s in statements if s.predicate_type != SUPERSESSION_TYPE]
    assert {item.statement for item in result.evidence} == {s.digest for s in evidence}
    assert result.followed == ()
    assert all(item.why.endswith(f"away: {why}") for item in result.refused)
    assert {item.where for item in result.refused} == {str(statements[-1].digest)}
    assert {item.accepted for item in result.refused} == {""}


def test_the_order_of_statements_does_not_matter() -> None:
    third = scan("secrets", finding("two"), inputs={"rules": "x"}, at=NOW + 2 * HOUR)
    statements = (
        RED,
        GREEN,
        third,
        supersession((RED, "the rule had a fault")),
        supersession((GREEN, "")),
    )
    results = {
        (frozenset(i.statement for i in counted(*order).evidence), counted(*order).refused)
        for order in permutations(statements)
    }
    assert len(results) == 1


def test_a_statement_that_names_itself() -> None:
    digest = RED.digest
    own = Replacement(by=digest, statement=str(digest), reason="x")
    result: Counted[Evidence] = apply_replacements((), (own,))
    assert [item.why.partition(": it ")[2] for item in result.refused] == [
        "names no evidence about this subject"
    ]


UNLOCKED = sbom(Inventory(unlocked=("package.json",)))
SHALLOW = source(clone=replace(CLONE, shallow=True))
LINKS = source(content=replace(CONTENT, leaving_symlinks=("keys",)))
OTHER_KINDS = {
    "a component list that lost an unlocked manifest": (UNLOCKED, sbom(at=NOW + HOUR), False),
    "a component list that lost nothing": (sbom(), sbom(at=NOW + HOUR), True),
    "facts from a complete clone": (SHALLOW, source(observed_at=NOW + HOUR), True),
    "facts that lost a link": (LINKS, source(observed_at=NOW + HOUR), False),
}


@pytest.mark.parametrize(("old", "new", "followed"), OTHER_KINDS.values(), ids=OTHER_KINDS)
def test_other_kinds(old: VerifiedStatement, new: VerifiedStatement, *, followed: bool) -> None:
    result = counted(old, new, supersession((old, "observed again")))
    assert (len(result.evidence), len(result.refused)) == ((1, 0) if followed else (2, 1))
