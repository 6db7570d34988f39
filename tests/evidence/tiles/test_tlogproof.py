"""One text file that proves inclusion offline."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError, RejectedError
from assay.evidence.checkpoints.checkpoint import Checkpoint, sign_checkpoint
from assay.evidence.merkle import Frontier, inclusion_path, leaf_hash, node_place
from assay.evidence.tiles.tlogproof import (
    MAX_PROOF_BYTES,
    TlogProof,
    parse_tlog_proof,
    render_tlog_proof,
    verify_tlog_proof,
)
from tests.fakes.trust import LOG, LOG_KEY, NOW, ORIGIN

ENTRIES = [b"%d" % i for i in range(7)]


def log_of(size: int) -> tuple[list[bytes], bytes]:
    tree, nodes = Frontier(), list[bytes]()
    for entry in ENTRIES[:size]:
        nodes.extend(tree.push(leaf_hash(entry)))
    head = Checkpoint(origin=ORIGIN, size=size, root=tree.root())
    return nodes, sign_checkpoint(head, signer=LOG, at=NOW)


def proof_of(index: int, size: int) -> TlogProof:
    nodes, checkpoint = log_of(size)
    path = inclusion_path(index, size, lambda level, i: nodes[node_place(level, i)])
    return TlogProof(index=index, path=path, checkpoint=checkpoint)


GOOD = proof_of(4, 7)
TEXT = render_tlog_proof(GOOD)


@pytest.mark.parametrize("size", range(1, 8))
def test_every_entry_is_proven(size: int) -> None:
    for index in range(size):
        text = render_tlog_proof(proof_of(index, size))
        head = verify_tlog_proof(parse_tlog_proof(text), entry=ENTRIES[index], log_key=LOG_KEY)
        assert head.size == size


def test_the_form() -> None:
    lines = TEXT.decode().split("\n")
    assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 4"]
    assert lines[2 + len(GOOD.path)] == ""
    assert TEXT.endswith(GOOD.checkpoint)


@given(st.binary(min_size=1, max_size=80))
def test_extra_data_is_carried_and_proves_nothing(extra: bytes) -> None:
    proof = TlogProof(index=4, path=GOOD.path, checkpoint=GOOD.checkpoint, extra=extra)
    assert parse_tlog_proof(render_tlog_proof(proof)) == proof


MALFORMED = {
    "another-version": (
        TEXT.replace(b"@v1", b"@v2"),
        (
            "[malformed] 'c2sp.org/tlog-proof@v2', where 'c2sp.org/tlog-proof@v1' is read, "
            "at proof line 1"
        ),
    ),
    "no-index": (TEXT.replace(b"index 4\n", b""), "[malformed] no index, at proof"),
    "nothing-but-a-header": (b"c2sp.org/tlog-proof@v1\n\n", "[malformed] no index, at proof"),
    "an-index-with-a-leading-zero": (
        TEXT.replace(b"index 4", b"index 04"),
        "[malformed] no index, at proof",
    ),
    "a-negative-index": (
        TEXT.replace(b"index 4", b"index -4"),
        "[malformed] no index, at proof",
    ),
    "extra-that-is-not-base64": (
        TEXT.replace(b"index", b"extra !\nindex"),
        "[malformed] not base64, at extra",
    ),
    "a-hash-that-is-not-base64": (
        TEXT.replace(b"index 4\n", b"index 4\n!\n"),
        "[malformed] not base64, at path",
    ),
    "a-short-hash": (
        TEXT.replace(b"index 4\n", b"index 4\nAAAA\n"),
        "[malformed] a hash that has not 32 bytes, at path",
    ),
    "no-blank-line": (
        b"c2sp.org/tlog-proof@v1\nindex 4\n",
        ("[malformed] no blank line before the checkpoint, at proof"),
    ),
    "not-ascii": (
        TEXT.replace(b"index 4", "index ٤".encode()),
        "[malformed] a proof that is not ASCII, at proof",
    ),
    "too-large": (
        b"x" * (MAX_PROOF_BYTES + 1),
        f"[malformed] {MAX_PROOF_BYTES + 1} bytes, where at most {MAX_PROOF_BYTES} are read",
    ),
}


@pytest.mark.parametrize(("text", "message"), MALFORMED.values(), ids=MALFORMED)
def test_malformed(text: bytes, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_tlog_proof(text)
    assert str(caught.value) == message


REFUSED = {
    "another-entry": (
        GOOD,
        b"5",
        "[proof-invalid] the path does not lead from leaf 4 to the root",
    ),
    "another-place": (
        TlogProof(index=5, path=GOOD.path, checkpoint=GOOD.checkpoint),
        b"4",
        "[proof-invalid] the path does not lead from leaf 5 to the root",
    ),
    "the-checkpoint-of-another-size": (
        TlogProof(index=4, path=GOOD.path, checkpoint=log_of(5)[1]),
        b"4",
        "[proof-invalid] a path of 3 hashes, where 1 are needed",
    ),
    "an-unsigned-checkpoint": (
        TlogProof(index=4, path=GOOD.path, checkpoint=GOOD.checkpoint.replace(b"\n7\n", b"\n8\n")),
        b"4",
        f"[signature-invalid] not a signature by key {LOG.public.key_id[:16]}",
    ),
}


@pytest.mark.parametrize(("proof", "entry", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(proof: TlogProof, entry: bytes, message: str) -> None:
    with pytest.raises(RejectedError) as caught:
        verify_tlog_proof(proof, entry=entry, log_key=LOG_KEY)
    assert str(caught.value) == message


@given(st.integers(0, TEXT.rindex("—".encode()) - 1), st.integers(1, 255))
def test_every_changed_byte_is_refused(place: int, change: int) -> None:
    changed = bytearray(TEXT)
    changed[place] ^= change
    with pytest.raises(RejectedError):
        verify_tlog_proof(parse_tlog_proof(bytes(changed)), entry=b"4", log_key=LOG_KEY)
