"""Whether the dependencies that are listed of a component are all: by format, and by what failed."""

from collections.abc import Callable

import pytest

from assay.sbom.component import Component
from assay.sbom.lockfiles.bunlock import parse_bun_lock
from assay.sbom.lockfiles.composerlock import parse_composer_lock
from assay.sbom.lockfiles.condalock import parse_conda_explicit, parse_conda_lock
from assay.sbom.lockfiles.gemfilelock import parse_gemfile_lock
from assay.sbom.lockfiles.gradlelock import parse_gradle_lock
from assay.sbom.lockfiles.mixlock import parse_mix_lock
from assay.sbom.lockfiles.nugetlock import parse_nuget_lock
from assay.sbom.lockfiles.packagelock import parse_package_lock
from assay.sbom.lockfiles.podfilelock import parse_podfile_lock
from assay.sbom.lockfiles.poetrylock import parse_poetry_lock
from assay.sbom.lockfiles.pubspeclock import parse_pubspec_lock
from assay.sbom.lockfiles.reading import Reading
from assay.sbom.lockfiles.swiftresolved import parse_package_resolved
from assay.sbom.merge import merge_components
from tests.fakes.trees import survey
from tests.sbom import otherlocks as locks
from tests.sbom.reading import text

Parse = Callable[[bytes, str], Reading]

FORMATS: dict[str, tuple[Parse, str, set[bool | None]]] = {
    "bun": (parse_bun_lock, locks.BUN, {True}),
    "composer": (parse_composer_lock, locks.COMPOSER, {True}),
    "conda": (parse_conda_lock, locks.CONDA, {True}),
    "conda-explicit": (parse_conda_explicit, locks.EXPLICIT, {None}),
    "gemfile": (parse_gemfile_lock, locks.GEMFILE, {True}),
    "gradle": (parse_gradle_lock, locks.GRADLE, {None}),
    "mix": (parse_mix_lock, locks.MIX, {True, None}),
    "nuget": (parse_nuget_lock, locks.NUGET, {True}),
    "podfile": (parse_podfile_lock, locks.PODFILE, {True}),
    "pubspec": (parse_pubspec_lock, locks.PUBSPEC, {None}),
    "swift": (parse_package_resolved, locks.SWIFT_3, {None}),
}


@pytest.mark.parametrize(("parse", "lock", "known"), FORMATS.values(), ids=FORMATS)
def test_formats(parse: Parse, lock: str, known: set[bool | None]) -> None:
    reading = parse(text(lock), "lock")
    assert reading.not_checked == ()
    assert {item.edges_known for item in reading.components} == known


POETRY = """
[[package]]
name = "a"
version = "1"
[package.dependencies]
b = "*"
[metadata]
lock-version = "2.0"
"""
LACKING: dict[str, tuple[Parse, str, bool | None]] = {
    "bun": (
        parse_bun_lock,
        '{"lockfileVersion": 1, "workspaces": {}, "packages": {"a": ["a@1", "", {"dependencies": {"b": "1"}}, "x"]}}',
        None,
    ),
    "composer": (
        parse_composer_lock,
        '{"packages": [{"name": "x/a", "version": "1", "require": {"x/b": "*", "php": "*"}}]}',
        False,
    ),
    "composer-platform": (
        parse_composer_lock,
        '{"packages": [{"name": "x/a", "version": "1", "require": {"php": "*", "ext-x": "*"}}]}',
        True,
    ),
    "poetry": (parse_poetry_lock, POETRY, None),  # a marker may have left it out
    "poetry-whole": (parse_poetry_lock, POETRY.replace('b = "*"', ""), True),
}


@pytest.mark.parametrize(("parse", "lock", "known"), LACKING.values(), ids=LACKING)
def test_what_is_needed_and_not_there(parse: Parse, lock: str, *, known: bool | None) -> None:
    (found,) = parse(lock.encode(), "lock").components
    assert found.edges_known is known


def npm(packages: str) -> dict[str, bool | None]:
    lock = f'{{"lockfileVersion": 3, "packages": {{"": {{}}, {packages}}}}}'
    found = parse_package_lock(lock.encode(), "package-lock.json").components
    return {item.name: item.edges_known for item in found}


def test_a_package_that_needs_what_is_not_there() -> None:
    found = npm(
        '"node_modules/a": {"version": "1", "dependencies": {"c": "1"}}, '
        '"node_modules/b": {"version": "1", "optionalDependencies": {"c": "1"}}'
    )
    assert found == {"a": False, "b": True}


def test_an_entry_that_cannot_be_read_may_be_what_others_depend_on() -> None:
    assert npm('"node_modules/a": {"version": "1"}, "node_modules/b": {"version": 1}') == {
        "a": None
    }


def part(name: str, *, known: bool | None, needs: tuple[str, ...] = ()) -> Component:
    return Component(
        purl=f"pkg:npm/{name}@1",
        name=name,
        version="1",
        found_in=("x",),
        depends_on=tuple(f"pkg:npm/{need}@1" for need in needs),
        edges_known=known,
    )


JOINED: dict[str, tuple[list[Component], bool | None]] = {
    "alone": ([part("a", known=True)], True),
    "alone-edge-to-nothing": ([part("a", known=True, needs=("b",))], False),
    "one-of-two-says-all": ([part("a", known=True), part("a", known=None)], True),
    "one-of-two-says-some": ([part("a", known=False), part("a", known=None)], False),
    "nobody-says": ([part("a", known=None), part("a", known=None)], None),
    "edge-to-nothing": ([part("a", known=True), part("a", known=None, needs=("b",))], False),
}


@pytest.mark.parametrize(("found", "known"), JOINED.values(), ids=JOINED)
def test_merged(found: list[Component], *, known: bool | None) -> None:
    (merged,) = merge_components(found)
    assert merged.edges_known is known


def installed(files: dict[str, bytes]) -> dict[str, bool | None]:
    found = survey({"etc/os-release": b"ID=debian\nVERSION_ID=12\n", **files})
    kept = (item for item in found.components if item.kind == "library")
    return {item.name: item.edges_known for item in kept}


def test_what_is_installed_and_lacks_something() -> None:
    status = (
        b"Package: a\nVersion: 1\nDepends: b | c\n\nPackage: c\nVersion: 1\nDepends: d (>= 2)\n"
    )
    assert installed({"var/lib/dpkg/status.d/x": status}) == {"a": True, "c": False}


def test_an_npm_package_that_lacks_something() -> None:
    manifest = b'{"name": "%b", "version": "1.0.0", %b}'
    found = installed(
        {
            "node_modules/a/package.json": manifest % (b"a", b'"dependencies": {"b": "1"}'),
            "node_modules/b/package.json": manifest % (b"b", b'"dependencies": {"c": "1"}'),
            "node_modules/d/package.json": manifest
            % (b"d", b'"dependencies": {"c": "1"}, "optionalDependencies": {"c": "1"}'),
        }
    )
    assert found == {"a": True, "b": False, "d": True}


def test_a_python_package_that_lacks_something() -> None:
    found = installed(
        {
            f"site-packages/{name}-1.dist-info/METADATA": (
                f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\nRequires-Dist: {need}\n"
            ).encode()
            for name, need in (("a", "b"), ("b", "c ; python_version < '3'"))
        }
    )
    assert found == {"a": True, "b": None}  # a marker may have left it out
