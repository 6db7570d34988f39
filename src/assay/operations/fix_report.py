"""What `assay fix` found to mend, as it is shown, written and given out as JSON."""

from dataclasses import dataclass, field

from assay.core.notchecked import NotChecked
from assay.findings.fixes.applying import render_diff
from assay.findings.fixes.edit import Fix
from assay.findings.fixes.workflows import LeftAlone, PlannedFix
from assay.vuln.remedy.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedFile:
    """One file, as it is and as it would be; `fixes` of workflows, those of others are planned."""

    path: str
    before: str
    after: str
    fixes: tuple[PlannedFix, ...] = ()

    @property
    def diff(self) -> str:
        """Return the unified diff."""
        return render_diff(self.path, self.before, self.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class FixReport:
    """What is mended, what is left alone and why, and what could not be looked at.

    `plan` is about dependencies; its own gaps are in it.
    """

    files: tuple[FixedFile, ...]
    left: tuple[LeftAlone, ...]
    not_checked: tuple[NotChecked, ...]
    written: bool
    plan: Plan = field(default_factory=Plan)

    @property
    def patch(self) -> str:
        """Return all diffs, as `git apply` takes them."""
        return "".join(file.diff for file in self.files)

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "written": self.written,
            "fixes": [_fix(fix.rule, fix.fix) for file in self.files for fix in file.fixes],
            "diffs": {file.path: file.diff for file in self.files},
            "left": [
                {"rule": one.rule, "path": one.path, "line": one.line, "why": one.why}
                for one in self.left
            ],
            "dependencies": self.plan.as_json(),
            "notChecked": [gap.as_json() for gap in self.not_checked],
        }


def _fix(rule: str, fix: Fix) -> dict[str, object]:
    return {"rule": rule, **fix.as_json()}
