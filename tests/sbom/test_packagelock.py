"""package-lock.json of versions 2 and 3."""

import json

import pytest

from assay.core.errors import MalformedError
from assay.sbom.lockfiles.packagelock import parse_package_lock
from assay.sbom.lockfiles.reading import Reading
from tests.sbom.reading import notes, only, purls

COMMIT = "0123456789" * 4


def read(packages: object, *, version: object = 3) -> Reading:
    lock = {"name": "shop", "lockfileVersion": version, "packages": packages}
    return parse_package_lock(json.dumps(lock).encode(), "package-lock.json")


def one(entry: dict[str, object], *, at: str = "node_modules/a") -> Reading:
    return read({at: entry})


def test_component() -> None:
    component = only(
        read(
            {
                "": {"dependencies": {"a": "^1"}},
                "node_modules/a": {"version": "1.0.0", "integrity": "sha512-x sha1-y", "dev": True},
            }
        )
    )
    assert component.purl == "pkg:npm/a@1.0.0"
    assert (component.name, component.version) == ("a", "1.0.0")
    assert component.found_in == ("package-lock.json",)
    assert component.hashes == ("sha512-x", "sha1-y")
    assert component.direct is True
    assert component.development is True


PURLS = {
    "scope": ({"version": "1.0.0"}, "node_modules/@s/a", "pkg:npm/%40s/a@1.0.0"),
    "nested": ({"version": "1.0.0"}, "node_modules/b/node_modules/a", "pkg:npm/a@1.0.0"),
    "in-workspace": ({"version": "1.0.0"}, "web/node_modules/a", "pkg:npm/a@1.0.0"),
    "alias": ({"name": "real", "version": "1.0.0"}, "node_modules/a", "pkg:npm/real@1.0.0"),
    "git": (
        {"version": "1.0.0", "resolved": f"git+ssh://git@host.example/o/a.git#{COMMIT}"},
        "node_modules/a",
        f"pkg:npm/a@1.0.0?vcs_url=git%2Bssh:%2F%2Fhost.example%2Fo%2Fa.git%40{COMMIT}",
    ),
}


@pytest.mark.parametrize(("entry", "at", "purl"), PURLS.values(), ids=PURLS)
def test_purl(entry: dict[str, object], at: str, purl: str) -> None:
    assert only(one(entry, at=at)).purl == purl


def test_version_2_reads_packages_only() -> None:
    lock = {
        "lockfileVersion": 2,
        "packages": {"node_modules/a": {"version": "1.0.0"}},
        "dependencies": {"b": {"version": "2.0.0"}},
    }
    reading = parse_package_lock(json.dumps(lock).encode(), "p")
    assert purls(reading) == ["pkg:npm/a@1.0.0"]


def test_edges_lead_to_the_nearest_package() -> None:
    reading = read(
        {
            "": {"devDependencies": {"a": "1"}},
            "node_modules/a": {"version": "1.0.0", "dependencies": {"b": "1", "c": "1"}},
            "node_modules/a/node_modules/b": {"version": "2.0.0", "peerDependencies": {"c": "*"}},
            "node_modules/b": {"version": "1.0.0", "optionalDependencies": {"absent": "1"}},
            "node_modules/c": {"version": "1.0.0"},
        }
    )
    edges = {item.purl: item.depends_on for item in reading.components}
    assert edges == {
        "pkg:npm/a@1.0.0": ("pkg:npm/b@2.0.0", "pkg:npm/c@1.0.0"),
        "pkg:npm/b@2.0.0": ("pkg:npm/c@1.0.0",),
        "pkg:npm/b@1.0.0": (),
        "pkg:npm/c@1.0.0": (),
    }
    assert [item.direct for item in reading.components] == [True, False, False, False]


def test_workspaces_and_links_are_our_own() -> None:
    reading = read(
        {
            "": {"workspaces": ["web"]},
            "web": {"version": "1.0.0", "dependencies": {"a": "1"}},
            "node_modules/web": {"resolved": "web", "link": True},
            "web/node_modules/a": {"version": "1.0.0"},
            "node_modules/a": {"version": "2.0.0"},
        }
    )
    assert purls(reading) == ["pkg:npm/a@1.0.0", "pkg:npm/a@2.0.0"]
    assert [item.direct for item in reading.components] == [True, False]
    assert reading.covers == frozenset({"", "web"})


NOTED = {
    "no-version": ({}, "no version"),
    "not-an-object": (1, "int where an object is needed"),
    "version-not-text": ({"version": 1}, "int where text is needed"),
    "empty-version": ({"version": ""}, "'' is no name or version"),
    "escape-sequence": ({"version": "1\x1b[0m"}, "'1\\\\x1b[0m' is no name or version"),
    "flag": ({"version": "1", "dev": "yes"}, "str where true or false is needed"),
    "tarball": (
        {"version": "https://user:word@packages.example/a.tgz"},
        "'https://packages.example/a.tgz' does not tell the package's version",
    ),
    "archive": ({"version": "file:a.tgz"}, "'file:a.tgz' is an archive, which is not opened"),
    "short-commit": (
        {"version": "git+https://host.example/a.git#main"},
        "'main' is no full commit id",
    ),
}


@pytest.mark.parametrize(("entry", "why"), NOTED.values(), ids=NOTED)
def test_noted(entry: dict[str, object], why: str) -> None:
    """One entry that cannot be read does not take the others with it."""
    reading = read({"node_modules/a": entry, "node_modules/b": {"version": "1.0.0"}})
    assert purls(reading) == ["pkg:npm/b@1.0.0"]
    (note,) = notes(reading)
    assert note.startswith("lock file entry, package-lock.json: packages.node_modules/a")
    assert note.endswith(f": {why}")


REFUSED = {
    "version-0": (0, "[malformed] version 0 is not known, at lockfileVersion"),
    "version-4": (4, "[malformed] version 4 is not known, at lockfileVersion"),
    "version-text": ("3", "[malformed] str where a whole number is needed, at lockfileVersion"),
    "version-null": (None, "[malformed] no lockfileVersion, at lockfileVersion"),
}


@pytest.mark.parametrize(("version", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(version: object, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        read({}, version=version)
    assert str(caught.value) == message


def test_without_packages_is_refused() -> None:
    with pytest.raises(MalformedError) as caught:
        parse_package_lock(b'{"lockfileVersion": 3}', "p")
    assert str(caught.value) == "[malformed] no packages, at packages"
