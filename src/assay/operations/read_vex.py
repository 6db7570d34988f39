"""`assay vex validate` and `show`, and the reading of VEX files that the others begin with."""

from dataclasses import dataclass
from pathlib import Path

from assay.core.errors import MalformedError, UsageError, inside
from assay.core.printable import printable
from assay.core.verdict import Verdict
from assay.system.files import load_file
from assay.vuln.vex.bomlinks import resolve_links
from assay.vuln.vex.cyclonedxparts import BomNames, read_names
from assay.vuln.vex.cyclonedxread import is_cyclonedx_vex
from assay.vuln.vex.statement import VexDocument
from assay.vuln.vex.statementjson import document_json
from assay.vuln.vexformats import MAX_VEX_BYTES, parse_vex, parse_vex_tree


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadVex:
    """A document that keeps the rules of its format, as far as it was understood."""

    document: VexDocument

    @property
    def verdict(self) -> Verdict:
        """Return PASSED where every statement was understood, and there is one."""
        whole = bool(self.document.statements) and not self.document.unread
        return Verdict.PASSED if whole else Verdict.UNKNOWN

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "verdict": self.verdict.value,
            **document_json(self.document),
        }


def check_vex(path: Path, *, boms: tuple[Path, ...] = ()) -> ReadVex:
    """Read the VEX document at `path`; what it names in `boms` is found there.

    Raises:
        MalformedError: Not a VEX document of a known format, or against its rules.
        UsageError: There is no such file.
    """
    return ReadVex(document=load_vex(path, boms=boms))


def load_vex(path: Path, *, boms: tuple[Path, ...] = ()) -> VexDocument:
    """Read the VEX document at `path`, and replace its BOM-Links into `boms`.

    Raises:
        MalformedError: Not a VEX document of a known format, or against its rules.
        UsageError: There is no such file.
    """
    document = _parsed(path)
    if not boms:
        return document
    return resolve_links(document, tuple(map(load_names, boms)))


def load_names(path: Path) -> BomNames:
    """Read what there is to point at in the CycloneDX BOM at `path`.

    Raises:
        MalformedError: No CycloneDX, or against its rules.
        UsageError: There is no such file.
    """
    data = load_document(path)
    with inside(printable(str(path))):
        document = parse_vex_tree(data)
        if not is_cyclonedx_vex(document):
            raise MalformedError("no CycloneDX BOM", hint="VEX points into CycloneDX alone")
        return read_names(document)


def _parsed(path: Path) -> VexDocument:
    data = load_document(path)
    with inside(printable(str(path))):
        return parse_vex(data)


def load_document(path: Path) -> bytes:
    """Return the bytes of the file at `path`.

    Raises:
        UsageError: There is no such file.
    """
    if not path.is_file():
        raise UsageError("no such file", where=printable(str(path)))
    return load_file(path, max_bytes=MAX_VEX_BYTES)
