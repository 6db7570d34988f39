"""pdm.lock."""

import pytest

from assay.core.errors import MalformedError
from assay.sbom.lockfiles.pdmlock import parse_pdm_lock
from assay.sbom.lockfiles.reading import Reading
from tests.sbom.reading import notes, purls, text

COMMIT = "0123456789" * 4
A = "a" * 64


def read(content: str, *, version: str = "4.5.0") -> Reading:
    head = f'[metadata]\ngroups = ["default"]\nlock_version = "{version}"\n'
    return parse_pdm_lock(head.encode() + text(content), "pdm.lock")


def test_packages() -> None:
    reading = read(
        f"""
        [[package]]
        name = "flask"
        version = "3.0"
        groups = ["default"]
        dependencies = ["Click>=8", "colorama; os_name == 'nt'", "==x"]
        files = [{{file = "f.whl", hash = "sha256:{A}"}}]
        [[package]]
        name = "click"
        version = "8.0"
        groups = ["test"]
        [[package]]
        name = "a"
        version = "1.0"
        git = "https://host.example/o/a.git"
        revision = "{COMMIT}"
        [[package]]
        name = "own"
        version = "1.0"
        path = "./own"
        """
    )
    assert purls(reading) == [
        "pkg:pypi/flask@3.0",
        "pkg:pypi/click@8.0",
        f"pkg:pypi/a@1.0?vcs_url=git%2Bhttps:%2F%2Fhost.example%2Fo%2Fa.git%40{COMMIT}",
    ]
    assert [item.development for item in reading.components] == [False, True, None]
    assert reading.components[0].depends_on == ("pkg:pypi/click@8.0",)
    assert reading.components[0].hashes == (f"sha256:{A}",)
    assert reading.covers == frozenset({""})
    assert not reading.not_checked


def test_noted() -> None:
    reading = read('[[package]]\nname = "a"\n[[package]]\nname = "z"\nversion = "1"\n')
    assert purls(reading) == ["pkg:pypi/z@1"]
    assert notes(reading) == ["lock file entry, pdm.lock: package[0]: '' is no name or version"]


@pytest.mark.parametrize("version", ["3.1", "5.0"])
def test_unknown_version_is_refused(version: str) -> None:
    with pytest.raises(MalformedError) as caught:
        read("", version=version)
    assert str(caught.value) == (
        f"[malformed] version {version!r} is not known, at metadata.lock_version"
    )
