"""Which forge a repository is on, and asking it everything once.

* For the forges that everybody knows, the address of the interface follows from the remote. Any
  other one is named by the user: a host out of a clone's configuration is sent no token.
* The token is taken from the environment, in the variable of its kind of forge.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from assay.core.errors import UsageError
from assay.core.printable import printable
from assay.core.secret import Secret
from assay.source.forge.client import RepositoryApi, bearer, open_client
from assay.source.forge.facts import (
    ChangeRequest,
    ForgeKind,
    ForgeRepository,
    ForgeState,
    Member,
    RefRules,
)
from assay.source.forge.gitea import GiteaReader
from assay.source.forge.github import HEADERS, GitHubReader
from assay.source.forge.gitlab import GitLabReader
from assay.source.forge.reading import ForgeReader, Parts

_KNOWN: Final = {
    "github.com": (ForgeKind.GITHUB, "https://api.github.com"),
    "gitlab.com": (ForgeKind.GITLAB, "https://gitlab.com/api/v4"),
    "gitea.com": (ForgeKind.GITEA, "https://gitea.com/api/v1"),
    "codeberg.org": (ForgeKind.GITEA, "https://codeberg.org/api/v1"),
}
VARIABLES: Final = {  # of the token, by kind, the first that is set
    ForgeKind.GITHUB: ("ASSAY_GITHUB_TOKEN", "GITHUB_TOKEN"),
    ForgeKind.GITLAB: ("GITLAB_TOKEN",),
    ForgeKind.GITEA: ("GITEA_TOKEN",),
}
_SCP: Final = re.compile(r"(?:[^@/:]+@)?(?P<host>[^@/:]+):(?P<path>[^:]+)\Z")
_NAME: Final = r"(?!\.{1,2}(?:/|\Z))[^/\s]+"  # no `..`: a server may go up by it
_PATH: Final = re.compile(rf"{_NAME}(?:/{_NAME}){{1,20}}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgeChoice:
    """What the user said: each part is empty where it is to be found out."""

    kind: str
    url: str
    path: str


def split_remote(url: str) -> tuple[str, str]:
    """Return the host and the path of a remote's URL, both empty where it has none.

    Credentials, the ending `.git`, and slashes around the path are left out.
    """
    found = _SCP.match(url)
    if "://" not in url:
        return (found["host"].lower(), _bare(found["path"])) if found else ("", "")
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return "", ""
    return (
        (host, _bare(parts.path)) if parts.scheme in {"https", "http", "ssh", "git"} else ("", "")
    )


def find_repository(remotes: Sequence[tuple[str, str]], choice: ForgeChoice) -> ForgeRepository:
    """Return which repository of which forge is meant: as the user says, else by the remotes.

    Raises:
        UsageError: It cannot be told, or what the user says is none.
    """
    host, path = _remote(remotes)
    kind, url = _KNOWN.get(host, (None, ""))
    if choice.kind:
        wanted = _kind(choice.kind)
        kind, url = wanted, choice.url or (url if wanted is kind else _usual(wanted))
    elif choice.url:
        raise UsageError("an address without a kind", hint="add --forge github, gitlab or gitea")
    if kind is None or not url:
        raise UsageError(
            f"no forge is known at {printable(host)!r}" if host else "no remote names a forge",
            hint="name it: --forge gitlab --url https://host/api/v4 --name group/project",
        )
    path = choice.path or path
    if not _PATH.match(path) or (kind is not ForgeKind.GITLAB and path.count("/") != 1):
        raise UsageError(f"{printable(path)!r} names no repository", hint="--name owner/name")
    return ForgeRepository(kind=kind.value, url=url.rstrip("/"), path=path)


def known_kind(remotes: Sequence[tuple[str, str]]) -> list[str]:
    """Return the kind of the forge that the remotes name, if everybody knows it."""
    found = _KNOWN.get(_remote(remotes)[0])
    return [] if found is None else [found[0].value]


def open_forge(repository: ForgeRepository, token: Secret | None) -> ForgeReader:
    """Return what reads `repository`, with `token` if there is one.

    Raises:
        UsageError: Its address is none.
    """
    kind = ForgeKind(repository.kind)
    headers = HEADERS if kind is ForgeKind.GITHUB else {}
    client = open_client(repository.url, {**headers, **bearer(token)})
    if kind is ForgeKind.GITLAB:
        return GitLabReader(api=RepositoryApi(client=client, top=("projects", repository.path)))
    owner, _, name = repository.path.partition("/")
    top = ("repos", owner, name)
    if kind is ForgeKind.GITHUB:
        return GitHubReader(api=RepositoryApi(client=client, top=top))
    return GiteaReader(api=RepositoryApi(client=client, top=top, paging={"limit": "50"}))


def observe_forge(
    reader: ForgeReader,
    repository: ForgeRepository,
    *,
    branches: Sequence[str],
    commit: str,
    at: datetime,
) -> ForgeState:
    """Ask for everything once; `branches` besides the default branch, requests for `commit`.

    Raises:
        AssayError: Not even the repository itself can be asked.
    """
    default = reader.default_branch()
    parts = Parts()
    nothing = tuple[RefRules, ...]()
    found = [
        parts.read("branch protection", name, _branch(reader, name), nothing)
        for name in dict.fromkeys((default, *branches))
    ]
    tags = parts.read("tag protection", repository.path, reader.tags, nothing)
    members = parts.read("members", repository.path, _members(reader), None)
    requests = parts.read("reviews", commit, _requests(reader, commit), None)
    return ForgeState(
        repository=repository,
        observed_at=at,
        default_branch=default,
        branches=tuple(rules for one in found for rules in one),
        tags=tags,
        members=members,
        commit=commit,
        requests=requests,
        not_checked=tuple(sorted(parts.gaps)),
    )


def _branch(reader: ForgeReader, name: str) -> Callable[[], tuple[RefRules, ...]]:
    return lambda: (reader.branch(name),)


def _members(reader: ForgeReader) -> Callable[[], tuple[Member, ...] | None]:
    return reader.members


def _requests(reader: ForgeReader, commit: str) -> Callable[[], tuple[ChangeRequest, ...] | None]:
    return lambda: reader.requests(commit)


def _remote(remotes: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """Return host and path of the remote `origin`, else of the first one on a forge."""
    named = dict(remotes)
    urls = [named.get("origin", ""), *named.values()]
    found = [split_remote(url) for url in urls if url]
    known = [one for one in found if one[0] in _KNOWN]
    return next(iter([*known, *(one for one in found if one[0])]), ("", ""))


def _bare(path: str) -> str:
    return path.strip("/").removesuffix(".git")


def _kind(name: str) -> ForgeKind:
    try:
        return ForgeKind(name)
    except ValueError as error:
        known = ", ".join(kind.value for kind in ForgeKind)
        raise UsageError(
            f"{printable(name)!r} is no kind of forge", hint=f"one of {known}"
        ) from error


def _usual(kind: ForgeKind) -> str:
    """Return the address that the name of a kind means by itself; of Gitea there is none."""
    return "" if kind is ForgeKind.GITEA else next(u for k, u in _KNOWN.values() if k is kind)
