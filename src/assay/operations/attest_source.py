"""`assay source attest`: record where a protected branch is, and which SLSA source level that has.

Run whenever the branch has moved, by a job that nobody's change can alter. The statement is source
provenance; the log dates it. The summary (VSA) is made from it, signed, and written to a file.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from assay.core.clock import Clock, format_time
from assay.core.digest import Digest
from assay.core.errors import UnavailableError, UsageError
from assay.core.printable import printable
from assay.core.strictjson import render_canonical_json
from assay.core.verdict import Verdict
from assay.evidence.dsse import sign_dsse
from assay.evidence.statement import PAYLOAD_TYPE, Statement, Subject
from assay.operations.branches import find_branch
from assay.operations.commit_configuration import load_configuration
from assay.operations.commit_trust import load_commit_trust
from assay.operations.forgestates import load_states
from assay.operations.ledger import Ledger
from assay.operations.record import Recorder, open_recorder
from assay.operations.reviews import SeenRevision, default_base, load_revisions, review_range
from assay.source.entries import EntryKind
from assay.source.forge.continuity import Protection, protection_over_time
from assay.source.repository import Repository, open_repository
from assay.source.revision import REVISION_TYPE, Revision
from assay.source.sourcelevel import SourceSituation, answer_requirements, level_of
from assay.source.submodules import strip_credentials
from assay.source.tree import list_tree
from assay.system.clock import now
from assay.system.files import save_file

VSA_TYPE: Final = "https://slsa.dev/verification_summary/v1"
_STATEMENT: Final = "https://in-toto.io/Statement/v1"
_VERIFIER: Final = "urn:assay:source"
_POLICY: Final = "https://slsa.dev/spec/v1.2/source-requirements"
_MAX_GAP: Final = timedelta(days=7)  # between two looks at a forge


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceAttested:
    """What was recorded, where, and the summary, if it was written."""

    revision: Revision
    index: int
    statement: Digest
    summary: Path | None

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "revision": self.revision.as_json(),
            "level": level_name(self.revision.level),
            "entry": self.index,
            "statement": str(self.statement),
            "summary": None if self.summary is None else str(self.summary),
            "notChecked": [item.as_json() for item in self.revision.coverage.not_checked],
        }


def attest_source(
    path: Path, *, branch: str, expunging: str, output: Path | None, clock: Clock = now
) -> SourceAttested:
    """Record the revision that the protected branch is at; `branch` is empty for the default one.

    `expunging` is the path of a document in that revision, or empty.

    Raises:
        UsageError: No repository, no log, no such branch or document.
        RejectedError: The repository or the log is damaged.
        UnavailableError: The clone is shallow, or something cannot be written.
    """
    at = clock()
    repository = open_repository(path)
    if repository.shallow:
        raise UnavailableError(
            "the clone is shallow: its history cannot be told", hint="git fetch --unshallow"
        )
    with open_recorder(repository, at=at, clock=clock) as recorder:
        revision = _make_revision(recorder.ledger, repository, branch, expunging)
        subject = Subject(
            name=printable(repository.top.name), digest=Digest("gitCommit", revision.commit)
        )
        statement = Statement(
            subjects=(subject,), predicate_type=REVISION_TYPE, predicate=revision.as_json()
        )
        [receipt] = recorder.record((statement,), role="collector")
        if output is not None:
            save_file(output, _summary(revision, receipt.digest, recorder))
    return SourceAttested(
        revision=revision, index=receipt.index, statement=receipt.digest, summary=output
    )


def level_name(level: int) -> str:
    """Return how SLSA writes a source level."""
    return f"SLSA_SOURCE_LEVEL_{level}"


def _make_revision(ledger: Ledger, repository: Repository, branch: str, expunging: str) -> Revision:
    found = find_branch(repository, branch)
    seen = load_revisions(ledger, branch=found.name)
    entries = list_tree(repository, found.tip)
    configuration = load_configuration(repository, entries)
    documents = {e.path: e.oid for e in entries if e.kind is EntryKind.FILE}
    if expunging and expunging not in documents:
        raise UsageError("no such file in the revision", where=printable(expunging))
    commits = (found.tip, *(one.revision.commit for one in seen))
    reviewed = review_range(
        ledger,
        repository,
        branch=found.name,
        base=default_base(repository, seen, head=found.tip),
        head=found.tip,
        trust=load_commit_trust(ledger, commits=commits),
    )
    uri = _uri(repository, configuration.uri)
    answers = answer_requirements(
        SourceSituation(
            repository=uri,
            coverage=reviewed.coverage,
            first_recorded=_first(seen, found.tip),
            protection=_protection(ledger, found.name),
            expunging=bool(expunging),
        )
    )
    return Revision(
        repository=uri,
        branch=found.name,
        commit=found.tip,
        tree=reviewed.line.changes[-1].tree,
        previous=seen[-1].statement if seen else None,
        observed_at=ledger.at,
        coverage=reviewed.coverage,
        answers=answers,
        level=level_of(answers),
        expunging=Digest("gitBlob", documents[expunging]) if expunging else None,
    )


def _first(seen: tuple[SeenRevision, ...], tip: str) -> datetime | None:
    """Return when the log first had another revision of the branch than the one at its end."""
    return next((one.recorded_at for one in seen if one.revision.commit != tip), None)


def _protection(ledger: Ledger, ref: str) -> Protection | None:
    """Return what a forge says of the branch, where exactly one forge was asked about it."""
    found = [
        protection
        for states in load_states(ledger).values()
        if (protection := protection_over_time(states, ref=ref, at=ledger.at, max_gap=_MAX_GAP))
        is not None
    ]
    return found[0] if len(found) == 1 else None


def _uri(repository: Repository, configured: str) -> str:
    """Return the URI of the repository as SPDX writes a download location, or nothing."""
    if configured:
        return configured
    remote = dict(repository.remotes).get("origin", "")
    if "://" not in remote or remote.startswith("file:"):
        return ""
    return f"git+{strip_credentials(remote)}"


def _summary(revision: Revision, statement: Digest, recorder: Recorder) -> bytes:
    """Return the source VSA (SLSA v1.2), signed, as DSSE.

    The subject is the commit alone: another commit can have its tree. What SLSA has no name for
    below the level that asks for it is an `ORG_SOURCE_` property.
    """
    levels = [level_name(revision.level)]
    passed = {a.requirement for a in revision.answers if a.verdict is Verdict.PASSED}
    if "two-party-review" in passed:
        levels.append("ORG_SOURCE_TWO_PARTY_REVIEWED")
    resource = revision.repository or "urn:assay:repository:unnamed"
    payload = {
        "_type": _STATEMENT,
        "subject": [
            {
                "name": revision.branch,
                "uri": f"{resource}@{revision.commit}",
                "digest": {"gitCommit": revision.commit},
                "annotations": {"sourceRefs": [revision.branch]},
            }
        ],
        "predicateType": VSA_TYPE,
        "predicate": {
            "verifier": {"id": _VERIFIER},
            "timeVerified": format_time(revision.observed_at),
            "resourceUri": resource,
            "policy": {"uri": _POLICY},
            "inputAttestations": [
                {
                    "uri": f"urn:assay:statement:{statement}",
                    "digest": {statement.algorithm: statement.hex},
                }
            ],
            "verificationResult": "PASSED" if revision.level else "FAILED",
            "verifiedLevels": levels if revision.level else ["FAILED"],
            "slsaVersion": "1.2",
        },
    }
    return sign_dsse(
        render_canonical_json(payload),
        payload_type=PAYLOAD_TYPE,
        signers=(recorder.signers.statements,),
    )
