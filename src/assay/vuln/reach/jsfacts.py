"""The facts of one JavaScript file about calls: names, what is used of them, and exports.

A name that the file gives to something else as well, a parameter say, is `doubtful`, and nothing is
sure of it.
"""

from dataclasses import dataclass, field
from typing import Final

WHOLE: Final = ""  # a member's name: all of the module
DEFAULT: Final = "default"
Name = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JsBound:
    """A member of the module `specifier`; without a specifier `path` begins with a name here."""

    specifier: str = ""
    path: Name = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JsUse:
    """A name and its members: called, or as a value. A member that is computed is `?`.

    What is not `sure` may be the head of a method of that name, and no call.
    """

    path: Name
    line: int
    called: bool
    sure: bool = True


@dataclass(slots=True, kw_only=True)
class JsCalls:
    """The facts of one file. `stars` are modules of which all is exported again."""

    bound: dict[str, JsBound] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    uses: list[JsUse] = field(default_factory=list)
    exports: dict[str, JsBound] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    methods: dict[str, int] = field(default_factory=dict)  # of what is not known: their lines

    def bind(self, name: str, bound: JsBound) -> None:
        """Let a name stand for something: of two things nobody can be sure."""
        if self.bound.setdefault(name, bound) != bound:
            self.doubtful.add(name)
