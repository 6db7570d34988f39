"""The architecture page: packages in the order that the import contract holds."""

import importlib
import inspect
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from assay.core.jsonvalue import JsonValue
from docs_pages.markdown import table

ROOT: Final = Path(__file__).resolve().parent.parent.parent
_WIDTH: Final = 60


def architecture_page() -> str:
    """Return the packages that exist, as a picture and as a table, and the other contracts."""
    contracts = _contracts()
    declared = next(c for c in contracts if c.field("type").text() == "layers")
    layers = [
        (number, names)
        for number, layer in _numbered([item.text() for item in declared.field("layers").items()])
        if (names := [name for name in _names(layer) if _exists(name)])
    ]
    parts = [
        "# Architecture\n",
        "Collectors make statements; statements are signed into envelopes and appended to the log;",
        "gates read verified statements, decide by policy, and append one more: the verdict. Every",
        "other view (frameworks, reports) is computed from the log.\n",
        "A package imports from lower layers only, never from its own. `make contracts` holds this",
        "order, which is declared in `pyproject.toml`; packages in it that do not exist yet have",
        "their place already, which is why numbers are missing.\n",
        "```text",
        *_picture(layers),
        "```\n",
        table(
            ("Layer", "Package", "Purpose"),
            [(str(n), f"`{name}`", _purpose(name)) for n, names in layers for name in names],
        ),
        "## What else the contracts hold\n",
        *(f"* {c.field('name').text().partition('. ')[2]}." for c in contracts),
        "\n[Why it is so](how-it-decides.md) · [what each decision cost](../index.md#decisions)\n",
    ]
    return "\n".join(parts)


def _contracts() -> tuple[JsonValue, ...]:
    settings = JsonValue(tomllib.loads((ROOT / "pyproject.toml").read_text()))
    return tuple(settings.field("tool").field("importlinter").field("contracts").items())


def _numbered(layers: list[str]) -> Iterator[tuple[int, str]]:
    return zip(range(len(layers), 0, -1), layers, strict=True)


def _names(layer: str) -> list[str]:
    return [part.strip(" ()") for part in layer.split("|")]


def _exists(name: str) -> bool:
    return (ROOT / "src" / "assay" / name / "__init__.py").is_file()


def _purpose(name: str) -> str:
    words = inspect.getdoc(importlib.import_module(f"assay.{name}")) or ""
    return words.partition("\n\n")[0].replace("\n", " ")


def _picture(layers: list[tuple[int, list[str]]]) -> Iterator[str]:
    for number, names in layers:
        yield f"{number:>4} │ {'   '.join(names):^{_WIDTH}} │"
        if number > 1:
            yield f"     │ {'↓':^{_WIDTH}} │"
