"""The lock files of Pixi and Deno, and the checksums of Gradle."""

import json
from collections.abc import Callable

import pytest

from assay.core.errors import MalformedError
from assay.sbom.collect import read_inventory
from assay.sbom.lockfiles.denolock import parse_deno_lock
from assay.sbom.lockfiles.gradleverification import parse_gradle_verification
from assay.sbom.lockfiles.pixilock import parse_pixi_lock
from assay.sbom.lockfiles.reading import Reading
from tests.sbom.otherlocks import DENO, PIXI, SHA256, VERIFICATION
from tests.sbom.reading import notes, text

Parse = Callable[[bytes, str], Reading]
FORGE = "channel=conda.anaconda.org%2Fconda-forge&subdir=linux-64&type=conda"
PYTHON = f"pkg:conda/python@3.12.1?build=h1_0&{FORGE}"
OPENSSL = f"pkg:conda/openssl@3.2.0?build=h2_1&{FORGE}"
JSR = "repository_url=https:%2F%2Fjsr.io"


def graph(reading: Reading) -> dict[str, tuple[str, ...]]:
    return {item.identity: item.depends_on for item in reading.components}


def hashes(reading: Reading) -> list[tuple[str, ...]]:
    return [item.hashes for item in reading.components]


def test_pixi() -> None:
    reading = parse_pixi_lock(text(PIXI), "pixi.lock")
    assert graph(reading) == {
        PYTHON: (OPENSSL,),
        OPENSSL: (),
        "pkg:pypi/flask@3.0.0": ("pkg:pypi/click@8.1.7",),
        "pkg:pypi/click@8.1.7": (),
    }
    assert hashes(reading) == [(f"sha256:{SHA256}",)] * 3 + [()]
    assert reading.components[0].licences == ("Python-2.0",)
    assert {item.edges_known for item in reading.components} == {True}
    assert reading.not_checked == ()


def test_pixi_before_version_6() -> None:
    older = PIXI.replace("version: 6", "version: 5")
    older = older.replace("\n    - conda: https", "\n    - kind: conda\n      url: https")
    assert graph(parse_pixi_lock(text(older), "pixi.lock")) == graph(
        parse_pixi_lock(text(PIXI), "pixi.lock")
    )


def test_deno() -> None:
    reading = parse_deno_lock(text(DENO), "deno.lock")
    internal = f"pkg:generic/%40std/internal@1.0.5?{JSR}"
    assert graph(reading) == {
        f"pkg:generic/%40std/assert@1.0.0?{JSR}": (internal,),
        internal: (),
        "pkg:npm/chalk@5.3.0": ("pkg:npm/ansi-styles@6.2.1",),
        "pkg:npm/ansi-styles@6.2.1": (),
        "urn:assay:component:https%3A%2F%2Fdeno.example%2Fmod.ts@": (),
    }
    digest = (f"sha256:{SHA256}",)
    assert hashes(reading) == [("sha512-x",), ("sha512-y",), digest, digest, digest]
    assert reading.components[-1].kind == "file"
    known = [item.edges_known for item in reading.components]
    assert known == [True, True, True, True, None]  # what a module imports is not said


@pytest.mark.parametrize(
    "document",
    [
        {"version": "2", "npm": {"packages": {"a@1": {"dependencies": {"b": "b@2"}}, "b@2": {}}}},
        {
            "version": "3",
            "packages": {"npm": {"a@1": {"dependencies": {"b": "b@2"}}, "b@2": {}}},
        },
        {"version": "4", "npm": {"a@1": {"optionalDependencies": ["b"]}, "b@2": {}}},
    ],
    ids=["2", "3", "4"],
)
def test_deno_of_each_version(document: dict[str, object]) -> None:
    reading = parse_deno_lock(json.dumps(document).encode(), "deno.lock")
    assert graph(reading) == {"pkg:npm/a@1": ("pkg:npm/b@2",), "pkg:npm/b@2": ()}


def test_deno_with_what_is_not_there() -> None:
    lock = b'{"version": "5", "npm": {"a@1": {"dependencies": ["b"]}}}'
    (found,) = parse_deno_lock(lock, "deno.lock").components
    assert (found.depends_on, found.edges_known) == ((), False)


