"""The portable form of a log: what is written is read back, and anything else is malformed."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError, RejectedError, TamperedError, UsageError
from assay.evidence.backup.record import (
    PART_BYTES,
    BackedUp,
    Manifest,
    describe_part,
    parse_manifest,
    parse_parts,
    render_manifest,
    render_parts,
    verify_part,
)
from assay.evidence.dsse import MAX_ENVELOPE_BYTES
from assay.evidence.storage.batch import ENTRY_BYTES, MAX_BATCH_BYTES, refuse_oversized
from tests.fakes.trust import NOW, ORIGIN

SOME = st.binary(min_size=1, max_size=30)
HEADS = st.lists(
    st.builds(
        BackedUp,
        envelopes=st.lists(SOME, max_size=3).map(tuple),
        note=SOME,
        lines=st.binary(max_size=20),
    ),
    max_size=4,
)


@given(HEADS)
def test_what_is_written_is_read_back(heads: list[BackedUp]) -> None:
    parts = [data for _, data in render_parts(heads)]
    assert list(parse_parts(parts)) == heads


def test_parts_are_cut_between_records() -> None:
    head = BackedUp(envelopes=(b"x" * PART_BYTES, b"y"), note=b"n", lines=b"l")
    parts = dict(render_parts([head, head]))
    assert list(parts) == ["part-000000", "part-000001", "part-000002"]
    assert list(parse_parts(parts.values())) == [head, head]


def test_a_part_that_is_full_is_ended() -> None:
    """A record has five bytes before its data."""
    for missing, count in ((5, 2), (6, 1)):
        head = BackedUp(envelopes=(b"x" * (PART_BYTES - missing),), note=b"n", lines=b"")
        assert len(dict(render_parts([head]))) == count


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_malformed(data: bytes) -> None:
    try:
        list(parse_parts([data]))
    except MalformedError:
        return


MALFORMED = {
    "an-unknown-record": (b"X\0\0\0\1x", "a record that is none"),
    "an-empty-record": (b"C\0\0\0\0", "a record that is none"),
    "cut-short": (b"C\0\0\0\2x", "a record that is none"),
    "entries-alone": (b"E\0\0\0\1x", "entries under no checkpoint"),
    "cosignatures-first": (b"L\0\0\0\1x", "cosignatures of no checkpoint"),
    "cosignatures-twice": (b"C\0\0\0\1xL\0\0\0\1xL\0\0\0\1x", "cosignatures of no checkpoint"),
}


@pytest.mark.parametrize(("data", "what"), MALFORMED.values(), ids=MALFORMED)
def test_malformed(data: bytes, what: str) -> None:
    with pytest.raises(MalformedError) as caught:
        list(parse_parts([data]))
    assert str(caught.value) == f"[malformed] {what}, at backup"


@pytest.mark.parametrize(("held", "fits"), [(4 * 257, True), (4 * 257 - 1, False)])
def test_what_is_held_for_one_checkpoint_is_bounded(held: int, fits: bool) -> None:  # noqa: FBT001
    """Whoever made the backup; and not for all of them together."""
    many = BackedUp(envelopes=(b"x",) * 4, note=b"n", lines=b"l")
    parts = [data for _, data in render_parts([many, many, many])]
    if fits:
        assert list(parse_parts(parts, max_bytes=held)) == [many, many, many]
        return
    with pytest.raises(MalformedError) as caught:
        list(parse_parts(parts, max_bytes=held))
    assert str(caught.value) == (
        f"[malformed] more than {held} bytes of entries under one checkpoint, at backup"
    )


def test_no_more_is_read_than_the_bound() -> None:
    """Before the first checkpoint of an endless backup there is no end."""
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        while read < 50:  # or a reader without a bound would take all memory here
            read += 1
            yield b"E\0\0\0\1x" * 100

    with pytest.raises(MalformedError):
        list(parse_parts(endless(), max_bytes=257 * 1000))
    assert read == 11


def test_a_log_records_no_more_at_once_than_is_restored() -> None:
    refuse_oversized([1] * 4, max_bytes=4 * 257)
    with pytest.raises(UsageError) as caught:
        refuse_oversized([1] * 4, max_bytes=4 * 257 - 1)
    assert str(caught.value) == (
        "[usage] 1028 bytes for one checkpoint, where at most 1027 are recorded "
        "(append them in several steps)"
    )
    assert MAX_ENVELOPE_BYTES + ENTRY_BYTES <= MAX_BATCH_BYTES


PART = describe_part("part-000000", b"data")
MANIFEST = Manifest(origin=ORIGIN, size=5, note=b"note\n", made_at=NOW, parts=(PART,))


def test_the_manifest_is_read_back() -> None:
    assert parse_manifest(render_manifest(MANIFEST)) == MANIFEST


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            render_manifest(MANIFEST).replace(b"backup/v1", b"backup/v2"),
            "[malformed] not of the schema 'assay.backup/v1', at schema",
        ),
        (
            render_manifest(replace(MANIFEST, parts=(PART, PART))),
            "[malformed] the part 'part-000000', where 'part-000001' follows",
        ),
    ],
)
def test_another_manifest(data: bytes, message: str) -> None:
    with pytest.raises(RejectedError) as caught:
        parse_manifest(data)
    assert str(caught.value) == message


@pytest.mark.parametrize("data", [b"", b"date", b"data "])
def test_a_damaged_part(data: bytes) -> None:
    assert verify_part(PART, b"data") == b"data"
    with pytest.raises(TamperedError) as caught:
        verify_part(PART, data)
    assert str(caught.value) == "[tampered] not what the manifest says, at part-000000"
