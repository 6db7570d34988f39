"""The cells of a Jupyter notebook and what they put out, as the text that their reader sees."""

from collections.abc import Iterator
from typing import Final

from assay.core.errors import MalformedError
from assay.core.strictjson import parse_json

MAX_NOTEBOOK_BYTES: Final = 32 * 2**20
_TEXTS: Final = ("source", "text", "traceback", "text/plain", "text/html", "text/markdown")


def notebook_cells(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield (where, text) of each cell and each output; nothing where it is no notebook."""
    try:
        document = parse_json(data, max_bytes=MAX_NOTEBOOK_BYTES)
    except MalformedError:
        return
    cells = document.get("cells") if isinstance(document, dict) else None
    for number, cell in enumerate(cells if isinstance(cells, list) else [], 1):
        text = "\n".join(_texts(cell))
        if text:
            yield f"cell {number}", text.encode("utf-8", "replace")


def _texts(value: object) -> Iterator[str]:
    """Yield what stands under the names of texts, at any depth; its lines may be a list."""
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for name, member in value.items():
            if name in _TEXTS and isinstance(member, (str, list)):
                lines = [member] if isinstance(member, str) else member
                yield "".join(line for line in lines if isinstance(line, str))
            else:
                yield from _texts(member)
