"""`assay vex explain`: what VEX documents together say about one component, by their own words."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from assay.core.clock import Clock
from assay.core.errors import UsageError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.core.verdict import Verdict
from assay.gates.parameters import MAX_VEX_AGE_HOURS
from assay.operations.create_vex import named_target
from assay.operations.read_vex import load_vex
from assay.system.clock import now
from assay.vuln.vex.standing import Standing, VexAnswer, VexClaimant, VexQuestion, answer_vex
from assay.vuln.vex.statement import Status

_VERDICTS: Final = {
    Status.NOT_AFFECTED: Verdict.PASSED,
    Status.FIXED: Verdict.PASSED,
    Status.AFFECTED: Verdict.FAILED,
    Status.UNDER_INVESTIGATION: Verdict.UNKNOWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedVex:
    """A question in the words of the command line."""

    vulnerability: str
    product: str
    component: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedVex:
    """What stands, if the documents are by those whom they name."""

    answer: VexAnswer
    not_checked: tuple[NotChecked, ...]

    @property
    def verdict(self) -> Verdict:
        """Return FAILED where it is affected, and UNKNOWN where no one answer stands."""
        status = self.answer.status
        return Verdict.UNKNOWN if status is None else _VERDICTS[status]

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "verdict": self.verdict.value,
            "standing": str(self.answer.standing),
            "status": None if self.answer.status is None else str(self.answer.status),
            "claims": list(self.answer.claims),
            "doubts": list(self.answer.doubts),
            "notChecked": [note.as_json() for note in self.not_checked],
        }


def explain_vex(paths: tuple[Path, ...], asked: AskedVex, *, clock: Clock = now) -> ExplainedVex:
    """Return what the documents at `paths` come to, each taken for its author's own.

    A document that names no author is one of its own: nothing that another says replaces it.

    Raises:
        MalformedError: One is no VEX document.
        UsageError: No such file, one named twice, or a name that cannot be read.
    """
    names = [printable(str(path)) for path in paths]
    if len(names) != len(set(names)):
        raise UsageError("a document is named twice")
    question = VexQuestion(
        vulnerability=asked.vulnerability,
        product=named_target(asked.product, option="--product", all_versions=True),
        component=named_target(asked.component, option="--component", all_versions=True),
        aliases=asked.aliases,
    )
    documents = {name: load_vex(path) for name, path in zip(names, paths, strict=True)}
    claimants = [
        VexClaimant(document=one, author=one.author or name, called=name)
        for name, one in documents.items()
    ]
    max_age = timedelta(hours=MAX_VEX_AGE_HOURS)
    answer = answer_vex(claimants, question, max_age=max_age, at=clock())
    signatures = NotChecked(
        what="signatures",
        where=", ".join(names),
        why="each document is taken for its author's own",
        remedy="record it, and see assay vex list",
    )
    noted = (note for one in documents.values() for note in one.not_checked)
    return ExplainedVex(answer=answer, not_checked=(signatures, *dict.fromkeys(noted)))


def standing_words(answer: VexAnswer) -> str:
    """Return what stands in a line for people."""
    match answer.standing:
        case Standing.SILENT:
            return "nothing is said about it"
        case Standing.UNCLEAR:
            return "it cannot be told what stands"
        case Standing.STANDS:
            return str(answer.status)
