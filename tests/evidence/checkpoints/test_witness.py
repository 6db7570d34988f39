"""What a witness is asked, and what it answers."""

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError, RejectedError
from assay.evidence.checkpoints.checkpoint import Checkpoint, sign_checkpoint
from assay.evidence.checkpoints.witness import (
    CLOCK_TOLERANCE,
    MAX_PROOF_LINES,
    MAX_REQUEST_BYTES,
    AddCheckpoint,
    LastSeen,
    Refusal,
    WitnessRefusedError,
    claimed_origin,
    cosigning_time,
    parse_add_checkpoint,
    refuse_ahead,
    render_add_checkpoint,
    verify_request,
)
from assay.evidence.merkle import (
    EMPTY_ROOT,
    Frontier,
    Path,
    consistency_path,
    leaf_hash,
    node_place,
)
from assay.signing.notekey import note_key
from tests.fakes.trust import ALICE, LOG, LOG_KEY, MALLORY, NOW, ORIGIN

NODES = list[bytes]()
ROOTS = [EMPTY_ROOT]
TREE = Frontier()
for number in range(20):
    NODES.extend(TREE.push(leaf_hash(b"%d" % number)))
    ROOTS.append(TREE.root())


def head(size: int) -> Checkpoint:
    return Checkpoint(origin=ORIGIN, size=size, root=ROOTS[size])


def note(size: int) -> bytes:
    return sign_checkpoint(head(size), signer=LOG, at=NOW)


def path(old: int, new: int) -> Path:
    return consistency_path(old, new, lambda level, index: NODES[node_place(level, index)])


def request(old: int, new: int) -> AddCheckpoint:
    return AddCheckpoint(old_size=old, path=path(old, new) if 0 < old < new else (), note=note(new))


def seen(size: int) -> LastSeen:
    return LastSeen(checkpoint=head(size), at=NOW)


@given(st.integers(0, 20), st.integers(0, 20))
def test_every_growth_is_cosigned(one: int, other: int) -> None:
    old, new = sorted((one, other))
    last = seen(old) if old else None
    assert verify_request(request(old, new), log_keys=(LOG_KEY,), last=last) == head(new)


@given(st.integers(0, 20), st.integers(0, 20))
def test_what_is_rendered_is_read_back(one: int, other: int) -> None:
    asked = request(*sorted((one, other)))
    assert parse_add_checkpoint(render_add_checkpoint(asked)) == asked


def test_the_form() -> None:
    """tlog-witness: an old size line, proof lines, an empty line, a checkpoint."""
    body = render_add_checkpoint(request(6, 8)).decode()
    hashes = [base64.b64encode(item).decode() for item in path(6, 8)]
    assert body == "\n".join(["old 6", *hashes, "", note(8).decode()])


def test_a_new_key_of_the_log() -> None:
    """Both keys of a log that changes its key are known for a while; either will do."""
    new_key = note_key(ORIGIN, ALICE.public)
    assert verify_request(request(0, 3), log_keys=(new_key, LOG_KEY), last=None) == head(3)


FORKED = AddCheckpoint(
    old_size=5,
    path=(),
    note=sign_checkpoint(replace(head(5), root=b"f" * 32), signer=LOG, at=NOW),
)
TEXT, LINES = note(5).split(b"\n\n")
WRONG = TEXT + b"\n\n" + note(6).split(b"\n\n")[1]
REFUSED: dict[str, tuple[AddCheckpoint, LastSeen | None, Refusal, int | None, str]] = {
    "signed-by-another": (
        replace(request(0, 5), note=sign_checkpoint(head(5), signer=MALLORY, at=NOW)),
        None,
        Refusal.NOT_SIGNED,
        None,
        "no known key of the log signed this",
    ),
    "a-wrong-signature": (
        replace(request(0, 5), note=WRONG),
        None,
        Refusal.NOT_SIGNED,
        None,
        f"not a signature by key {LOG.public.key_id[:16]}",
    ),
    "the-old-size-is-larger": (
        replace(request(5, 5), old_size=6),
        seen(6),
        Refusal.MALFORMED,
        None,
        "the old size is larger than the new one",
    ),
    "another-old-size": (
        request(4, 8),
        seen(5),
        Refusal.CONFLICT,
        5,
        "5 entries were last cosigned",
    ),
    "an-old-size-where-nothing-was-seen": (
        request(4, 8),
        None,
        Refusal.CONFLICT,
        0,
        "0 entries were last cosigned",
    ),
    "as-if-nothing-was-seen": (
        request(0, 8),
        seen(5),
        Refusal.CONFLICT,
        5,
        "5 entries were last cosigned",
    ),
    "set-back": (request(4, 4), seen(5), Refusal.CONFLICT, 5, "5 entries were last cosigned"),
    "another-tree-of-that-size": (
        FORKED,
        seen(5),
        Refusal.CONFLICT,
        5,
        "another tree of 5 entries was cosigned",
    ),
    "an-empty-tree-with-a-root": (
        replace(
            request(0, 0),
            note=sign_checkpoint(replace(head(0), root=b"f" * 32), signer=LOG, at=NOW),
        ),
        None,
        Refusal.CONFLICT,
        0,
        "another tree of 0 entries was cosigned",
    ),
    "a-proof-where-nothing-grew": (
        replace(request(5, 5), path=(b"h" * 32,)),
        seen(5),
        Refusal.NOT_CONSISTENT,
        None,
        "a proof where nothing grew",
    ),
    "a-proof-from-nothing": (
        replace(request(0, 5), path=(b"h" * 32,)),
        None,
        Refusal.NOT_CONSISTENT,
        None,
        "a proof from the empty tree",
    ),
    "another-proof": (
        replace(request(5, 8), path=path(6, 8)),
        seen(5),
        Refusal.NOT_CONSISTENT,
        None,
        "a path of 3 hashes, where more are needed",
    ),
    "another-history": (
        AddCheckpoint(
            old_size=5,
            path=path(5, 8),
            note=sign_checkpoint(replace(head(8), root=b"f" * 32), signer=LOG, at=NOW),
        ),
        seen(5),
        Refusal.NOT_CONSISTENT,
        None,
        "the path does not lead from [0, 5) to both roots",
    ),
}


