"""Silence: what of an installation could not be read must never look like "nothing is installed"."""

import json
from pathlib import Path

import pytest

from assay.operations.generate_sbom import Described, generate_sbom
from assay.operations.survey_source import Target
from assay.sbom.cyclonedx import decide_aggregate
from tests.fakes.programs import elf
from tests.fakes.trees import survey, whys

RELEASE = {"etc/os-release": b"ID=debian\nVERSION_ID=12\n"}
UNREADABLE = {
    "var/lib/dpkg/status": b"\xff",
    "var/lib/dpkg/status.d/a": b"Package: a\n",
    "lib/apk/db/installed": b"odd\n",
    "var/lib/rpm/rpmdb.sqlite": b"odd",
    "var/lib/rpm/Packages": b"",
    "usr/lib/sysimage/rpm/Packages.db": b"",
    "lib/site-packages/a-1.dist-info/METADATA": b"",
    "lib/site-packages/a-1.dist-info/RECORD": b"",
    "lib/site-packages/a.egg-info/PKG-INFO": b"",
    "node_modules/a/package.json": b"{",
    "lib/a.jar": b"PK",
    "bin/a": elf({".go.buildinfo": b"\xff Go buildinf:" + b"\xff" * 40}),
    "bin/b": elf({".dep-v0": b"odd"}),
}


@pytest.mark.parametrize("path", UNREADABLE)
def test_something_installed_that_cannot_be_read_is_named(path: str) -> None:
    inventory = survey({**RELEASE, path: UNREADABLE[path]})
    assert [part.kind for part in inventory.components] == ["operating-system"]
    assert any(
        path.removesuffix("/RECORD").removesuffix("/METADATA") in why for why in whys(inventory)
    )
    assert decide_aggregate(inventory) == "incomplete"


UNKNOWN_VERSION = {
    "composer.lock": b'{"packages": [], "plugin-api-version": "9"}',
    "packages.lock.json": b'{"version": 9, "dependencies": {}}',
    "Package.resolved": b'{"version": 9, "pins": []}',
    "bun.lock": b'{"lockfileVersion": 9, "packages": {}}',
    "conda-lock.yml": b"version: 9\npackage: []\n",
    "Podfile.lock": b"PODS: []\nCOCOAPODS: 9.0.0\n",
    "Gemfile.lock": b"",
    "gradle.lockfile": b"",
    "mix.lock": b"",
    "pubspec.lock": b"",
    "conda-linux-64.lock": b"",
}


@pytest.mark.parametrize("path", UNKNOWN_VERSION)
def test_a_lock_file_of_an_unknown_version_or_cut_off_is_named(path: str) -> None:
    inventory = survey({path: UNKNOWN_VERSION[path]}, with_locks=True)
    (note,) = inventory.not_checked
    assert (note.what, note.where) == ("lock file", path)
    assert inventory.lock_files == ()
    assert decide_aggregate(inventory) == "incomplete"


def test_what_was_not_looked_at_is_in_the_document(tmp_path: Path) -> None:
    (tmp_path / "a.jar").write_bytes(b"PK")
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "b.jar").write_bytes(b"PK")
    made = generate_sbom(
        Target(source=str(tmp_path), exclude=("vendor",)),
        described=Described(),
        format_="cyclonedx-1.6",
        output=None,
    )
    document = json.loads(made.document)
    assert document["compositions"][0]["aggregate"] == "incomplete"
    noted = json.dumps(document["metadata"]["properties"])
    assert "a.jar" in noted
    assert "left out, as was asked" in noted
