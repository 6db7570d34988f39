"""Whatever a check, a kit or a person records has a name of its own in reports."""

from assay.operations.evidence import GATE_EVIDENCE
from assay.operations.kitstatements import KNOWN_ROLES
from assay.operations.statementtitles import TITLES, title_of


def test_all_that_counts_has_a_name() -> None:
    assert {*GATE_EVIDENCE, *KNOWN_ROLES} <= TITLES.keys()
    assert len(set(TITLES.values())) == len(TITLES)


def test_what_others_make() -> None:
    assert title_of("https://example.test/v1") == "statement of another kind"
