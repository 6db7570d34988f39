"""The order of a document's versions: whole numbers, and Semantic Versioning."""

from itertools import pairwise

from assay.vuln.csaf.versions import document_version

# Semantic Versioning 2.0.0, section 11, and what stands between whole versions.
IN_ORDER = (
    "0.9.0",
    "1.0.0-1",
    "1.0.0-2",
    "1.0.0-10",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.1",
    "1.2.0",
    "1.10.0",
    "2",
    "10",
)


def test_the_order() -> None:
    versions = [document_version(text) for text in IN_ORDER]
    for before, after in pairwise(versions):
        assert before < after
        assert not after < before


def test_two_ways_of_counting_meet() -> None:
    whole, three = document_version("1"), document_version("1.0.0+build")
    assert not whole < three
    assert not three < whole
    assert (whole.is_integer, three.is_integer) == (True, False)
