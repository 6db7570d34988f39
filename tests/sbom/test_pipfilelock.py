"""Pipfile.lock."""

import json

import pytest

from assay.core.errors import MalformedError
from assay.sbom.lockfiles.pipfilelock import parse_pipfile_lock
from assay.sbom.lockfiles.reading import Reading
from tests.sbom.reading import notes, purls

COMMIT = "0123456789" * 4
A = "a" * 64


def read(**groups: object) -> Reading:
    lock = {"_meta": {"pipfile-spec": 6}, **groups}
    return parse_pipfile_lock(json.dumps(lock).encode(), "Pipfile.lock")


def test_groups() -> None:
    reading = read(
        default={"Flask": {"version": "==3.0", "hashes": [f"sha256:{A}"], "index": "x"}},
        develop={"pytest": {"version": "==8.0"}},
        docs={"sphinx": {"version": "==7.0"}},
    )
    assert purls(reading) == ["pkg:pypi/flask@3.0", "pkg:pypi/pytest@8.0", "pkg:pypi/sphinx@7.0"]
    assert [item.development for item in reading.components] == [False, True, True]
    assert reading.components[0].hashes == (f"sha256:{A}",)
    assert reading.covers == frozenset({""})


def test_git_and_folder() -> None:
    reading = read(
        default={
            "a": {"git": "https://host.example/o/a.git", "ref": COMMIT, "editable": True},
            "own": {"path": ".", "editable": True},
        }
    )
    (component,) = reading.components
    assert component.version == COMMIT
    assert component.purl.startswith(f"pkg:generic/a@{COMMIT}?vcs_url=")
    assert not reading.not_checked


NOTED = {
    "version": ({}, "default.a.version: no version"),
    "not-an-object": ("x", "default.a: str where an object is needed"),
    "branch": ({"git": "x", "ref": "main"}, "default.a: 'main' is no full commit id"),
    "other-repository": ({"hg": "x", "ref": COMMIT}, "default.a.git: no git"),
    "url": ({"file": "https://packages.example/a.zip"}, "default.a.version: no version"),
    "hash": ({"version": "==1", "hashes": ["x"]}, "default.a.hashes[0]: 'x' is no hash"),
}


@pytest.mark.parametrize(("entry", "note"), NOTED.values(), ids=NOTED)
def test_noted(entry: object, note: str) -> None:
    reading = read(default={"a": entry, "z": {"version": "==1"}})
    assert purls(reading) == ["pkg:pypi/z@1"]
    assert notes(reading) == [f"lock file entry, Pipfile.lock: {note}"]


def test_group_that_is_no_object_is_noted() -> None:
    assert notes(read(default=[])) == [
        "lock file entry, Pipfile.lock: default: list where an object is needed"
    ]


@pytest.mark.parametrize("spec", [5, 7])
def test_unknown_version_is_refused(spec: int) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_pipfile_lock(json.dumps({"_meta": {"pipfile-spec": spec}}).encode(), "p")
    assert str(caught.value) == f"[malformed] version {spec} is not known, at _meta.pipfile-spec"