def test_deno_with_an_entry_that_cannot_be_read() -> None:
    """It is left out and told, and what needs it is read."""
    lock = b'{"version": "5", "npm": {"a@1": {"dependencies": false}, "c@3": {}}}'
    reading = parse_deno_lock(lock, "deno.lock")
    assert graph(reading) == {"pkg:npm/c@3": ()}
    assert len(reading.not_checked) == 1


def test_what_gradle_verifies() -> None:
    reading = parse_gradle_verification(text(VERIFICATION).lstrip(), "x.xml")
    assert [(item.purl, item.hashes) for item in reading.components] == [
        ("pkg:maven/com.google.guava/guava@33.0.0-jre", (f"sha256:{SHA256}",)),
        ("pkg:maven/org.junit/junit-bom@5.10.1", ()),  # the hash of a POM is of no archive
    ]
    assert [note.why for note in reading.not_checked] == [
        "it lists what was fetched once, which need not be in use"
    ]


REFUSED: dict[str, tuple[Parse, str, str]] = {
    "pixi-version": (
        parse_pixi_lock,
        "version: 7\npackages: []",
        "[malformed] version '7' is not known, at version",
    ),
    "deno-version": (
        parse_deno_lock,
        '{"version": "1"}',
        "[malformed] version '1' is not known, at version",
    ),
    "gradle-other": (
        parse_gradle_verification,
        "<verification-metadata/>",
        "[malformed] no verification metadata of Gradle",
    ),
}


@pytest.mark.parametrize(("parse", "lock", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(parse: Parse, lock: str, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse(lock.encode(), "lock")
    assert str(caught.value) == message


def gradle(part: str) -> str:
    space = 'xmlns="https://schema.gradle.org/dependency-verification"'
    return f"<verification-metadata {space}><components>{part}</components></verification-metadata>"


NOTED: dict[str, tuple[Parse, str, str]] = {
    "pixi-hash": (
        parse_pixi_lock,
        PIXI.replace(SHA256, "x", 1),
        "lock: packages[0]: 'sha256:x' is no hash",
    ),
    "pixi-kind": (
        parse_pixi_lock,
        PIXI.replace("    - pypi: ./\n      name", "    - cargo: ./\n      name"),
        "lock: packages[4]: neither of conda nor of PyPI",
    ),
    "pixi-missing": (
        parse_pixi_lock,
        PIXI.replace("- pypi: ./", "- pypi: https://x.example/a.whl", 1),
        (
            "lock: environments.default.packages.linux-64: 'https://x.example/a.whl' is not among "
            "the packages"
        ),
    ),
    "deno-digest": (
        parse_deno_lock,
        '{"version": "5", "remote": {"https://x.example": "1"}}',
        "lock: remote.https://x.example: '1' is no digest",
    ),
    "deno-name": (
        parse_deno_lock,
        '{"version": "5", "npm": {"a": {}}}',
        "lock: npm.a: 'a' has no @ after the name",
    ),
    "gradle-component": (
        parse_gradle_verification,
        gradle('<component group="a" name="b"/>'),
        "lock: components[0]: no component with group, name and version",
    ),
    "gradle-hash": (
        parse_gradle_verification,
        gradle(
            '<component group="a" name="b" version="1"><artifact name="b-1.jar">'
            '<sha256 value="x"/></artifact></component>'
        ),
        "lock: components[0]: 'sha256:x' is no hash",
    ),
}


@pytest.mark.parametrize(("parse", "lock", "note"), NOTED.values(), ids=NOTED)
def test_noted(parse: Parse, lock: str, note: str) -> None:
    reading = parse(text(lock), "lock")
    assert f"lock file entry, {note}" in notes(reading)
    assert True not in {item.edges_known for item in reading.components}


def test_a_deno_json_needs_a_lock_file() -> None:
    manifest = {"deno.json": b'{"imports": {"a": "npm:a@1", "b/": "./b/"}}'}
    assert read_inventory(manifest).unlocked == ("deno.json",)
    assert read_inventory({"deno.json": b'{"imports": {"b/": "./b/"}}'}).unlocked == ()
    assert read_inventory({**manifest, "deno.lock": text(DENO)}).unlocked == ()
