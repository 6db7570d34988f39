"""The form of a kit: one for each content, and a message with the place for anything else."""

import base64
import copy
import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.evidence.kit.document import Kit, parse_kit, render_kit
from tests.evidence.packing import MemoryLog
from tests.fakes.trust import COMMIT, KIND, NOW, OTHER_COMMIT, statement


def made() -> Kit:
    log = MemoryLog()
    log.record(statement({"n": 1}), statement({"n": 2}, subjects=(OTHER_COMMIT,)), at=NOW)
    log.record(statement({"n": 3}, predicate_type="urn:other"), at=NOW + timedelta(hours=1))
    return log.kit(COMMIT, KIND)


KIT = made()
DOCUMENT = json.loads(render_kit(KIT))


def test_what_is_written_is_read_back() -> None:
    assert parse_kit(render_kit(KIT)) == KIT


def test_the_form() -> None:
    """The whole document, member by member."""
    encoded = [
        [base64.b64encode(item).decode() for item in items]
        for items in (
            KIT.checkpoints[0].consistency,
            KIT.entries[0].path,
            KIT.lists[0].pages,
            KIT.lists[1].pages,
            KIT.entries[1].path,
            KIT.entries[2].path,
        )
    ]
    assert render_kit(KIT).decode() == json.dumps(
        {
            "schema": "assay.audit-kit/v1",
            "subject": str(COMMIT),
            "checkpoints": [
                {"note": KIT.checkpoints[0].note.decode(), "consistency": encoded[0]},
                {"note": KIT.checkpoints[1].note.decode(), "consistency": []},
            ],
            "entries": [
                {
                    "index": index,
                    "envelope": base64.b64encode(KIT.entries[index].envelope).decode(),
                    "path": path,
                }
                for index, path in enumerate((encoded[1], encoded[4], encoded[5]))
            ],
            "lists": [
                {
                    "subject": str(COMMIT),
                    "predicateType": None,
                    "entries": [0, 2],
                    "pages": encoded[2],
                },
                {
                    "subject": None,
                    "predicateType": KIND,
                    "entries": [0, 1],
                    "pages": encoded[3],
                },
            ],
        },
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )


def put(place: str, value: object) -> Callable[[dict[str, object]], None]:
    """Return what changes the member at `place`."""

    def change(document: dict[str, object]) -> None:
        *way, last = place.split(".")
        found: object = document
        for step in way:
            found = found[int(step) if step.isdigit() else step]  # type: ignore[index]  # JSON
        found[int(last) if last.isdigit() else last] = value  # type: ignore[index]  # JSON

    return change


FORM = "[malformed] not the one form of a kit (other members, or JSON that is not canonical)"
ONE = "not a subject or a type, one of the two"
HASH = base64.b64encode(bytes(31)).decode()
MALFORMED = {
    "schema": (
        put("schema", "assay.audit-kit/v2"),
        "[malformed] not of the schema 'assay.audit-kit/v1', at schema",
    ),
    "unknown-member": (put("more", 1), FORM),
    "unknown-member-below": (put("entries.0.more", 1), FORM),
    "subject": (
        put("subject", "commit"),
        "[malformed] 'commit' is no digest, at subject (write it as sha256:…)",
    ),
    "index": (put("entries.0.index", -1), "[malformed] no index -1, at entries[0].index"),
    "index-beyond": (
        put("entries.0.index", 2**53),
        f"[malformed] no index {2**53}, at entries[0].index",
    ),
    "listed-index": (
        put("lists.0.entries.1", -5),
        "[malformed] no index -5, at lists[0].entries[1]",
    ),
    "short-hash": (
        put("entries.0.path", [HASH]),
        "[malformed] a hash that has not 32 bytes, at entries[0].path",
    ),
    "short-hash-of-a-checkpoint": (
        put("checkpoints.0.consistency", [HASH]),
        "[malformed] a hash that has not 32 bytes, at checkpoints[0].consistency",
    ),
    "both": (put("lists.0.predicateType", KIND), f"[malformed] {ONE}, at lists[0]"),
    "neither": (put("lists.1.predicateType", None), f"[malformed] {ONE}, at lists[1]"),
    "base64": (put("lists.0.pages.0", "A"), "[malformed] not base64, at lists[0].pages[0]"),
}


@pytest.mark.parametrize(("change", "message"), MALFORMED.values(), ids=MALFORMED)
def test_malformed(change: Callable[[dict[str, object]], None], message: str) -> None:
    document = copy.deepcopy(DOCUMENT)
    change(document)
    with pytest.raises(MalformedError) as caught:
        parse_kit(json.dumps(document, sort_keys=True, separators=(",", ":")).encode())
    assert str(caught.value) == message


@pytest.mark.parametrize("after", [b"\n", b" "])
def test_no_second_form(after: bytes) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_kit(render_kit(KIT) + after)
    assert str(caught.value) == FORM


@pytest.mark.parametrize("index", [0, 2**53 - 1])
def test_indexes_that_are_read(index: int) -> None:
    document = copy.deepcopy(DOCUMENT)
    put("entries.0.index", index)(document)
    data = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert parse_kit(data).entries[0].index == index


@given(st.binary(max_size=60))
def test_any_bytes_are_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_kit(data)


def test_what_is_large_is_in_no_text() -> None:
    shown = repr(KIT)
    for name in ("note", "consistency", "envelope", "path", "pages"):
        assert f"{name}=" not in shown
