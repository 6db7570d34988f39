"""One Python file as facts: what it imports, which names stand for what, what it calls, and where.

Names are kept as written, in their scope; `assay.vuln.reach.pyprogram` finds out what they mean
when it has all files. Nothing is run, and no file makes the reader fail: it is read or it is not.
"""

import ast
from dataclasses import dataclass, replace
from typing import Final

from assay.core.errors import MalformedError
from assay.findings.reach import Scope
from assay.vuln.reach.pydynamic import (
    IMPORTERS,
    does_anything,
    hands_on,
    looks_up,
    named_module,
    tests_for_types,
)
from assay.vuln.reach.pyfacts import (
    CALLED,
    UNKNOWN,
    Bound,
    PyImport,
    PyModule,
    PyUse,
    dotted,
    exceptions_in,
    may_be_module,
)
from assay.vuln.reach.pysource import MAX_FILE_BYTES, parse_tree, read_notebook

MAX_BOUND: Final = 64  # things that one name stands for in one scope
_FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def parse_module(path: str, data: bytes) -> PyModule:
    """Read one Python file, or the code of a notebook where `path` ends in `.ipynb`.

    Raises:
        MalformedError: It is too large, nested too deeply, or no Python of this version.
    """
    if len(data) > MAX_FILE_BYTES:
        raise MalformedError(f"{len(data)} bytes, where at most {MAX_FILE_BYTES} are read")
    module = PyModule(path=path)
    if path.endswith(".ipynb"):
        trees, commands = read_notebook(data)
        if commands:
            module.dynamic[1] = "is in commands of a notebook"
    else:
        trees = [parse_tree(data)]
    for tree in trees:
        _Reader(module, tree).read()
    return module


@dataclass(frozen=True, slots=True)
class _At:
    """Where a node stands."""

    function: str = ""
    scope: Scope = Scope.RUN
    optional: bool = False
    owner: str = ""  # the class whose method this is


