"""A log in memory whose operator records and signs whatever it likes, and kits of it.

The store refuses what is no statement; whoever has the log's key can do without the store. So a
kit may hold anything under a genuine signature, true proofs and a true index.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from assay.core.digest import Digest, sha256_of
from assay.evidence.checkpoints.checkpoint import Checkpoint, sign_checkpoint
from assay.evidence.index.trie import (
    Index,
    IndexedEntry,
    MemoryPages,
    index_path,
    keys_of,
    subject_key,
    type_key,
)
from assay.evidence.trustchain import TRUST_ROOT_TYPE
from assay.signing.keys import Signer
from tests.fakes.trust import COMMIT, LOG, NOW, ORIGIN
from tests.operations.auditing import canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An envelope, and under what its operator files it."""

    envelope: bytes
    subject: Digest
    kind: str


def sealed(payload: bytes, *signers: Signer) -> bytes:
    """Sign any bytes as an in-toto statement (DSSE)."""
    kind = b"application/vnd.in-toto+json"
    message = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
    return canonical(
        {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": kind.decode(),
            "signatures": [
                {"keyid": "", "sig": base64.b64encode(one.sign(message)).decode()}
                for one in signers
            ],
        }
    )


def recorded_change(root: object, *signers: Signer) -> Recorded:
    """Sign the statement that would put `root` in force, whatever it is."""
    digest = sha256_of(canonical(root))
    document = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "trust-root", "digest": {"sha256": digest.hex}}],
        "predicateType": TRUST_ROOT_TYPE,
        "predicate": {"root": root},
    }
    envelope = sealed(canonical(document), *signers)
    return Recorded(envelope=envelope, subject=digest, kind=TRUST_ROOT_TYPE)


def hostile_log(entries: Sequence[Recorded]) -> bytes:
    """Return the kit about `COMMIT` of the log with these entries and one checkpoint."""
    leaves = [hashlib.sha256(b"\0" + one.envelope).digest() for one in entries]
    pages = MemoryPages()
    index = Index(pages)
    for number, (one, leaf) in enumerate(zip(entries, leaves, strict=True)):
        entry = IndexedEntry(number=number, leaf=leaf, type_key=type_key(one.kind))
        index.add(keys_of((one.subject,), one.kind), entry)
    pages.update(index.seal())
    head = Checkpoint(
        origin=ORIGIN, size=len(entries), root=_root(leaves), index_root=index.root, previous=None
    )
    about = [n for n, one in enumerate(entries) if one.subject == COMMIT]
    changes = [n for n, one in enumerate(entries) if one.kind == TRUST_ROOT_TYPE]
    keys = (subject_key(COMMIT), type_key(TRUST_ROOT_TYPE))
    mine, roots = (_encoded(index_path(pages, root=index.root, key=key)) for key in keys)
    kit = {
        "schema": "assay.audit-kit/v1",
        "subject": str(COMMIT),
        "checkpoints": [
            {"note": sign_checkpoint(head, signer=LOG, at=NOW).decode(), "consistency": []}
        ],
        "entries": [
            {
                "index": n,
                "envelope": base64.b64encode(entries[n].envelope).decode(),
                "path": _encoded(_path(leaves, n)),
            }
            for n in sorted({*about, *changes})
        ],
        "lists": [
            {"subject": str(COMMIT), "predicateType": None, "entries": about, "pages": mine},
            {"subject": None, "predicateType": TRUST_ROOT_TYPE, "entries": changes, "pages": roots},
        ],
    }
    return json.dumps(kit, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _encoded(items: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(item).decode() for item in items]


def _split(size: int) -> int:
    return 1 << ((size - 1).bit_length() - 1)


def _root(leaves: list[bytes]) -> bytes:
    """Return the Merkle tree hash (RFC 9162, section 2.1.1)."""
    if len(leaves) == 1:
        return leaves[0]
    left = _split(len(leaves))
    return hashlib.sha256(b"\1" + _root(leaves[:left]) + _root(leaves[left:])).digest()


def _path(leaves: list[bytes], index: int) -> list[bytes]:
    """Return the inclusion path (RFC 9162, section 2.1.3.1)."""
    if len(leaves) == 1:
        return []
    left = _split(len(leaves))
    if index < left:
        return [*_path(leaves[:left], index), _root(leaves[left:])]
    return [*_path(leaves[left:], index - left), _root(leaves[:left])]
