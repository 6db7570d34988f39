"""Opening a repository: where it is, what commit is at HEAD, and what is unusual about it.

* Git itself finds the repository, so that its refusal of a folder with a foreign owner holds.
* The work tree must be the folder that has the `.git` leading to the repository: a configured
  `core.worktree` cannot point a scan at some other folder.
* What makes the history incomplete or bent (shallow, partial, replace refs, grafts) and what lies
  elsewhere (alternates) is recorded, never refused and never followed silently.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from assay.core.errors import AssayError, RejectedError, UnavailableError, UsageError
from assay.core.printable import printable
from assay.source.git import GitPlace, quiet_environment, run_git, try_git
from assay.system.files import load_file
from assay.system.process import Completed, find_program, run_process

OLDEST_GIT: Final = (2, 32)  # the first that can be kept from the user's configuration
MAX_SMALL_FILE: Final = 2**20  # of `alternates` and `grafts`; bounds memory
_OPEN_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """An opened repository and the commit that it had at HEAD when it was opened.

    `top` is the work tree, or the Git folder where the repository is bare; `git_dir` is the
    folder of this work tree, `common_dir` the one that all linked work trees share. `branch` is
    None where HEAD is detached. `remotes` are (name, URL) as configured, credentials included.
    """

    program: Path
    version: str
    top: Path
    git_dir: Path
    common_dir: Path
    head: str
    branch: str | None
    bare: bool
    shallow: bool
    partial: bool
    object_format: str  # "sha1" or "sha256"
    replace_refs: int
    grafts: bool
    alternates: tuple[str, ...]
    remotes: tuple[tuple[str, str], ...]
    filters: tuple[str, ...]

    @property
    def linked_worktree(self) -> bool:
        """Tell whether this is a work tree added to another one's repository."""
        return self.git_dir != self.common_dir


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A repository that was found, before anything in it is read."""

    program: Path
    top: Path
    git_dir: Path
    bare: bool
    partial: bool = False  # not known yet, and of no matter to what is asked before it is
    filters: tuple[str, ...] = ()


def open_place(path: Path) -> GitPlace:
    """Find the repository that `path` is, or lies in; nothing in it is read yet, not even HEAD.

    Raises:
        UsageError: No such folder, no repository, one of another owner, or a work tree that is not
            where its repository says.
        RejectedError: Git cannot read it.
        UnavailableError: Git is missing, too old, or did not answer.
    """
    where = _folder(path)
    program, _version = _load_git()
    return _find(program, path.absolute(), where)


def open_repository(path: Path) -> Repository:
    """Open the repository that `path` is, or lies in, and find the commit at HEAD.

    Raises:
        UsageError: No such folder, no repository, one without a commit, one of another owner,
            or a work tree that is not where its repository says.
        RejectedError: Git cannot read it: damaged objects or configuration.
        UnavailableError: Git is missing, too old, or did not answer.
    """
    where = _folder(path)
    program, version = _load_git()
    place = _find(program, path.absolute(), where)
    settings = _parse_settings(run_git(place, "config", "--list", "-z"))
    filters = tuple(sorted({_middle(key) for key in settings if key.startswith("filter.")}))
    place = _Place(
        program=program, top=place.top, git_dir=place.git_dir, bare=place.bare, filters=filters
    )
    common, shallow, object_format = _layout(place)
    return Repository(
        program=program,
        version=version,
        top=place.top,
        git_dir=place.git_dir,
        common_dir=common,
        head=_head(place, where),
        branch=_branch(place),
        bare=place.bare,
        shallow=shallow == "true",
        partial=_is_partial(settings),
        object_format=object_format,
        replace_refs=len(run_git(place, "for-each-ref", "refs/replace/").splitlines()),
        grafts=bool(_lines_of(common / "info" / "grafts")),
        alternates=_lines_of(common / "objects" / "info" / "alternates"),
        remotes=_remotes(settings),
        filters=filters,
    )


def _folder(path: Path) -> str:
    """Return `path` as it is printed, where it is a folder."""
    where = printable(str(path))
    if not path.exists():
        raise UsageError("no such folder", where=where)
    if not path.is_dir():
        raise UsageError("not a folder", where=where, hint="name the folder of the repository")
    return where


def _load_git() -> tuple[Path, str]:
    program = find_program("git")
    if program is None:
        raise UnavailableError("git is not installed", hint="install git, 2.32 or later")
    said = run_process((program, "version"), cwd=Path("/"), seconds=_OPEN_SECONDS).output.decode()
    found = re.search(r"\d+\.\d+[.\d]*", said)
    version = found.group().rstrip(".") if found else ""
    if tuple(int(part) for part in version.split(".") if part)[:2] < OLDEST_GIT:
        raise UnavailableError(
            f"git is {said.strip()!r}, which is too old", hint="install git 2.32 or later"
        )
    return program, version


def _find(program: Path, path: Path, where: str) -> _Place:
    """Let Git search from `path` upwards, and check what it found."""
    asked = ("--is-bare-repository", "--is-inside-git-dir", "--is-inside-work-tree")
    bare, in_git_dir, in_work_tree = _line(_ask(program, path, where, *asked)).split("\n")
    git_dir = Path(_line(_ask(program, path, where, "--absolute-git-dir")))
    if bare == "true":
        return _Place(program=program, top=git_dir, git_dir=git_dir, bare=True)
    if in_git_dir == "true":
        raise UsageError(
            "inside the repository's own folder", where=where, hint="name the work tree"
        )
    if in_work_tree == "true":
        top = Path(_line(_ask(program, path, where, "--show-toplevel")))
        if _leads_to(program, top, git_dir, where) and _is_within(path, top):
            return _Place(program=program, top=top, git_dir=git_dir, bare=False)
    raise UsageError(
        "the repository is configured to have its work tree elsewhere",
        where=where,
        hint="remove core.worktree from its configuration",
    )


def _leads_to(program: Path, top: Path, git_dir: Path, where: str) -> bool:
    """Tell whether the `.git` in `top` is, or names, the folder `git_dir`."""
    if not (top / ".git").exists():
        return False
    return Path(_line(_ask(program, top, where, "--absolute-git-dir"))) == git_dir


def _is_within(path: Path, top: Path) -> bool:
    return path.resolve().is_relative_to(top.resolve())


def _ask(program: Path, path: Path, where: str, *questions: str) -> bytes:
    """Ask `rev-parse` in discovery, where the user's and the machine's safe.directory hold."""
    environment = quiet_environment()
    del environment["GIT_CONFIG_NOSYSTEM"]
    done = run_process(
        (program, "--no-replace-objects", "rev-parse", *questions),
        cwd=path,
        seconds=_OPEN_SECONDS,
        environment=environment,
    )
    if done.status:
        raise _not_opened(done, path, where)
    return done.output


def _not_opened(done: Completed, path: Path, where: str) -> AssayError:
    if b"dubious ownership" in done.errors:
        return UsageError(
            "the repository belongs to another user, and Git refuses it",
            where=where,
            hint=f"if you trust it: git config --global --add safe.directory {where}",
        )
    complaint = printable(done.complaint())
    if b"not a git repository" not in done.errors:
        return RejectedError(f"Git cannot read the repository: {complaint!r}", where=where)
    if (path / ".git").exists():
        return RejectedError(
            f"there is a .git, which is no repository: {complaint!r}",
            where=where,
            hint="run git fsck, or clone it again",
        )
    return UsageError(
        "not a Git repository", where=where, hint="run git init, or name another folder"
    )


def _head(place: _Place, where: str) -> str:
    found = try_git(place, "rev-parse", "--verify", "--quiet", "HEAD")
    if found.status:
        raise UsageError(
            "the repository has no commit at HEAD yet", where=where, hint="commit first"
        )
    head = _line(found.output)
    kind = try_git(place, "cat-file", "-t", head)
    if kind.status or kind.output != b"commit\n":
        raise RejectedError(
            f"the commit {head} at HEAD cannot be read",
            where=where,
            hint="run git fsck; clone it again if objects are lost",
        )
    return head


def _branch(place: _Place) -> str | None:
    done = try_git(place, "symbolic-ref", "--quiet", "HEAD")
    return None if done.status else _line(done.output).removeprefix("refs/heads/")


def _layout(place: _Place) -> tuple[Path, str, str]:
    """Return the folder of the objects, whether the clone is shallow, and the kind of its ids."""
    asked = ("--git-common-dir", "--is-shallow-repository", "--show-object-format")
    folder, shallow, object_format = _line(run_git(place, "rev-parse", *asked)).rsplit("\n", 2)
    return Path(os.path.normpath(place.top / folder)), shallow, object_format


def _parse_settings(listing: bytes) -> Mapping[str, str]:
    """Read `git config --list -z`: key, line end, value; the last one counts."""
    records = (record.partition("\n") for record in os.fsdecode(listing).split("\0") if record)
    return MappingProxyType({key: value for key, _, value in records})


def _middle(key: str) -> str:
    """Return `name` of `section.name.variable`; the name may hold dots."""
    return key.partition(".")[2].rpartition(".")[0]


def _is_partial(settings: Mapping[str, str]) -> bool:
    return "extensions.partialclone" in settings or any(
        key.startswith("remote.") and key.endswith((".promisor", ".partialclonefilter"))
        for key in settings
    )


def _remotes(settings: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(
        sorted(
            (_middle(key), value)
            for key, value in settings.items()
            if key.startswith("remote.") and key.endswith(".url")
        )
    )


def _lines_of(path: Path) -> tuple[str, ...]:
    if not path.is_file():
        return ()
    lines = os.fsdecode(load_file(path, max_bytes=MAX_SMALL_FILE)).splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def _line(output: bytes) -> str:
    return os.fsdecode(output).removesuffix("\n")
