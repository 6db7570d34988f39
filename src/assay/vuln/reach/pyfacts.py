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
    computed: list[PyUse] = field(default_factory=list)  # of which a name is looked up by a value
    functions: dict[str, int] = field(default_factory=dict)
    classes: set[str] = field(default_factory=set)
    decorated: set[str] = field(default_factory=set)
    stars: list[str] = field(default_factory=list)
    texts: dict[str, int] = field(default_factory=dict)
    dynamic: dict[int, str] = field(default_factory=dict)
    crowded: bool = False  # a name stands for more things than were kept


def dotted(node: ast.expr) -> tuple[str, ...]:
    """Return `a.b().c` as its parts, `?` for what is neither a name nor a call of one.

    `getattr(a, "b")` is `a.b`, and a module that is imported by its name begins with an empty part.
    """
    parts: list[str] = []
    suffix = ""
    while len(parts) < MAX_PARTS:
        match node:
            case ast.Attribute():
                parts.append(node.attr + suffix)
                node, suffix = node.value, ""
            case ast.Call(
                func=ast.Name(id="getattr"), args=[first, ast.Constant(value=str(name)), *_]
            ):
                parts.append(name + suffix)
                node, suffix = first, ""
            case ast.Call() if not suffix and (module := imported_by(node)):
                return ("", *module.split("."), *reversed(parts))
            case ast.Call():
                node, suffix = node.func, CALLED
            case ast.Await():
                node = node.value
            case ast.Name():
                return (node.id + suffix, *reversed(parts))
            case _:
                break
    return (UNKNOWN, *reversed(parts))


def imported_by(call: ast.Call) -> str:
    """Return the module that `import_module("a.b")` gives, or `__import__`; empty for others."""
    match call:
        case ast.Call(func=called, args=[ast.Constant(value=str(name)), *_]):
            last = called.attr if isinstance(called, ast.Attribute) else ""
            last = called.id if isinstance(called, ast.Name) else last
            if not may_be_module(name):
                return ""
            if last == "__import__":
                return name.partition(".")[0]
            return name if last == "import_module" else ""
        case _:
            return ""


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
