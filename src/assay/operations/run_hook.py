"""What a hook does: look at what is about to be committed, or pushed, and say what is wrong.

* Secrets are those that the change brings in, by all rules; settings are the cheap rules about
  single files (`scan.stagedrules`).
* A content that could not be looked at is UNKNOWN, and stops the commit. A submodule is another
  repository with hooks of its own: it is named, and stops nothing.
* For a push, every content of every commit that the other side does not have is looked at, also
  what a later commit took out again.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from assay.core.clock import Clock
from assay.core.errors import UsageError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.core.verdict import Verdict
from assay.findings.finding import Finding
from assay.operations.scan_index import scan_listed
from assay.scan.stagedrules import MAX_RULED_BYTES, Problem, check_settings, is_ruled
from assay.source.git import GitPlace, run_git
from assay.source.reader import open_reader
from assay.source.repository import open_place
from assay.source.staged import Staged, StagedFile, list_staged, parse_staged
from assay.system.clock import now
from assay.system.environment import get_variable

MAX_PUSH_INPUT: Final = 2**20
_ID: Final = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")
_ACCEPT: Final = (
    'If it is none, say so on its line: assay:allow {rule} until=YYYY-MM-DD reason="…"; '
    "or exclude the path in assay.toml, with a reason and an end."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HookProblem:
    """One problem as people are told it: what, where, why it matters, how to mend and to accept."""

    rule: str
    where: tuple[str, ...]
    what: str
    why: str
    remedy: str
    accept: str

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {
            "rule": self.rule,
            "where": list(self.where),
            "what": self.what,
            "why": self.why,
            "remedy": self.remedy,
            "accept": self.accept,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class HookReport:
    """What a hook found; `files` counts what was looked at."""

    hook: str
    files: int
    problems: tuple[HookProblem, ...]
    not_checked: tuple[NotChecked, ...]

    @property
    def verdict(self) -> Verdict:
        """Return whether the commit or the push may go on."""
        if self.problems:
            return Verdict.FAILED
        blind = [gap for gap in self.not_checked if not gap.accepted and gap.what != "submodule"]
        return Verdict.UNKNOWN if blind else Verdict.PASSED

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "hook": self.hook,
            "verdict": self.verdict.value,
            "files": self.files,
            "problems": [problem.as_json() for problem in self.problems],
            "notChecked": [gap.as_json() for gap in self.not_checked],
        }


def run_commit_hook(path: Path, *, hook: str, clock: Clock = now) -> HookReport:
    """Look at what is staged in the repository that `path` is, or lies in.

    The index is the one that Git names in `GIT_INDEX_FILE`, as it does for `git commit FILE`.

    Raises:
        UsageError: No repository, one without an index, or a wrong `assay.toml`.
        RejectedError: The repository is damaged.
        UnavailableError: Git did not answer.
    """
    place = open_place(path)
    named = get_variable("GIT_INDEX_FILE")
    index = (place.top / named) if named else None
    return _report(place, list_staged(place, index_file=index), hook=hook, index=index, at=clock())


def run_push_hook(path: Path, *, refs: bytes, clock: Clock = now) -> HookReport:
    """Look at all that a push would bring to the other side.

    `refs` are the lines that Git gives the hook: local ref and id, remote ref and id.

    Raises:
        UsageError: Not such lines; no repository, or a wrong `assay.toml`.
        RejectedError: The repository is damaged.
        UnavailableError: Git did not answer.
    """
    place = open_place(path)
    new, known = parse_push(refs)
    files: dict[StagedFile, None] = {}
    gaps: set[NotChecked] = set()
    if new:
        listed = parse_staged(_brought(place, new, known))
        files = dict.fromkeys(_new_to_them(listed.files))
        gaps = set(listed.not_checked)
    staged = Staged(files=tuple(files), removed=(), not_checked=tuple(sorted(gaps)))
    return _report(place, staged, hook="pre-push", index=None, at=clock())


def _new_to_them(files: tuple[StagedFile, ...]) -> Iterator[StagedFile]:
    """Yield the files with what they replace on the other side, not in another pushed commit."""
    brought = {file.oid for file in files}
    for file in files:
        yield replace(file, before="") if file.before in brought else file


def parse_push(refs: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the ids that are pushed, and those that the other side has.

    Raises:
        UsageError: Not lines as githooks(5) describes them.
    """
    new, known = [], []
    lines = refs[:MAX_PUSH_INPUT].decode("utf-8", "surrogateescape").splitlines()
    for line in lines:
        words = line.split(" ")
        if len(words) != 4 or not (_ID.match(words[1]) and _ID.match(words[3])):
            raise UsageError(f"{printable(line)!r} is no line that Git gives a hook")
        new += [words[1]] if words[1].strip("0") else []  # zeros: it is deleted there
        known += [words[3]] if words[3].strip("0") else []
    if len(refs) > MAX_PUSH_INPUT:
        raise UsageError(f"over {MAX_PUSH_INPUT} bytes of refs", hint="push fewer at once")
    return tuple(new), tuple(known)


