"""Installed Python packages, in an environment and in a wheel."""

import json
import zipfile
from pathlib import Path

import pytest

from assay.core.errors import MalformedError
from assay.operations.survey_source import Target, survey_source
from assay.sbom.installed.metadata import parse_metadata
from assay.sbom.installed.pythondist import parse_direct_url
from tests.fakes.trees import purls, survey, whys

COMMIT = "0123456789" * 4
SITE = "lib/python3.12/site-packages"
FLASK = b"""\
Metadata-Version: 2.4
Name: Flask
Version: 3.0.0
License-Expression: BSD-3-Clause
License: ignored
Author-email: Somebody <a@example.org>
Requires-Dist: click>=8 ; python_version >= "3.8"
Requires-Dist: Typing.Extensions (>=4)
Requires-Dist: asgiref>=3 ; extra == 'async'
Requires-Dist: absent

Name: not a header any more
"""


def metadata(name: str, version: str = "1.0", more: str = "") -> bytes:
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{more}".encode()


def dist(name: str, data: bytes, **files: bytes) -> dict[str, bytes]:
    folder = f"{SITE}/{name}-1.0.dist-info"
    others = {f"{folder}/{key}": value for key, value in files.items()}
    return {f"{folder}/METADATA": data, f"{folder}/INSTALLER": b"pip\n", **others}


ENVIRONMENT = {
    **dist("flask", FLASK, REQUESTED=b""),
    **dist("click", metadata("click")),
    **dist("typing_extensions", metadata("typing_extensions")),
    **dist("asgiref", metadata("asgiref")),
}


def test_an_environment() -> None:
    inventory = survey(ENVIRONMENT)
    flask = inventory.components[2]
    assert purls(inventory) == [
        "pkg:pypi/asgiref@1.0",
        "pkg:pypi/click@1.0",
        "pkg:pypi/flask@3.0.0",
        "pkg:pypi/typing-extensions@1.0",
    ]
    assert flask.depends_on == ("pkg:pypi/click@1.0", "pkg:pypi/typing-extensions@1.0")
    assert (flask.name, flask.direct, flask.licences) == ("Flask", True, ("BSD-3-Clause",))
    assert (flask.supplier, flask.found_in) == (
        "Somebody <a@example.org>",
        (f"{SITE}/flask-1.0.dist-info/METADATA",),
    )
    assert inventory.components[0].direct is False
    assert inventory.examined == {"installed Python packages": 4}
    assert whys(inventory) == []


def test_two_environments_keep_to_themselves() -> None:
    other = {
        path.replace("3.12", "3.13"): data
        for path, data in dist("click", metadata("click", "9")).items()
    }
    inventory = survey({**ENVIRONMENT, **other})
    (flask,) = (part for part in inventory.components if part.name == "Flask")
    assert "pkg:pypi/click@9" not in flask.depends_on


def test_eggs() -> None:
    files = {
        f"{SITE}/a.egg-info/PKG-INFO": metadata("a"),
        f"{SITE}/b-1.egg-info": metadata("b", more="Requires-Dist: a\n"),
        f"{SITE}/b-1.egg-info/requires.txt": b"",
    }
    inventory = survey(files)
    assert purls(inventory) == ["pkg:pypi/a@1.0", "pkg:pypi/b@1.0"]
    assert inventory.components[1].depends_on == ("pkg:pypi/a@1.0",)
    assert inventory.components[0].direct is None


def from_url(**info: object) -> bytes:
    return json.dumps({"url": "https://u:p@host.example/a.git", **info}).encode()


ORIGINS = {
    "git": (
        from_url(vcs_info={"vcs": "git", "commit_id": COMMIT}),
        f"pkg:pypi/a@1.0?vcs_url=git%2Bhttps:%2F%2Fhost.example%2Fa.git%40{COMMIT}",
        (),
    ),
    "folder": (from_url(dir_info={"editable": True}), "pkg:generic/a@1.0", ()),
    "archive": (
        from_url(archive_info={"hashes": {"sha256": "ab" * 32}}),
        "pkg:generic/a@1.0",
        (f"sha256:{'ab' * 32}",),
    ),
    "old-archive": (
        from_url(archive_info={"hash": f"sha256={'ab' * 32}"}),
        "pkg:generic/a@1.0",
        (f"sha256:{'ab' * 32}",),
    ),
}


