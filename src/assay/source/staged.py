"""What the next commit will change: the contents in the index that differ from HEAD.

* Before the first commit everything in the index is new.
* While `git commit` runs, the index may be another file than the repository's own: hooks are told
  in the variable `GIT_INDEX_FILE`. The caller says which one it is.
* The working tree is not looked at, so what is searched is what will be committed.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assay.core.errors import UnavailableError, UsageError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.source.entries import EntryKind, kind_of_mode
from assay.source.git import GitPlace, git_command, git_environment, git_refusal
from assay.system.process import Completed, run_process

_SECONDS: Final = 60.0
_RECORD: Final = re.compile(r":[0-7]{6} [0-7]{6}(?: [0-9a-f]{40}| [0-9a-f]{64}){2} [A-Z][0-9]{0,3}")
_REMEDY: Final = "look at it by other means"


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedFile:
    """One content that will be committed, and the one that it replaces, by their ids.

    `before` is empty where the path is new.
    """

    path: str
    oid: str
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """The changes in the index; `removed` are the ids of contents whose path goes away."""

    files: tuple[StagedFile, ...]
    removed: tuple[str, ...]
    not_checked: tuple[NotChecked, ...]


def list_staged(repository: GitPlace, *, index_file: Path | None) -> Staged:
    """List the changes in the index: in `index_file`, or in the repository's own for None.

    Raises:
        UsageError: The repository is bare.
        RejectedError: The index is damaged.
        UnavailableError: Git did not answer.
    """
    if repository.bare:
        raise UsageError("a bare repository has no index", where=printable(str(repository.top)))
    done = _ask(
        repository,
        index_file,
        *("diff", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-relative"),
        *("--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=none"),
    )
    return parse_staged(done.output)


def list_index(
    repository: GitPlace, paths: Iterable[str], *, index_file: Path | None
) -> dict[str, str]:
    """Return the ids of those of the regular files `paths` that are in the index, by their path.

    Raises:
        RejectedError: The index is damaged.
        UnavailableError: Git did not answer.
    """
    done = _ask(repository, index_file, "ls-files", "--stage", "-z", "--", *paths)
    found: dict[str, str] = {}
    for record in done.output.decode("utf-8", "surrogateescape").split("\0"):
        about, _, path = record.partition("\t")
        if path and kind_of_mode(about.split(" ")[0]) is EntryKind.FILE:
            found[path] = about.split(" ")[1]
    return found


def parse_staged(output: bytes) -> Staged:
    """Read what `git diff --cached --raw -z --no-renames --no-abbrev` wrote.

    Raises:
        UnavailableError: A record that Git should not write.
    """
    files: list[StagedFile] = []
    removed: list[str] = []
    gaps: list[NotChecked] = []
    for about, path in _records(output.decode("utf-8", "surrogateescape")):
        old_mode, mode, before, oid, status = about
        kept = _is_content(old_mode)
        if status == "U":
            gaps.append(_gap("file", path, "it is not merged yet"))
        elif status == "D":
            removed += [before] if kept else []
        elif kind_of_mode(mode) is EntryKind.SUBMODULE:
            gaps.append(_gap("submodule", path, "its content is another repository"))
        else:
            files.append(StagedFile(path=path, oid=oid, before=before if kept else ""))
    return Staged(files=tuple(files), removed=tuple(removed), not_checked=tuple(gaps))


def _records(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield (both modes, both ids, status) and the path of each record."""
    tokens = iter(text.split("\0"))
    for token in tokens:
        if not token:
            continue
        path = next(tokens, "")
        if not path or not _RECORD.fullmatch(token):
            raise UnavailableError(f"git diff wrote {printable(token)!r}")
        about = tuple(token.removeprefix(":").split(" "))
        yield about, path


def _is_content(mode: str) -> bool:
    return bool(mode.strip("0")) and kind_of_mode(mode) is not EntryKind.SUBMODULE


def _ask(repository: GitPlace, index_file: Path | None, *args: str) -> Completed:
    environment = git_environment(repository)
    if index_file is not None:
        environment["GIT_INDEX_FILE"] = str(index_file)
    done = run_process(
        git_command(repository, *args),
        cwd=repository.top,
        seconds=_SECONDS,
        environment=environment,
    )
    if done.status:
        raise git_refusal(done, doing=f"git {args[0]}")
    return done


def _gap(what: str, path: str, why: str) -> NotChecked:
    return NotChecked(what=what, where=printable(path), why=why, remedy=_REMEDY)
