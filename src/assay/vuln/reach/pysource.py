"""Python as syntax trees: of a file, and of the code in a notebook."""

import ast
import warnings
from typing import Final

from assay.core.errors import MalformedError
from assay.core.printable import printable
from assay.core.strictjson import parse_json

MAX_FILE_BYTES: Final = 4 * 2**20  # of source; what is larger was made by a program
# Commands of a notebook that import nothing of the product's.
_HARMLESS: Final = ("%matplotlib", "%load_ext", "%autoreload", "%config", "%pip", "%conda", "!pip")


def parse_tree(source: bytes | str) -> ast.Module:
    """Return the syntax tree; encodings are those of PEP 263, as Python itself reads them.

    Raises:
        MalformedError: It is nested too deeply, or no Python of this version.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that mean nothing
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError, LookupError) as error:
        why = printable(str(error), limit=120) or type(error).__name__
        raise MalformedError(f"no Python that is read here: {why}") from error


def read_notebook(data: bytes) -> tuple[list[ast.Module], bool]:
    """Return the trees of the cells with code, and whether some have commands that run more.

    A line that begins with `%` is a command only where the cell is no Python with it.

    Raises:
        MalformedError: It is no notebook, or its code no Python.
    """
    document = parse_json(data, max_bytes=MAX_FILE_BYTES)
    cells = document.get("cells") if isinstance(document, dict) else None
    if not isinstance(cells, list):
        raise MalformedError("a notebook without cells")
    trees, commands = [], False
    for cell in cells:
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            source = cell.get("source")
            lines = source if isinstance(source, list) else [source]
            tree, more = _read_cell("".join(line for line in lines if isinstance(line, str)))
            trees.append(tree)
            commands = commands or more
    return trees, commands


def _read_cell(text: str) -> tuple[ast.Module, bool]:
    lines = text.split("\n")
    told = [line.lstrip() for line in lines if line.lstrip().startswith(("%", "!"))]
    if not told:
        return parse_tree(text), False
    try:
        return parse_tree(text), False
    except MalformedError:
        kept = ("" if line.lstrip().startswith(("%", "!")) else line for line in lines)
        more = any(not line.startswith(_HARMLESS) for line in told)
        return parse_tree("\n".join(kept)), more
