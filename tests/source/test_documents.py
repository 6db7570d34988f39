import pytest

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.source.documents import Role, list_documents, parse_document, roles_of
from assay.source.entries import TreeEntry

OID = "12" * 20


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("SECURITY.md", Role.SECURITY_POLICY),
        ("security.rst", Role.SECURITY_POLICY),
        (".github/SECURITY.md", Role.SECURITY_POLICY),
        ("docs/SECURITY", Role.SECURITY_POLICY),
        (".well-known/security.txt", Role.SECURITY_CONTACT),
        ("site/static/.well-known/security.txt", Role.SECURITY_CONTACT),
        ("CODEOWNERS", Role.CODE_OWNERS),
        (".github/CODEOWNERS", Role.CODE_OWNERS),
        ("LICENSE", Role.LICENCE),
        ("LICENCE.txt", Role.LICENCE),
        ("LICENSE-MIT", Role.LICENCE),
        ("COPYING", Role.LICENCE),
        ("LICENSES/MIT.txt", Role.LICENCE),
        ("UNLICENSE", Role.LICENCE),
        (".github/workflows/ci.yml", Role.CI_WORKFLOW),
        (".gitlab-ci.yml", Role.CI_WORKFLOW),
        ("Jenkinsfile", Role.CI_WORKFLOW),
        (".circleci/config.yml", Role.CI_WORKFLOW),
        ("pyproject.toml", Role.DEPENDENCY_MANIFEST),
        ("a/b/package.json", Role.DEPENDENCY_MANIFEST),
        ("requirements/dev.txt", None),
        ("requirements-dev.txt", Role.DEPENDENCY_MANIFEST),
        ("go.mod", Role.DEPENDENCY_MANIFEST),
        ("x/y.csproj", Role.DEPENDENCY_MANIFEST),
        ("src/security.py", None),
        ("vendor/x/SECURITY.md", None),
        ("vendor/x/LICENSE", None),
        ("licensed.py", None),
        (".github/workflows/sub/ci.yml", None),
        (".github/workflows/readme.md", None),
        ("package.json.bak", None),
        ("SECURITY.md\n", None),
        ("", None),
    ],
)
def test_roles(path: str, role: Role | None) -> None:
    assert roles_of(path) == (() if role is None else (role,))


def test_one_path_can_have_two_roles() -> None:
    assert roles_of("security.txt") == (Role.SECURITY_POLICY, Role.SECURITY_CONTACT)


def test_only_files_with_content_count() -> None:
    def entry(path: str, mode: str = "100644", size: int | None = 5) -> TreeEntry:
        return TreeEntry(path=path, mode=mode, oid=OID, size=size)

    found = list_documents(
        (
            entry("CODEOWNERS", size=0),
            entry("COPYING", mode="120000"),
            entry("LICENSE", mode="160000", size=None),
            entry("LICENSE-\x1b"),
            entry("main.py"),
        )
    )
    assert [(d.role, d.path, str(d.digest)) for d in found] == [
        (Role.LICENCE, "LICENSE-\\x1b", f"gitBlob:{OID}")
    ]
    assert parse_document(JsonValue(found[0].as_json())) == found[0]


def test_an_unknown_role_is_malformed() -> None:
    claimed = {"role": "novel", "path": "a", "digest": f"gitBlob:{OID}"}
    with pytest.raises(MalformedError) as caught:
        parse_document(JsonValue(claimed, "documents[0]"))
    assert str(caught.value) == "[malformed] 'novel' is not a valid Role, at documents[0].role"
