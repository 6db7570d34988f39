"""Runs scanners: each in a private view of the commit, within limits, and never silently.

* A program sees the files that its scanner takes and no others, so that no configuration file of
  the repository under test can reach it; its options shut out configuration besides.
* It runs confined (`assay.system.sandbox`): what confines it here is in the report's inputs, and a
  scanner that has to be confined does not run where nothing can.
* A program that is missing, cannot be started, crashes, overruns its limits, or answers in a shape
  that we do not know gives a `NotChecked`, never a list of findings that is empty like "clean".
* A file that a program was not shown, or did not say it had read, is a `NotChecked` of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Final

from assay import __version__
from assay.core.errors import AssayError, RejectedError, UnavailableError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.findings.fingerprint import name_sightings
from assay.findings.scanreport import ScanReport
from assay.scan.scanner import SUPPRESSED, Command, Reading, Scanner, Sources
from assay.system.files import load_file, save_file
from assay.system.interrupt import run_together
from assay.system.process import MAX_OUTPUT_BYTES, Completed
from assay.system.sandbox import Limits, Sandbox, find_sandbox, run_confined
from assay.system.scratch import link_files, scratch_folder

MAX_SOURCE_BYTES: Final = 64 * 2**20  # one file that is read again for its text; bounds memory
_SECONDS: Final = 300.0  # far above what that many files take; ends what hangs
_FILES: Final = 300  # for which that holds; a repository of more has more time
_MAX_REFUSED: Final = 8  # runs that are tried again; each costs one more start of the program
_COUNT_SUPPRESSED: Final = "suppressed_in_source"


def _nobody(_: Completed) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramScanner:
    """A scanner that is a program; a new one is such a value.

    `prepare` returns the command, or None where the program is not installed. `statuses` are the
    exit statuses after which its output is a report. `read` is pure, and raises a
    `MalformedError` where the output is not what it expects. `nouns` are what it counts. After
    any other status, `complaint` says why in one line, and `blamed` names the file that made the
    program give up on all of them, if it was one: the others are then tried without it. `sandbox`
    tells what confines it; where that is nothing, it does not run if it is `confined_only`.
    """

    name: str
    tool: str
    nouns: tuple[str, ...]
    takes: Callable[[str], bool]
    prepare: Callable[[], Command | None]
    statuses: frozenset[int]
    read: Callable[[Completed, Sources], Reading]
    complaint: Callable[[Completed], str] = Completed.complaint
    blamed: Callable[[Completed], str] = _nobody
    seconds: float = _SECONDS
    max_output_bytes: int = MAX_OUTPUT_BYTES
    sandbox: Callable[[], Sandbox] = find_sandbox
    confined_only: bool = False

    def installed(self) -> str:
        """Return the version that is here, an empty text where there is none."""
        command = self.prepare()
        return "" if command is None else command.version

    def run(self, root: Path, paths: tuple[str, ...], *, at: datetime) -> ScanReport:
        """Run the program on those of `paths` below `root` that it takes, and report."""
        wanted = tuple(sorted(path for path in paths if self.takes(path)))
        command, reading = None, Reading(dict.fromkeys(self.nouns, 0))
        try:
            command = self.prepare()
            if wanted:
                reading = self._examine(command, root, wanted)
        except AssayError as error:
            if wanted:
                reading = self._unread(error, wanted)
        return self._report(command, reading, at=at)

    def _examine(self, command: Command | None, root: Path, wanted: tuple[str, ...]) -> Reading:
        """Show the program what it may see, run it, and read its answer."""
        if command is None:
            raise UnavailableError("not installed", hint=f"install {self.tool}")
        if self.confined_only and self.sandbox().program is None:
            raise UnavailableError(
                f"it is to run confined only, and here there are {self.sandbox().description}",
                hint="install bubblewrap, or do without `scan.sandbox` in assay.toml",
            )
        plain = {path for path in wanted if _is_plain(path)}
        with scratch_folder() as view:
            absent = link_files(root, sorted(plain), view)
            for name, content in command.placed.items():
                save_file(view / name, content)
            reading = self._ask(command, view, plain.difference(absent))
        unseen = (
            *(_odd_name(path) for path in wanted if path not in plain),
            *(_absent(path) for path in absent),
        )
        return replace(reading, not_checked=(*reading.not_checked, *unseen))

    def _ask(self, command: Command, view: Path, shown: set[str]) -> Reading:
        """Run the program; a file that it gives up on is taken away, and the rest tried again."""
        left, refused = set(shown), list[NotChecked]()
        while left:
            completed = self._run(command, view, files=len(left))
            if completed.status in self.statuses:
                reading = self._read(completed, view, frozenset(left))
                return replace(reading, not_checked=(*reading.not_checked, *refused))
            complaint = printable(self.complaint(completed))
            culprit = self.blamed(completed)
            if culprit not in left:
                raise UnavailableError(f"it ended with status {completed.status}: {complaint}")
            if len(refused) == _MAX_REFUSED:
                raise UnavailableError(f"it gave up on more than {_MAX_REFUSED} files")
            (view / culprit).unlink()
            left.discard(culprit)
            refused.append(self._refused(culprit, complaint))
        return Reading(dict.fromkeys(self.nouns, 0), not_checked=tuple(refused))

    def _run(self, command: Command, view: Path, *, files: int) -> Completed:
        completed = run_confined(
            command.arguments,
            sandbox=self.sandbox(),
            view=view,
            limits=Limits(
                seconds=self.seconds * max(1.0, files / _FILES),
                output_bytes=self.max_output_bytes,
            ),
            environment=command.environment,
            shown=command.shown,
        )
        if completed.errors_cut:  # a warning may be in what was cut off
            raise UnavailableError("it complained more than can be read")
        return completed

    def _read(self, completed: Completed, view: Path, shown: frozenset[str]) -> Reading:
        load = lru_cache(maxsize=4)(partial(_load, view))  # a report names a file many times
        sources = Sources(paths=shown, content=load)
        try:
            return self.read(completed, sources)
        except RejectedError as error:
            where = f" at {error.where}" if error.where else ""
            raise UnavailableError(f"its answer cannot be read: {error.what}{where}") from error

    def _refused(self, path: str, complaint: str) -> NotChecked:
        return NotChecked(
            what="file",
            where=path,
            why=f"{self.tool} cannot read it: {complaint}",
            remedy="correct the file, or delete it",
        )

    def _unread(self, error: AssayError, wanted: tuple[str, ...]) -> Reading:
        item = NotChecked(
            what="scanner",
            where=self.name,
            why=f"{self.tool}: {error.what}, so {_files(wanted)} not looked at",
            remedy=error.hint or f"run {self.tool} by itself to see what is wrong",
        )
        return Reading(dict.fromkeys(self.nouns, 0), not_checked=(item,))

    def _report(self, command: Command | None, reading: Reading, *, at: datetime) -> ScanReport:
        version = command.version if command else "unknown"
        findings = name_sightings(reading.sightings, version=version)
        suppressed = sum(
            any(place.note.startswith(SUPPRESSED) for place in f.locations) for f in findings
        )
        inputs = {
            "assay": __version__,
            "isolation": self.sandbox().description,
            **(command.inputs if command else {}),
        }
        return ScanReport(
            scanner=self.name,
            tool=self.tool,
            version=version,
            observed_at=at,
            inputs=MappingProxyType(inputs),
            examined=MappingProxyType({**reading.examined, _COUNT_SUPPRESSED: suppressed}),
            findings=findings,
            not_checked=tuple(sorted(set(reading.not_checked))),
        )


def run_scanners(
    scanners: tuple[Scanner, ...], root: Path, paths: tuple[str, ...], *, at: datetime
) -> tuple[ScanReport, ...]:
    """Run all `scanners` at once on the files `paths` below `root`; reports in their order."""
    return run_together([partial(scanner.run, root, paths, at=at) for scanner in scanners])


def _load(view: Path, path: str) -> bytes:
    return load_file(view / path, max_bytes=MAX_SOURCE_BYTES)


def _is_plain(path: str) -> bool:
    """Tell whether a program may be shown a file of this name.

    Names with control characters could write lines into a program's report; those that are not
    UTF-8 cannot be written in it at all; `..` would lead out of the view.
    """
    pure = PurePosixPath(path)
    return path.isprintable() and not pure.is_absolute() and ".." not in pure.parts


def _odd_name(path: str) -> NotChecked:
    return NotChecked(
        what="file",
        where=printable(path),
        why="its name has characters that cannot be handed to a program safely",
        remedy="rename the file",
    )


def _absent(path: str) -> NotChecked:
    return NotChecked(
        what="file",
        where=path,
        why="it is no regular file in the commit's tree",
        remedy="replace a link by the file that it points to",
    )


def _files(paths: tuple[str, ...]) -> str:
    return "1 file was" if len(paths) == 1 else f"{len(paths)} files were"
