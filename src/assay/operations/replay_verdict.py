"""`assay replay`: decide again from what a recorded verdict names, and compare byte for byte."""

from dataclasses import dataclass
from pathlib import Path

from assay.core.clock import Clock
from assay.core.digest import sha256_of
from assay.core.errors import RejectedError, UsageError
from assay.core.verdict import Verdict
from assay.evidence.envelope import VerifiedStatement, parse_claims
from assay.evidence.reading import LogEntry
from assay.gates.reading import VERDICT_TYPE, role_for
from assay.gates.replay import name_differences, recompute_verdict
from assay.gates.verdict import GateVerdict
from assay.gates.vsa import parse_verdict
from assay.operations.entryname import named_entry
from assay.operations.ledger import Expected, Ledger, open_ledger
from assay.operations.material import load_policy
from assay.operations.savedverdict import load_verdict
from assay.operations.standing import why_verdict_fallen
from assay.signing.trust import TrustRoot, trust_root_digest
from assay.source.repository import open_repository
from assay.system.clock import now


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A verdict that came out the same: its bytes, and what it was made from."""

    verdict: Verdict
    digest: str
    size: int
    evidence: int
    policy: str
    fallen: tuple[str, ...]  # why the verdict does not stand any more; empty where it does

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "verdict": Verdict.PASSED.value,
            "replayed": {
                "verdict": self.verdict.value,
                "envelope": self.digest,
                "bytes": self.size,
            },
            "evidence": self.evidence,
            "policy": self.policy,
            "fallen": list(self.fallen),
            "notChecked": [],
        }


def replay_verdict(name: str, path: Path, *, clock: Clock = now) -> Replayed:
    """Make the verdict `name` again from the log of the repository at `path`.

    `name` is a file from `assay check --save-verdict`, an index in the log, or the digest of an
    envelope.

    Raises:
        UsageError: There is no such verdict.
        RejectedError: What it was made from is not there, or other bytes come out; the first
            difference is named.
    """
    with open_ledger(open_repository(path), at=clock()) as ledger:
        entry = _find(ledger, name)
        verified, recorded = _read(ledger, entry)
        root = ledger.chain.find(recorded.trust_root)
        evidence = _evidence(ledger, root, recorded)
        again = recompute_verdict(
            verified.payload,
            evidence=evidence,
            bundle=load_policy(ledger, recorded.policy),
            trust_root=trust_root_digest(root),
        )
        fallen = why_verdict_fallen(ledger, entry, recorded.subject.digest)
    if again != verified.payload:
        differences = name_differences(verified.payload, again)
        raise RejectedError(
            f"{len(differences)} differences, the first: {differences[0]}",
            where=f"entry {entry.index}",
            hint="another version of Assay or of its policy engine may decide otherwise",
        )
    return Replayed(
        verdict=recorded.decision.verdict,
        digest=str(entry.digest),
        size=len(again),
        evidence=len(evidence),
        policy=str(recorded.policy),
        fallen=fallen,
    )


def _find(ledger: Ledger, name: str) -> LogEntry:
    if (name.isascii() and name.isdigit()) or name.startswith("sha256:"):
        return ledger.entry(named_entry(ledger, name))
    found = ledger.find(sha256_of(load_verdict(Path(name)).envelope))
    if found is None:
        raise UsageError("this log does not hold that verdict", where=name)
    return found


def _read(ledger: Ledger, entry: LogEntry) -> tuple[VerifiedStatement, GateVerdict]:
    """Return the verdict as it was believed when it was recorded, whatever became of its key."""
    expected = Expected(
        subject=ledger.store.subject_of(entry.index), role="gate", predicate_type=VERDICT_TYPE
    )
    verified = ledger.judge_under(ledger.chain.in_force(entry.index), entry, expected)
    return verified, parse_verdict(verified.payload)


def _evidence(
    ledger: Ledger, root: TrustRoot, recorded: GateVerdict
) -> tuple[VerifiedStatement, ...]:
    """Return what the verdict was made from, under the trust root that it names."""
    subject = recorded.subject.digest
    entries = ledger.about(subject)
    found = []
    for digest in recorded.evidence:
        if digest not in entries:
            raise RejectedError(f"evidence that is not there: {digest}", where="inputAttestations")
        entry = entries[digest]
        kind = parse_claims(entry.envelope).predicate_type
        expected = Expected(subject=subject, role=role_for(kind), predicate_type=kind)
        found.append(ledger.judge_under(root, entry, expected))
    return tuple(found)
