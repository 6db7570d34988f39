"""Files that say how a project is run: security policy, owners, licence, CI, dependencies.

Known by their path alone, in the places where people and forges look for them. What they say is
for others to judge; here is only that they are there, and which content they have.
"""

import enum
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from assay.core.digest import Digest, parse_digest
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.printable import printable
from assay.source.entries import EntryKind, TreeEntry


class Role(enum.StrEnum):
    """What a file is for."""

    SECURITY_POLICY = "security-policy"
    SECURITY_CONTACT = "security-contact"  # RFC 9116
    CODE_OWNERS = "code-owners"
    LICENCE = "licence"
    CI_WORKFLOW = "ci-workflow"
    DEPENDENCY_MANIFEST = "dependency-manifest"


_CI: Final = (
    r"\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml",
    r"\.gitlab-ci\.ya?ml|\.travis\.ya?ml|\.drone\.ya?ml|\.cirrus\.ya?ml|\.woodpecker\.ya?ml",
    r"\.circleci/config\.ya?ml|\.(?:woodpecker|buildkite)/[^/]+\.ya?ml",
    r"azure-pipelines\.ya?ml|bitbucket-pipelines\.ya?ml|jenkinsfile",
)
_MANIFESTS: Final = (
    r"pyproject\.toml|setup\.(?:py|cfg)|pipfile|requirements[^/]*\.(?:txt|in)|environment\.ya?ml",
    r"package\.json|go\.mod|cargo\.toml|pom\.xml|build\.gradle(?:\.kts)?|build\.sbt|podfile",
    r"gemfile|[^/]+\.gemspec|composer\.json|mix\.exs|pubspec\.yaml|package\.swift|deps\.edn",
    r"project\.clj|conanfile\.(?:py|txt)|vcpkg\.json|[^/]+\.(?:cs|fs|vb)proj",
    r"dockerfile|containerfile",
)
_FORMS: Final = {
    Role.SECURITY_POLICY: r"(?:\.github/|\.gitlab/|docs/)?security(?:\.(?:md|rst|txt|adoc))?",
    Role.SECURITY_CONTACT: r"(?:.*/)?\.well-known/security\.txt|security\.txt",
    Role.CODE_OWNERS: r"(?:\.github/|\.gitlab/|\.gitea/|\.forgejo/|docs/)?codeowners",
    Role.LICENCE: r"(?:un)?licen[cs]e(?:[-._][^/]*)?|copying(?:[-._][^/]*)?|licenses/[^/]+",
    Role.CI_WORKFLOW: "|".join(_CI),
    Role.DEPENDENCY_MANIFEST: rf"(?:.*/)?(?:{'|'.join(_MANIFESTS)})",
}
_ROLES: Final = tuple(
    (role, re.compile(rf"(?:{form})\Z", re.IGNORECASE)) for role, form in _FORMS.items()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One such file: its role, its path made printable, and the digest of its blob."""

    role: Role
    path: str
    digest: Digest

    def as_json(self) -> dict[str, object]:
        """Return one element of the member `documents` of the predicate."""
        return {"role": self.role.value, "path": self.path, "digest": str(self.digest)}


def parse_document(value: JsonValue) -> Document:
    """Read what `Document.as_json` wrote.

    Raises:
        MalformedError: A field is missing, or the role is not known.
    """
    try:
        role = Role(value.field("role").text())
    except ValueError as error:
        raise MalformedError(str(error), where=value.field("role").where) from error
    return Document(
        role=role,
        path=value.field("path").text(),
        digest=parse_digest(value.field("digest").text()),
    )


def list_documents(entries: Iterable[TreeEntry]) -> tuple[Document, ...]:
    """Return the files of a commit that have a role, in the order of their paths."""
    return tuple(
        Document(role=role, path=printable(entry.path), digest=Digest("gitBlob", entry.oid))
        for entry in entries
        if entry.kind is EntryKind.FILE and entry.size
        for role in roles_of(entry.path)
    )


def roles_of(path: str) -> tuple[Role, ...]:
    """Return what a file at this path is for; most are for none of these."""
    return tuple(role for role, form in _ROLES if form.match(path))
