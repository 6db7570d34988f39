"""The scanners, in the order of their reports: those of every check, and those to be named."""

from dataclasses import dataclass, replace
from typing import Final

from assay.scan import bandit, checkov, configuration, ruff, zizmor
from assay.scan.runner import ProgramScanner
from assay.scan.scanner import Scanner
from assay.scan.semgrep import semgrep_scanner

SCANNERS: Final[tuple[Scanner, ...]] = (
    zizmor.SCANNER,
    bandit.SCANNER,
    configuration.SCANNER,
)
OPTIONAL: Final = ("ruff", "semgrep", "checkov")  # run where `assay.toml` names them


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanSettings:
    """Which scanners run besides the default ones, by which rules, and how confined."""

    also: tuple[str, ...] = ()
    semgrep_rules: str = ""
    confined_only: bool = False


def select_scanners(settings: ScanSettings) -> tuple[Scanner, ...]:
    """Return the scanners that run by `settings`: never fewer than the default ones."""
    named: dict[str, Scanner] = {
        "ruff": ruff.SCANNER,
        "semgrep": semgrep_scanner(settings.semgrep_rules),
        "checkov": checkov.SCANNER,
    }
    chosen = (*SCANNERS, *(named[name] for name in OPTIONAL if name in settings.also))
    return tuple(_confined(scanner) if settings.confined_only else scanner for scanner in chosen)


def _confined(scanner: Scanner) -> Scanner:
    return replace(scanner, confined_only=True) if isinstance(scanner, ProgramScanner) else scanner


ALL_SCANNERS: Final = select_scanners(ScanSettings(also=OPTIONAL))
