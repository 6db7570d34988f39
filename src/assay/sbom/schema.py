"""The rules of CycloneDX for each of its versions (files in `schemas`), and of refs within one."""

from functools import cache
from importlib.resources import files
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonschema import Schema
from assay.core.jsonvalue import JsonValue
from assay.core.schemachecks import Check
from assay.core.strictjson import parse_json

VERSIONS: Final = ("1.2", "1.3", "1.4", "1.5", "1.6", "1.7")
_MAX_SCHEMA_BYTES: Final = 2**20


def check_cyclonedx(document: JsonValue) -> str:
    """Check a whole document against the schema of its version, and return the version.

    Raises:
        MalformedError: Not CycloneDX, a version that is not known, or a fault, with its path.
    """
    if document.field("bomFormat").text() != "CycloneDX":
        raise MalformedError("not a CycloneDX document", where="bomFormat")
    version = document.field("specVersion").text()
    if version not in VERSIONS:
        raise MalformedError(
            f"CycloneDX {version!r} is not known",
            where="specVersion",
            hint=f"known are {', '.join(VERSIONS)}",
        )
    check_schema(f"bom-{version}", document)
    return version


def check_schema(name: str, document: JsonValue) -> None:
    """Check a whole document against the schema in the file of that name.

    Raises:
        MalformedError: A fault, with its path.
    """
    _schema(name).check(document.value)


def check_definition(name: str, definition: str, value: object) -> None:
    """Check a part of a document against one definition of a schema.

    Raises:
        MalformedError: A fault, with its path from the part on.
    """
    fault = _definition(name, definition)(value)
    if fault is not None:
        raise MalformedError(fault.what, where=fault.where())


@cache
def _definition(name: str, definition: str) -> Check:
    return _schema(name).referred(f"#/definitions/{definition}", name)


@cache
def _schema(name: str) -> Schema:
    return Schema(_document, main=name)


@cache
def _document(name: str) -> JsonValue:
    data = files("assay.sbom").joinpath("schemas", f"{name}.json").read_bytes()
    return JsonValue(parse_json(data, max_bytes=_MAX_SCHEMA_BYTES))


@cache
def listed_licences() -> frozenset[str]:
    """Return the licence identifiers that CycloneDX takes as such."""
    return frozenset(item.text() for item in _document("spdx").field("enum").items())


@cache
def member_names(version: str, definition: str) -> frozenset[str]:
    """Return the names that CycloneDX `version` knows in a definition, empty for one it has not.

    The definition `bom` is the whole document.
    """
    document = _document(f"bom-{version}")
    if definition != "bom":
        found = document.field("definitions").optional(definition)
        if found is None:
            return frozenset()
        document = found
    return frozenset(name for name, _ in document.field("properties").members())
