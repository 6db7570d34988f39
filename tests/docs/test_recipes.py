"""The recipes name what there is, and what there is has its place in the documentation."""

import re
from typing import Final

import pytest

from assay.evidence.trustchain import TRUST_ROOT_TYPE
from assay.gates.reading import NOT_EVIDENCE, SCAN_TYPE, SOURCE_TYPE
from assay.operations.material import POLICY_TYPE
from tests.docs.pages import ROOT, blocks_of

GUIDES: Final = (
    ROOT / "README.md",
    ROOT / "docs" / "quickstart.md",
    *(ROOT / "docs" / "howto").glob("*.md"),
)
# A name stands at the start of a line of the Makefile, its rule behind it; not `:=` and `?=`.
WORDS: Final = re.findall(
    r"^([a-z-]+):(?! [A-Z]+ \?=)", (ROOT / "Makefile").read_text(), re.MULTILINE
)
COMMANDS: Final = re.findall(
    r"^## `(assay [a-z ]+)`$", (ROOT / "docs/reference/cli.md").read_text(), re.MULTILINE
)
GROUPS: Final = {
    command for command in COMMANDS if any(other.startswith(f"{command} ") for other in COMMANDS)
}


def test_the_words_of_the_makefile_are_told() -> None:
    told = re.findall(
        r"^\| `make ([a-z-]+)` \|", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE
    )
    assert sorted(told) == sorted(WORDS)


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - GROUPS))
def test_every_command_is_used_in_a_guide(command: str) -> None:
    """It stands in a block, most often one that is run."""
    used = (block.text for page in GUIDES for block in blocks_of(page))
    assert any(re.search(rf"(?:^|[$`] ?|\s){command}\b", text) for text in used)


@pytest.mark.parametrize(
    "predicate_type", [SOURCE_TYPE, SCAN_TYPE, POLICY_TYPE, TRUST_ROOT_TYPE, *sorted(NOT_EVIDENCE)]
)
def test_every_predicate_is_described(predicate_type: str) -> None:
    assert f"`{predicate_type}`" in (ROOT / "docs/reference/predicates.md").read_text()


def test_every_predicate_of_our_own_is_described() -> None:
    """Found in the code by the form of its type, so that a new one cannot be forgotten."""
    written = {
        found
        for path in (ROOT / "src" / "assay").rglob("*.py")
        for found in re.findall(r'"(urn:assay:predicate:[a-z-]+:v\d+)"', path.read_text())
    }
    page = (ROOT / "docs/reference/predicates.md").read_text()
    assert written
    assert {name for name in written if f"`{name}`" not in page} == set()
