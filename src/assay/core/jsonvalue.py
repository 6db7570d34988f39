"""Narrowing of parsed JSON: every value knows its path, so that a refusal can name the place."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from assay.core.errors import MalformedError, inside

_Read = TypeVar("_Read")


@dataclass(slots=True)
class JsonValue:
    """A value inside a parsed JSON, TOML or YAML document, and the path that leads to it.

    Not to be changed, although nothing forbids it: a frozen one takes three times as long to make,
    and a lock file or a set of advisories is hundreds of thousands of them.
    """

    value: object
    where: str = ""

    def field(self, name: str) -> "JsonValue":
        """Return the member `name` of this object.

        Raises:
            MalformedError: This is not an object, or it has no such member.
        """
        found = self.optional(name)
        if found is None:
            raise MalformedError(f"no {name}", where=self._inside(name))
        return found

    def optional(self, name: str) -> "JsonValue | None":
        """Return the member `name` of this object, or None where it is absent or null."""
        if not isinstance(self.value, dict):
            raise self._not("an object")
        member = self.value.get(name)
        if member is None:
            return None
        # Not by `_inside`: a report of 50,000 results comes here two million times.
        return JsonValue(member, f"{self.where}.{name}" if self.where else name)

    def items(self) -> tuple["JsonValue", ...]:
        """Return the elements of this array."""
        if not isinstance(self.value, list):
            raise self._not("an array")
        at = self.where
        return tuple([JsonValue(item, f"{at}[{i}]") for i, item in enumerate(self.value)])

    def optional_items(self, name: str) -> tuple["JsonValue", ...]:
        """Return the elements of the array `name`, none where it is absent or null."""
        if not isinstance(self.value, dict):
            raise self._not("an object")
        if self.value.get(name) is None:
            return ()
        return self.field(name).items()

    def members(self) -> tuple[tuple[str, "JsonValue"], ...]:
        """Return the members of this object in the document's order."""
        if not isinstance(self.value, dict):
            raise self._not("an object")
        at = f"{self.where}." if self.where else ""
        return tuple([(k, JsonValue(v, at + k)) for k, v in self.value.items()])

    def text(self) -> str:
        """Return this value, which must be a string."""
        if not isinstance(self.value, str):
            raise self._not("text")
        return self.value

    def optional_text(self, name: str, default: str = "") -> str:
        """Return the string `name` of this object, or `default` where it is absent or null."""
        if not isinstance(self.value, dict):
            raise self._not("an object")
        member = self.value.get(name, default)
        # Nearly all are texts, and need no value of their own to say where they are.
        return member if type(member) is str else self._text_or(name, default)

    def _text_or(self, name: str, default: str) -> str:
        member = self.optional(name)
        return default if member is None else member.text()

    def parsed(self, parse: Callable[[str], _Read]) -> _Read:
        """Return what `parse` makes of this string; what it refuses, it refuses at this place."""
        text = self.text()
        with inside(self.where):
            return parse(text)

    def integer(self) -> int:
        """Return this value, which must be a whole number (a boolean is none)."""
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self._not("a whole number")
        return self.value

    def boolean(self) -> bool:
        """Return this value, which must be true or false."""
        if not isinstance(self.value, bool):
            raise self._not("true or false")
        return self.value

    def _inside(self, name: str) -> str:
        return f"{self.where}.{name}" if self.where else name

    def _not(self, wanted: str) -> MalformedError:
        return MalformedError(
            f"{type(self.value).__name__} where {wanted} is needed", where=self.where
        )