def _brought(place: GitPlace, new: Iterable[str], known: Iterable[str]) -> bytes:
    """List the changes of each commit that the other side, and no remote, has yet."""
    there = [oid for oid in known if _is_here(place, oid)]
    revisions = "\n".join([*new, *(f"^{oid}" for oid in there)])
    return run_git(
        place,
        *(
            "log",
            "--not",
            "--remotes",
            "--not",
            "--stdin",
            "--raw",
            "-z",
            "--format=",
            "--no-abbrev",
            "--no-renames",
            "-m",
        ),
        *("--root", "--no-ext-diff", "--no-textconv", "--no-color", "--no-relative"),
        stdin=f"{revisions}\n".encode(),
    )


def _is_here(place: GitPlace, oid: str) -> bool:
    """Tell whether the other side's commit is known here; without it, more is looked at."""
    listing = run_git(place, "cat-file", "--batch-check", stdin=f"{oid}\n".encode())
    return listing.split(b" ")[1:2] == [b"commit"]


def _report(
    place: GitPlace, staged: Staged, *, hook: str, index: Path | None, at: datetime
) -> HookReport:
    scan = scan_listed(place, staged, index_file=index, at=at)
    settings, gaps = _settings(place, staged)
    return HookReport(
        hook=hook,
        files=len(staged.files),
        problems=(*map(_of_finding, scan.introduced), *map(_of_problem, settings)),
        not_checked=tuple(sorted({*scan.report.not_checked, *gaps})),
    )


def _settings(
    place: GitPlace, staged: Staged
) -> tuple[tuple[Problem, ...], tuple[NotChecked, ...]]:
    """Apply the cheap rules to those of the staged files that one is about."""
    ruled = [file for file in staged.files if is_ruled(file.path)]
    problems: dict[Problem, None] = {}
    if not ruled:
        return (), ()
    with open_reader(place) as reader:
        sizes = dict(_sizes(place, ruled))
        for file in ruled:
            if sizes.get(file.oid, 0) <= MAX_RULED_BYTES >= sizes.get(file.before, 0):
                before = (
                    reader.read(file.before, kind="blob", max_bytes=MAX_RULED_BYTES)
                    if file.before
                    else b""
                )
                content = reader.read(file.oid, kind="blob", max_bytes=MAX_RULED_BYTES)
                problems |= dict.fromkeys(check_settings(file.path, content, before=before))
    large = [f for f in ruled if max(sizes.get(f.oid, 0), sizes.get(f.before, 0)) > MAX_RULED_BYTES]
    return tuple(problems), tuple(map(_too_large, large))


def _sizes(place: GitPlace, files: Iterable[StagedFile]) -> Iterator[tuple[str, int]]:
    ids = sorted({oid for file in files for oid in (file.oid, file.before) if oid})
    listing = run_git(place, "cat-file", "--batch-check", stdin="\n".join([*ids, ""]).encode())
    for line in listing.decode().splitlines():
        words = line.split(" ")
        if len(words) == 3:
            yield words[0], int(words[2])


def _too_large(file: StagedFile) -> NotChecked:
    return NotChecked(
        what="settings file",
        where=printable(file.path),
        why=f"over {MAX_RULED_BYTES} bytes",
        remedy="Make it smaller.",
    )


def _of_finding(finding: Finding) -> HookProblem:
    return HookProblem(
        rule=finding.rule,
        where=tuple(f"{place.path}:{place.line}" for place in finding.locations),
        what=finding.title,
        why=finding.message,
        remedy=finding.remedy,
        accept=_ACCEPT.format(rule=finding.rule.partition("/")[2]),
    )


def _of_problem(problem: Problem) -> HookProblem:
    return HookProblem(
        rule=problem.rule,
        where=(f"{problem.path}:{problem.line}",),
        what=problem.what,
        why=problem.why,
        remedy=problem.remedy,
        accept="If it must be so, commit with --no-verify; assay check will decide about it.",
    )
