"""Where an npm package comes from, as package-lock.json, yarn.lock and pnpm-lock.yaml write it."""

import re
from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError
from assay.sbom.lockfiles.reading import clean, git_purl, is_url, purl_of, vcs_url_of

_OWN: Final = ("file:", "link:", "workspace:", "portal:")
_ARCHIVES: Final = (".tgz", ".tar.gz", ".tar")
_GIT: Final = re.compile(r"git[+@:]|[a-z+]+://[^#]*\.git(#|\Z)|(github|gitlab|bitbucket|gist):")
_HOSTED: Final = re.compile(r"[A-Za-z0-9_-]+/[\w.-]+#")  # GitHub's short form, owner/name#commit


@dataclass(frozen=True, slots=True, kw_only=True)
class NpmPackage:
    """A package that is not our own, by its real name (an alias is resolved)."""

    purl: str
    name: str
    version: str


def npm_package(name: str, version: str, resolved: str = "") -> NpmPackage | None:
    """Return the package, or None where it is part of the product (a folder, a workspace).

    `version` may be a version, an alias (`npm:name@version`), or a URL with a commit;
    `resolved` is the URL that it was fetched from, if any.

    Raises:
        MalformedError: No name or version that could be looked up.
    """
    if version.startswith(_OWN):
        if version.endswith(_ARCHIVES):
            raise MalformedError(f"{clean(version)!r} is an archive, which is not opened")
        return None
    if version.startswith("npm:"):
        name, version = split_descriptor(version.removeprefix("npm:"))
    if is_git(version):
        url, _, commit = version.partition("#")
        purl = git_purl(name, url, commit.removeprefix("commit="))
        return NpmPackage(purl=purl, name=name, version=commit.removeprefix("commit="))
    if is_url(version):
        raise MalformedError(f"{clean(version)!r} does not tell the package's version")
    vcs_url = ""
    if is_git(resolved):
        url, _, commit = resolved.partition("#")
        vcs_url = f"{vcs_url_of(url)}@{commit.removeprefix('commit=')}"
    purl = purl_of("npm", name, version, vcs_url=vcs_url)
    return NpmPackage(purl=purl, name=name, version=version)


def split_descriptor(text: str) -> tuple[str, str]:
    """Split `name@rest` or `@scope/name@rest`.

    Raises:
        MalformedError: There is no `@` after the name.
    """
    at = text.find("@", 1)
    if at < 0:
        raise MalformedError(f"{clean(text)!r} has no @ after the name")
    return text[:at], text[at + 1 :]


def is_git(text: str) -> bool:
    """Tell whether `text` names a Git repository, as npm writes it."""
    return _GIT.match(text) is not None or _HOSTED.match(text) is not None
