"""`assay sbom validate`, and the reading of SBOM files that all the others begin with."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from assay.core.errors import UsageError, inside
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.core.verdict import Verdict
from assay.sbom.component import Sbom
from assay.sbom.formats.reader import MAX_SBOM_BYTES, parse_sbom
from assay.system.files import load_file


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidSbom:
    """A document that keeps the rules of its format."""

    sbom: Sbom

    @property
    def not_checked(self) -> tuple[NotChecked, ...]:
        """Return what could not be used, and what was not held against rules at all."""
        gaps = (
            NotChecked(
                what="rules of the format",
                where=path,
                why=f"{count} not held against them",
                remedy="hold the document against the schema of its format",
            )
            for path, count in self.sbom.unruled.items()
        )
        return (*self.sbom.inventory.not_checked, *gaps)

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "verdict": Verdict.PASSED.value,
            "format": self.sbom.format,
            "components": len(self.sbom.components),
            "notRead": dict(self.sbom.left_out),
            "notChecked": [note.as_json() for note in self.not_checked],
        }


def validate_sbom(path: Path) -> ValidSbom:
    """Hold the document at `path` against the rules of the format that it says it is.

    Raises:
        MalformedError: A fault, with the path to it.
        UsageError: There is no such file.
    """
    return ValidSbom(sbom=load_sbom(path))


def load_sbom(path: Path) -> Sbom:
    """Read the SBOM at `path`.

    Raises:
        MalformedError: Not an SBOM that is known, or against its rules.
        UsageError: There is no such file.
    """
    if not path.is_file():
        raise UsageError("no such file", where=printable(str(path)))
    data = load_file(path, max_bytes=MAX_SBOM_BYTES)
    with inside(printable(str(path))):
        return parse_sbom(data)


def load_sboms(paths: Iterable[Path]) -> dict[str, Sbom]:
    """Read several SBOMs, each under its path as it was given.

    Raises:
        MalformedError: One is no SBOM that is known, or is against its rules.
        UsageError: One is missing, or named twice.
    """
    found: dict[str, Sbom] = {}
    for path in paths:
        name = printable(str(path))
        if name in found:
            raise UsageError("named twice", where=name)
        found[name] = load_sbom(path)
    return found
