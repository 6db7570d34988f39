"""The inventory of a commit as a CycloneDX 1.6 document (ECMA-424), which is signed, and back.

* The document is written directly, not through a library: docs/decisions/0002. The tests hold every
  document against the strict JSON schema.
* What CycloneDX has no place for (files read, what was not checked, what is not locked or pinned)
  goes into properties whose names begin with `assay:`, so that nothing is lost on the way back.
* `compositions` claims "complete" only where nothing speaks against it.
"""

from datetime import datetime
from typing import Final

from assay.core.clock import format_time
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.sbom.component import Component, Inventory, Sbom
from assay.sbom.formats.cyclonedxread import read_inventory
from assay.sbom.formats.cyclonedxwrite import write_cyclonedx
from assay.sbom.requirementnames import is_requirements

PREDICATE_TYPE: Final = "https://cyclonedx.org/bom"
SPEC_VERSION: Final = "1.6"


def render_cyclonedx(
    inventory: Inventory, *, subject_name: str, subject_version: str, at: datetime
) -> dict[str, object]:
    """Return the CycloneDX 1.6 object for `inventory`; `subject_version` is the commit.

    Raises:
        ValueError: `at` has no time zone.
    """
    subject = Component(
        purl="", name=subject_name, version=subject_version, found_in=(), kind="application"
    )
    return write_cyclonedx(describe(inventory, subject=subject, at=at), version=SPEC_VERSION)


def describe(inventory: Inventory, *, subject: Component, at: datetime) -> Sbom:
    """Return the document about `subject` that lists `inventory`.

    Raises:
        ValueError: `at` has no time zone.
    """
    return Sbom(
        inventory=inventory,
        subject=subject,
        created_at=format_time(at),
        aggregate=decide_aggregate(inventory),
        phases=decide_phases(inventory, subject=subject),
    )


def decide_phases(inventory: Inventory, *, subject: Component) -> tuple[str, ...]:
    """Return when in the life of the software the list was made, in CycloneDX's words.

    "pre-build" for what lock files and manifests declare, "post-build" for what was found in place,
    which tells how it was found; a folder may hold both.
    """
    declared = inventory.lock_files or inventory.unlocked or inventory.unpinned
    phases = list[str]()
    if declared or not all(component.methods for component in inventory.components):
        phases.append("pre-build")
    if subject.kind == "container" or any(component.methods for component in inventory.components):
        phases.append("post-build")
    return tuple(phases)


def decide_aggregate(inventory: Inventory) -> str:
    """Return how far the list of components may be relied on, in CycloneDX's words.

    "incomplete" where something was not checked, not locked or not pinned; "unknown" where no file
    said anything, or where a requirements file without hashes may have left packages out (pip
    insists on naming every package only when all have hashes); otherwise "complete".
    """
    if inventory.not_checked or inventory.unlocked or inventory.unpinned:
        return "incomplete"
    if not inventory.examined:
        return "unknown"
    open_lists = (
        is_requirements(path)
        for component in inventory.components
        if not component.hashes
        for path in component.found_in
    )
    return "unknown" if any(open_lists) else "complete"


def parse_inventory(value: JsonValue) -> Inventory:
    """Read a document that `render_cyclonedx` wrote.

    Raises:
        MalformedError: Not CycloneDX 1.6, or a part that `render_cyclonedx` writes is missing or
            of another form.
    """
    if value.field("bomFormat").text() != "CycloneDX":
        raise MalformedError("not a CycloneDX document", where="bomFormat")
    if value.field("specVersion").text() != SPEC_VERSION:
        raise MalformedError(f"a CycloneDX version other than {SPEC_VERSION}", where="specVersion")
    return read_inventory(value)
