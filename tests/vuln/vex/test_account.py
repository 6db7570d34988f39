"""The account of VEX: read back as it was written, and refused where a word comes from nowhere."""

from dataclasses import replace

import pytest

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.vuln.vex.account import VexAccount, VexWord, parse_vex_account
from tests.fakes.reliances import relied
from tests.vuln.vex.trusted import AT, DAY, FINDING, own, signed, told, word_of
from tests.vuln.vex.vexes import openvex

WORD = word_of(told(own(impact_statement="Never called.")))
ACCOUNT = VexAccount(
    observed_at=AT,
    documents=(signed(openvex(own())).reliance,),
    words=(WORD, replace(WORD, expires_at=AT + DAY)),
    not_checked=(NotChecked(what="VEX", where="x", why="y"),),
)


def test_round_trip() -> None:
    assert parse_vex_account(JsonValue(ACCOUNT.as_json())) == ACCOUNT


@pytest.mark.parametrize("name", ACCOUNT.as_json())
def test_every_member_is_needed(name: str) -> None:
    value = ACCOUNT.as_json()
    del value[name]
    with pytest.raises(MalformedError) as caught:
        parse_vex_account(JsonValue(value, "a"))
    assert str(caught.value) == f"[malformed] no {name}, at a.{name}"


@pytest.mark.parametrize("name", [name for name in WORD.as_json() if name != "expires"])
def test_every_member_of_a_word_is_needed(name: str) -> None:
    word = WORD.as_json()
    del word[name]
    with pytest.raises(MalformedError) as caught:
        parse_vex_account(JsonValue(ACCOUNT.as_json() | {"words": [word]}, "a"))
    assert str(caught.value) == f"[malformed] no {name}, at a.words[0].{name}"


REFUSED = {
    "a status that is none": ({"status": "fine"}, "unknown status 'fine', at status"),
    "no vulnerability": ({"finding": "secret/v1:0"}, "VEX of 'secret/v1:0', at finding"),
    "no author": ({"author": ""}, "a word by nobody"),
    "nobody signed": ({"signed_by": ()}, "a word by nobody"),
}


@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(change: dict[str, str], message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        replace(WORD, **change)  # type: ignore[arg-type]  # one member of the table
    assert str(caught.value) == f"[malformed] {message}"


def test_a_word_of_a_document_that_is_not_named() -> None:
    """Nothing would make it fall with a key."""
    with pytest.raises(MalformedError) as caught:
        replace(ACCOUNT, documents=(relied(b"another"),))
    assert str(caught.value) == ("[malformed] a word of a document that is not named, at words")


def test_whose_word_it_is() -> None:
    assert WORD.whose == "Example Ltd"
    vouched: VexWord = replace(WORD, vouched=True, signed_by=("ana", "bob"))
    assert vouched.whose == "Example Ltd, on the word of ana and bob"
    assert ACCOUNT.words[0].finding == FINDING.identity
