"""`assay fix`: edits to workflows that mend findings safely, shown as a diff, written on request.

* Only what is known without asking anybody is written; the rest is listed with the reason.
* A file that differs from the commit at HEAD is not touched unless asked: the diff must be what
  `git diff` shows afterwards, and nobody's work in progress is mixed with it.
* Each file is written whole or not at all, and only if it still is what the plan was made from.
* A plan that would leave anything to mend, or break the file, is a bug here and is not written.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assay.core.errors import AssayError, RejectedError, UsageError, inside
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.findings.fixes.applying import apply_edits, render_diff
from assay.findings.fixes.edit import Fix
from assay.findings.fixes.pins import MAX_PINS_BYTES, Pins, learn_pins, parse_pins
from assay.findings.fixes.workflows import LeftAlone, PlannedFix, is_fixable, plan_fixes
from assay.source.entries import EntryKind, TreeEntry
from assay.source.repository import Repository, open_repository
from assay.source.tree import list_tree, load_blob
from assay.system.files import load_beneath, load_file, save_file

MAX_FILE_BYTES: Final = 2**20  # of a workflow; the largest in use have a tenth of it


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedFile:
    """One file, as it is and as it would be."""

    path: str
    before: str
    after: str
    fixes: tuple[PlannedFix, ...]

    @property
    def diff(self) -> str:
        """Return the unified diff."""
        return render_diff(self.path, self.before, self.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class FixReport:
    """What is mended, what is left alone and why, and what could not be looked at."""

    files: tuple[FixedFile, ...]
    left: tuple[LeftAlone, ...]
    not_checked: tuple[NotChecked, ...]
    written: bool

    def as_json(self) -> dict[str, object]:
        """Return the document that `--json` prints."""
        return {
            "schema": "assay.fix/v1",
            "written": self.written,
            "fixes": [_fix(fix.rule, fix.fix) for file in self.files for fix in file.fixes],
            "diffs": {file.path: file.diff for file in self.files},
            "left": [
                {"rule": one.rule, "path": one.path, "line": one.line, "why": one.why}
                for one in self.left
            ],
            "notChecked": [gap.as_json() for gap in self.not_checked],
        }


def fix_files(path: Path, *, write: bool, dirty: bool, pins: Path | None) -> FixReport:
    """Plan the fixes in the working tree of the repository at `path`, and write them if asked.

    `pins` is a list of commits that tags stand for (`parse_pins`). With `dirty`, files that differ
    from the commit at HEAD are mended as well.

    Raises:
        UsageError: No repository, no working tree, no such list, or a list of another form.
        UnavailableError: A file cannot be written; what was written before it stays.
        RejectedError: A file changed while this ran.
    """
    repository = open_repository(path)
    if repository.bare:
        raise UsageError("a repository without a working tree", where=str(repository.top))
    listed = _load_pins(pins)
    found, gaps = _load_texts(repository, dirty=dirty)
    known = learn_pins(found.values(), listed=listed)
    planned = [_plan(name, text, known) for name, text in sorted(found.items())]
    files = tuple(file for file, _ in planned if file.fixes)
    if write:
        for file in files:
            _write(repository.top, file)
    return FixReport(
        files=files,
        left=tuple(one for _, left in planned for one in left),
        not_checked=tuple(gaps),
        written=write and bool(files),
    )


def _load_pins(path: Path | None) -> Pins:
    if path is None:
        return {}
    with inside(printable(str(path))):
        try:
            return parse_pins(load_file(path, max_bytes=MAX_PINS_BYTES))
        except RejectedError as error:
            raise UsageError(error.what, where=error.where, hint=error.hint) from error


def _load_texts(
    repository: Repository, *, dirty: bool
) -> tuple[dict[str, str], tuple[NotChecked, ...]]:
    """Return the files to mend by path, and those that are left out, with the reason."""
    texts: dict[str, str] = {}
    gaps: list[NotChecked] = []
    for entry in list_tree(repository, repository.head):
        if entry.kind is not EntryKind.FILE or not is_fixable(entry.path):
            continue
        try:
            texts[entry.path] = _load_text(repository, entry, dirty=dirty)
        except (AssayError, UnicodeDecodeError) as error:
            what = error.what if isinstance(error, AssayError) else "it is not UTF-8"
            hint = error.hint if isinstance(error, AssayError) else "save it as UTF-8"
            gaps.append(NotChecked(what="file", where=printable(entry.path), why=what, remedy=hint))
    return texts, tuple(gaps)


def _load_text(repository: Repository, entry: TreeEntry, *, dirty: bool) -> str:
    data = load_beneath(repository.top, entry.path, max_bytes=MAX_FILE_BYTES)
    if not dirty and data != load_blob(repository, entry.oid, max_bytes=MAX_FILE_BYTES):
        raise UsageError(
            "it differs from the commit at HEAD", hint="commit it first, or use --dirty"
        )
    return data.decode()


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
    if load_beneath(top, file.path, max_bytes=MAX_FILE_BYTES) != file.before.encode():
        raise RejectedError("it changed meanwhile", where=printable(file.path), hint="try again")
    mode = target.stat().st_mode & 0o777
    save_file(target, file.after.encode())
    target.chmod(mode)


def _fix(rule: str, fix: Fix) -> dict[str, object]:
    return {"rule": rule, **fix.as_json()}
