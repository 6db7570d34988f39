"""The score, and the mutants that survived: as JSON for machines, as Markdown for the page."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mutants.equivalent import Equivalent
from mutants.mutation import Mutant
from mutants.results import Result, name_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How many mutants of one part were made, killed, and cannot be killed."""

    made: int
    killed: int
    equivalent: int

    @property
    def share(self) -> float:
        """The killed among those that can be, in percent."""
        possible = self.made - self.equivalent
        return 100.0 * self.killed / possible if possible else 100.0

    def interval(self) -> tuple[float, float]:
        """Return between what the share of all mutants is, by 19 to 1, where these are a sample.

        Wilson's interval: it holds near 100 percent too.
        """
        possible = self.made - self.equivalent
        if not possible:
            return (0.0, 100.0)
        share, z = self.killed / possible, 1.96
        weight = 1 + z**2 / possible
        middle = (share + z**2 / (2 * possible)) / weight
        spread = share * (1 - share) / possible + z**2 / (4 * possible**2)
        half = z * math.sqrt(spread) / weight
        return (100 * (middle - half), 100 * (middle + half))


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All mutants with what became of them."""

    mutants: Sequence[Mutant]
    results: Mapping[str, Result]
    equivalents: Sequence[Equivalent]

    def reason(self, mutant: Mutant) -> str | None:
        """Return why a mutant cannot be killed, if that is so."""
        return next((e.reason for e in self.equivalents if e.covers(mutant)), None)

    @property
    def tried(self) -> list[Mutant]:
        """Return the mutants that were run."""
        return [mutant for mutant in self.mutants if name_of(mutant) in self.results]

    def is_killed(self, mutant: Mutant) -> bool:
        """Tell whether a test noticed."""
        result = self.results.get(name_of(mutant))
        return result is not None and result.is_killed

    def survivors(self) -> list[Mutant]:
        """Return what no test noticed though it could."""
        return [m for m in self.tried if not self.is_killed(m) and self.reason(m) is None]

    def score(self, mutants: Iterable[Mutant]) -> Score:
        """Count."""
        chosen = list(mutants)
        killed = sum(self.is_killed(m) for m in chosen)
        equivalent = sum(not self.is_killed(m) and self.reason(m) is not None for m in chosen)
        return Score(made=len(chosen), killed=killed, equivalent=equivalent)

    def modules(self) -> dict[str, Score]:
        """Return the score of each module."""
        names = dict.fromkeys(mutant.module for mutant in self.tried)
        return {name: self.score(m for m in self.tried if m.module == name) for name in names}


def as_text(report: Report) -> str:
    """Return the score and the survivors for a terminal."""
    lines = [
        f"{m.module}:{m.line} {m.function}: {m.kind}: `{m.before}` → `{m.after}`"
        for m in report.survivors()
    ]
    for name, score in report.modules().items():
        lines.append(f"{score.share:6.1f} %  {score.killed:5} of {score.made:5}  {name}")
    whole = report.score(report.tried)
    lines.append(
        f"{whole.share:6.1f} %  {whole.killed} of {whole.made} mutants killed, "
        f"{whole.equivalent} cannot be; {len(report.mutants) - len(report.tried)} were not run"
    )
    low, high = whole.interval()
    lines.append(f"as a sample of more: {low:.1f} to {high:.1f} % (95 % confidence)")
    return "\n".join(lines)


def as_json(report: Report) -> str:
    """Return the same for machines."""
    whole = report.score(report.tried)
    document = {
        "made": whole.made,
        "killed": whole.killed,
        "equivalent": whole.equivalent,
        "notRun": len(report.mutants) - len(report.tried),
        "share": round(whole.share, 2),
        "interval": [round(bound, 2) for bound in whole.interval()],
        "modules": {
            name: {"made": s.made, "killed": s.killed, "share": round(s.share, 2)}
            for name, s in report.modules().items()
        },
        "survived": [
            {"module": m.module, "line": m.line, "function": m.function, "kind": m.kind,
             "before": m.before, "after": m.after}
            for m in report.survivors()
        ],
    }  # fmt: skip
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def as_markdown(report: Report) -> str:
    """Return the tables of the page."""
    lines = ["| Module | Mutants | Killed | Cannot be killed | Share |", "|---|--:|--:|--:|--:|"]
    rows = {**report.modules(), "all": report.score(report.tried)}
    for name, score in rows.items():
        lines.append(
            f"| {name.removeprefix('assay.')} | {score.made} | {score.killed} | {score.equivalent} "
            f"| {score.share:.1f} % |"
        )
    return "\n".join(lines) + "\n"
