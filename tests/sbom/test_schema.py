"""The rules of CycloneDX: the specification's own examples, and the files that hold the rules."""

import json
from pathlib import Path
from zipfile import ZipFile

import cyclonedx_schemas
import pytest

from assay.core.errors import MalformedError
from assay.core.jsonschema import Schema
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.sbom.schema import (
    VERSIONS,
    check_cyclonedx,
    check_definition,
    check_schema,
    listed_licences,
    member_names,
)

FOLDER = Path(cyclonedx_schemas.OUTPUT)
OWN = {"spdx-2.3.json", "spdx-3.0.json"}


def documents(archive: Path) -> dict[str, bytes]:
    with ZipFile(archive) as opened:
        return {name: opened.read(name) for name in opened.namelist() if name.endswith(".json")}


def check(data: bytes) -> str:
    return check_cyclonedx(JsonValue(parse_json(data, max_bytes=2**24)))


def test_every_valid_example_is_accepted(shared_data: Path) -> None:
    found = documents(shared_data / "vectors" / "cyclonedx" / "valid.zip")
    assert found
    assert {check(data) for data in found.values()} <= set(VERSIONS)


def test_every_invalid_example_is_refused_at_a_place(shared_data: Path) -> None:
    found = documents(shared_data / "vectors" / "cyclonedx" / "invalid.zip")
    assert found
    for data in found.values():
        with pytest.raises(MalformedError) as caught:
            check(data)
        assert caught.value.where


def test_the_files_are_what_the_published_schemas_say() -> None:
    rendered = cyclonedx_schemas.render_schemas()
    assert {name: (FOLDER / name).read_text() for name in rendered} == rendered
    assert {path.name for path in FOLDER.iterdir()} == rendered.keys() | OWN


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_every_rule_is_understood(path: Path) -> None:
    """A keyword that is not known would be found only by a document that gets there."""
    value = JsonValue(json.loads(path.read_text()))
    schema = Schema(
        lambda name: JsonValue(json.loads((FOLDER / f"{name}.json").read_text())), main=""
    )
    if path.stem != "cryptography-defs":  # a list of its own; only its definitions are referred to
        schema.compile(value, path.stem)
    for _, definition in value.field("definitions").members():
        schema.compile(definition, path.stem)


HEAD = {"bomFormat": "CycloneDX", "specVersion": "1.6"}
REFUSED = {
    "format": ({"bomFormat": "SPDX"}, "not a CycloneDX document, at bomFormat"),
    "none": ({}, "no bomFormat, at bomFormat"),
    "version": (
        HEAD | {"specVersion": "2.0"},
        "CycloneDX '2.0' is not known, at specVersion (known are 1.2, 1.3, 1.4, 1.5, 1.6, 1.7)",
    ),
    "kind": (
        HEAD | {"components": [{"type": "thing", "name": "a"}]},
        "'thing' where one of 13 words is needed, at components[0].type",
    ),
    "nested": (
        HEAD | {"components": [{"type": "file", "name": "a", "components": [{"type": "file"}]}]},
        "no name, at components[0].components[0].name",
    ),
}


@pytest.mark.parametrize(("document", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(document: dict[str, object], message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        check_cyclonedx(JsonValue(document))
    assert str(caught.value) == f"[malformed] {message}"


def test_a_part_is_checked_by_one_definition() -> None:
    check_definition("spdx-3.0", "Agent", {"type": "Tool", "spdxId": "x", "creationInfo": "_:c"})
    with pytest.raises(MalformedError, match="no spdxId"):
        check_definition("spdx-3.0", "Agent", {"type": "Tool", "creationInfo": "_:c"})


def test_a_document_is_checked_by_name() -> None:
    with pytest.raises(MalformedError, match="no spdxVersion"):
        check_schema("spdx-2.3", JsonValue({}))


def test_names_that_a_version_knows() -> None:
    assert "omniborId" in member_names("1.6", "component")
    assert "omniborId" not in member_names("1.5", "component")
    assert "components" in member_names("1.2", "bom")
    assert member_names("1.6", "nothing") == frozenset()
    assert {"MIT", "Apache-2.0"} <= listed_licences()
