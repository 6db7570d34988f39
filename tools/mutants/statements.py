"""Faults in statements: a step that is left out, a condition that no longer decides."""

import ast
from collections.abc import Iterator
from functools import singledispatch

from mutants.expressions import ARITHMETIC, constant


@singledispatch
def statement_changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield the faults that may stand in the place of the statement `node`, or of a part of one."""
    del node  # no fault is known for this kind
    yield from ()


@statement_changes.register
def _conditions(node: ast.If | ast.While) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        return  # for the type checker; nothing runs it
    for value in (False, True):
        if value and isinstance(node, ast.While):
            continue  # it would only hang
        made = type(node)(test=constant(value), body=node.body, orelse=node.orelse)
        yield f"condition always {value}".lower(), made


@statement_changes.register
def _refusal(node: ast.Raise) -> Iterator[tuple[str, ast.AST]]:
    del node
    yield "refusal left out", ast.Pass()


@statement_changes.register
def _result(node: ast.Return) -> Iterator[tuple[str, ast.AST]]:
    match node.value:
        case None | ast.Constant(value=None):
            return
        case _:
            yield "result left out", ast.Return(value=constant(None))


@statement_changes.register
def _step(node: ast.Expr) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node.value, ast.Call | ast.Yield | ast.YieldFrom):
        yield "step left out", ast.Pass()


@statement_changes.register
def _store(node: ast.Assign | ast.Delete) -> Iterator[tuple[str, ast.AST]]:
    if all(isinstance(target, ast.Attribute | ast.Subscript) for target in node.targets):
        yield "step left out", ast.Pass()


@statement_changes.register
def _increment(node: ast.AugAssign) -> Iterator[tuple[str, ast.AST]]:
    yield "step left out", ast.Pass()
    if type(node.op) in ARITHMETIC:
        op = ARITHMETIC[type(node.op)]()
        yield "arithmetic", ast.AugAssign(target=node.target, op=op, value=node.value)


@statement_changes.register
def _loop_control(node: ast.Break | ast.Continue) -> Iterator[tuple[str, ast.AST]]:
    yield "other loop control", ast.Continue() if isinstance(node, ast.Break) else ast.Break()


@statement_changes.register
def _context(node: ast.With) -> Iterator[tuple[str, ast.AST]]:
    if all(item.optional_vars is None for item in node.items):
        made = ast.If(test=constant(value=True), body=node.body, orelse=[])
        yield "context left out", made


@statement_changes.register
def _handler(node: ast.ExceptHandler) -> Iterator[tuple[str, ast.AST]]:
    raising: list[ast.stmt] = [ast.Raise(exc=None, cause=None)]
    made = ast.ExceptHandler(type=node.type, name=node.name, body=raising)
    yield "handler left out", made


@statement_changes.register
def _filters(node: ast.comprehension) -> Iterator[tuple[str, ast.AST]]:
    for at in range(len(node.ifs)):
        kept = [found for number, found in enumerate(node.ifs) if number != at]
        made = ast.comprehension(target=node.target, iter=node.iter, ifs=kept, is_async=0)
        yield "filter left out", made
