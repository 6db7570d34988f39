"""`assay sbom check`: which of the minimum elements an SBOM has, and where they are missing."""

from dataclasses import dataclass
from pathlib import Path

from assay.core.errors import UsageError
from assay.core.verdict import Verdict
from assay.operations.read_sbom import load_sbom
from assay.sbom.minimum import PROFILES, MinimumReport, check_minimum


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedSbom:
    """The elements found in one document of a format."""

    format: str
    report: MinimumReport

    @property
    def verdict(self) -> Verdict:
        """PASSED where nothing is missing, UNKNOWN where the document lists nothing."""
        return self.report.verdict

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "verdict": self.verdict.value,
            "format": self.format,
            "profile": self.report.profile,
            "components": self.report.components,
            "elements": [
                {
                    "element": found.element,
                    "needed": found.needed,
                    "missing": list(found.missing),
                }
                for found in self.report.found
            ],
            "notChecked": [note.as_json() for note in self.report.not_checked],
        }


def check_sbom(path: Path, *, profile: str) -> CheckedSbom:
    """Look for the minimum elements of `profile` in the SBOM at `path`.

    Raises:
        MalformedError: Not an SBOM that is known, or against its rules.
        UsageError: No such file, or no such profile.
    """
    if profile not in PROFILES:
        hint = f"there are {' and '.join(PROFILES)}"
        raise UsageError(f"{profile!r} is no profile", hint=hint)
    sbom = load_sbom(path)
    return CheckedSbom(format=sbom.format, report=check_minimum(sbom, profile=profile))
