"""`assay scan list`: which scanners there are, whether they can run here, what can be imported."""

from dataclasses import dataclass

from assay.core.errors import AssayError
from assay.scan.imports.formats import FORMATS
from assay.scan.registry import ALL_SCANNERS, SCANNERS
from assay.scan.scanner import Scanner
from assay.system.sandbox import find_sandbox


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerRow:
    """One scanner: the version that is here, or why none is; `default` runs at every check."""

    name: str
    tool: str
    version: str
    why: str
    default: bool

    def as_json(self) -> dict[str, object]:
        """Return its entry of the document that `--json` prints."""
        return {
            "name": self.name,
            "tool": self.tool,
            "version": self.version,
            "missing": self.why,
            "default": self.default,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannersShown:
    """The scanners, what confines them on this machine, and the formats of foreign reports."""

    scanners: tuple[ScannerRow, ...]
    isolation: str
    formats: tuple[tuple[str, str], ...]

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "scanners": [row.as_json() for row in self.scanners],
            "isolation": self.isolation,
            "formats": [{"name": name, "about": about} for name, about in self.formats],
            "notChecked": [],
        }


def list_scanners() -> ScannersShown:
    """Ask each program for its version, and show what there is."""
    return ScannersShown(
        scanners=tuple(_row(scanner) for scanner in ALL_SCANNERS),
        isolation=find_sandbox().description,
        formats=tuple((e.name, e.about) for e in FORMATS if not e.name.endswith("-list")),
    )


def _row(scanner: Scanner) -> ScannerRow:
    try:
        version = scanner.installed()
        why = "" if version else "not installed"
    except AssayError as error:
        version, why = "", error.what
    return ScannerRow(
        name=scanner.name,
        tool=scanner.tool,
        version=version,
        why=why,
        default=scanner in SCANNERS,
    )
