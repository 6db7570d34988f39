"""`assay trust show`: who may sign what until when, and how the trust root came to be so."""

from dataclasses import dataclass
from pathlib import Path

from assay.core.clock import Clock, format_time
from assay.core.strictjson import parse_json
from assay.evidence.trustchain import TrustChain
from assay.operations.ledger import open_ledger
from assay.signing.trust import (
    MAX_TRUST_ROOT_BYTES,
    TrustRoot,
    render_trust_root,
    trust_root_digest,
)
from assay.signing.trusttoml import render_toml
from assay.signing.trustwords import name_dangers, name_principal
from assay.source.repository import open_repository
from assay.system.clock import now


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustShown:
    """The trust root in force, in words and as data."""

    root: TrustRoot
    digest: str
    principals: tuple[tuple[str, ...], ...]  # the lines about each
    dangers: tuple[str, ...]
    doubts: tuple[str, ...]  # changes that rest on keys which are revoked by now
    versions: tuple[tuple[int, str, str], ...]  # number, digest, time of record or empty
    toml: str

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        document = parse_json(render_trust_root(self.root), max_bytes=MAX_TRUST_ROOT_BYTES)
        return {
            "digest": self.digest,
            "trustRoot": document,
            "versions": [
                {"version": number, "digest": digest, "recordedAt": at or None}
                for number, digest, at in self.versions
            ],
            "dangers": list(self.dangers),
            "doubts": list(self.doubts),
            "notChecked": [],
        }


def show_trust(path: Path, *, clock: Clock = now) -> TrustShown:
    """Return the trust root in force for the log of the repository at `path`.

    Raises:
        UsageError: No repository, no log, or no trust root for it.
        TamperedError: A change in the log does not follow from the pinned trust root.
    """
    at = clock()
    with open_ledger(open_repository(path), at=at) as ledger:
        chain = ledger.chain
    root = chain.current
    return TrustShown(
        root=root,
        digest=str(trust_root_digest(root)),
        principals=tuple(name_principal(principal) for principal in root.principals),
        dangers=name_dangers(root, at=at),
        doubts=chain.doubts(),
        versions=_versions(chain),
        toml=render_toml(root, version=root.version + 1),
    )


def _versions(chain: TrustChain) -> tuple[tuple[int, str, str], ...]:
    return tuple(
        (v.root.version, str(v.digest), "" if v.at is None else format_time(v.at))
        for v in chain.versions
    )
