"""The facts of one Python file, and how names in it are written down."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from assay.findings.reach import Scope

MAX_TEXT: Final = 200  # characters of a text that may name a module
MAX_PARTS: Final = 40  # of a dotted name
UNKNOWN: Final = "?"  # what a name stands for where nobody can tell
CALLED: Final = "()"  # behind a part of a name: what calling it returns


@dataclass(frozen=True, slots=True, kw_only=True)
class PyImport:
    """An import of a module by its absolute name; `optional` where the code does without."""

    module: str
    line: int
    scope: Scope
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PyUse:
    """A name that is used in a function ('' is the module's level): called, or as a value."""

    parts: tuple[str, ...]
    line: int
    function: str
    called: bool
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What a name stands for: `parts` of an absolute name, or of one to look up in `scope`."""

    parts: tuple[str, ...]
    scope: str | None = None  # None: absolute


@dataclass(slots=True, kw_only=True)
class PyModule:
    """The facts of one file. `functions` are classes too; scopes are their qualified names."""

    path: str
    imports: list[PyImport] = field(default_factory=list)
    bound: dict[tuple[str, str], set[Bound]] = field(default_factory=dict)
    uses: list[PyUse] = field(default_factory=list)
    functions: dict[str, int] = field(default_factory=dict)
    classes: set[str] = field(default_factory=set)
    decorated: set[str] = field(default_factory=set)
    stars: list[str] = field(default_factory=list)
    texts: dict[str, int] = field(default_factory=dict)
    dynamic: dict[int, str] = field(default_factory=dict)
    crowded: bool = False  # a name stands for more things than were kept


def dotted(node: ast.expr) -> tuple[str, ...]:
    """Return `a.b().c` as its parts, `?` for what is neither a name nor a call of one."""
    parts: list[str] = []
    suffix = ""
    while len(parts) < MAX_PARTS:
        match node:
            case ast.Attribute():
                parts.append(node.attr + suffix)
                node, suffix = node.value, ""
            case ast.Call():
                node, suffix = node.func, CALLED
            case ast.Await():
                node = node.value
            case ast.Name():
                return (node.id + suffix, *reversed(parts))
            case _:
                break
    return (UNKNOWN, *reversed(parts))


def meaning_of(value: ast.expr) -> tuple[str, ...]:
    """Return what a value is, `getattr(module, "name")` with a plain name included."""
    match value:
        case ast.Call(func=ast.Name(id="getattr"), args=[first, ast.Constant(value=str(name)), *_]):
            return (*dotted(first), name)
        case ast.Call(func=called, args=[ast.Constant(value=str(name)), *_]) if dotted(called)[
            -1
        ] == "import_module" and not name.startswith("."):
            return ("", *name.split("."))  # absolute, whatever its first part means here
        case _:
            return dotted_value(value)


def dotted_value(value: ast.expr) -> tuple[str, ...]:
    """Return the dotted name of a value; what a call returns is marked at its last part."""
    parts = dotted(value)
    if isinstance(value, ast.Call) and parts[0] != UNKNOWN:
        return parts if parts[-1].endswith(CALLED) else (*parts[:-1], parts[-1] + CALLED)
    return parts


def exceptions_in(node: ast.expr | None) -> Iterator[str]:
    """Yield the last parts of the names of exceptions, of which one or several are caught."""
    if isinstance(node, ast.Tuple):
        for item in node.elts:
            yield dotted(item)[-1]
    elif node is not None:
        yield dotted(node)[-1]


def may_be_module(text: str) -> bool:
    """Tell whether a text has the form of a module's name."""
    return len(text) < MAX_TEXT and all(part.isidentifier() for part in text.split("."))
