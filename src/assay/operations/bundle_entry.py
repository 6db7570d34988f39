"""`assay log bundle`: an entry of the log as a Sigstore bundle, for other tools."""

from dataclasses import dataclass
from pathlib import Path

from assay.core.clock import Clock
from assay.core.errors import UsageError
from assay.core.notchecked import NotChecked
from assay.evidence.sigstore.write import render_statement_bundle
from assay.operations.entryname import named_entry
from assay.operations.ledger import open_ledger
from assay.operations.show_entry import verified_entry
from assay.signing.keys import PublicKey
from assay.signing.trust import TrustRoot
from assay.source.repository import open_repository
from assay.system.clock import now
from assay.system.files import save_file


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryBundled:
    """Which entry was written, with whose signature, and the files."""

    index: int
    predicate_type: str
    signed_by: str
    key_id: str
    bundle: Path
    public_key: Path | None

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        gap = NotChecked(
            what="place in the log",
            where=f"entry {self.index}",
            why="a Sigstore bundle has no place for the proofs of this log",
            remedy="send the proof too: assay log prove",
        )
        return {
            "index": self.index,
            "predicateType": self.predicate_type,
            "signedBy": self.signed_by,
            "keyId": self.key_id,
            "bundle": str(self.bundle),
            "publicKey": None if self.public_key is None else str(self.public_key),
            "notChecked": [gap.as_json()],
        }


def bundle_entry(
    repository: Path,
    name: str,
    *,
    bundle: Path,
    signed_by: str,
    public_key: Path | None,
    clock: Clock = now,
) -> EntryBundled:
    """Write an entry, named by its index or its digest, as a bundle; it is verified before.

    A bundle has one signature: that of the principal `signed_by`, which may be empty where only
    one key signed. The key is written to `public_key`, where that is given.

    Raises:
        UsageError: No such entry, or it is not said whose signature is meant.
        SignatureInvalidError: Nobody whom the trust root knows signed it.
        UnavailableError: A file cannot be written.
    """
    with open_ledger(open_repository(repository), at=clock()) as ledger:
        entry = ledger.entry(named_entry(ledger, name))
        verified = verified_entry(ledger, entry)
        ids = frozenset(key for statement in verified for key in statement.keys)
        signer, key = _chosen(_signers(ledger.trust, ids), signed_by)
        save_file(bundle, render_statement_bundle(entry.envelope, key=key))
    if public_key is not None:
        save_file(public_key, key.pem)
    return EntryBundled(
        index=entry.index,
        predicate_type=verified[0].predicate_type,
        signed_by=signer,
        key_id=key.key_id,
        bundle=bundle,
        public_key=public_key,
    )


def _signers(trust: TrustRoot, ids: frozenset[str]) -> tuple[tuple[str, PublicKey], ...]:
    return tuple(
        (principal.name, key.public)
        for principal in trust.principals
        for key in principal.keys
        if key.name in ids
    )


def _chosen(signers: tuple[tuple[str, PublicKey], ...], wanted: str) -> tuple[str, PublicKey]:
    """Return the one signer that is meant."""
    found = tuple(pair for pair in signers if not wanted or pair[0] == wanted)
    if len(found) != 1:
        names = ", ".join(sorted({name for name, _ in signers})) or "none by a key"
        raise UsageError(
            f"{len(found)} signatures that may be meant, where a bundle has one",
            where="--signed-by",
            hint=f"signed by {names}",
        )
    return found[0]
