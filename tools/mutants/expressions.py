"""Faults in expressions: what stands in the place of one node of the syntax tree."""

import ast
from collections.abc import Iterator
from copy import copy
from functools import singledispatch
from typing import Final

# What a comparison may become: the neighbour at its boundary, and its contrary.
_COMPARISONS: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.BitXor: ast.BitOr,
}
_ONE_STEP: Final = frozenset({"sorted", "reversed", "frozenset", "set", "tuple", "list"})


def constant(value: object) -> ast.Constant:
    """Return the node of a constant."""
    return ast.Constant(value=value)  # type: ignore[arg-type]  # only what a constant may be


@singledispatch
def expression_changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield the faults that may stand in the place of the expression `node`."""
    del node  # no fault is known for this kind
    yield from ()


@expression_changes.register
def _operator(node: ast.UnaryOp) -> Iterator[tuple[str, ast.AST]]:
    yield "operator left out", node.operand


@expression_changes.register
def _arithmetic(node: ast.BinOp) -> Iterator[tuple[str, ast.AST]]:
    if type(node.op) in ARITHMETIC:
        yield "arithmetic", _with(node, op=ARITHMETIC[type(node.op)]())


@expression_changes.register
def _choice(node: ast.IfExp) -> Iterator[tuple[str, ast.AST]]:
    yield "one side of a choice", node.body
    yield "one side of a choice", node.orelse


@expression_changes.register
def _bounds(node: ast.Slice) -> Iterator[tuple[str, ast.AST]]:
    if node.lower is not None:
        yield "bound left out", _with(node, lower=None)
    if node.upper is not None:
        yield "bound left out", _with(node, upper=None)


@expression_changes.register
def _entries(node: ast.Dict) -> Iterator[tuple[str, ast.AST]]:
    for at in range(len(node.keys)):
        keys = [key for number, key in enumerate(node.keys) if number != at]
        yield "member left out", ast.Dict(keys=keys, values=_without(node.values, at))


def _with(node: ast.AST, **changes: object) -> ast.AST:
    made = copy(node)
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def _without(items: list[ast.expr], at: int) -> list[ast.expr]:
    return [item for number, item in enumerate(items) if number != at]


@expression_changes.register
def _comparisons(node: ast.Compare) -> Iterator[tuple[str, ast.AST]]:
    for at, op in enumerate(node.ops):
        for other in _COMPARISONS[type(op)]:
            ops = [other() if number == at else found for number, found in enumerate(node.ops)]
            yield "comparison", _with(node, ops=ops)


@expression_changes.register
def _boolean(node: ast.BoolOp) -> Iterator[tuple[str, ast.AST]]:
    other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield "boolean", _with(node, op=other)
    for at in range(len(node.values)):
        values = _without(node.values, at)
        yield (
            "operand left out",
            values[0] if len(values) == 1 else _with(node, values=values),
        )


@expression_changes.register
def _constants(node: ast.Constant) -> Iterator[tuple[str, ast.AST]]:
    match node.value:
        case bool(value):
            yield "constant", constant(not value)
        case int(value):
            yield "constant", constant(value + 1)
            if value > 1:
                yield "constant", constant(value - 1)
        case str(value):
            yield "constant", constant(f"{value}~")
        case bytes(value):
            yield "constant", constant(value + b"~")
        case _:
            pass


@expression_changes.register
def _calls(node: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    if len(node.args) > 1 and ast.dump(node.args[0]) != ast.dump(node.args[1]):
        yield "arguments exchanged", _with(node, args=[node.args[1], node.args[0], *node.args[2:]])
    for at, keyword in enumerate(node.keywords):
        if keyword.arg is not None:
            kept = [found for number, found in enumerate(node.keywords) if number != at]
            yield "argument left out", _with(node, keywords=kept)
    match node:
        case ast.Call(func=ast.Name(id="frozenset"), args=[ast.Set()]):
            pass  # of a set that is written there: that it cannot change is a matter of types
        case ast.Call(func=ast.Name(id=name), args=[only]) if name in _ONE_STEP:
            yield "call left out", only
        case ast.Call(func=ast.Attribute(value=receiver), args=[], keywords=[]):
            yield "call left out", receiver
        case _:
            pass


@expression_changes.register
def _members(node: ast.List | ast.Tuple | ast.Set) -> Iterator[tuple[str, ast.AST]]:
    if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        return  # names that are given values
    for at in range(len(node.elts)):
        kept = _without(node.elts, at)
        if kept or not isinstance(node, ast.Set):  # there is no empty set in the grammar
            yield "member left out", _with(node, elts=kept)
