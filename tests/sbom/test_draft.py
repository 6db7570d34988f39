"""Where an entry of a lock file is refused, the file is still read; a fault of ours is no refusal."""

import pytest

from assay.core.errors import MalformedError
from assay.sbom.lockfiles.reading import Draft


@pytest.mark.parametrize(
    ("inside", "noted"),
    [("package[3].name", "a.lock: package[3].name"), ("elsewhere", "a.lock: package[3]")],
    ids=["inside-the-entry", "elsewhere"],
)
def test_a_refusal_becomes_a_note_about_the_entry(inside: str, noted: str) -> None:
    draft = Draft(path="a.lock")
    with draft.entry("package[3]"):
        raise MalformedError("no name", where=inside)
    assert [(note.where, note.why) for note in draft.notes] == [(noted, "no name")]


def test_what_is_no_refusal_goes_on() -> None:
    draft = Draft(path="a.lock")
    with pytest.raises(ZeroDivisionError), draft.entry("package[3]"):
        raise ZeroDivisionError
    assert draft.notes == []
