"""What an operator and owners signed, however strange: both verifiers refuse the same.

Hashes and signatures are genuine here, so that only the reading of what was signed can refuse it.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from assay.operations.evidence import GATE_EVIDENCE
from assay.operations.kitstatements import KNOWN_ROLES
from assay.signing.principals import ROLES
from assay.signing.spki import ED25519, render_public_pem, spki_of_raw
from assay.signing.trust import render_trust_root, trust_root_digest
from tests.fakes.trust import ALICE, BOB, COMMIT, KIND, ROOT
from tests.operations.auditing import Answers, audit, load_script
from tests.operations.hostilelog import Recorded, hostile_log, recorded_change, sealed

FIRST: Final = json.loads(render_trust_root(ROOT))
SECOND: Final = json.loads(
    render_trust_root(replace(ROOT, history=(trust_root_digest(ROOT),), owner_threshold=1))
)
GENESIS: Final = recorded_change(FIRST, BOB)
BEFORE: Final = (
    b'{"_type":"https://in-toto.io/Statement/v1",'
    b'"predicateType":"urn:example:predicate:kind:v1",'
    b'"subject":[{"digest":{"gitCommit":"%b"},"name":"shop"}],"predicate":' % COMMIT.hex.encode()
)


def ask(folder: Path, *entries: Recorded) -> Answers:
    """Ask both about the kit of a log with these entries; the first version is pinned."""
    pinned = folder / "trust.json"
    pinned.write_bytes(render_trust_root(ROOT))
    return audit(folder, hostile_log(entries), subject=str(COMMIT), trust_root=pinned)


def stated(predicate: bytes) -> Recorded:
    """Record a statement about the commit with this predicate, which Alice signed."""
    return Recorded(envelope=sealed(BEFORE + predicate + b"}", ALICE), subject=COMMIT, kind=KIND)


def test_what_is_read_by_both(tmp_path: Path) -> None:
    """No verdict is there: UNKNOWN; nothing is refused, down to the 64th level."""
    deep = stated(b'{"a":' * 62 + b"{}" + b"}" * 62)
    for predicate in (stated(b'{"answer":42.5}'), stated(b'{"emoji":"\\ud83d\\ude00"}'), deep):
        answers = ask(tmp_path, GENESIS, recorded_change(SECOND, BOB), predicate)
        assert (answers.ours, answers.second) == (3, 3), answers
        assert answers.said == "there is no verdict about this subject"


STATEMENTS: Final[dict[str, tuple[bytes, str, str]]] = {
    "a number that overflows": (b'{"n":1e400}', "overflows", "Out of range float"),
    "no number": (b'{"n":NaN}', "NaN is no number", "Out of range float"),
    "half a character": (b'{"n":"\\ud83d"}', "lone surrogate", "UnicodeEncodeError"),
    "half a character as a name": (b'{"\\udc00":1}', "lone surrogate", "UnicodeEncodeError"),
    "65 levels": (b'{"a":' * 63 + b"{}" + b"}" * 63, "more than 64", "more than 64"),
    "65 levels of arrays": (
        b'{"a":' + b"[" * 63 + b"]" * 63 + b"}",
        "more than 64",
        "more than 64",
    ),
    "a name twice": (b'{"n":1,"n":2}', "repeated key", "a repeated name"),
}


@pytest.mark.parametrize(("predicate", "ours", "second"), STATEMENTS.values(), ids=STATEMENTS)
def test_a_statement_that_two_readers_could_read_in_two_ways(
    tmp_path: Path, predicate: bytes, ours: str, second: str
) -> None:
    answers = ask(tmp_path, GENESIS, stated(predicate))
    assert (answers.ours, answers.second) == (1, 1), answers
    assert ours in answers.said
    assert second in answers.second_said


def test_an_envelope_in_two_alphabets(tmp_path: Path) -> None:
    """Base64 for URLs and the other one in one text: nobody writes that by accident."""
    envelope = json.loads(stated(b'{"a":"\xc3\xbf\xc3\xbf\xc3\xbe?>?>"}').envelope)
    payload = base64.b64encode(base64.b64decode(envelope["payload"])).decode()
    assert "/" in payload
    envelope["payload"] = payload.replace("/", "_", 1)
    data = json.dumps(envelope, sort_keys=True, separators=(",", ":")).encode()
    mixed = Recorded(envelope=data, subject=COMMIT, kind=KIND)
    answers = ask(tmp_path, GENESIS, mixed)
    assert (answers.ours, answers.second) == (1, 1), answers


def weak_key(root: dict[str, object]) -> None:
    """Give Alice a key of small order: anybody can sign by it."""
    pem = render_public_pem(spki_of_raw(ED25519, (1).to_bytes(32, "little"))).decode()
    alice_key(root)["pem"] = pem


def alice_key(root: dict[str, object]) -> dict[str, object]:
    return root["principals"][0]["keys"][0]  # type: ignore[index, no-any-return]


CHANGES: Final[dict[str, tuple[Callable[[dict[str, object]], object], str, str]]] = {
    "a member": (
        lambda root: root.update(only=["alice"]),
        "unknown member 'only'",
        "not the members of root",
    ),
    "a member of the log": (
        lambda root: root["log"].update(until=None),  # type: ignore[attr-defined]
        "unknown member 'until'",
        "not the members of log",
    ),
    "a member of a principal": (
        lambda root: root["principals"][0].update(scope="docs"),  # type: ignore[index]
        "unknown member 'scope'",
        "not the members of principals",
    ),
    "a member of a key": (
        lambda root: alice_key(root).update(uses=["tags"]),
        "unknown member 'uses'",
        "not the members of keys",
    ),
    "a member of a role": (
        lambda root: root["principals"][0]["roles"][0].update(scope="docs"),  # type: ignore[index]
        "unknown member 'scope'",
        "not the members of roles",
    ),
    "a key for anybody": (weak_key, "for which anybody can make", "for which anybody can"),
    "a number for a threshold": (
        lambda root: root["owners"].update(threshold=1.0),  # type: ignore[attr-defined]
        "has no canonical form",
        "not the members of threshold",
    ),
    "true for a threshold": (
        lambda root: root["owners"].update(threshold=True),  # type: ignore[attr-defined]
        "bool where a whole number is needed",
        "not the members of threshold",
    ),
}


@pytest.mark.parametrize(("change", "ours", "second"), CHANGES.values(), ids=CHANGES)
def test_a_version_that_its_owners_signed(
    tmp_path: Path, change: Callable[[dict[str, object]], object], ours: str, second: str
) -> None:
    """What is not understood may be meant as a restriction: it is refused, whoever signed it."""
    root = json.loads(json.dumps(SECOND))
    change(root)
    answers = ask(tmp_path, GENESIS, recorded_change(root, BOB), stated(b'{"answer":42}'))
    assert (answers.ours, answers.second) == (1, 1), answers
    assert ours in answers.said
    assert second in answers.second_said


def test_both_know_the_same_kinds_of_evidence() -> None:
    """A kind that one of them does not ask about could be left out of a verdict unseen."""
    script = load_script()
    assert set(script.EVIDENCE) == set(GATE_EVIDENCE)
    assert {kind: tuple(roles) for kind, roles in script.ROLES.items()} == KNOWN_ROLES
    assert set(script.ANY) == ROLES
