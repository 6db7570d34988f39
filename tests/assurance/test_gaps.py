from assay.assurance.catalogue import Catalogue
from assay.assurance.evidence import Observation
from assay.assurance.gaps import find_gaps
from assay.assurance.status import assess
from assay.core.verdict import Verdict
from tests.assurance.factory import NOON, catalogue, evidence_toml, observed, task_toml

PASSED, FAILED, UNKNOWN = Verdict.PASSED, Verdict.FAILED, Verdict.UNKNOWN
SIGNED = ('collected = "statement"', 'signer_role = "owner"')


def order(book: Catalogue, *evidence: Observation) -> list[str]:
    return [gap.line.wanted.type for gap in find_gaps(assess(book, evidence, at=NOON))]


def test_what_failed_comes_first() -> None:
    book = catalogue(
        task_toml("A.1.1", evidence_toml("near")),
        task_toml("B.1.1", evidence_toml("far"), evidence_toml("bad", *SIGNED)),
    )
    assert order(book, observed("bad", FAILED)) == ["bad", "near", "far"]


def test_then_the_tasks_nearest_to_met() -> None:
    book = catalogue(
        task_toml("A.1.1", evidence_toml("one"), evidence_toml("two")),
        task_toml("B.1.1", evidence_toml("three", *SIGNED), evidence_toml("four")),
    )
    assert order(book, observed("four", PASSED)) == ["three", "one", "two"]


def test_then_what_was_seen_in_part() -> None:
    book = catalogue(
        task_toml("A.1.1", evidence_toml("one")),
        task_toml("B.1.1", evidence_toml("two", *SIGNED)),
    )
    assert order(book, observed("two", UNKNOWN)) == ["two", "one"]


def test_then_machines_before_people() -> None:
    book = catalogue(
        task_toml("A.1.1", evidence_toml("signed", *SIGNED, 'cost = "minutes"')),
        task_toml("A.1.2", evidence_toml("partly", 'collected = "partly"', 'cost = "minutes"')),
        task_toml("B.1.1", evidence_toml("machine", 'cost = "weeks"')),
    )
    assert order(book) == ["machine", "partly", "signed"]


def test_then_the_shortest_and_then_the_order_of_the_catalogue() -> None:
    book = catalogue(
        task_toml("A.1.1", evidence_toml("weeks", 'cost = "weeks"')),
        task_toml("A.1.2", evidence_toml("hours")),
        task_toml("B.1.1", evidence_toml("hours_too")),
        task_toml("B.1.2", evidence_toml("minutes", 'cost = "minutes"')),
    )
    assert order(book) == ["minutes", "hours", "hours_too", "weeks"]


def test_what_passed_is_no_gap_and_each_gap_has_its_next_step() -> None:
    book = catalogue(task_toml("A.1.1", evidence_toml("one"), evidence_toml("two")))
    [gap] = find_gaps(assess(book, (observed("one", PASSED),), at=NOON))
    assert (gap.task, gap.title, gap.missing) == ("A.1.1", "Title of A.1.1", 1)
    assert gap.next == "Obtain two"
