"""`assay csaf validate`: whether files are CSAF 2.0, and what keeps them from being that."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from assay.core.errors import MalformedError, UsageError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.core.verdict import Verdict, all_of
from assay.system.files import load_file
from assay.vuln.csaf.rules.texts import file_name
from assay.vuln.csaf.validate import (
    MAX_CSAF_BYTES,
    Failure,
    Validation,
    not_csaf,
    validate_csaf,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedCsaf:
    """One file and the answer about it."""

    path: str
    found: Validation

    def as_json(self) -> dict[str, object]:
        """Return the answer about this file."""
        return {
            "file": self.path,
            "id": self.found.id,
            "category": self.found.category,
            "verdict": self.found.verdict.value,
            "failures": [one.as_json() for one in self.found.failures],
            "warnings": [one.as_json() for one in self.found.warnings],
            "notes": [one.as_json() for one in self.found.notes],
            "notChecked": [one.as_json() for one in self.found.not_checked],
        }


def check_csaf(paths: Iterable[Path]) -> tuple[CheckedCsaf, ...]:
    """Hold each file against CSAF 2.0; one that is no JSON is none.

    Raises:
        UsageError: A file is missing, or is named twice.
        UnavailableError: A file cannot be read.
    """
    wanted = tuple(paths)
    twice = next((path for path in wanted if wanted.count(path) > 1), None)
    if twice is not None:
        raise UsageError("named twice", where=printable(str(twice)))
    return tuple(_check(path) for path in wanted)


def csaf_json(checked: tuple[CheckedCsaf, ...]) -> dict[str, object]:
    """Return what `--json` prints."""
    return {
        "verdict": overall(checked).value,
        "documents": [one.as_json() for one in checked],
        "notChecked": [gap.as_json() for gap in all_gaps(checked)],
    }


def overall(checked: tuple[CheckedCsaf, ...]) -> Verdict:
    """Return the answer about all files together."""
    return all_of(one.found.verdict for one in checked)


def all_gaps(checked: tuple[CheckedCsaf, ...]) -> tuple[NotChecked, ...]:
    """Return what was not looked at in any of the files: the tests that are never run once."""
    undecided = [
        replace(gap, where=f"{one.path}: {gap.where}")
        for one in checked
        for gap in one.found.undecided
    ]
    never = dict.fromkeys(gap for one in checked for gap in one.found.not_run)
    return (*undecided, *never)


def _check(path: Path) -> CheckedCsaf:
    data, shown = load_file(path, max_bytes=MAX_CSAF_BYTES), printable(str(path))
    try:
        found = validate_csaf(data)
    except MalformedError as error:
        return CheckedCsaf(path=shown, found=not_csaf(str(error)))
    return CheckedCsaf(path=shown, found=_named(found, path.name))


def _named(found: Validation, name: str) -> Validation:
    """Add a warning where the file has another name than its id gives it (section 5.1)."""
    if not found.id or name == file_name(found.id):
        return found
    warning = Failure(
        test="5.1",
        title="File name",
        what=f"{printable(name)!r}, where the id gives {file_name(found.id)!r}",
        where="document.tracking.id",
        remedy="rename the file before it is published",
    )
    return replace(found, warnings=(warning, *found.warnings))
