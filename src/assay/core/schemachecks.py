"""The keywords of JSON Schema that need nothing but a value: types, words, forms, bounds."""

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue

_SHOWN: Final = 60  # characters of a value in a message
_DATE_TIME: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:(?:[0-5]\d|60)(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)\Z", re.IGNORECASE
)
_NO_IRI: Final = re.compile(r"[\x00-\x20<>\"{}|\\^`\x7f]|%(?![0-9A-Fa-f]{2})")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and the path to it, from the outermost value on."""

    what: str
    path: tuple[str | int, ...] = ()

    def inside(self, step: str | int) -> "Fault":
        """Return this fault as the value around `step` sees it."""
        return replace(self, path=(step, *self.path))

    def where(self) -> str:
        """Return the path as `JsonValue` writes it: `components[0].type`."""
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return "".join(steps).removeprefix(".")


Check = Callable[[object], Fault | None]


def nothing_wrong(_: object) -> Fault | None:
    """Find no fault in anything."""
    return None


def _type_check(argument: JsonValue) -> Check:
    name = argument.text()
    if name not in _TYPES:
        raise MalformedError(f"{name!r} is no type", where=argument.where)
    kinds, wanted = _TYPES[name]

    def check(value: object) -> Fault | None:
        if type(value) in kinds or (
            name == "integer" and type(value) is float and value == value // 1
        ):
            return None
        return Fault(f"{_shown(value)} where {wanted} is needed")

    return check


def _enum_check(argument: JsonValue) -> Check:
    allowed = frozenset(item.text() for item in argument.items())
    listing = ", ".join(sorted(allowed)) if len(allowed) <= 12 else f"one of {len(allowed)} words"

    def check(value: object) -> Fault | None:
        if isinstance(value, str) and value in allowed:
            return None
        return Fault(f"{_shown(value)} where {listing} is needed")

    return check


def _const_check(argument: JsonValue) -> Check:
    wanted = argument.value

    def check(value: object) -> Fault | None:
        if type(value) is type(wanted) and value == wanted:
            return None
        return Fault(f"{_shown(value)} where {_shown(wanted)} is needed")

    return check


def _pattern_check(argument: JsonValue) -> Check:
    text = argument.text()
    # In ECMA 262 `$` is the end; in Python it also stands before a last line feed.
    search = re.compile(f"{text[:-1]}\\Z" if text.endswith("$") else text).search

    def check(value: object) -> Fault | None:
        if not isinstance(value, str) or search(value):
            return None
        return Fault(f"{_shown(value)} is not of the form {text}")

    return check


def _format_check(argument: JsonValue) -> Check:
    name = argument.text()
    holds = _FORMATS.get(name)
    if holds is None:
        raise MalformedError(f"the format {name!r} is not known", where=argument.where)

    def check(value: object) -> Fault | None:
        if not isinstance(value, str) or holds(value):
            return None
        return Fault(f"{_shown(value)} is no {name}")

    return check


def _unique_check(argument: JsonValue) -> Check:
    def check(value: object) -> Fault | None:
        if not isinstance(value, list) or len(value) < 2:
            return None
        seen: set[str] = set()
        for place, item in enumerate(value):
            key = _key(item)
            if key in seen:
                return Fault("the same again", (place,))
            seen.add(key)
        return None

    return check if argument.boolean() else nothing_wrong


def _bound_check(
    kinds: tuple[type, ...],
    measure: Callable[[object], float],
    told: Callable[[float, float], str],
    argument: JsonValue,
) -> Check:
    limit = argument.value
    if not isinstance(limit, (int, float)):
        raise MalformedError("a bound that is no number", where=argument.where)

    def check(value: object) -> Fault | None:
        if not isinstance(value, kinds) or isinstance(value, bool):
            return None
        what = told(measure(value), limit)
        return Fault(what) if what else None

    return check


def _key(item: object) -> str:
    """Return a text that is the same for equal values alone."""
    return f'"{item}' if isinstance(item, str) else json.dumps(item, sort_keys=True)


def _number(value: object) -> float:
    return value if isinstance(value, (int, float)) else 0


def _length(value: object) -> float:
    return len(value) if isinstance(value, (str, list, dict)) else 0


def _at_least(size: float, limit: float) -> str:
    return f"{size} where at least {limit} is needed" if size < limit else ""


def _at_most(size: float, limit: float) -> str:
    return f"{size} where at most {limit} is allowed" if size > limit else ""


def _long_at_least(size: float, limit: float) -> str:
    return f"a length of {size} where at least {limit} is needed" if size < limit else ""


def _long_at_most(size: float, limit: float) -> str:
    return f"a length of {size} where at most {limit} is allowed" if size > limit else ""


def _many_at_least(size: float, limit: float) -> str:
    return f"{size} members where at least {limit} are needed" if size < limit else ""


def _many_at_most(size: float, limit: float) -> str:
    return f"{size} members where at most {limit} are allowed" if size > limit else ""


def _is_date_time(text: str) -> bool:
    if not _DATE_TIME.match(text):
        return False
    try:
        dt.datetime.fromisoformat(f"{text[:17]}00")
    except ValueError:
        return False
    return text[-1] in "zZ" or (int(text[-5:-3]) < 24 and int(text[-2:]) < 60)


def _is_date(text: str) -> bool:
    return len(text) == 10 and _is_date_time(f"{text}T00:00:00Z")


def _is_iri_reference(text: str) -> bool:
    return not _NO_IRI.search(text)


def _is_uri(text: str) -> bool:
    return _is_iri_reference(text) and text.isascii() and _SCHEME.match(text) is not None


def _is_email(text: str) -> bool:
    return "@" in text[1:-1]


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    shown = repr(value)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"


_TYPES: Final[Mapping[str, tuple[frozenset[type], str]]] = {
    "object": (frozenset({dict}), "an object"),
    "array": (frozenset({list}), "an array"),
    "string": (frozenset({str}), "text"),
    "boolean": (frozenset({bool}), "true or false"),
    "integer": (frozenset({int}), "a whole number"),
    "number": (frozenset({int, float}), "a number"),
}
_FORMATS: Final[Mapping[str, Callable[[str], bool]]] = {
    "date-time": _is_date_time,
    "date": _is_date,
    "iri-reference": _is_iri_reference,
    "uri": _is_uri,
    "idn-email": _is_email,
    "string": lambda _: True,  # no format; the schemas of CycloneDX name it nevertheless
}
_NUMBERS: Final = (int, float)
VALUE_KEYWORDS: Final[Mapping[str, Callable[[JsonValue], Check]]] = {
    "type": _type_check,
    "enum": _enum_check,
    "const": _const_check,
    "pattern": _pattern_check,
    "format": _format_check,
    "minLength": partial(_bound_check, (str,), _length, _long_at_least),
    "maxLength": partial(_bound_check, (str,), _length, _long_at_most),
    "minItems": partial(_bound_check, (list,), _length, _long_at_least),
    "maxItems": partial(_bound_check, (list,), _length, _long_at_most),
    "minProperties": partial(_bound_check, (dict,), _length, _many_at_least),
    "maxProperties": partial(_bound_check, (dict,), _length, _many_at_most),
    "minimum": partial(_bound_check, _NUMBERS, _number, _at_least),
    "maximum": partial(_bound_check, _NUMBERS, _number, _at_most),
    "uniqueItems": _unique_check,
}
