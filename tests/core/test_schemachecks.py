"""The keywords that need nothing but a value: what they let through, and what they say."""

import pytest

from assay.core.jsonvalue import JsonValue
from assay.core.schemachecks import VALUE_KEYWORDS, Fault


def fault(keyword: str, argument: object, value: object) -> str:
    found = VALUE_KEYWORDS[keyword](JsonValue(argument))(value)
    return "" if found is None else found.what


REFUSED = {
    "text": ("type", "string", 1, "1 where text is needed"),
    "boolean": ("type", "boolean", 0, "0 where true or false is needed"),
    "true-is-no-whole-number": ("type", "integer", True, "true where a whole number is needed"),
    "fraction": ("type", "integer", 1.5, "1.5 where a whole number is needed"),
    "number": ("type", "number", None, "null where a number is needed"),
    "many-words": ("enum", [str(n) for n in range(13)], "x", "'x' where one of 13 words is needed"),
    "const": ("const", True, 1, "1 where true is needed"),
    "pattern": ("pattern", "^a+$", "b", "'b' is not of the form ^a+$"),
    "line-feed": ("pattern", "^a+$", "a\n", "'a\\n' is not of the form ^a+$"),
    "short": ("minLength", 2, "a", "a length of 1 where at least 2 is needed"),
    "long": ("maxLength", 1, "aa", "a length of 2 where at most 1 is allowed"),
    "few": ("minItems", 1, [], "a length of 0 where at least 1 is needed"),
    "few members": ("minProperties", 1, {}, "0 members where at least 1 are needed"),
    "many members": ("maxProperties", 1, {"a": 1, "b": 2}, "2 members where at most 1 are allowed"),
    "many": ("maxItems", 1, [1, 2], "a length of 2 where at most 1 is allowed"),
    "same-objects": ("uniqueItems", True, [{"a": 1, "b": 2}, {"b": 2, "a": 1}], "the same again"),
    "same-texts": ("uniqueItems", True, ["a", "a"], "the same again"),
    "long-value": ("type", "object", "x" * 99, f"'{'x' * 59}… where an object is needed"),
}


@pytest.mark.parametrize(("keyword", "argument", "value", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(keyword: str, argument: object, value: object, message: str) -> None:
    assert fault(keyword, argument, value) == message


ACCEPTED = {
    "whole-float": ("type", "integer", 1.0),
    "integer-is-a-number": ("type", "number", 1),
    "no-text-has-no-pattern": ("pattern", "^a$", 1),
    "unanchored": ("pattern", "a", "bab"),
    "one-and-true": ("uniqueItems", True, [1, True, "1"]),
    "text-and-object": ("uniqueItems", True, ['{"a": 1}', {"a": 1}]),
    "not-unique": ("uniqueItems", False, [1, 1]),
    "length-of-an-object": ("minLength", 3, {}),
}


@pytest.mark.parametrize(("keyword", "argument", "value"), ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(keyword: str, argument: object, value: object) -> None:
    assert fault(keyword, argument, value) == ""


FORMATS = {
    "date-time": (
        ["2024-02-29T23:59:59Z", "2024-01-01t00:00:00.123+05:30", "2016-12-31T23:59:60Z"],
        ["2024-01-01", "2023-02-29T00:00:00Z", "2024-01-01T00:00:00", "2024-01-01T00:00:00+99:00"],
    ),
    "date": (["2024-02-29"], ["2023-02-29", "2024-2-1", "2024-01-01T00:00:00Z"]),
    "iri-reference": (["", "a/b", "https://ä.example/%20?x#y"], ["a b", "<x>", "%zz", "a\nb"]),
    "uri": (["urn:x:y", "https://x.example"], ["x", "//x", "https://ä.example"]),
    "idn-email": (["a@b", "ä@ö"], ["a", "@b", "a@"]),
    "string": (["anything"], []),
}


@pytest.mark.parametrize("name", FORMATS)
def test_formats(name: str) -> None:
    good, bad = FORMATS[name]
    assert [fault("format", name, text) for text in good] == [""] * len(good)
    assert [fault("format", name, text) for text in bad] == [f"{t!r} is no {name}" for t in bad]


def test_a_fault_knows_its_path() -> None:
    assert Fault("x").inside("b").inside(0).inside("a").where() == "a[0].b"
    assert Fault("x").inside(0).where() == "[0]"
