"""Puts a mutant where the code is: into functions that are loaded, or into a module as it loads.

The first is quick, and enough for a fault inside a function: everybody who holds the function runs
its new code. What ran while modules were imported keeps what it found then, so a fault at the level
of a module, or one that survives in code that the tests call while they are collected, is loaded
anew in a process that has not seen the module yet.
"""

import gc
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Final

from mutants.mutation import code_at

ROOT: Final = Path(__file__).resolve().parent.parent.parent
SOURCE: Final = ROOT / "src"


def path_of(module: str) -> Path:
    """Return the file of a module."""
    plain = SOURCE.joinpath(*module.split("."))
    return plain / "__init__.py" if plain.is_dir() else plain.with_suffix(".py")


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, code: CodeType) -> None:
        super().__init__(name, path)
        self.code = code

    def get_code(self, fullname: str) -> CodeType:
        del fullname  # there is one module
        return self.code


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, name: str, code: CodeType) -> None:
        self.name, self.code = name, code

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        if fullname != self.name:
            return None
        file = str(path_of(fullname))
        places = [str(path_of(fullname).parent)] if file.endswith("__init__.py") else None
        return importlib.util.spec_from_file_location(
            fullname,
            file,
            loader=_Loader(fullname, file, self.code),
            submodule_search_locations=places,
        )


def load_instead(module: str, code: CodeType) -> None:
    """Make the next import of `module` run `code`.

    Raises:
        ValueError: The module is imported already, so that nothing would change.
    """
    if module in sys.modules:
        raise ValueError(f"{module} is loaded already")
    sys.meta_path.insert(0, _Finder(module, code))


def live_functions() -> dict[tuple[str, int], list[FunctionType]]:
    """Return the functions in memory by the file and the line where they begin."""
    found: dict[tuple[str, int], list[FunctionType]] = {}
    for held in gc.get_objects():
        if type(held) is FunctionType:
            code = held.__code__
            if code.co_filename.startswith(str(SOURCE)) and not code.co_name.startswith("<"):
                found.setdefault((code.co_filename, code.co_firstlineno), []).append(held)
    return found


def patch_functions(functions: Sequence[FunctionType], code: CodeType, *, line: int) -> None:
    """Give each of `functions` the code that the function at `line` has in `code`.

    Raises:
        ValueError: The function is not in the code, or nobody holds it.
    """
    new = code_at(code, line)
    if new is None or not functions:
        raise ValueError(f"no function at line {line}")
    for function in functions:
        function.__code__ = new
