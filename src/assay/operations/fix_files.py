"""`assay fix`: edits that mend findings safely, shown as a diff, written on request.

They are about workflows, and about what lock files and manifests of dependencies pin.

* Only what is known without asking anybody is written; the rest is listed with the reason.
* A file that differs from the commit at HEAD is not touched unless asked: the diff must be what
  `git diff` shows afterwards, and nobody's work in progress is mixed with it.
* Each file is written whole or not at all, and only if it still is what the plan was made from.
* A plan that would leave anything to mend, or break the file, is a bug here and is not written.
"""

import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from assay.core.clock import Clock
from assay.core.errors import RejectedError, UsageError, inside
from assay.core.printable import printable
from assay.findings.fixes.applying import apply_edits
from assay.findings.fixes.pins import MAX_PINS_BYTES, Pins, learn_pins, parse_pins
from assay.findings.fixes.workflows import LeftAlone, PlannedFix, is_fixable, plan_fixes
from assay.operations.commit_configuration import load_configuration
from assay.operations.fix_dependencies import (
    DependencyWishes,
    open_catalogue,
    plan_dependencies,
)
from assay.operations.fix_report import FixedFile, FixReport
from assay.operations.tracked_files import TrackedFiles
from assay.sbom.collect import is_dependency_file
from assay.source.repository import open_repository
from assay.source.tree import list_tree
from assay.system.clock import now
from assay.system.files import load_file, save_file
from assay.system.replacing import Replacement, replace_beneath
from assay.vuln.context import ProductContext
from assay.vuln.remedy.model import Catalogue
from assay.vuln.remedy.plan import Plan
from assay.vuln.remedy.registries import NPMRC

MAX_FILE_BYTES: Final = 2**20  # of a workflow; the largest in use have a tenth of it
MAX_LOCK_BYTES: Final = 64 * 2**20  # of what is about dependencies


@dataclass(frozen=True, slots=True, kw_only=True)
class FixRequest:
    """What to mend. `pins` is a list of commits that tags stand for (`parse_pins`).

    With `dirty`, files that differ from the commit at HEAD are mended as well.
    """

    write: bool
    dirty: bool = False
    pins: Path | None = None
    dependencies: DependencyWishes = field(default_factory=DependencyWishes)


def _silent(_message: str) -> None:
    """Tell nobody."""


def fix_files(
    path: Path,
    request: FixRequest,
    *,
    progress: Callable[[str], None] = _silent,
    clock: Clock = now,
) -> FixReport:
    """Plan the fixes in the working tree of the repository at `path`, and write them if asked.

    Raises:
        UsageError: No repository, no working tree, no such list, or a list of another form.
        UnavailableError: A file cannot be written; what was written before it stays.
        RejectedError: A file changed while this ran.
    """
    repository = open_repository(path)
    if repository.bare:
        raise UsageError("a repository without a working tree", where=str(repository.top))
    listed, entries = _load_pins(request.pins), list_tree(repository, repository.head)
    context = load_configuration(repository, entries).context
    files = TrackedFiles(repository=repository, entries=entries, dirty=request.dirty)
    catalogue = open_catalogue(request.dependencies, progress=progress)
    mended, left = _mend_workflows(files, listed) if not request.dependencies.only else ((), ())
    others = replace(files, gaps=[], left_out=[])
    wishes = request.dependencies
    plan, raised = _raise_pins(others, wishes, catalogue, context=context, at=clock())
    if request.write:
        _write(repository.top, (*mended, *raised))
    return FixReport(
        files=(*mended, *raised),
        left=left,
        not_checked=tuple(files.gaps),
        written=request.write and bool(mended or raised),
        plan=plan,
    )


def _is_wanted(path: str) -> bool:
    return is_dependency_file(path) or posixpath.basename(path) == NPMRC


def _raise_pins(
    files: TrackedFiles,
    wishes: DependencyWishes,
    catalogue: Catalogue,
    *,
    context: ProductContext,
    at: datetime,
) -> tuple[Plan, tuple[FixedFile, ...]]:
    """Return the plan for what is about dependencies, and the files that it edits."""
    locks = files.load(_is_wanted, max_bytes=MAX_LOCK_BYTES)
    if not locks:
        return Plan(not_checked=tuple(files.gaps)), ()
    left_out = frozenset(files.left_out)
    plan = plan_dependencies(locks, wishes, catalogue, context=context, left_out=left_out, at=at)
    raised = tuple(
        FixedFile(path=name, before=locks[name].decode(), after=after)
        for name, after in sorted(plan.texts.items())
    )
    return replace(plan, not_checked=(*plan.not_checked, *files.gaps)), raised


def _mend_workflows(
    files: TrackedFiles, listed: Pins
) -> tuple[tuple[FixedFile, ...], tuple[LeftAlone, ...]]:
    found: dict[str, str] = {}
    for path, data in files.load(is_fixable, max_bytes=MAX_FILE_BYTES).items():
        try:
            found[path] = data.decode()
        except UnicodeDecodeError:
            files.note(path, "it is not UTF-8", "save it as UTF-8")
    known = learn_pins(found.values(), listed=listed)
    planned = [_plan(name, text, known) for name, text in sorted(found.items())]
    return (
        tuple(file for file, _ in planned if file.fixes),
        tuple(one for _, left in planned for one in left),
    )


def _load_pins(path: Path | None) -> Pins:
    if path is None:
        return {}
    with inside(printable(str(path))):
        try:
            return parse_pins(load_file(path, max_bytes=MAX_PINS_BYTES))
        except RejectedError as error:
            raise UsageError(error.what, where=error.where, hint=error.hint) from error


def _plan(path: str, text: str, pins: Pins) -> tuple[FixedFile, tuple[LeftAlone, ...]]:
    planned = plan_fixes(path, text, pins=pins)
    fixes = tuple(one for one in planned if isinstance(one, PlannedFix))
    after = apply_edits(text, (edit for one in fixes for edit in one.fix.edits))
    again = plan_fixes(path, after, pins=pins)
    if any(isinstance(one, PlannedFix) for one in again):
        raise AssertionError(f"the fixes of {path!r} do not mend it")
    left = tuple(one for one in planned if isinstance(one, LeftAlone))
    return FixedFile(path=path, before=text, after=after, fixes=fixes), left


def _write(top: Path, files: tuple[FixedFile, ...]) -> None:
    """Write the files that all are still what the plan was made from."""
    replacements = {
        file.path: Replacement(before=file.before.encode(), after=file.after.encode())
        for file in files
    }
    replace_beneath(top, replacements)


def save_patch(report: FixReport, path: Path) -> None:
    """Write the diffs into the file at `path`, byte for byte as `git apply` needs them.

    Raises:
        UnavailableError: It cannot be written.
    """
    save_file(path, report.patch.encode())
