"""What a Python file does that could be anything: imports by values, code of text, plug-ins."""

import ast
from typing import Final

IMPORTERS: Final = frozenset(
    {"import_module", "__import__", "run_module", "import_string", "resolve_name", "locate"}
    | {"import_object", "import_from_string", "load_object"}
)
_WORD: Final = "TYPE_CHECKING"
_TYPING: Final = frozenset({"typing", "typing_extensions"})
_WORDS: Final = _TYPING | {_WORD}
_RUNS_TEXT: Final = frozenset({"exec", "eval", "compile"})
_RUNS_ANYWHERE: Final = frozenset({"exec", "eval", "execfile", "runcode", "runsource"})
_BY_PATH: Final = frozenset(
    {"spec_from_file_location", "SourceFileLoader", "load_source", "run_path", "exec_module"}
    | {"load_module", "SourcelessFileLoader", "ExtensionFileLoader", "zipimporter"}
)
_FINDERS: Final = frozenset(
    {"entry_points", "iter_entry_points", "iter_modules", "walk_packages", "load_entry_point"}
)
_BUILTINS: Final = frozenset({"builtins", "__builtins__", "__builtin__"})


def does_anything(parts: tuple[str, ...]) -> str:
    """Return what a call of this name does that no reader can see through; empty for others."""
    name = parts[-1]
    bare = len(parts) == 1 or parts[0] in _BUILTINS
    if (name in _RUNS_TEXT and bare) or name in _RUNS_ANYWHERE - _RUNS_TEXT:
        return "runs code from a text"
    if name in _BY_PATH:
        return "runs a file by its path"
    return "finds plug-ins by itself" if name in _FINDERS else ""


def hands_on(parts: tuple[str, ...]) -> str:
    """Return what is wrong with naming this without a call of it: it then has another name."""
    if parts[-1] in {"import_module", "__import__", "run_module"}:
        return "hands on the function that imports"
    bare = len(parts) == 1 or parts[0] in _BUILTINS
    return "hands on what runs code from a text" if bare and parts[-1] in {"exec", "eval"} else ""


def named_module(call: ast.Call) -> str:
    """Return the module that a call imports, empty where its name is relative or computed."""
    match call.args:
        case [ast.Constant(value=str(name)), *_] if name and not name.startswith("."):
            return name.partition(":")[0]
        case _:
            return ""


def looks_up(call: ast.Call) -> ast.expr | None:
    """Return of what `getattr` or `vars` takes a name that is computed, None where none."""
    match call:
        case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=str()), *_]):
            return None
        case ast.Call(func=ast.Name(id="getattr" | "vars"), args=[first, *_]):
            return first
        case _:
            return None


def tests_for_types(tree: ast.Module) -> frozenset[tuple[str, ...]]:
    """Return the conditions that are true only for who checks types: none, where a file may differ.

    A file can give the word another value, and with that hide imports that are run.
    """
    plain = {
        id(target)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and isinstance(node.value, ast.Constant)
        and node.value.value is False  # what those write who do not import typing
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    }
    if any(id(node) not in plain and _gives_meaning(node) for node in ast.walk(tree)):
        return frozenset()
    given = {
        (alias.asname or alias.name, _WORD)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name in _TYPING
    }
    return frozenset({(_WORD,), *given})


def _gives_meaning(node: ast.AST) -> bool:
    """Tell whether a node gives the word, or the module that it is of, a meaning of its own."""
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
            return name == _WORD or name in _TYPING
        case ast.Attribute(attr=name, ctx=ast.Store()):
            return name == _WORD
        case ast.ImportFrom(module=module, level=level):
            typing = module in _TYPING and not level
            return any(_hides(alias, typing=typing) for alias in node.names)
        case ast.Import():
            return any(one.asname in _WORDS and one.name not in _TYPING for one in node.names)
        case _:
            return False


def _hides(alias: ast.alias, *, typing: bool) -> bool:
    """Tell whether a name of a module becomes the word, and is not what typing means by it."""
    if typing:
        return alias.asname in _WORDS and alias.name != _WORD
    return alias.name == "*" or (alias.asname or alias.name) in _WORDS
