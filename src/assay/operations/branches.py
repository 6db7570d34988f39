"""Which branch is protected, and where it is: as the remote has it, where there is one."""

from dataclasses import dataclass
from typing import Final

from assay.core.errors import UsageError
from assay.core.printable import printable
from assay.source.git import try_git
from assay.source.repository import Repository

_USUAL: Final = ("main", "master", "trunk")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectedBranch:
    """A branch by its whole name; `tip` is empty where it has no commit yet."""

    name: str  # refs/heads/main
    tip: str


def find_branch(repository: Repository, name: str) -> ProtectedBranch:
    """Return the branch `name`, or the default one where it is empty.

    The default branch is what the remote `origin` says, else `main`, `master` or `trunk`, else the
    one that is checked out. What the remote had when it was last fetched counts before the local
    branch of that name: others merge there.

    Raises:
        UsageError: There is no such branch.
    """
    short = name.removeprefix("refs/heads/") or _default_name(repository)
    for ref in (f"refs/remotes/origin/{short}", f"refs/heads/{short}"):
        if tip := _commit_at(repository, ref):
            return ProtectedBranch(name=f"refs/heads/{short}", tip=tip)
    raise UsageError(
        "no such branch", where=printable(short), hint="name the protected branch: --into"
    )


def resolve_commit(repository: Repository, name: str) -> str:
    """Return the id of the commit that `name` stands for.

    Raises:
        UsageError: There is none.
    """
    found = "" if name.startswith("-") else _commit_at(repository, name)
    if not found:
        raise UsageError("no such commit", where=printable(name))
    return found


def _default_name(repository: Repository) -> str:
    pointed = try_git(repository, "symbolic-ref", "--quiet", "refs/remotes/origin/HEAD")
    if not pointed.status:
        return pointed.output.decode(errors="replace").strip().removeprefix("refs/remotes/origin/")
    for name in _USUAL:
        if _commit_at(repository, f"refs/heads/{name}"):
            return name
    return repository.branch or _USUAL[0]


def _commit_at(repository: Repository, name: str) -> str:
    done = try_git(repository, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    return "" if done.status else done.output.decode().strip()
