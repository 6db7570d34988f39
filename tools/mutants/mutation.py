"""The mutants of one module: one fault at one place, with a name that outlives other edits."""

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Final

from mutants.expressions import expression_changes
from mutants.statements import statement_changes

MODULE_LEVEL: Final = "<module>"
# Names for the type checker; at run time nobody looks at what is in them.
_FOR_TYPES: Final = frozenset({"NewType", "TypeVar", "cast"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One fault: in which function, what it replaces by what, and where that stands today."""

    module: str
    function: str
    kind: str
    before: str
    after: str
    occurrence: int  # among those that read alike in this function, from 0
    line: int
    last_line: int
    place: tuple[int, int]  # the node's number in the tree, and the number of its change
    holder: int  # the line where the code of the outermost function begins; 0 at module level

    @property
    def key(self) -> tuple[str, str, str, str, str, int]:
        """What stays the same when other parts of the file change."""
        return (
            self.module, self.function, self.kind, self.before, self.after, self.occurrence,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A node, what holds it, and the function that it is in."""

    number: int
    node: ast.AST
    parent: ast.AST
    field: str
    position: int | None
    function: str
    holder: int


def mutants_of(module: str, source: str) -> tuple[Mutant, ...]:
    """Return all mutants of a module, in the order of its text."""
    seen: dict[tuple[str, ...], int] = {}
    found = []
    for place in _places(ast.parse(source)):
        for change, (kind, new) in enumerate(_changes(place.node)):
            before, after = _shown(place.node), _shown(new)
            name = (place.function, kind, before, after)
            seen[name] = seen.get(name, -1) + 1
            found.append(
                Mutant(
                    module=module,
                    function=place.function,
                    kind=kind,
                    before=before,
                    after=after,
                    occurrence=seen[name],
                    line=getattr(place.node, "lineno", 0) or _line_of(place.node),
                    last_line=_last_line(place.node),
                    place=(place.number, change),
                    holder=place.holder,
                )
            )
    return tuple(found)


def compile_mutant(mutant: Mutant, source: str, path: Path) -> CodeType:
    """Return the code of the module with the fault in it."""
    tree = ast.parse(source)
    number, change = mutant.place
    place = next(found for found in _places(tree) if found.number == number)
    _, new = list(_changes(place.node))[change]
    ast.copy_location(new, place.node)
    if place.position is None:
        setattr(place.parent, place.field, new)
    else:
        getattr(place.parent, place.field)[place.position] = new
    return compile(ast.fix_missing_locations(tree), str(path), "exec", dont_inherit=True)


def code_at(code: CodeType, line: int) -> CodeType | None:
    """Return the code of the function that begins at `line`."""
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            if inner.co_firstlineno == line and inner.co_flags & inspect.CO_NEWLOCALS:
                if not inner.co_name.startswith("<"):
                    return inner
            elif (found := code_at(inner, line)) is not None:
                return found
    return None


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    yield from statement_changes(node)
    yield from expression_changes(node)


def _places(tree: ast.Module) -> Iterator[_Place]:
    """Walk the tree in the order of the text, and number its nodes; leave out what never runs."""
    number = 0
    waiting = [_Place(number=0, node=tree, parent=tree, field="", position=None,
                      function=MODULE_LEVEL, holder=0)]  # fmt: skip
    while waiting:
        place = waiting.pop()
        number += 1
        yield _Place(
            number=number, node=place.node, parent=place.parent, field=place.field,
            position=place.position, function=place.function, holder=place.holder,
        )  # fmt: skip
        waiting.extend(reversed(list(_children(place))))


def _children(place: _Place) -> Iterator[_Place]:
    node = place.node
    for field, value in ast.iter_fields(node):
        if _is_left_out(node, field):
            continue
        function, holder = _inside(place, field)
        items = value if isinstance(value, list) else [value]
        for position, item in enumerate(items):
            if isinstance(item, ast.AST) and not _is_text_for_people(node, item):
                yield _Place(
                    number=0, node=item, parent=node, field=field,
                    position=position if isinstance(value, list) else None,
                    function=function, holder=holder,
                )  # fmt: skip


def _inside(place: _Place, field: str) -> tuple[str, int]:
    """Return the name and the outermost function of what stands in `field` of a node."""
    node, prefix = place.node, "" if place.function == MODULE_LEVEL else f"{place.function}."
    if isinstance(node, ast.ClassDef) and field == "body":
        return f"{prefix}{node.name}", place.holder
    if isinstance(node, ast.FunctionDef) and field == "body":
        first = min([node.lineno, *(found.lineno for found in node.decorator_list)])
        return f"{prefix}{node.name}", place.holder or first
    return place.function, place.holder


def _is_left_out(node: ast.AST, field: str) -> bool:
    """Types, and decorators: a test of `slots=True` would be a test of Python."""
    match node, field:
        case (_, "annotation" | "returns" | "decorator_list" | "type_params"):
            return True
        case (ast.Assign(targets=[ast.Name(id="__all__")]), "value"):
            return True  # what `import *` would take, which nobody writes
        case (ast.Subscript(), "slice") if _is_generic(node):
            return True
        case (ast.If(test=ast.Name(id="TYPE_CHECKING")), _):
            return True
        case (ast.ImportFrom() | ast.Import() | ast.keyword(arg="kw_only"), _):
            return True
        case _:
            return False


def _is_generic(node: ast.AST) -> bool:
    """Tell whether a subscript is a type, as in `tuple[str, ...]` beside `NewType` or an alias."""
    match node:
        case ast.Subscript(value=ast.Name(id=name)):
            return name in {"tuple", "list", "dict", "frozenset", "set", "Callable", "Iterator"}
        case _:
            return False


def _is_text_for_people(parent: ast.AST, node: ast.AST) -> bool:
    """Tell whether a node says something to people or to the type checker only."""
    match node:
        case ast.Expr(value=ast.Constant(value=str())):
            return True
        case ast.Call(func=ast.Name(id=name)) if name in _FOR_TYPES:
            return True
        case ast.expr_context() | ast.operator() | ast.cmpop() | ast.boolop() | ast.unaryop():
            return True
        case ast.Constant() if isinstance(parent, ast.FormattedValue):
            return True
        case _:
            return False


def _line_of(node: ast.AST) -> int:
    return min((n.lineno for n in ast.walk(node) if hasattr(n, "lineno")), default=0)


def _last_line(node: ast.AST) -> int:
    """Return the last line that a test must have run to notice: of a condition, not of its body."""
    match node:
        case ast.If(test=head) | ast.While(test=head):
            return head.end_lineno or head.lineno
        case ast.ExceptHandler() | ast.With():
            return node.lineno
        case _:
            return getattr(node, "end_lineno", 0) or _line_of(node)


def _shown(node: ast.AST) -> str:
    """Return the code of a node on one line, without the bodies of what it decides about."""
    match node:
        case ast.If(test=test):
            return f"if {ast.unparse(test)}:"
        case ast.While(test=test):
            return f"while {ast.unparse(test)}:"
        case ast.ExceptHandler(type=kind, body=[ast.Raise(exc=None)]):
            return f"except {ast.unparse(kind) if kind else ''}: raise"
        case ast.ExceptHandler(type=kind):
            return f"except {ast.unparse(kind) if kind else ''}:"
        case ast.With(items=items):
            return f"with {', '.join(ast.unparse(item) for item in items)}:"
        case _:
            return " ".join(ast.unparse(node).split())
