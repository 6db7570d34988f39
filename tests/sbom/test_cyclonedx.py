"""The CycloneDX document: valid, the same every time, and read back whole."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from typing import cast

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.core.strictjson import parse_json, render_canonical_json
from assay.sbom.component import Component, Inventory
from assay.sbom.cyclonedx import decide_aggregate, decide_phases, parse_inventory, render_cyclonedx
from assay.sbom.merge import merge_components

AT = datetime(2026, 1, 31, 12, tzinfo=UTC)
COMMIT = "be" * 20
VALIDATOR = JsonStrictValidator(SchemaVersion.V1_6)
A = Component(
    purl="pkg:npm/a@1",
    name="a",
    version="1",
    found_in=("package-lock.json", "web/package-lock.json"),
    hashes=("h1:x", f"sha256:{'a' * 64}"),
    depends_on=("pkg:npm/b@2",),
    direct=True,
    development=False,
)
B = Component(purl="pkg:npm/b@2", name="b", version="2", found_in=("x",), development=True)
NOTE = NotChecked(what="lock file", where="uv.lock", why="not TOML", remedy="mend it")
FULL = Inventory(
    components=(A, B),
    lock_files=("package-lock.json",),
    unlocked=("Pipfile",),
    unpinned=("requirements.txt: flask",),
    examined=MappingProxyType({"lock files": 2}),
    not_checked=(NOTE,),
)


def render(inventory: Inventory, *, name: str = "shop", at: datetime = AT) -> dict[str, object]:
    return render_cyclonedx(inventory, subject_name=name, subject_version=COMMIT, at=at)


def read_back(document: dict[str, object]) -> Inventory:
    data = render_canonical_json(document)
    return parse_inventory(JsonValue(parse_json(data, max_bytes=2**24)))


def test_whole_document() -> None:
    document = render(FULL)
    serial = document.pop("serialNumber")
    assert isinstance(serial, str)
    assert serial.startswith("urn:uuid:")
    metadata = cast("dict[str, object]", document.pop("metadata"))
    assert metadata["timestamp"] == "2026-01-31T12:00:00Z"
    assert metadata["component"] == {
        "type": "application",
        "bom-ref": "product",
        "name": "shop",
        "version": COMMIT,
    }
    assert document == {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "components": [
            {
                "type": "library",
                "bom-ref": "pkg:npm/a@1",
                "name": "a",
                "version": "1",
                "hashes": [{"alg": "SHA-256", "content": "a" * 64}],
                "purl": "pkg:npm/a@1",
                "properties": [
                    {"name": "assay:foundIn", "value": "package-lock.json"},
                    {"name": "assay:foundIn", "value": "web/package-lock.json"},
                    {"name": "assay:hash", "value": "h1:x"},
                    {"name": "assay:direct", "value": "true"},
                    {"name": "assay:development", "value": "false"},
                ],
            },
            {
                "type": "library",
                "bom-ref": "pkg:npm/b@2",
                "name": "b",
                "version": "2",
                "scope": "excluded",
                "purl": "pkg:npm/b@2",
                "properties": [
                    {"name": "assay:foundIn", "value": "x"},
                    {"name": "assay:development", "value": "true"},
                ],
            },
        ],
        "dependencies": [
            {"ref": "product", "dependsOn": ["pkg:npm/a@1"]},
            {"ref": "pkg:npm/a@1", "dependsOn": ["pkg:npm/b@2"]},
        ],
        "compositions": [
            {"aggregate": "incomplete", "assemblies": ["product"]},
            {"aggregate": "unknown", "dependencies": ["product", "pkg:npm/a@1", "pkg:npm/b@2"]},
        ],
    }


@pytest.mark.parametrize("inventory", [FULL, Inventory()], ids=["full", "empty"])
def test_valid_and_read_back(inventory: Inventory) -> None:
    document = render(inventory)
    assert VALIDATOR.validate_str(json.dumps(document)) is None
    assert read_back(document) == inventory


def test_the_validator_refuses() -> None:
    assert VALIDATOR.validate_str(json.dumps(render(FULL) | {"extra": 1})) is not None


def test_same_input_same_bytes() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=2)))
    assert render(FULL) == render(FULL, at=elsewhere)


def test_other_input_other_serial_number() -> None:
    documents = (
        render(FULL),
        render(Inventory()),
        render(FULL, name="other"),
        render(FULL, at=AT + timedelta(seconds=1)),
    )
    assert len({str(document["serialNumber"]) for document in documents}) == len(documents)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="a time without a time zone"):
        render(FULL, at=datetime(2026, 1, 1))  # noqa: DTZ001  # the point of the test


EXAMINED = MappingProxyType({"lock files": 1})
UNHASHED = Component(purl="pkg:pypi/a@1", name="a", version="1", found_in=("requirements.txt",))
AGGREGATES = {
    "nothing-said": (Inventory(), "unknown"),
    "all-read": (Inventory(examined=EXAMINED, components=(A,)), "complete"),
    "not-checked": (Inventory(examined=EXAMINED, not_checked=(NOTE,)), "incomplete"),
    "unlocked": (Inventory(examined=EXAMINED, unlocked=("x",)), "incomplete"),
    "unpinned": (Inventory(examined=EXAMINED, unpinned=("x",)), "incomplete"),
    "requirements-without-hashes": (
        Inventory(examined=EXAMINED, components=(UNHASHED,)),
        "unknown",
    ),
    "accepted-is-not-checked-either": (
        Inventory(
            examined=EXAMINED,
            not_checked=(NotChecked(what="w", where="x", why="y", accepted="until 2027"),),
        ),
        "incomplete",
    ),
}


@pytest.mark.parametrize(("inventory", "aggregate"), AGGREGATES.values(), ids=AGGREGATES)
def test_aggregate(inventory: Inventory, aggregate: str) -> None:
    assert decide_aggregate(inventory) == aggregate


DECLARED = Component(purl="pkg:npm/a@1", name="a", version="1", found_in=("package-lock.json",))
IN_PLACE = replace(DECLARED, purl="pkg:npm/b@1", methods=("manifest-analysis",))
PHASES: dict[str, tuple[Inventory, str, tuple[str, ...]]] = {
    "nothing": (Inventory(), "application", ()),
    "a lock file": (Inventory(components=(DECLARED,)), "application", ("pre-build",)),
    "no lock file": (Inventory(unlocked=("setup.py",)), "application", ("pre-build",)),
    "installed": (Inventory(components=(IN_PLACE,)), "application", ("post-build",)),
    "both": (
        Inventory(components=(DECLARED, IN_PLACE)),
        "application",
        ("pre-build", "post-build"),
    ),
    "both in one": (
        Inventory(components=(IN_PLACE,), lock_files=("package-lock.json",)),
        "application",
        ("pre-build", "post-build"),
    ),
    "an empty image": (Inventory(), "container", ("post-build",)),
}


@pytest.mark.parametrize(("inventory", "kind", "phases"), PHASES.values(), ids=PHASES)
def test_phases(inventory: Inventory, kind: str, phases: tuple[str, ...]) -> None:
    subject = replace(DECLARED, kind=kind)
    assert decide_phases(inventory, subject=subject) == phases


def change(path: str, value: object) -> dict[str, object]:
    """Return the full document with one value changed, or taken out where it is None."""
    document: dict[str, object] = json.loads(json.dumps(render(FULL)))
    at: object = document
    *parents, last = path.split("/")
    for part in parents:
        at = at[int(part)] if isinstance(at, list) else cast("dict[str, object]", at)[part]
    cast("dict[str, object]", at)[last] = value
    return document


REFUSED = {
    "format": ("bomFormat", "SPDX", "not a CycloneDX document, at bomFormat"),
    "no-format": ("bomFormat", None, "no bomFormat, at bomFormat"),
    "version": ("specVersion", "1.5", "a CycloneDX version other than 1.6, at specVersion"),
    "metadata": ("metadata", None, "no metadata, at metadata"),
    "components": ("components", None, "no components, at components"),
    "dependencies": ("dependencies", None, "no dependencies, at dependencies"),
    "flag": (
        "components/1/properties/1/value",
        "maybe",
        "neither true nor false, at components[1].properties[1].value",
    ),
    "count": (
        "metadata/properties/3/value",
        "many lock files",
        "'many lock files' is no count, at metadata.properties[3].value",
    ),
    "note": (
        "metadata/properties/4/value",
        "{}",
        "no what, at metadata.properties[4].value.what",
    ),
    "property": (
        "metadata/properties/0/value",
        None,
        "no value, at metadata.properties[0].value",
    ),
}


@pytest.mark.parametrize(("path", "value", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(path: str, value: object, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_inventory(JsonValue(change(path, value)))
    assert str(caught.value) == f"[malformed] {message}"


NOTED = {
    "hash": ("components/0/hashes/0/content", "00", "hash", "'sha256:00' is no hash that is known"),
    "algorithm": (
        "components/0/hashes/0/alg",
        "CRC",
        "hash",
        f"':{'a' * 64}' is no hash that is known",
    ),
    "purl": ("components/0/purl", "a@1", "package URL", "'a@1' is no purl"),
    "edge": (
        "dependencies/1/dependsOn",
        ["pkg:npm/x@1"],
        "dependency",
        "'pkg:npm/x@1' is no component of this document",
    ),
}


@pytest.mark.parametrize(("path", "value", "what", "why"), NOTED.values(), ids=NOTED)
def test_what_cannot_be_used_is_noted(path: str, value: object, what: str, why: str) -> None:
    notes = parse_inventory(JsonValue(change(path, value))).not_checked
    (added,) = [(note.what, note.why) for note in notes if note != NOTE]
    assert added == (what, why)


def test_a_component_without_dependencies_says_so_only_where_that_is_known() -> None:
    bare, whole = B, replace(B, edges_known=True)
    assert "b@2" not in json.dumps(render(Inventory(components=(bare,)))["dependencies"])
    document = render(Inventory(components=(whole,)))
    assert document["dependencies"] == [{"ref": "pkg:npm/b@2", "dependsOn": []}]
    assert read_back(document).components == (whole,)


def test_a_flag_said_twice_is_refused() -> None:
    document = change("components/1/properties/0/name", "assay:development")
    with pytest.raises(MalformedError, match=r"neither true nor false"):
        parse_inventory(JsonValue(document))


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
WORDS = st.text(alphabet="abc-1 é/", min_size=1, max_size=6)
HASHES = st.sampled_from([f"sha256:{'0' * 64}", f"sha512:{'f' * 128}", "h1:x", "sha1-odd", "-"])
FLAGS = st.sampled_from([True, False, None])
COMPONENTS = st.builds(
    Component,
    purl=st.sampled_from([f"pkg:npm/{name}@1" for name in "abcdef"]),
    name=WORDS,
    version=WORDS,
    found_in=st.lists(WORDS, max_size=3).map(tuple),
    hashes=st.lists(HASHES, max_size=3).map(tuple),
    depends_on=st.lists(st.sampled_from([f"pkg:npm/{name}@1" for name in "abcdef"])).map(tuple),
    direct=FLAGS,
    development=FLAGS,
)
NOTES = st.builds(NotChecked, what=TEXTS, where=TEXTS, why=TEXTS, remedy=TEXTS, accepted=TEXTS)
INVENTORIES = st.builds(
    Inventory,
    components=st.lists(COMPONENTS, max_size=8).map(merge_components),
    lock_files=st.lists(TEXTS, max_size=3).map(tuple),
    unlocked=st.lists(TEXTS, max_size=3).map(tuple),
    unpinned=st.lists(TEXTS, max_size=3).map(tuple),
    examined=st.dictionaries(WORDS, st.integers(0, 2**40), max_size=3).map(MappingProxyType),
    not_checked=st.lists(NOTES, max_size=3).map(tuple),
)


@given(INVENTORIES)
def test_any_inventory_is_read_back(inventory: Inventory) -> None:
    assert read_back(render(inventory)) == inventory


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(INVENTORIES)
def test_any_inventory_is_valid(inventory: Inventory) -> None:
    assert VALIDATOR.validate_str(json.dumps(render(inventory))) is None
