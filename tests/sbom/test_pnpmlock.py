"""pnpm-lock.yaml of versions 5, 6 and 9."""

import pytest

from assay.core.errors import MalformedError
from assay.sbom.component import Component
from assay.sbom.lockfiles.pnpmlock import parse_pnpm_lock
from assay.sbom.lockfiles.reading import Reading
from tests.sbom.reading import notes, purls, text

COMMIT = "0123456789" * 4


def read(content: str) -> Reading:
    return parse_pnpm_lock(text(content), "pnpm-lock.yaml")


def facts(component: Component) -> tuple[object, ...]:
    return component.purl, component.depends_on, component.direct, component.development


VERSION_5 = """
    lockfileVersion: 5.4
    specifiers: {a: ^1.0.0, '@s/b': ^2.0.0}
    dependencies:
      a: 1.0.0_peer@3.0.0
    devDependencies:
      '@s/b': 2.0.0
    packages:
      /a/1.0.0_peer@3.0.0:
        resolution: {integrity: sha512-x}
        dependencies:
          c: 1.10.0
        dev: false
      /c/1.10.0:
        resolution: {integrity: sha512-z}
      /@s/b/2.0.0:
        resolution: {integrity: sha512-y}
        dev: true
    """

VERSION_6 = """
    lockfileVersion: '6.0'
    dependencies:
      a:
        specifier: ^1.0.0
        version: 1.0.0(peer@3.0.0)
    devDependencies:
      '@s/b':
        specifier: ^2.0.0
        version: 2.0.0
    packages:
      /a@1.0.0(peer@3.0.0):
        resolution: {integrity: sha512-x}
        dependencies:
          c: 1.10.0
      /c@1.10.0:
        resolution: {integrity: sha512-z}
      /@s/b@2.0.0:
        resolution: {integrity: sha512-y}
    """

VERSION_9 = """
    lockfileVersion: '9.0'
    importers:
      .:
        dependencies:
          a:
            specifier: ^1.0.0
            version: 1.0.0(peer@3.0.0)
      packages/web:
        dependencies:
          shop:
            specifier: workspace:*
            version: link:../..
        devDependencies:
          '@s/b':
            specifier: ^2.0.0
            version: 2.0.0
    packages:
      a@1.0.0:
        resolution: {integrity: sha512-x}
      c@1.10.0:
        resolution: {integrity: sha512-z}
      '@s/b@2.0.0':
        resolution: {integrity: sha512-y}
    snapshots:
      a@1.0.0(peer@3.0.0):
        dependencies:
          c: 1.10.0
      c@1.10.0: {}
      '@s/b@2.0.0': {}
    """


@pytest.mark.parametrize("content", [VERSION_5, VERSION_6, VERSION_9], ids=["5", "6", "9"])
def test_versions_agree(content: str) -> None:
    reading = read(content)
    assert not reading.not_checked
    assert sorted(map(facts, reading.components)) == [
        ("pkg:npm/%40s/b@2.0.0", (), True, True),
        ("pkg:npm/a@1.0.0", ("pkg:npm/c@1.10.0",), True, False),
        ("pkg:npm/c@1.10.0", (), False, False),
    ]
    assert {item.hashes for item in reading.components} == {
        ("sha512-x",),
        ("sha512-y",),
        ("sha512-z",),
    }


def test_covers() -> None:
    assert read(VERSION_9).covers == frozenset({"", "packages/web"})
    assert read(VERSION_6).covers == frozenset({""})


def test_other_sources() -> None:
    reading = read(
        f"""
        lockfileVersion: '9.0'
        packages:
          a@git+https://host.example/o/a.git#{COMMIT}:
            resolution: {{type: git, repo: 'https://host.example/o/a.git', commit: {COMMIT}}}
            version: 1.0.0
          b@https://packages.example/b.tgz:
            resolution: {{tarball: 'https://packages.example/b.tgz'}}
            version: 2.0.0
          c@file:../c:
            resolution: {{type: directory, directory: ../c}}
        """
    )
    assert purls(reading) == [
        f"pkg:npm/a@1.0.0?vcs_url=git%2Bhttps:%2F%2Fhost.example%2Fo%2Fa.git%40{COMMIT}",
        "pkg:npm/b@2.0.0",
    ]
    assert not reading.not_checked


NOTED = {
    "key-5": ("5.4", "/a:\n    resolution: {}", "'/a' is no key of a package"),
    "key-9": ("'9.0'", "a:\n    resolution: {}", "'a' has no @ after the name"),
    "resolution": ("'9.0'", "a@1.0.0: {}", "no resolution"),
    "tarball": (
        "'9.0'",
        "a@https://packages.example/a.tgz:\n    resolution: {}",
        "'https://packages.example/a.tgz' does not tell the package's version",
    ),
}


@pytest.mark.parametrize(("version", "entry", "why"), NOTED.values(), ids=NOTED)
def test_noted(version: str, entry: str, why: str) -> None:
    document = f"lockfileVersion: {version}\npackages:\n  {entry}\n"
    (note,) = notes(parse_pnpm_lock(document.encode(), "pnpm-lock.yaml"))
    assert note.startswith("lock file entry, pnpm-lock.yaml: packages.")
    assert note.endswith(f": {why}")


def test_importers_that_are_no_object_are_noted() -> None:
    reading = read("lockfileVersion: '9.0'\nimporters: x\n")
    assert notes(reading) == [
        "lock file entry, pnpm-lock.yaml: importers: str where an object is needed"
    ]


@pytest.mark.parametrize("version", ["4.0", "5.0", "7.0", "10.0", "'9.1'", "x"])
def test_unknown_version_is_refused(version: str) -> None:
    with pytest.raises(MalformedError) as caught:
        read(f"lockfileVersion: {version}\n")
    number = version.strip("'")
    assert str(caught.value) == (f"[malformed] version {number!r} is not known, at lockfileVersion")
