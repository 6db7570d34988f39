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
from pathlib import Path
from typing import Final

from assay.core.clock import Clock
from assay.core.errors import AssayError, RejectedError, UsageError, inside
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.findings.fixes.applying import apply_edits, render_diff
from assay.findings.fixes.edit import Fix
from assay.findings.fixes.pins import MAX_PINS_BYTES, Pins, learn_pins, parse_pins
from assay.findings.fixes.workflows import LeftAlone, PlannedFix, is_fixable, plan_fixes
from assay.operations.commit_configuration import load_configuration
from assay.operations.fix_dependencies import (
    DependencyWishes,
    open_catalogue,
    plan_dependencies,
)
from assay.sbom.collect import is_dependency_file
from assay.source.entries import EntryKind, TreeEntry
from assay.source.repository import Repository, open_repository
from assay.source.tree import list_tree, load_blob
from assay.system.clock import now
from assay.system.files import load_beneath, load_file, save_file
from assay.vuln.remedy.plan import Plan
from assay.vuln.remedy.registries import NPMRC

MAX_FILE_BYTES: Final = 2**20  # of a workflow; the largest in use have a tenth of it
MAX_LOCK_BYTES: Final = 64 * 2**20  # of what is about dependencies


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedFile:
    """One file, as it is and as it would be; `fixes` of workflows, those of others are planned."""

    path: str
    before: str
    after: str
    fixes: tuple[PlannedFix, ...] = ()

    @property
    def diff(self) -> str:
        """Return the unified diff."""
        return render_diff(self.path, self.before, self.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class FixReport:
    """What is mended, what is left alone and why, and what could not be looked at.

    `plan` is about dependencies; its own gaps are in it.
    """

    files: tuple[FixedFile, ...]
    left: tuple[LeftAlone, ...]
    not_checked: tuple[NotChecked, ...]
    written: bool
    plan: Plan = field(default_factory=Plan)

    @property
    def patch(self) -> str:
        """Return all diffs, as `git apply` takes them."""
        return "".join(file.diff for file in self.files)

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "written": self.written,
            "fixes": [_fix(fix.rule, fix.fix) for file in self.files for fix in file.fixes],
            "diffs": {file.path: file.diff for file in self.files},
            "left": [
                {"rule": one.rule, "path": one.path, "line": one.line, "why": one.why}
                for one in self.left
            ],
            "dependencies": self.plan.as_json(),
            "notChecked": [gap.as_json() for gap in self.not_checked],
        }


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
    files = _Files(repository=repository, entries=entries, dirty=request.dirty)
    catalogue = open_catalogue(request.dependencies, progress=progress)
    mended, left = _mend_workflows(files, listed) if not request.dependencies.only else ((), ())
    others = replace(files, gaps=[])
    locks = others.load(_is_wanted, max_bytes=MAX_LOCK_BYTES)
    plan = Plan(not_checked=tuple(others.gaps))
    if locks:
        plan = plan_dependencies(
            locks, request.dependencies, catalogue, context=context, at=clock()
        )
        plan = replace(plan, not_checked=(*plan.not_checked, *others.gaps))
    raised = tuple(
        FixedFile(path=name, before=locks[name].decode(), after=after)
        for name, after in sorted(plan.texts.items())
    )
    if request.write:
        for file in (*mended, *raised):
            _write(repository.top, file)
    return FixReport(
        files=(*mended, *raised),
        left=left,
        not_checked=tuple(files.gaps),
        written=request.write and bool(mended or raised),
        plan=plan,
    )


def _is_wanted(path: str) -> bool:
    return is_dependency_file(path) or posixpath.basename(path) == NPMRC


def _mend_workflows(
    files: "_Files", listed: Pins
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Files:
    """The files of the commit at HEAD as the working tree has them."""

    repository: Repository
    entries: tuple[TreeEntry, ...]
    dirty: bool
    gaps: list[NotChecked] = field(default_factory=list)

    def load(self, wanted: Callable[[str], bool], *, max_bytes: int) -> dict[str, bytes]:
        """Return the files that are `wanted`, by path, and note those that are left out."""
        found: dict[str, bytes] = {}
        for entry in self.entries:
            if entry.kind is EntryKind.FILE and wanted(entry.path):
                try:
                    found[entry.path] = self._load(entry, max_bytes)
                except AssayError as error:
                    self.note(entry.path, error.what, error.hint)
        return found

    def note(self, path: str, why: str, hint: str) -> None:
        """Record that a file was left out."""
        gap = NotChecked(what="file", where=printable(path), why=why, remedy=hint)
        self.gaps.append(gap)

    def _load(self, entry: TreeEntry, max_bytes: int) -> bytes:
        data = load_beneath(self.repository.top, entry.path, max_bytes=max_bytes)
        if not self.dirty and data != load_blob(self.repository, entry.oid, max_bytes=max_bytes):
            raise UsageError(
                "it differs from the commit at HEAD", hint="commit it first, or use --dirty"
            )
        return data


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


def _write(top: Path, file: FixedFile) -> None:
    """Write a file that is still what the plan was made from, with the mode that it has."""
    target = top / file.path
    if load_beneath(top, file.path, max_bytes=MAX_LOCK_BYTES) != file.before.encode():
        raise RejectedError("it changed meanwhile", where=printable(file.path), hint="try again")
    mode = target.stat().st_mode & 0o777
    save_file(target, file.after.encode())
    target.chmod(mode)


def _fix(rule: str, fix: Fix) -> dict[str, object]:
    return {"rule": rule, **fix.as_json()}


def save_patch(report: FixReport, path: Path) -> None:
    """Write the diffs into the file at `path`, byte for byte as `git apply` needs them.

    Raises:
        UnavailableError: It cannot be written.
    """
    save_file(path, report.patch.encode())
