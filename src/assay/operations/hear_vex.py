"""What VEX documents say, each taken for the word of the author that it names.

Nobody looks who signed them, so that they take nothing away: they are told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import quote

from assay.core.errors import UsageError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.findings.finding import Finding
from assay.gates.parameters import MAX_VEX_AGE_HOURS
from assay.operations.read_vex import load_vex
from assay.sbom.component import Component
from assay.vuln.vex.meaning import asked_of
from assay.vuln.vex.standing import Standing, VexAnswer, VexClaimant, answer_about
from assay.vuln.vex.targets import component_target

MAX_AGE: Final = timedelta(hours=MAX_VEX_AGE_HOURS)  # as at the gate where nothing shortens it


def load_claimants(
    paths: Sequence[Path],
) -> tuple[tuple[VexClaimant, ...], tuple[NotChecked, ...]]:
    """Read the documents at `paths`, and return what of them was not checked.

    A document that names no author is one of its own: nothing that another says replaces it.

    Raises:
        MalformedError: One is no VEX document.
        UsageError: No such file, or one named twice.
    """
    names = [printable(str(path)) for path in paths]
    if len(names) != len(set(names)):
        raise UsageError("a document is named twice")
    documents = {name: load_vex(path) for name, path in zip(names, paths, strict=True)}
    claimants = tuple(
        VexClaimant(document=one, author=one.author or name, called=name)
        for name, one in documents.items()
    )
    signatures = NotChecked(
        what="signatures",
        where=", ".join(names),
        why="each document is taken for its author's own",
        remedy="record it, and see assay vex list",
    )
    noted = (note for one in documents.values() for note in one.not_checked)
    return claimants, ((signatures, *dict.fromkeys(noted)) if names else ())


def hear_about(
    findings: Iterable[Finding],
    claimants: Sequence[VexClaimant],
    *,
    subject: Component,
    at: datetime,
) -> Mapping[str, VexAnswer]:
    """Return what documents come to about each finding in `subject`, where they speak of it."""
    answers: dict[str, VexAnswer] = {}
    name = f"urn:assay:product:{quote(subject.name)}"
    product = replace(component_target(subject), ids=(name,))
    for asked in (asked_of(finding, product) for finding in findings):
        if asked is not None and claimants:
            answer = answer_about(claimants, asked, max_age=MAX_AGE, at=at)
            if answer.standing is not Standing.SILENT or answer.doubts:
                answers[asked.finding] = answer
    return answers
