"""Names of weaknesses: what is known, what is known as of a version, and what is not known."""

from importlib.resources import files

import pytest

from assay.core.verdict import Verdict
from assay.vuln.csaf.validate import validate_csaf
from assay.vuln.csaf.weaknesses import may_have_another, names_of
from tests.vuln.csaf.documents import changed, csaf, encoded

NAMES = {
    "known": ("CWE-79", False, "Cross-site Scripting"),
    "by-an-old-name": ("CWE-200", False, "Information Exposure"),
    "as-listed": ("CWE-1221", True, "Incorrect Register Defaults or Module Parameters"),
    "a-category": ("CWE-16", False, "Configuration"),
}


@pytest.mark.parametrize(("identifier", "is_open", "name"), NAMES.values(), ids=NAMES)
def test_names(identifier: str, is_open: bool, name: str) -> None:  # noqa: FBT001
    assert may_have_another(identifier) is is_open
    assert any(name in one for one in names_of(identifier))


def test_no_name_is_empty_and_none_is_there_twice() -> None:
    for name in ("weaknesses.txt", "moreweaknesses.txt"):
        text = files("assay.vuln.csaf").joinpath(name).read_text(encoding="utf-8")
        lines = text.splitlines()
        assert len(set(lines)) == len(lines)
        assert all(line.partition(" ")[0].isdigit() and line.partition(" ")[2] for line in lines)
        numbers = [int(line.partition(" ")[0]) for line in lines]
        assert numbers == sorted(numbers)


JUDGED = {
    "its-name": ("Incorrect Register Defaults or Module Parameters", Verdict.PASSED, ""),
    "another": (
        "A newer name",
        Verdict.UNKNOWN,
        "the name of CWE-1221 is 'Incorrect Register Defaults or Module Parameters' in CWE 4.14",
    ),
}


@pytest.mark.parametrize(("name", "verdict", "why"), JUDGED.values(), ids=JUDGED)
def test_a_list_that_is_older_than_a_document_calls_it_unknown(
    name: str, verdict: Verdict, why: str
) -> None:
    document = changed(csaf(), {"vulnerabilities.0.cwe": {"id": "CWE-1221", "name": name}})
    found = validate_csaf(encoded(document))
    assert found.verdict is verdict
    assert [gap.why for gap in found.not_checked if "CWE" in gap.why] == ([why] if why else [])
