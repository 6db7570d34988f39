"""Cargo.lock."""

import pytest

from assay.core.errors import MalformedError
from assay.sbom.component import Component
from assay.sbom.lockfiles.cargolock import parse_cargo_lock
from assay.sbom.lockfiles.reading import Reading
from tests.sbom.reading import notes, purls, text

COMMIT = "0123456789" * 4
SUM = "a" * 64
REGISTRY = "registry+https://packages.example/index"


def read(content: str) -> Reading:
    return parse_cargo_lock(text(content), "Cargo.lock")


def facts(component: Component) -> tuple[object, ...]:
    return component.purl, component.hashes, component.depends_on, component.direct


PACKAGES = f"""
    [[package]]
    name = "shop"
    version = "0.1.0"
    dependencies = ["serde 1.0.0 ({REGISTRY})", "part"]

    [[package]]
    name = "part"
    version = "0.1.0"
    dependencies = ["rand 0.8.0"]

    [[package]]
    name = "rand"
    version = "0.8.0"
    source = "git+https://host.example/o/rand.git?branch=main#{COMMIT}"

    [[package]]
    name = "rand"
    version = "0.7.0"
    source = "sparse+https://packages.example/index/"
    """
SERDE = f"""
    [[package]]
    name = "serde"
    version = "1.0.0"
    source = "{REGISTRY}"
    """
CHECKSUMS = {
    "v1": f'{SERDE}\n    [metadata]\n    "checksum serde 1.0.0 ({REGISTRY})" = "{SUM}"\n',
    "v2": f'{SERDE}checksum = "{SUM}"\n',
    "v3": f'{SERDE}checksum = "{SUM}"\n',
    "v4": f'{SERDE}checksum = "{SUM}"\n',
}


@pytest.mark.parametrize("version", CHECKSUMS)
def test_versions_agree(version: str) -> None:
    head = f"    version = {version[1]}\n" if version in {"v3", "v4"} else ""
    reading = read(f"{head}{PACKAGES}{CHECKSUMS[version]}")
    git = f"pkg:cargo/rand@0.8.0?vcs_url=git%2Bhttps:%2F%2Fhost.example%2Fo%2Frand.git%40{COMMIT}"
    assert [facts(item) for item in reading.components] == [
        (git, (), (), True),
        ("pkg:cargo/rand@0.7.0", (), (), False),
        ("pkg:cargo/serde@1.0.0", (f"sha256:{SUM}",), (), True),
    ]
    assert not reading.not_checked


def test_root_of_the_first_version() -> None:
    reading = read(
        f'[root]\nname = "shop"\nversion = "0.1.0"\ndependencies = ["serde 1.0.0"]\n{text(SERDE).decode()}'
    )
    assert [facts(item)[::3] for item in reading.components] == [("pkg:cargo/serde@1.0.0", True)]


NOTED = {
    "name": ('version = "1.0.0"', "lock file entry, Cargo.lock: package[0].name: no name"),
    "version": ('name = "a"', "lock file entry, Cargo.lock: package[0].version: no version"),
    "source": (
        'name = "a"\nversion = "1.0.0"\nsource = "moon+x"',
        "lock file entry, Cargo.lock: package[0]: the source 'moon+x' is not known",
    ),
    "commit": (
        'name = "a"\nversion = "1.0.0"\nsource = "git+https://host.example/a#main"',
        "lock file entry, Cargo.lock: package[0]: 'main' is no full commit id",
    ),
    "checksum": (
        f'name = "a"\nversion = "1.0.0"\nsource = "{REGISTRY}"\nchecksum = "x"',
        "lock file entry, Cargo.lock: package[0]: 'x' is no checksum",
    ),
    "dependency": (
        'name = "a"\nversion = "1.0.0"\ndependencies = ["absent"]',
        "dependency, Cargo.lock: package[0].dependencies[0]: 'absent' is not in the file",
    ),
}


@pytest.mark.parametrize(("entry", "note"), NOTED.values(), ids=NOTED)
def test_noted(entry: str, note: str) -> None:
    reading = read(f"[[package]]\n{entry}\n{text(SERDE).decode()}")
    assert purls(reading) == ["pkg:cargo/serde@1.0.0"]
    assert notes(reading) == [note]


@pytest.mark.parametrize("version", [0, 5])
def test_unknown_version_is_refused(version: int) -> None:
    with pytest.raises(MalformedError) as caught:
        read(f"version = {version}")
    assert str(caught.value) == f"[malformed] version {version} is not known, at version"
