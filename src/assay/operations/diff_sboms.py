"""`assay sbom diff`: what changed from one SBOM to the next."""

from dataclasses import dataclass
from pathlib import Path

from assay.core.verdict import Verdict
from assay.operations.read_sbom import load_sbom
from assay.sbom.difference import Difference, FieldChange, compare_sboms
from assay.vuln.versions import scheme_key


@dataclass(frozen=True, slots=True, kw_only=True)
class SbomDifference:
    """What changed, and whether any component has other content at the same version."""

    difference: Difference

    @property
    def verdict(self) -> Verdict:
        """FAILED where content changed under a version that did not."""
        return Verdict.FAILED if self.difference.rewritten else Verdict.PASSED

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        found = self.difference
        return {
            "verdict": self.verdict.value,
            "rewritten": [_change_json(change) for change in found.rewritten],
            "added": list(found.added),
            "removed": list(found.removed),
            "versions": [
                {
                    "package": change.package,
                    "before": change.before,
                    "after": change.after,
                    "direction": change.direction,
                }
                for change in found.versions
            ],
            "changed": [_change_json(change) for change in found.changed],
            "notChecked": [note.as_json() for note in found.not_checked],
        }


def diff_sboms(before: Path, after: Path) -> SbomDifference:
    """Return what changed from the SBOM at `before` to that at `after`.

    Raises:
        MalformedError: One is no SBOM that is known, or is against its rules.
        UsageError: There is no such file.
    """
    found = compare_sboms(load_sbom(before), load_sbom(after), order=scheme_key)
    return SbomDifference(difference=found)


def _change_json(change: FieldChange) -> dict[str, object]:
    return {
        "component": change.component,
        "field": change.field,
        "before": list(change.before),
        "after": list(change.after),
    }
