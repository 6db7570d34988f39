"""The one JSON reader, and the one canonical writer.

* The decoder of `json` alone accepts repeated keys, NaN and UTF-16, so that two readers can see two
  documents in the same bytes; it is used here and nowhere else, made once: making it takes as long
  as reading a small statement.
* What is signed or digested is written by `render_canonical_json`: the same value, the same bytes.
"""

import json
import math
from typing import Final

from assay.core.errors import MalformedError

MAX_INTEGER: Final = 2**53 - 1  # RFC 7493, section 2.2: beyond it readers differ
MAX_DEPTH: Final = 64  # deeper than any statement, SBOM or advisory that we have seen


def parse_json(data: bytes, *, max_bytes: int) -> object:
    """Return the one value in `data`: JSON (RFC 8259), with unique names (RFC 7493, section 2.3).

    Raises:
        MalformedError: Over `max_bytes` bytes or `MAX_DEPTH` levels, not UTF-8, not JSON, a
            repeated key, NaN, a number that overflows, or a lone surrogate.
    """
    if len(data) > max_bytes:
        raise MalformedError(f"{len(data)} bytes, where at most {max_bytes} are read")
    try:
        value: object = _DECODER.decode(data.decode())
        if rb"\u" in data:  # only an escape can make a lone surrogate out of UTF-8
            _ENCODER.encode(value).encode()
    except UnicodeError as error:
        raise MalformedError("not UTF-8, or a lone surrogate") from error
    except (ValueError, RecursionError) as error:
        raise MalformedError(f"not strict JSON: {error}") from error
    if data.count(b"{") + data.count(b"[") > MAX_DEPTH:  # else it cannot be that deep
        _check_depth(value)
    return value


def render_canonical_json(value: object) -> bytes:
    """Write `value` as RFC 8785 does for text, whole numbers, booleans, null, arrays and objects.

    Numbers with a fraction are left out on purpose: nothing that we sign needs them, and their
    canonical form is where implementations differ.

    Raises:
        TypeError: A float, a key that is not text, or a type that JSON does not have.
        ValueError: A whole number that a double cannot hold exactly, or a lone surrogate: names
            that are not UTF-8 must be made printable first.
    """
    return _ENCODER.encode(_ordered(value)).encode()


def canonical_form(value: object) -> bytes:
    """Write a value that came from outside as `render_canonical_json` does.

    Raises:
        MalformedError: It has no canonical form: a number with a fraction, or one that a double
            cannot hold exactly.
    """
    try:
        return render_canonical_json(value)
    except (TypeError, ValueError) as error:
        raise MalformedError(str(error)) from error


def _ordered(value: object) -> object:
    """Return `value` with the members of every object in order; this is most of the writing."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return value
    if isinstance(value, dict):
        return {
            name: member if type(member := value[name]) is str else _ordered(member)
            for name in _ordered_names(value)
        }
    if isinstance(value, (list, tuple)):
        return [item if type(item) is str else _ordered(item) for item in value]
    if isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise ValueError(f"a number beyond {MAX_INTEGER} has no canonical form")
    if not isinstance(value, (str, int)):
        raise TypeError(f"{kind.__name__} has no canonical form")
    return value


def _ordered_names(members: dict[object, object]) -> list[str]:
    """Return the names in the order of RFC 8785, section 3.2.3; ASCII has the same in any code."""
    names = [name for name in members if isinstance(name, str)]
    if len(names) != len(members):
        wrong = next(name for name in members if not isinstance(name, str))
        raise TypeError(f"{type(wrong).__name__} as an object's key")
    if "".join(names).isascii():
        names.sort()
    else:
        names.sort(key=_utf16)
    return names


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-be")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    seen = dict(pairs)
    if len(seen) != len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"repeated key {repeated!r}")
    return seen


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no number of JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"a number that overflows: {text[:20]}")
    return number


def _check_depth(value: object) -> None:
    """Walk level by level, so that depth costs no stack."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        containers = [node for node in level if isinstance(node, (dict, list))]
        if not containers:
            return
        level = [
            child
            for node in containers
            for child in (node.values() if isinstance(node, dict) else node)
        ]
    raise MalformedError(f"more than {MAX_DEPTH} levels")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite
)
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