@pytest.mark.parametrize(("document", "purl", "hashes"), ORIGINS.values(), ids=ORIGINS)
def test_a_package_that_is_from_no_index(
    document: bytes, purl: str, hashes: tuple[str, ...]
) -> None:
    inventory = survey(dist("a", metadata("a"), **{"direct_url.json": document}))
    (part,) = inventory.components
    assert (part.purl, part.hashes) == (purl, hashes)
    assert whys(inventory) == []


INFO = f"{SITE}/a-1.0.dist-info"
NOTED = {
    "no-metadata": (
        {f"{INFO}/RECORD": b""},
        f"installed Python package, {INFO}: it has no METADATA, which would say what it is",
    ),
    "no-name": (
        dist("a", b"Metadata-Version: 2.1\nVersion: 1\n"),
        f"installed Python package, {INFO}/METADATA: 0 values of Name, where one is needed",
    ),
    "two-names": (
        dist("a", metadata("a", more="Name: b\n")),
        f"installed Python package, {INFO}/METADATA: 2 values of Name, where one is needed",
    ),
    "version-of-metadata": (
        dist("a", b"Metadata-Version: 3.0\nName: a\nVersion: 1\n"),
        f"installed Python package, {INFO}/METADATA: version '3.0' is not known (at Metadata-Version)",
    ),
    "odd-name": (
        dist("a", metadata("a b")),
        f"installed Python package, {INFO}/METADATA: 'a b' is no name of a Python package",
    ),
    "odd-line": (
        dist("a", metadata("a", more="no header\n")),
        f"installed Python package, {INFO}/METADATA: no header of metadata (at line 4)",
    ),
    "odd-requirement": (
        dist("a", metadata("a", more="Requires-Dist: =1\n")),
        f"installed Python package, {INFO}/METADATA: '=1' is no requirement (at Requires-Dist)",
    ),
    "branch": (
        dist("a", metadata("a"), **{"direct_url.json": from_url(vcs_info={"commit_id": "main"})}),
        f"installed Python package, {INFO}/METADATA: 'main' is no full commit id (at direct_url.json)",
    ),
    "no-origin": (
        dist("a", metadata("a"), **{"direct_url.json": from_url()}),
        f"installed Python package, {INFO}/METADATA: no dir_info (at direct_url.json.dir_info)",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "note"), NOTED.values(), ids=NOTED)
def test_what_cannot_be_read_is_noted_and_the_rest_is_read(
    files: dict[str, bytes], note: str
) -> None:
    inventory = survey({**files, **dist("click", metadata("click"))})
    assert purls(inventory) == ["pkg:pypi/click@1.0"]
    assert whys(inventory) == [note]


LICENCES = {
    "expression": ("License-Expression: MIT\nLicense: BSD\n", "MIT"),
    "text": ("License: BSD\n", "BSD"),
    "whole-text": ("License: The licence\n        of somebody\n", "The licence"),
    "unfolded-text": ("License: The licence\nof somebody\n", "The licence"),
    "unknown": (
        "License: UNKNOWN\nClassifier: License :: OSI Approved :: MIT License\n",
        "MIT",
    ),
    "unclear": ("Classifier: License :: OSI Approved :: BSD License\n", "BSD License"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize("case", LICENCES)
def test_licences(case: str) -> None:
    headers, licence = LICENCES[case]
    assert parse_metadata(metadata("a", more=headers)).licence == licence


def test_a_credential_in_the_url_of_an_origin_is_not_kept() -> None:
    document = from_url(vcs_info={"vcs": "git", "commit_id": COMMIT})
    assert "u:p" not in repr(parse_direct_url(document, "a", "1.0"))


def test_a_wheel(tmp_path: Path) -> None:
    path = tmp_path / "flask-3.0.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("flask-3.0.0.dist-info/METADATA", FLASK)
        archive.writestr("flask-3.0.0.dist-info/RECORD", b"")
        archive.writestr("flask/requirements.txt", b"click==1.0\n")
    inventory, subject = survey_source(Target(source=str(path)))
    assert purls(inventory) == ["pkg:pypi/flask@3.0.0"]  # what it requires is not in it
    assert subject.name == path.name


def test_no_metadata_is_refused() -> None:
    with pytest.raises(MalformedError) as caught:
        parse_metadata(b"\xff")
    assert str(caught.value).startswith("[malformed] not text: ")
