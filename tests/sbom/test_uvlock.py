"""uv.lock."""

import pytest

from assay.core.errors import MalformedError
from assay.sbom.component import Component
from assay.sbom.lockfiles.reading import Reading
from assay.sbom.lockfiles.uvlock import parse_uv_lock
from tests.sbom.reading import notes, purls, text

COMMIT = "0123456789" * 4
A, B = "a" * 64, "b" * 64
REGISTRY = 'source = { registry = "https://packages.example/simple" }'


def read(content: str, *, version: str = "1") -> Reading:
    return parse_uv_lock(f"version = {version}\nrevision = 3\n".encode() + text(content), "uv.lock")


def facts(component: Component) -> tuple[object, ...]:
    return component.purl, component.depends_on, component.direct, component.development


def test_graph() -> None:
    reading = read(
        f"""
        [[package]]
        name = "shop"
        version = "0.1"
        source = {{ editable = "." }}
        dependencies = [{{ name = "a" }}]
        [package.optional-dependencies]
        web = [{{ name = "w" }}]
        [package.dev-dependencies]
        dev = [{{ name = "t" }}]

        [[package]]
        name = "part"
        source = {{ virtual = "parts/one" }}

        [[package]]
        name = "a"
        version = "1.0"
        {REGISTRY}
        dependencies = [{{ name = "b", version = "2.0", marker = "os_name == 'nt'" }}]
        sdist = {{ url = "x", hash = "sha256:{B}" }}
        wheels = [{{ url = "y", hash = "sha256:{A}" }}, {{ url = "z" }}]

        [[package]]
        name = "b"
        version = "1.0"
        {REGISTRY}

        [[package]]
        name = "b"
        version = "2.0"
        {REGISTRY}

        [[package]]
        name = "t"
        version = "1.0"
        {REGISTRY}
        dependencies = [{{ name = "b" }}]

        [[package]]
        name = "w"
        version = "1.0"
        source = {{ git = "https://host.example/o/w.git?rev=main#{COMMIT}" }}
        """
    )
    git = f"pkg:pypi/w@1.0?vcs_url=git%2Bhttps:%2F%2Fhost.example%2Fo%2Fw.git%40{COMMIT}"
    assert [facts(item) for item in reading.components] == [
        ("pkg:pypi/a@1.0", ("pkg:pypi/b@2.0",), True, False),
        ("pkg:pypi/b@1.0", (), False, True),
        ("pkg:pypi/b@2.0", (), False, False),
        ("pkg:pypi/t@1.0", ("pkg:pypi/b@1.0", "pkg:pypi/b@2.0"), True, True),
        (git, (), True, False),
    ]
    assert reading.components[0].hashes == (f"sha256:{A}", f"sha256:{B}")
    assert reading.covers == frozenset({"", "parts/one"})
    assert not reading.not_checked


NOTED = {
    "version": (f'name = "a"\n{REGISTRY}', "package[0]: '' is no name or version"),
    "source": ('name = "a"\nversion = "1"', "package[0].source: no source"),
    "branch": (
        'name = "a"\nversion = "1"\nsource = { git = "https://host.example/a#main" }',
        "package[0]: 'main' is no full commit id",
    ),
}


@pytest.mark.parametrize(("entry", "note"), NOTED.values(), ids=NOTED)
def test_noted(entry: str, note: str) -> None:
    reading = read(f'[[package]]\n{entry}\n[[package]]\nname = "z"\nversion = "1"\n{REGISTRY}\n')
    assert purls(reading) == ["pkg:pypi/z@1"]
    assert notes(reading) == [f"lock file entry, uv.lock: {note}"]


def test_dependency_that_is_not_in_the_file_is_noted() -> None:
    reading = read(
        f'[[package]]\nname = "z"\nversion = "1"\n{REGISTRY}\ndependencies = [{{ name = "y" }}]\n'
    )
    assert purls(reading) == ["pkg:pypi/z@1"]
    assert notes(reading) == [
        "dependency, uv.lock: package[0].dependencies[0]: 'y' is not in the file"
    ]


@pytest.mark.parametrize("version", ["0", "2"])
def test_unknown_version_is_refused(version: str) -> None:
    with pytest.raises(MalformedError) as caught:
        read("", version=version)
    assert str(caught.value) == f"[malformed] version {version} is not known, at version"
