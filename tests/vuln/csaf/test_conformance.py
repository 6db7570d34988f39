"""The specification's own test documents, each judged as it says.

Two documents of the optional tests name one hash algorithm twice for one file, which the mandatory
test 6.1.25 forbids in the very same words as its own example; they are listed here, not passed.
"""

import json
import zipfile
from pathlib import Path

import pytest

from assay.core.jsonvalue import JsonValue
from assay.core.verdict import Verdict
from assay.vuln.csaf.validate import (
    INFORMATIVE,
    MANDATORY,
    NOT_RUN,
    OPTIONAL,
    validate_csaf,
)

CONTRADICTORY = frozenset({"6-2-08-02", "6-2-09-02"})  # valid by their list, not by 6.1.25
RUN = (*MANDATORY, *OPTIONAL, *INFORMATIVE)


@pytest.fixture(scope="module")
def vectors(shared_data: Path) -> zipfile.ZipFile:
    """Return the archive of the specification's documents."""
    return zipfile.ZipFile(shared_data / "vectors" / "csaf" / "validator-2.0.zip")


def cases(vectors: zipfile.ZipFile, number: str) -> list[tuple[str, bool, bool]]:
    """Return the documents for a test: name, whether it is valid, whether the test must fail."""
    listed = JsonValue(json.loads(vectors.read("testcases.json")))
    return [
        (item.field("name").text(), item.field("valid").boolean(), kind == "failures")
        for test in listed.field("tests").items()
        if test.field("id").text() == number
        for kind in ("failures", "valid")
        for item in test.optional_items(kind)
    ]


@pytest.mark.parametrize("number", [test.number for test in RUN])
def test_documents_of_the_specification(vectors: zipfile.ZipFile, number: str) -> None:
    found = cases(vectors, number)
    assert found
    for name, valid, failing in found:
        answer = validate_csaf(vectors.read(name))
        said = {one.test for one in (*answer.failures, *answer.warnings, *answer.notes)}
        told = (number in said, answer.verdict is Verdict.PASSED)
        if any(name.endswith(f"{known}.json") for known in CONTRADICTORY):
            assert told == (True, False), name
            assert {one.test for one in answer.failures} == {"6.1.25"}
        else:
            assert told == (failing, valid), name


def test_every_test_of_the_specification_is_run_or_listed(vectors: zipfile.ZipFile) -> None:
    listed = JsonValue(json.loads(vectors.read("testcases.json"))).field("tests").items()
    numbers = {test.field("id").text() for test in listed}
    assert numbers == {test.number for test in RUN} | {test.number for test in NOT_RUN}


def test_examples_of_the_specification_are_valid(shared_data: Path) -> None:
    with zipfile.ZipFile(shared_data / "vectors" / "csaf" / "examples-2.0.zip") as examples:
        names = [name for name in examples.namelist() if name.endswith(".json")]
        verdicts = {name: validate_csaf(examples.read(name)).verdict for name in names}
    assert set(verdicts.values()) == {Verdict.PASSED}, verdicts
