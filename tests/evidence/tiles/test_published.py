"""A published log, checked offline."""

import pytest

from assay.core.digest import sha256_of
from assay.core.errors import RejectedError
from assay.evidence.checkpoints.checkpoint import Checkpoint, sign_checkpoint
from assay.evidence.leaf import MAX_LEAF_BYTES
from assay.evidence.tiles.published import blob_path, open_tiled_log
from assay.evidence.tiles.tlogproof import verify_tlog_proof
from tests.evidence.tilefolder import published
from tests.fakes.trust import LOG, LOG_KEY, MALLORY, NOW, ORIGIN

LARGE = b"{" + b"x" * MAX_LEAF_BYTES
ENVELOPES = [b"{%d}" % n for n in range(600)] + [LARGE]
GOOD = published(ENVELOPES)


def verify(files: dict[str, bytes], *, with_entries: bool = True) -> int:
    log = open_tiled_log(files.get, log_key=LOG_KEY)
    log.verify(with_entries=with_entries)
    return log.checkpoint.size


def test_whole() -> None:
    assert verify(GOOD) == 601
    log = open_tiled_log(GOOD.get, log_key=LOG_KEY)
    assert [log.envelope(leaf) for leaf in log.leaves()] == ENVELOPES


def test_the_envelope_of_a_large_entry_is_published_beside_the_tiles() -> None:
    assert GOOD[blob_path(sha256_of(LARGE))] == LARGE
    assert all(len(data) < 2**20 for data in GOOD.values())


@pytest.mark.parametrize("index", [0, 255, 256, 600])
def test_proofs(index: int) -> None:
    log = open_tiled_log(GOOD.get, log_key=LOG_KEY)
    leaf = list(log.leaves())[index]
    assert verify_tlog_proof(log.proof(index), entry=leaf, log_key=LOG_KEY).size == 601


def test_hashes_alone() -> None:
    hashes = {n: d for n, d in GOOD.items() if not n.startswith(("tile/entries", "blob"))}
    assert verify(hashes, with_entries=False) == 601
    with pytest.raises(RejectedError) as caught:
        verify(hashes)
    assert str(caught.value) == "[malformed] missing, at tile/entries/000"


def test_an_empty_log() -> None:
    assert verify(published([])) == 0


@pytest.mark.parametrize("name", sorted(GOOD))
def test_every_changed_file_is_refused(name: str) -> None:
    for place in {0, len(GOOD[name]) // 2, GOOD[name].rindex(b"") - 1}:
        changed = bytearray(GOOD[name])
        changed[place] ^= 1
        with pytest.raises(RejectedError):
            verify({**GOOD, name: bytes(changed)})


@pytest.mark.parametrize("name", sorted(GOOD))
def test_every_missing_file_is_refused(name: str) -> None:
    with pytest.raises(RejectedError) as caught:
        verify({n: data for n, data in GOOD.items() if n != name})
    assert str(caught.value) == f"[malformed] missing, at {name}"


def checkpoint(size: int, root: bytes) -> bytes:
    return sign_checkpoint(Checkpoint(origin=ORIGIN, size=size, root=root), signer=LOG, at=NOW)


OTHER = published(ENVELOPES[1:])
REFUSED = {
    "signed-by-another": (
        {**GOOD, "checkpoint": GOOD["checkpoint"].replace(ORIGIN.encode(), b"other.example")},
        f"[signature-invalid] not signed by {ORIGIN!r}, at checkpoint.checkpoint",
    ),
    "another-root": (
        {**GOOD, "checkpoint": checkpoint(601, b"r" * 32)},
        "[tampered] the tiles have another root than was signed, at checkpoint",
    ),
    "an-empty-log-with-a-root": (
        {"checkpoint": checkpoint(0, b"r" * 32)},
        "[proof-invalid] an empty log with a root, at checkpoint",
    ),
    "entries-of-another-log": (
        {**GOOD, "tile/entries/000": OTHER["tile/entries/000"]},
        "[tampered] entry 0 is not in the tile, at tile/0/000",
    ),
    "a-tile-of-another-log": (
        {**GOOD, "tile/1/000.p/2": OTHER["tile/1/000.p/2"]},
        "[tampered] not what follows from the tiles below, at tile/1/000.p/2",
    ),
    "another-blob": (
        {**GOOD, blob_path(sha256_of(LARGE)): LARGE + b" "},
        f"[tampered] the blob holds other bytes, at {blob_path(sha256_of(LARGE))}",
    ),
}


@pytest.mark.parametrize(("files", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(files: dict[str, bytes], message: str) -> None:
    with pytest.raises(RejectedError) as caught:
        verify(files)
    assert str(caught.value) == message


def test_three_levels_of_tiles() -> None:
    """What follows from the tiles below is compared on every level, in every tile."""
    many = published([b"%d" % n for n in range(257 * 256)])  # two tiles of level 1, one of level 2
    assert {name for name in many if not name.startswith(("tile/0", "tile/entries"))} == {
        "checkpoint",
        "tile/1/000",
        "tile/1/001.p/1",
        "tile/2/000.p/1",
    }
    assert verify(many, with_entries=False) == 257 * 256
    for name in ("tile/1/000", "tile/1/001.p/1", "tile/2/000.p/1"):
        with pytest.raises(RejectedError) as caught:
            verify({**many, name: bytes(len(many[name]))}, with_entries=False)
        assert str(caught.value) == f"[tampered] not what follows from the tiles below, at {name}"


def test_signed_by_a_stranger() -> None:
    head = Checkpoint(origin=ORIGIN, size=0, root=sha256_of(b"").raw)
    with pytest.raises(RejectedError):
        verify({"checkpoint": sign_checkpoint(head, signer=MALLORY, at=NOW)})
