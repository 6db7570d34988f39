import pytest

from assay.assurance.observers.registry import OBSERVERS, observe
from assay.assurance.record import COLLECTORS, Kind, Record, Unread
from assay.assurance.shipped import load_catalogue
from assay.core.digest import sha256_of
from assay.core.verdict import Verdict
from tests.assurance.material import record_of, report
from tests.fakes.trust import COMMIT

SSDF = load_catalogue("ssdf-1.1")
ONE = sha256_of(b"one")


@pytest.mark.parametrize("evidence_type", OBSERVERS)
def test_each_observer_looks_for_evidence_that_the_catalogue_wants(evidence_type: str) -> None:
    assert SSDF.wanted(evidence_type) is not None


@pytest.mark.parametrize("evidence_type", OBSERVERS)
def test_without_a_statement_each_says_what_is_missing(evidence_type: str) -> None:
    said = [o for o in observe(record_of()) if o.evidence_type == evidence_type]
    assert [o.verdict for o in said] == [Verdict.UNKNOWN]
    assert said[0].reason.startswith("no statement about this commit: ")
    assert said[0].statements == ()


@pytest.mark.parametrize("kind", list(Kind))
def test_what_cannot_be_read_makes_all_that_depends_on_it_unknown(kind: Kind) -> None:
    unread = Unread(kinds=frozenset({kind}), statement=ONE, why="no size")
    said = [o for o in observe(Record(subject=COMMIT, unread=(unread,))) if o.statements]
    assert {o.evidence_type for o in said} == {
        name for name, observer in OBSERVERS.items() if kind in observer.reads
    }
    assert {(o.verdict, o.reason, o.statements) for o in said} <= {
        (Verdict.UNKNOWN, "a statement could not be read: no size", (ONE,))
    }


def test_what_cannot_be_read_stays_beside_what_can() -> None:
    read = record_of(report("secrets"))
    unread = Unread(kinds=frozenset({Kind.SECRETS, Kind.CODE}), statement=ONE, why="no tool")
    both = Record(subject=COMMIT, reports=read.reports, unread=(unread,))
    said = [o for o in observe(both) if o.evidence_type == "secret_hygiene_state"]
    assert len(said) == 2


def test_every_collector_is_read_by_some_observer() -> None:
    read = frozenset().union(*(observer.reads for observer in OBSERVERS.values()))
    assert read == set(Kind)
    assert set(COLLECTORS.values()) <= read
