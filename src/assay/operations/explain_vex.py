"""`assay vex explain`: what VEX documents together say about one component, by their own words."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assay.core.clock import Clock
from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict
from assay.operations.create_vex import named_target
from assay.operations.hear_vex import MAX_AGE, load_claimants
from assay.system.clock import now
from assay.vuln.vex.standing import Standing, VexAnswer, VexQuestion, answer_vex
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
            **self.answer.as_json(),
            "notChecked": [note.as_json() for note in self.not_checked],
        }


def explain_vex(paths: tuple[Path, ...], asked: AskedVex, *, clock: Clock = now) -> ExplainedVex:
    """Return what the documents at `paths` come to, each taken for its author's own.

    Raises:
        MalformedError: One is no VEX document.
        UsageError: No such file, one named twice, or a name that cannot be read.
    """
    question = VexQuestion(
        vulnerability=asked.vulnerability,
        product=named_target(asked.product, option="--product", all_versions=True),
        component=named_target(asked.component, option="--component", all_versions=True),
        aliases=asked.aliases,
    )
    claimants, gaps = load_claimants(paths)
    answer = answer_vex(claimants, question, max_age=MAX_AGE, at=clock())
    return ExplainedVex(answer=answer, not_checked=gaps)


def standing_words(answer: VexAnswer) -> str:
    """Return what stands in a line for people."""
    match answer.standing:
        case Standing.SILENT:
            return "nothing is said about it"
        case Standing.UNCLEAR:
            return "it cannot be told what stands"
        case Standing.STANDS:
            return str(answer.status)
