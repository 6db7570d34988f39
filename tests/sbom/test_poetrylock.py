"""poetry.lock."""

import pytest

from assay.core.errors import MalformedError
from assay.sbom.lockfiles.poetrylock import parse_poetry_lock
from assay.sbom.lockfiles.reading import Reading
from tests.sbom.reading import notes, only, purls, text

COMMIT = "0123456789" * 4
A, B = "a" * 64, "b" * 64


def read(content: str, *, version: str = '"2.1"', more: str = "") -> Reading:
    end = f"\n[metadata]\nlock-version = {version}\n{more}"
    return parse_poetry_lock(text(content) + end.encode(), "poetry.lock")


def test_packages() -> None:
    reading = read(
        f"""
        [[package]]
        name = "Flask_Login"
        version = "1.0"
        groups = ["main", "dev"]
        files = [
            {{file = "b.whl", hash = "sha256:{B}"}},
            {{file = "a.whl", hash = "sha256:{A}"}},
        ]
        [package.dependencies]
        Click = ">=8"
        colorama = {{version = "*", markers = "os_name == 'nt'"}}

        [[package]]
        name = "click"
        version = "8.0"
        groups = ["dev"]
        """
    )
    first, second = reading.components
    assert first.purl == "pkg:pypi/flask-login@1.0"
    assert first.hashes == (f"sha256:{A}", f"sha256:{B}")
    assert first.depends_on == ("pkg:pypi/click@8.0",)
    assert (first.direct, first.development, second.development) == (None, False, True)
    assert reading.covers == frozenset({""})
    assert not reading.not_checked


def test_version_1() -> None:
    component = only(
        read(
            '[[package]]\nname = "a"\nversion = "1.0"\ncategory = "dev"\n',
            version='"1.1"',
            more=f'[metadata.files]\na = [{{file = "a.whl", hash = "sha256:{A}"}}]\n',
        )
    )
    assert component.hashes == (f"sha256:{A}",)
    assert component.development is True


def test_without_group_it_is_not_known() -> None:
    assert only(read('[[package]]\nname = "a"\nversion = "1.0"\n')).development is None


def test_sources() -> None:
    reading = read(
        f"""
        [[package]]
        name = "a"
        version = "1.0"
        [package.source]
        type = "git"
        url = "https://host.example/o/a.git"
        reference = "main"
        resolved_reference = "{COMMIT}"
        [[package]]
        name = "own"
        version = "1.0"
        [package.source]
        type = "directory"
        url = "../own"
        [[package]]
        name = "b"
        version = "2.0"
        [package.source]
        type = "legacy"
        url = "https://packages.example/simple"
        """
    )
    assert purls(reading) == [
        f"pkg:pypi/a@1.0?vcs_url=git%2Bhttps:%2F%2Fhost.example%2Fo%2Fa.git%40{COMMIT}",
        "pkg:pypi/b@2.0",
    ]


NOTED = {
    "name": ('version = "1.0"', "package[0].name: no name"),
    "version": ('name = "a"', "package[0].version: no version"),
    "name-form": (
        'name = "a b"\nversion = "1"',
        "package[0]: 'a b' is no name of a Python package",
    ),
    "hash": (
        'name = "a"\nversion = "1"\nfiles = [{hash = "sha256:x"}]',
        "package[0].files[0].hash: 'sha256:x' is no hash",
    ),
    "branch": (
        'name = "a"\nversion = "1"\nsource = {type = "git", url = "x", resolved_reference = "main"}',
        "package[0]: 'main' is no full commit id",
    ),
}


@pytest.mark.parametrize(("entry", "note"), NOTED.values(), ids=NOTED)
def test_noted(entry: str, note: str) -> None:
    reading = read(f'[[package]]\n{entry}\n[[package]]\nname = "z"\nversion = "1"\n')
    assert purls(reading) == ["pkg:pypi/z@1"]
    assert notes(reading) == [f"lock file entry, poetry.lock: {note}"]


@pytest.mark.parametrize("version", ["0.9", "3.0", "x"])
def test_unknown_version_is_refused(version: str) -> None:
    with pytest.raises(MalformedError) as caught:
        read("", version=f'"{version}"')
    assert str(caught.value) == (
        f"[malformed] version {version!r} is not known, at metadata.lock-version"
    )


def test_without_metadata_is_refused() -> None:
    with pytest.raises(MalformedError) as caught:
        parse_poetry_lock(b"", "p")
    assert str(caught.value) == "[malformed] no metadata, at metadata"