@pytest.mark.parametrize(
    ("asked", "last", "refusal", "size", "what"), REFUSED.values(), ids=REFUSED
)
def test_refused(
    asked: AddCheckpoint, last: LastSeen | None, refusal: Refusal, size: int | None, what: str
) -> None:
    with pytest.raises(WitnessRefusedError) as caught:
        verify_request(asked, log_keys=(LOG_KEY,), last=last)
    assert (caught.value.refusal, caught.value.size, caught.value.what) == (refusal, size, what)
    assert caught.value.fork == (asked is FORKED)


def test_an_unknown_log() -> None:
    with pytest.raises(WitnessRefusedError) as caught:
        verify_request(request(0, 5), log_keys=(), last=None)
    assert caught.value.refusal is Refusal.UNKNOWN_LOG


BODY = render_add_checkpoint(request(6, 8))
MALFORMED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "no old size"),
    "no-old-size": (BODY.removeprefix(b"old "), "no old size"),
    "a-leading-zero": (BODY.replace(b"old 6", b"old 06"), "no old size"),
    "a-negative-size": (BODY.replace(b"old 6", b"old -6"), "no old size"),
    "beyond-64-bits": (BODY.replace(b"old 6", b"old 9223372036854775808"), "no old size"),
    "no-blank-line": (BODY.partition(b"\n\n")[0], "no old size"),
    "not-ascii": (BODY.replace(b"old 6", b"old \xd9\xa6"), "a proof that is not ASCII"),
    "not-base64": (BODY.replace(b"old 6\n", b"old 6\n###\n"), "not base64"),
    "a-short-hash": (BODY.replace(b"old 6\n", b"old 6\nAAAA\n"), "a hash that has not 32 bytes"),
    "too-many-hashes": (
        BODY.replace(b"old 6\n", b"old 6\n" + b"AAAA\n" * (MAX_PROOF_LINES + 1)),
        "67 hashes, where at most 63 are read",
    ),
    "too-large": (
        b"x" * (MAX_REQUEST_BYTES + 1),
        f"{MAX_REQUEST_BYTES + 1} bytes, where at most {MAX_REQUEST_BYTES} are read",
    ),
}


@pytest.mark.parametrize(("body", "what"), MALFORMED.values(), ids=MALFORMED)
def test_malformed(body: bytes, what: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_add_checkpoint(body)
    assert caught.value.what == what


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_malformed(body: bytes) -> None:
    try:
        asked = parse_add_checkpoint(body)
    except MalformedError:
        return
    with pytest.raises(RejectedError):
        claimed_origin(asked.note)


def test_times_of_cosignatures_never_go_back() -> None:
    last = seen(5)
    later = NOW + timedelta(seconds=1)
    assert cosigning_time(None, now=NOW) == NOW
    assert cosigning_time(last, now=later) == later
    assert cosigning_time(last, now=NOW - CLOCK_TOLERANCE) == NOW
    with pytest.raises(WitnessRefusedError) as caught:
        cosigning_time(last, now=NOW - CLOCK_TOLERANCE - timedelta(seconds=1))
    assert caught.value.refusal is Refusal.CLOCK
    assert caught.value.what == "the clock of this witness was set back"


def test_a_log_that_dates_itself_ahead() -> None:
    """Whoever cosigned that would never get a right date after it."""
    refuse_ahead(note(5), log_keys=(LOG_KEY,), now=NOW - CLOCK_TOLERANCE)
    with pytest.raises(WitnessRefusedError) as caught:
        refuse_ahead(note(5), log_keys=(LOG_KEY,), now=NOW - CLOCK_TOLERANCE - timedelta(seconds=1))
    assert caught.value.refusal is Refusal.CLOCK
    assert caught.value.what == (
        "dated 2026-06-01T00:00:00Z, and the clock of this witness says 2026-05-31T23:54:59Z"
    )


def test_a_log_that_dates_nothing() -> None:
    """As the specification has it: a date is not asked for."""
    text, _, lines = note(5).partition(b"\n\n")
    undated = text + b"\n\n" + lines.splitlines(keepends=True)[0]
    refuse_ahead(undated, log_keys=(LOG_KEY,), now=NOW - timedelta(days=9))


@pytest.mark.parametrize("work", [claimed_origin])
def test_no_note(work: Callable[[bytes], str]) -> None:
    with pytest.raises(MalformedError):
        work(b"no note")
