"""The plan: what goes up to what, what that mends, and what is left with the reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict
from assay.findings.severity import Severity
from assay.vuln.remedy.steps import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """One vulnerability of one package, with what its urgency was judged by.

    `priority` is the decision of SSVC, empty where no CVE is known.
    """

    vulnerability: str
    aliases: tuple[str, ...]
    severity: Severity
    priority: str = ""
    urgency: int = -1
    exploited: bool = False  # listed in KEV, or made to do harm

    @property
    def rank(self) -> tuple[bool, int, int]:
        """Return how much it matters that this goes away: the higher the more."""
        return (self.exploited, self.urgency, -self.severity.rank)

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {
            "vulnerability": self.vulnerability,
            "aliases": list(self.aliases),
            "severity": self.severity.value,
            "priority": self.priority,
            "knownExploited": self.exploited,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """One package that goes up in one lock file.

    `verdict` is PASSED where the edited file was read again and the package has none of `mends`
    any more. `why_not` says why there is no edit, and `command` what makes it instead.
    """

    path: str
    place: str
    ecosystem: str
    package: str
    old: str
    new: str
    step: Step
    direct: bool | None
    mends: tuple[Mended, ...]
    because: str = ""  # the package that needs this one to go up
    left: tuple[str, ...] = ()  # what the new version still has
    notes: tuple[str, ...] = ()
    verdict: Verdict = Verdict.UNKNOWN
    why_not: str = ""
    command: str = ""

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {
            "path": self.path,
            "place": self.place,
            "ecosystem": self.ecosystem,
            "package": self.package,
            "from": self.old,
            "to": self.new,
            "step": self.step.value,
            "direct": self.direct,
            "fixes": [one.as_json() for one in self.mends],
            "because": self.because,
            "left": list(self.left),
            "notes": list(self.notes),
            "verdict": self.verdict.value,
            "whyNotEdited": self.why_not,
            "command": self.command,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfixed:
    """A vulnerable package that stays as it is, why, and what a person can do."""

    path: str
    place: str
    ecosystem: str
    package: str
    version: str
    has: tuple[Mended, ...]
    why: str
    hint: str = ""

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {
            "path": self.path,
            "place": self.place,
            "ecosystem": self.ecosystem,
            "package": self.package,
            "version": self.version,
            "has": [one.as_json() for one in self.has],
            "why": self.why,
            "hint": self.hint,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All of it, the most urgent first; `texts` are the edited files by path."""

    upgrades: tuple[Upgrade, ...] = ()
    unfixed: tuple[Unfixed, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    texts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    examined: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def verdict(self) -> Verdict:
        """Return PASSED where nothing that is known is left, and everything could be looked at.

        Where there was nothing to look at, nobody can tell.
        """
        if self.unfixed or any(one.left for one in self.upgrades):
            return Verdict.FAILED
        unsure = (
            not self.examined.get("components")
            or self.not_checked
            or any(one.verdict is not Verdict.PASSED for one in self.upgrades)
        )
        return Verdict.UNKNOWN if unsure else Verdict.PASSED

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "verdict": self.verdict.value,
            "upgrades": [one.as_json() for one in self.upgrades],
            "unfixed": [one.as_json() for one in self.unfixed],
            "examined": dict(self.examined),
            "notChecked": [gap.as_json() for gap in self.not_checked],
        }
