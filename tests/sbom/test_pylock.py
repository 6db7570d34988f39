"""pylock.toml."""

import pytest

from assay.core.errors import MalformedError
from assay.sbom.lockfiles.pylock import parse_pylock
from assay.sbom.lockfiles.reading import Reading
from tests.sbom.reading import notes, purls, text

COMMIT = "0123456789" * 4
A, B = "a" * 64, "b" * 64


def read(content: str, *, version: str = "1.0") -> Reading:
    head = f'lock-version = "{version}"\ncreated-by = "x"\n'
    return parse_pylock(head.encode() + text(content), "pylock.toml")


def test_packages() -> None:
    reading = read(
        f"""
        [[packages]]
        name = "flask"
        version = "3.0"
        dependencies = [{{name = "click"}}]
        sdist = {{hashes = {{sha256 = "{B}"}}}}
        wheels = [{{name = "f.whl", hashes = {{sha256 = "{A}", odd = "x"}}}}]
        [[packages]]
        name = "click"
        version = "8.0"
        archive = {{url = "x", hashes = {{sha256 = "{A}"}}}}
        [[packages]]
        name = "a"
        vcs = {{type = "git", url = "https://host.example/o/a.git", commit-id = "{COMMIT}"}}
        [[packages]]
        name = "own"
        directory = {{path = "."}}
        """
    )
    git = f"pkg:generic/a@{COMMIT}?vcs_url=git%2Bhttps:%2F%2Fhost.example%2Fo%2Fa.git%40{COMMIT}"
    assert purls(reading) == ["pkg:pypi/flask@3.0", "pkg:pypi/click@8.0", git]
    assert reading.components[0].hashes == (f"sha256:{A}", f"sha256:{B}")
    assert reading.components[0].depends_on == ("pkg:pypi/click@8.0",)
    assert reading.components[1].hashes == (f"sha256:{A}",)
    assert not reading.not_checked


NOTED = {
    "name": ('version = "1"', "packages[0].name: no name"),
    "version": ('name = "a"', "packages[0]: no version of 'a'"),
    "hashes": ('name = "a"\nversion = "1"\nsdist = {}', "packages[0].sdist.hashes: no hashes"),
    "vcs": ('name = "a"\nvcs = {url = "x"}', "packages[0].vcs.commit-id: no commit-id"),
}


@pytest.mark.parametrize(("entry", "note"), NOTED.values(), ids=NOTED)
def test_noted(entry: str, note: str) -> None:
    reading = read(f'[[packages]]\n{entry}\n[[packages]]\nname = "z"\nversion = "1"\n')
    assert purls(reading) == ["pkg:pypi/z@1"]
    assert notes(reading) == [f"lock file entry, pylock.toml: {note}"]


REFUSED = {
    "version": (
        {"version": "2.0", "content": "packages = []"},
        "version '2.0' is not known, at lock-version",
    ),
    "no-packages": ({"content": ""}, "no packages, at packages"),
}


@pytest.mark.parametrize(("document", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(document: dict[str, str], message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        read(document["content"], version=document.get("version", "1.0"))
    assert str(caught.value) == f"[malformed] {message}"
