"""Verification that was none, for proofs: one test for each fault."""

import base64

import pytest

from assay.core.errors import MalformedError, ProofError, SignatureInvalidError
from assay.evidence.checkpoints.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from assay.evidence.merkle import (
    Frontier,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    node_place,
    verify_consistency,
    verify_inclusion,
)
from assay.evidence.tiles.tlogproof import TlogProof, verify_tlog_proof
from tests.fakes.trust import LOG, LOG_KEY, MALLORY, NOW, ORIGIN

ENTRIES = [b"entry %d" % i for i in range(8)]
NODES: list[bytes] = []
ROOTS = [Frontier().root()]
_TREE = Frontier()
for _entry in ENTRIES:
    NODES.extend(_TREE.push(leaf_hash(_entry)))
    ROOTS.append(_TREE.root())


def node(level: int, index: int) -> bytes:
    return NODES[node_place(level, index)]


def head(size: int) -> bytes:
    return sign_checkpoint(
        Checkpoint(origin=ORIGIN, size=size, root=ROOTS[size]), signer=LOG, at=NOW
    )


def test_an_inclusion_proof_for_another_tree_size_than_its_checkpoint() -> None:
    for size in range(1, 9):
        for other in range(1, 9):
            path = inclusion_path(0, size, node)
            proof = TlogProof(index=0, path=path, checkpoint=head(other))
            if size == other:
                verify_tlog_proof(proof, entry=ENTRIES[0], log_key=LOG_KEY)
                continue
            with pytest.raises(ProofError):
                verify_tlog_proof(proof, entry=ENTRIES[0], log_key=LOG_KEY)


def test_a_proof_beside_a_checkpoint_that_nobody_signed() -> None:
    unsigned = sign_checkpoint(
        Checkpoint(origin=ORIGIN, size=1, root=leaf_hash(b"forged")), signer=MALLORY, at=NOW
    )
    with pytest.raises(SignatureInvalidError):
        verify_tlog_proof(
            TlogProof(index=0, path=(), checkpoint=unsigned), entry=b"forged", log_key=LOG_KEY
        )


def test_a_checkpoint_of_another_log() -> None:
    """Its key may sign for two logs; the origin tells them apart."""
    signed = sign_checkpoint(
        Checkpoint(origin="other.example", size=1, root=ROOTS[1]), signer=LOG, at=NOW
    )
    with pytest.raises(SignatureInvalidError):
        verify_checkpoint(signed, log_key=LOG_KEY)


def test_an_inner_node_passed_off_as_an_entry() -> None:
    """Leaves and nodes are hashed apart (RFC 9162, 2.1.1), so a node's content is no entry."""
    content = leaf_hash(ENTRIES[0]) + leaf_hash(ENTRIES[1])
    assert node_hash(content[:32], content[32:]) == node(1, 0)
    with pytest.raises(ProofError):
        verify_inclusion(
            leaf_hash=leaf_hash(content),
            index=0,
            tree_size=4,
            path=(node(1, 1),),
            root_hash=ROOTS[8],
        )


def test_an_index_beyond_the_tree() -> None:
    for index in (8, 9, 16, -1):
        with pytest.raises(ProofError):
            verify_inclusion(
                leaf_hash=leaf_hash(ENTRIES[0]),
                index=index,
                tree_size=8,
                path=inclusion_path(0, 8, node),
                root_hash=ROOTS[8],
            )


def test_hashes_left_over_in_a_proof() -> None:
    with pytest.raises(ProofError):
        verify_inclusion(
            leaf_hash=leaf_hash(ENTRIES[0]),
            index=0,
            tree_size=8,
            path=(*inclusion_path(0, 8, node), ROOTS[1]),
            root_hash=ROOTS[8],
        )


def test_consistency_with_nothing() -> None:
    with pytest.raises(ProofError):
        verify_consistency(old_size=0, new_size=8, old_root=ROOTS[0], new_root=ROOTS[8], path=())


def test_consistency_of_the_new_root_only() -> None:
    for old in range(1, 8):
        with pytest.raises(ProofError):
            verify_consistency(
                old_size=old,
                new_size=8,
                old_root=leaf_hash(b"forged"),
                new_root=ROOTS[8],
                path=consistency_path(old, 8, node),
            )


def test_consistency_of_the_old_root_only() -> None:
    for old in range(1, 8):
        with pytest.raises(ProofError):
            verify_consistency(
                old_size=old,
                new_size=8,
                old_root=ROOTS[old],
                new_root=leaf_hash(b"forged"),
                path=consistency_path(old, 8, node),
            )


def test_a_second_reading_of_a_size() -> None:
    """`08`, `+8`, `8 ` and the digits of other scripts are no sizes."""
    for size in ("08", "+8", "8 ", "\u0668", "8e0", ""):
        text = head(8).decode().replace("\n8\n", f"\n{size}\n", 1)
        body = text.split("\n\n")[0] + "\n"
        signed = resigned(body)
        with pytest.raises(MalformedError):
            verify_checkpoint(signed, log_key=LOG_KEY)


def resigned(body: str) -> bytes:
    signature = base64.b64encode(LOG_KEY.note_id + LOG.sign(body.encode())).decode()
    return f"{body}\n— {ORIGIN} {signature}\n".encode()