class _Reader:
    """Walks one tree with a list, for a tree can be deeper than the stack of calls."""

    def __init__(self, module: PyModule, tree: ast.Module) -> None:
        self._module = module
        self._tree = tree
        self._types: frozenset[tuple[str, ...]] | None = None
        self._waiting: list[tuple[ast.AST, _At]] = []

    def read(self) -> None:
        """Take in all of the tree."""
        self._waiting.append((self._tree, _At()))
        while self._waiting:
            self._take(*self._waiting.pop())

    def _take(self, node: ast.AST, at: _At) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._function(node, at)
            case ast.ClassDef():
                self._class(node, at)
            case ast.Import():
                self._import(node, at)
            case ast.ImportFrom():
                self._import_from(node, at)
            case ast.withitem():
                self._with(node, at)
            case ast.Call():
                self._call(node, at)
            case _:
                self._take_other(node, at)

    def _take_other(self, node: ast.AST, at: _At) -> None:
        match node:
            case ast.If():
                self._if(node, at)
            case ast.Try():
                self._try(node, at)
            case ast.Assign() | ast.AnnAssign() | ast.NamedExpr():
                self._assign(node, at)
            case ast.Attribute() | ast.Name():
                self._value(node, at)
            case ast.Constant():
                self._constant(node, at)
            case _:
                self._inside(node, at)

    def _inside(self, node: ast.AST, at: _At) -> None:
        self._waiting += [(child, at) for child in ast.iter_child_nodes(node)]

    def _bind(self, scope: str, name: str, bound: Bound) -> None:
        known = self._module.bound.setdefault((scope, name), set())
        if len(known) < MAX_BOUND:
            known.add(bound)
        else:
            self._module.crowded = True

    def _define(self, node: _FunctionNode | ast.ClassDef, at: _At) -> str:
        name = f"{at.function}.{node.name}" if at.function else node.name
        self._module.functions[name] = node.lineno
        self._bind(at.function, node.name, Bound(parts=(f"@{name}",)))
        if node.decorator_list:
            self._module.decorated.add(name)
        for decorator in node.decorator_list:
            self._use(decorator, at, called=True)
            self._waiting.append((decorator, at))
        return name

    def _function(self, node: _FunctionNode, at: _At) -> None:
        name = self._define(node, at)
        owner = at.owner if at.owner and at.function == at.owner else ""
        inside = _At(name, at.scope, owner=owner)
        every = node.args
        for argument in (*every.posonlyargs, *every.args, *every.kwonlyargs):
            self._argument(argument, name, at.function)
        for extra in (every.vararg, every.kwarg):
            if extra is not None:
                self._bind(name, extra.arg, Bound(parts=(UNKNOWN,)))
        # Defaults and annotations are run where the function is made.
        self._waiting += [(part, at) for part in (every, node.returns) if part is not None]
        self._waiting += [(statement, inside) for statement in node.body]

    def _argument(self, argument: ast.arg, function: str, outside: str) -> None:
        """Bind an argument: to an object of the class that its annotation names, if any."""
        parts = dotted(argument.annotation) if argument.annotation is not None else (UNKNOWN,)
        if parts[0] == UNKNOWN:
            self._bind(function, argument.arg, Bound(parts=(UNKNOWN,)))
        else:
            instance = (*parts[:-1], parts[-1] + CALLED)
            self._bind(function, argument.arg, Bound(parts=instance, scope=outside))

    def _class(self, node: ast.ClassDef, at: _At) -> None:
        name = self._define(node, at)
        self._module.classes.add(name)
        self._waiting += [(base, at) for base in (*node.bases, *(k.value for k in node.keywords))]
        self._waiting += [(part, _At(name, at.scope, owner=name)) for part in node.body]

    def _import(self, node: ast.Import, at: _At) -> None:
        for alias in node.names:
            self._add_import(alias.name, node.lineno, at)
            name = alias.asname or alias.name.partition(".")[0]
            parts = tuple(alias.name.split(".")) if alias.asname else (name,)
            self._bind(at.function, name, Bound(parts=parts))

    def _import_from(self, node: ast.ImportFrom, at: _At) -> None:
        module = self._absolute(node.module or "", node.level)
        for alias in node.names:
            if alias.asname and alias.asname != alias.name and hands_on((alias.name,)):
                self._module.dynamic[node.lineno] = "gives what imports another name"
            if alias.name == "*":
                self._module.stars.append(module)
                self._add_import(module, node.lineno, at)
                continue
            self._add_import(f"{module}.{alias.name}" if module else alias.name, node.lineno, at)
            parts = (*module.split("."), alias.name) if module else (alias.name,)
            self._bind(at.function, alias.asname or alias.name, Bound(parts=parts))

    def _absolute(self, module: str, level: int) -> str:
        """Return what a relative import means: seen from the top of the repository."""
        if not level:
            return module
        folders = self._module.path.split("/")[:-1]
        kept = folders[: len(folders) - (level - 1)] if level > 1 else folders
        return ".".join((*kept, *filter(None, module.split("."))))

    def _add_import(self, module: str, line: int, at: _At) -> None:
        self._module.imports.append(
            PyImport(module=module, line=line, scope=at.scope, optional=at.optional)
        )

    def _if(self, node: ast.If, at: _At) -> None:
        typing = self._is_for_types(dotted(node.test))
        first = _At(at.function, Scope.TYPES, at.optional, at.owner) if typing else at
        self._waiting.append((node.test, at))
        self._waiting += [(part, first) for part in node.body]
        self._waiting += [(part, at) for part in node.orelse]

    def _is_for_types(self, test: tuple[str, ...]) -> bool:
        """Tell whether a condition is true only for who checks types; a file is asked once."""
        if test[-1] != "TYPE_CHECKING":
            return False
        if self._types is None:
            self._types = tests_for_types(self._tree)
        return test in self._types

    def _try(self, node: ast.Try, at: _At) -> None:
        named = {name for one in node.handlers for name in exceptions_in(one.type)}
        optional = bool(named & {"ImportError", "ModuleNotFoundError"})
        first = _At(at.function, at.scope, at.optional or optional, at.owner)
        self._waiting += [(part, first) for part in node.body]
        self._waiting += [(part, at) for part in (*node.handlers, *node.orelse, *node.finalbody)]

    def _assign(self, node: ast.Assign | ast.AnnAssign | ast.NamedExpr, at: _At) -> None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            if node.value is not None:
                self._give(target, dotted(node.value), at)
                if not isinstance(target, ast.Name):
                    self._waiting.append((target, at))
        if node.value is not None:
            self._waiting.append((node.value, at))
        if isinstance(node, ast.AnnAssign):
            self._waiting.append((node.annotation, at))

    def _give(self, target: ast.expr, parts: tuple[str, ...], at: _At) -> None:
        """Let a name, or an attribute of `self`, stand for `parts`."""
        match target:
            case ast.Name():
                self._bind(at.function, target.id, Bound(parts=parts, scope=at.function))
            case ast.Attribute(value=ast.Name(id="self")) if at.owner:
                bound = Bound(parts=parts, scope=at.function)
                self._bind(at.owner, f"self.{target.attr}", bound)
            case _:
                return

    def _with(self, node: ast.withitem, at: _At) -> None:
        if node.optional_vars is not None:
            self._give(node.optional_vars, dotted(node.context_expr), at)
            if not isinstance(node.optional_vars, ast.Name):
                self._waiting.append((node.optional_vars, at))
        self._waiting.append((node.context_expr, at))

    def _use(self, node: ast.expr, at: _At, *, called: bool) -> tuple[str, ...]:
        parts = dotted(node)
        if len(parts) > 1 or parts[0] != UNKNOWN:
            use = PyUse(
                parts=parts, line=node.lineno, function=at.function, called=called, scope=at.scope
            )
            self._module.uses.append(use)
        return parts

    def _call(self, node: ast.Call, at: _At) -> None:
        parts = self._use(node.func, at, called=True)
        self._below(node.func, at)
        self._waiting += [(part, at) for part in (*node.args, *node.keywords)]
        self._dynamic(node, parts, at)

    def _dynamic(self, node: ast.Call, parts: tuple[str, ...], at: _At) -> None:
        """Note what a call imports by a name, and what it does that could be anything."""
        if parts[-1] in IMPORTERS:
            module = named_module(node)
            if module:
                self._add_import(module, node.lineno, at)
            else:
                self._module.dynamic[node.lineno] = "imports by a name that is computed"
        elif what := does_anything(parts):
            self._module.dynamic[node.lineno] = what
        if looked_up := looks_up(node):
            computed = PyUse(
                parts=dotted(looked_up),
                line=node.lineno,
                function=at.function,
                called=False,
                scope=at.scope,
            )
            self._module.computed.append(computed)

    def _value(self, node: ast.Attribute | ast.Name, at: _At) -> None:
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            self._bind(at.function, node.id, Bound(parts=(UNKNOWN,)))  # of a loop, a pattern
            return
        parts = self._use(node, at, called=False)
        if what := hands_on(parts):
            self._module.dynamic[node.lineno] = what
        if parts[-1] == "__dict__" and len(parts) > 1:
            self._module.computed.append(replace(self._module.uses[-1], parts=parts[:-1]))
        self._below(node, at)

    def _below(self, node: ast.expr, at: _At) -> None:
        """Go on at what a chain of attributes hangs on, unless that is a mere name."""
        while isinstance(node, ast.Attribute):
            node = node.value
        if not isinstance(node, ast.Name):
            self._waiting.append((node, at))

    def _constant(self, node: ast.Constant, at: _At) -> None:
        text = node.value
        if isinstance(text, str) and at.scope is Scope.RUN and may_be_module(text):
            self._module.texts.setdefault(text, node.lineno)
