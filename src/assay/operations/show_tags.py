"""`assay source tags`: who signed each tag, and whether it is under the name that was signed."""

from dataclasses import dataclass
from pathlib import Path

from assay.core.clock import Clock
from assay.core.printable import printable
from assay.core.verdict import Verdict, all_of
from assay.operations.commit_trust import load_commit_trust
from assay.operations.ledger import open_ledger
from assay.source.repository import open_repository
from assay.source.tag import TagAnswer, check_tags
from assay.system.clock import now


@dataclass(frozen=True, slots=True, kw_only=True)
class TagsShown:
    """What was found of each tag."""

    tags: tuple[TagAnswer, ...]

    @property
    def verdict(self) -> Verdict:
        """Return whether all are signed; UNKNOWN where there are none."""
        return all_of(one.verdict for one in self.tags)

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "verdict": self.verdict.value,
            "tags": [
                {
                    "ref": printable(one.ref),
                    "tag": one.tag,
                    "commit": one.commit,
                    "verdict": one.verdict.value,
                    "reason": printable(one.reason),
                    "signature": one.signature.as_json(),
                }
                for one in self.tags
            ],
            "notChecked": [],
        }


def show_tags(path: Path, *, clock: Clock = now) -> TagsShown:
    """Judge every tag of the repository at `path` by the trust root of its log.

    Raises:
        UsageError: No repository, or no log.
        RejectedError: A tag is damaged or malformed, or the log is.
        UnavailableError: Git did not answer.
    """
    at = clock()
    repository = open_repository(path)
    with open_ledger(repository, at=at) as ledger:
        trust = load_commit_trust(ledger, commits=())
    return TagsShown(tags=check_tags(repository, trust=trust, at=at))
