"""JSON Schema (draft 7), compiled to functions: the first fault, and the path to it.

* Made once for a schema, then fast: some 30 times as fast as the interpreter of `jsonschema`, which
  takes seconds for the larger SBOMs that exist (docs/decisions/0032).
* A keyword that is not known here stops the making: a rule is never passed over in silence.
* Of several allowed forms, the fault told is that of the form that fitted furthest.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.schemachecks import VALUE_KEYWORDS, Check, Fault, nothing_wrong

_OBJECT: Final = frozenset({"properties", "required", "additionalProperties"})
_ARRAY: Final = frozenset({"items", "additionalItems"})
_CONDITIONAL: Final = frozenset({"if", "then", "else"})
_IGNORED: Final = frozenset({"$comment", "definitions"})  # say nothing about a value


class Schema:
    """One schema with those that it refers to, by name; `main` is the one that values must meet."""

    def __init__(self, documents: Callable[[str], JsonValue], *, main: str) -> None:
        self._documents = documents
        self._checks: dict[tuple[str, str], Check] = {}
        self._main = self.referred("#", main)

    def find_fault(self, value: object) -> Fault | None:
        """Return the first fault of `value`, or None where it meets the schema."""
        return self._main(value)

    def check(self, value: object) -> None:
        """Refuse a value that does not meet the schema.

        Raises:
            MalformedError: With the path to the fault.
        """
        fault = self._main(value)
        if fault is not None:
            raise MalformedError(fault.what, where=fault.where())

    def compile(self, schema: JsonValue, document: str) -> Check:
        """Return the function for `schema`, which stands in the schema named `document`.

        Raises:
            MalformedError: A keyword that is not known here, or one that is malformed.
        """
        if isinstance(schema.value, bool):
            return nothing_wrong if schema.value else _never
        keywords = dict(schema.members())
        if "$ref" in keywords:  # draft 7: what stands beside it has no effect
            return self.referred(keywords["$ref"].text(), document)
        checks = [make(keywords[name]) for name, make in VALUE_KEYWORDS.items() if name in keywords]
        for name, join in _JOINED.items():
            if name in keywords:
                checks.append(join(self, keywords[name], document))
        for names, make_all in _GROUPS.items():
            if not names.isdisjoint(keywords):
                checks.append(make_all(self, keywords, document))
        _refuse_unknown(schema, keywords)
        return checks[0] if len(checks) == 1 else partial(_all_of, tuple(checks))

    def referred(self, reference: str, document: str) -> Check:
        """Return a function that is compiled at its first use: schemas refer to themselves."""
        name, _, pointer = reference.partition("#")
        return partial(self._follow, (name or document, pointer))

    def _follow(self, target: tuple[str, str], value: object) -> Fault | None:
        check = self._checks.get(target)
        if check is None:
            document, pointer = target
            schema = self._documents(document)
            for step in pointer.split("/")[1:]:
                schema = schema.field(step)
            check = self._checks[target] = self.compile(schema, document)
        return check(value)


def _refuse_unknown(schema: JsonValue, keywords: Mapping[str, JsonValue]) -> None:
    known = _IGNORED.union(VALUE_KEYWORDS, _JOINED, *_GROUPS)
    unknown = keywords.keys() - known
    if unknown:
        raise MalformedError(f"the keyword {min(unknown)!r} is not known", where=schema.where)


def _never(_: object) -> Fault | None:
    return Fault("nothing may stand here")


def _all_of(checks: tuple[Check, ...], value: object) -> Fault | None:
    for check in checks:
        fault = check(value)
        if fault is not None:
            return fault
    return None


def _all_check(schema: Schema, argument: JsonValue, document: str) -> Check:
    return partial(_all_of, tuple(schema.compile(item, document) for item in argument.items()))


def _choice_check(schema: Schema, argument: JsonValue, document: str, *, one: bool) -> Check:
    forms = tuple(schema.compile(item, document) for item in argument.items())

    def check(value: object) -> Fault | None:
        faults = [fault for form in forms if (fault := form(value)) is not None]
        fitting = len(forms) - len(faults)
        if fitting == 1 or (fitting and not one):
            return None
        if fitting:
            return Fault("fits several forms, of which only one may be used")
        return max(faults, key=lambda fault: len(fault.path))

    return check


def _not_check(schema: Schema, argument: JsonValue, document: str) -> Check:
    excluded = schema.compile(argument, document)
    names = " and ".join(item.text() for item in argument.optional_items("required"))
    together = f"{names} may not stand {'together' if ' and ' in names else 'here'}"
    told = together if names else "this may not stand here"

    def check(value: object) -> Fault | None:
        return Fault(told) if excluded(value) is None else None

    return check


def _conditional(schema: Schema, keywords: Mapping[str, JsonValue], document: str) -> Check:
    def branch(name: str) -> Check:
        return schema.compile(keywords[name], document) if name in keywords else nothing_wrong

    condition, then, otherwise = branch("if"), branch("then"), branch("else")

    def check(value: object) -> Fault | None:
        return then(value) if condition(value) is None else otherwise(value)

    return check


def _array_check(schema: Schema, keywords: Mapping[str, JsonValue], document: str) -> Check:
    """Check the items by one schema for all, or by one for each place."""
    items = keywords.get("items", JsonValue(value=True))
    if isinstance(items.value, list):
        places = [schema.compile(item, document) for item in items.items()]
        others = schema.compile(keywords.get("additionalItems", JsonValue(value=True)), document)
    else:  # then `additionalItems` has no effect
        places, others = [], schema.compile(items, document)

    def check(value: object) -> Fault | None:
        if not isinstance(value, list):
            return None
        for place, item in enumerate(value):
            fault = (places[place] if place < len(places) else others)(item)
            if fault is not None:
                return fault.inside(place)
        return None

    return check


def _object_check(schema: Schema, keywords: Mapping[str, JsonValue], document: str) -> Check:
    members = keywords["properties"].members() if "properties" in keywords else ()
    checks = {name: schema.compile(member, document) for name, member in members}
    needed = keywords["required"].items() if "required" in keywords else ()
    required = [item.text() for item in needed]
    closed = "additionalProperties" in keywords and not keywords["additionalProperties"].boolean()

    def check(value: object) -> Fault | None:
        if not isinstance(value, dict):
            return None
        for name in required:
            if name not in value:
                return Fault(f"no {name}", (name,))
        return _member_fault(checks, value, closed=closed)

    return check


def _member_fault(
    checks: Mapping[str, Check], value: dict[str, object], *, closed: bool
) -> Fault | None:
    for name, member in value.items():
        check = checks.get(name)
        if check is not None:
            fault = check(member)
            if fault is not None:
                return fault.inside(name)
        elif closed:
            return Fault("a member that is not known", (name,))
    return None


_JOINED: Final[Mapping[str, Callable[[Schema, JsonValue, str], Check]]] = {
    "allOf": _all_check,
    "anyOf": partial(_choice_check, one=False),
    "oneOf": partial(_choice_check, one=True),
    "not": _not_check,
}
_GROUPS: Final[Mapping[frozenset[str], Callable[[Schema, Mapping[str, JsonValue], str], Check]]] = {
    _OBJECT: _object_check,
    _ARRAY: _array_check,
    _CONDITIONAL: _conditional,
}
