"""A tiled log in memory, made from entries by the definition in tlog-tiles."""

from collections.abc import Sequence

from assay.core.digest import sha256_of
from assay.evidence.checkpoints.checkpoint import Checkpoint, sign_checkpoint
from assay.evidence.leaf import is_large, leaf_of
from assay.evidence.merkle import Frontier, leaf_hash, node_place
from assay.evidence.tiles.layout import render_bundle, render_tile, tiles_of
from assay.evidence.tiles.published import blob_path
from tests.fakes.trust import LOG, NOW, ORIGIN


def nodes_of(leaves: Sequence[bytes]) -> tuple[list[bytes], bytes]:
    """Return all nodes in the order of `node_place`, and the root."""
    nodes, tree = list[bytes](), Frontier()
    for leaf in leaves:
        nodes.extend(tree.push(leaf_hash(leaf)))
    return nodes, tree.root()


def published(envelopes: Sequence[bytes]) -> dict[str, bytes]:
    """Return the files of a log of `envelopes`, by path."""
    leaves = tuple(map(leaf_of, envelopes))
    nodes, root = nodes_of(leaves)
    files = {blob_path(sha256_of(e)): e for e in envelopes if is_large(e)}
    for tile in tiles_of(len(leaves)):
        files[tile.path] = render_tile(tile, lambda level, i: nodes[node_place(level, i)])
        if tile.level == 0:
            files[tile.bundle_path] = render_bundle(leaves[tile.start : tile.start + tile.width])
    head = Checkpoint(origin=ORIGIN, size=len(leaves), root=root)
    files["checkpoint"] = sign_checkpoint(head, signer=LOG, at=NOW)
    return files
