"""JSON Schema: what each keyword refuses and where, and agreement with another implementation."""

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.core.jsonschema import Schema
from assay.core.jsonvalue import JsonValue

ITEM: dict[str, object] = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "kind": {"enum": ["a", "b"]},
        "inner": {"type": "array", "items": {"$ref": "#/definitions/item"}},
    },
}
SCHEMA: dict[str, object] = {
    "$comment": "says nothing",
    "type": "object",
    "properties": {
        "items": {"type": "array", "items": {"$ref": "#/definitions/item"}, "uniqueItems": True},
        "pair": {"items": [{"type": "string"}, {"type": "integer"}], "additionalItems": False},
        "one": {"oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
        "any": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "integer"}}]},
        "not": {"not": {"required": ["a", "b"]}},
        "never": False,
        "always": True,
        "if": {
            "if": {"properties": {"a": {"const": True}}},
            "then": {"required": ["b"]},
            "else": {"required": ["c"]},
        },
        "all": {"allOf": [{"minimum": 2}, {"maximum": 4}]},
    },
    "definitions": {"item": ITEM},
}


def schema_of(value: dict[str, object]) -> Schema:
    return Schema(lambda _: JsonValue(value), main="s")


WHOLE = schema_of(SCHEMA)
REFUSED = {
    "type": ([], "an array where an object is needed, at "),
    "missing": ({"items": [{"kind": "a"}]}, "no name, at items[0].name"),
    "unknown": ({"items": [{"name": "x", "x": 1}]}, "a member that is not known, at items[0].x"),
    "word": ({"items": [{"name": "x", "kind": "c"}]}, "'c' where a, b is needed, at items[0].kind"),
    "recursion": (
        {"items": [{"name": "x", "inner": [{"name": "y", "inner": [{"name": ""}]}]}]},
        "a length of 0 where at least 1 is needed, at items[0].inner[0].inner[0].name",
    ),
    "twice": ({"items": [{"name": "x"}, {"name": "x"}]}, "the same again, at items[1]"),
    "place": ({"pair": ["x", "y"]}, "'y' where a whole number is needed, at pair[1]"),
    "beyond": ({"pair": ["x", 1, 2]}, "nothing may stand here, at pair[2]"),
    "none-of-one": ({"one": {}}, "no a, at one.a"),
    "both-of-one": (
        {"one": {"a": 1, "b": 1}},
        "fits several forms, of which only one may be used, at one",
    ),
    "furthest": ({"any": [1, "x"]}, "'x' where a whole number is needed, at any[1]"),
    "together": ({"not": {"a": 1, "b": 1}}, "a and b may not stand together, at not"),
    "never": ({"never": 1}, "nothing may stand here, at never"),
    "then": ({"if": {"a": True}}, "no b, at if.b"),
    "else": ({"if": {"a": False}}, "no c, at if.c"),
    "low": ({"all": 1}, "1 where at least 2 is needed, at all"),
    "high": ({"all": 5}, "5 where at most 4 is allowed, at all"),
}


@pytest.mark.parametrize(("value", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(value: object, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        WHOLE.check(value)
    assert str(caught.value) == f"[malformed] {message}".removesuffix(", at ")


ACCEPTED = {
    "empty": {},
    "items": {"items": [{"name": "x", "kind": "a", "inner": []}, {"name": "y"}]},
    "unknown-at-the-top": {"else": 1},
    "one": {"one": {"a": 1}},
    "one-of-another-type": {"any": "x"},
    "not": {"not": {"a": 1}},
    "always": {"always": None},
    "then": {"if": {"a": True, "b": 1}},
    "condition-that-says-nothing": {"if": {"b": 1}},
    "true-is-no-number": {"all": True},
}


@pytest.mark.parametrize("value", ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(value: object) -> None:
    assert WHOLE.find_fault(value) is None


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"pattern_": "x"}, "[malformed] the keyword 'pattern_' is not known"),
        ({"type": "money"}, "[malformed] 'money' is no type, at type"),
        ({"format": "ipv4"}, "[malformed] the format 'ipv4' is not known, at format"),
        ({"minimum": "1"}, "[malformed] a bound that is no number, at minimum"),
        ({"$ref": "#/definitions/x"}, "[malformed] no definitions, at definitions"),
    ],
    ids=["keyword", "type", "format", "bound", "reference"],
)
def test_a_schema_that_is_not_understood_is_refused(
    schema: dict[str, object], message: str
) -> None:
    with pytest.raises(MalformedError) as caught:
        schema_of(schema).check({})
    assert str(caught.value) == message


def test_a_reference_leads_to_another_document() -> None:
    documents = {"one": {"$ref": "two#/definitions/x"}, "two": {"definitions": {"x": False}}}
    schema = Schema(lambda name: JsonValue(documents[name]), main="one")
    assert schema.find_fault(1) is not None


SCALARS = st.sampled_from([None, True, False, 0, 1, 2, 3, 5, 1.5, "", "a", "b", "x"])
NAMES = st.sampled_from(
    ["items", "pair", "one", "any", "not", "never", "if", "all", "name", "kind", "inner", "a", "b"]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_any_value_is_judged_as_another_implementation_does(value: object) -> None:
    other = jsonschema.Draft7Validator(SCHEMA)
    assert (WHOLE.find_fault(value) is None) == other.is_valid(value)
