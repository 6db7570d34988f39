"""The statement that an imported report is: what it says, and that somebody else says so.

It is a predicate type of its own, and is signed in a role of its own, `importer`: whoever may bring
reports in can not thereby say "Assay scanned". What is in it counts against a commit; whether it
counts for one is for a policy to say.

* `imported.digest` is that of the file, so that it can be found again; the file is not kept.
* `imported.ranAt` is what the report says about itself; empty where it does not. The time of the
  import says nothing about the age of what it shows.
"""

from dataclasses import dataclass
from typing import Final

from assay.core.digest import Digest, parse_digest
from assay.core.jsonvalue import JsonValue
from assay.findings.scanreport import ScanReport, parse_scan_report

PREDICATE_TYPE: Final = "urn:assay:predicate:import:v1"
ROLE: Final = "importer"
PREFIX: Final = "imported/"  # of the scanner's name, before the tool's


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a report comes from. All but `digest` is only claimed."""

    file: str
    digest: Digest
    ran_by: str = ""
    ran_at: str = ""  # RFC 3339, or empty


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedScan:
    """One run of a tool, as a report of it says."""

    report: ScanReport
    provenance: Provenance

    def as_json(self) -> dict[str, object]:
        """Return the predicate."""
        source = self.provenance
        return {
            **self.report.as_json(),
            "imported": {
                "file": source.file,
                "digest": str(source.digest),
                "ranBy": source.ran_by,
                "ranAt": source.ran_at,
            },
        }


def parse_imported_scan(value: JsonValue) -> ImportedScan:
    """Read a predicate that `ImportedScan.as_json` wrote.

    Raises:
        MalformedError: A field is missing or of another type.
    """
    source = value.field("imported")
    return ImportedScan(
        report=parse_scan_report(value),
        provenance=Provenance(
            file=source.field("file").text(),
            digest=source.field("digest").parsed(parse_digest),
            ran_by=source.field("ranBy").text(),
            ran_at=source.field("ranAt").text(),
        ),
    )
