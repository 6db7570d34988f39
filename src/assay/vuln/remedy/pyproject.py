"""What a pyproject.toml asks for, with ranges, and the Python that the product needs."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.stricttoml import parse_toml
from assay.sbom.lockfiles.pypisource import normal_name
from assay.vuln.remedy.jsontext import Span, replace_spans
from assay.vuln.remedy.model import Ask
from assay.vuln.remedy.registries import pdm_registry
from assay.vuln.remedy.requirementsedit import NewPin
from assay.vuln.remedy.requirementslock import requirement_ask

_CARET: Final = re.compile(r"\^\s*(\d{1,18}(?:\.\d{1,18})*)\Z", re.ASCII)
_TILDE: Final = re.compile(r"~\s*(\d{1,18}(?:\.\d{1,18})*)\Z", re.ASCII)
_BARE: Final = re.compile(r"\d[\w.!+*-]*\Z", re.ASCII)
PYTHON: Final = "python"
_PIPFILE_OWN: Final = frozenset({"requires", "scripts", "pipenv"})
_FORCED: Final = ("constraint", "override", "dev")
_PINNED: Final = re.compile(
    r"""(?P<quote>["'])(?P<name>[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[^\[\]"']*\])?\s*"""
    r"""===?\s*(?P<version>[\w.!+-]+)(?=\s*[;"'])""",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What a product says of itself; a range that nobody here can read stays as it is written."""

    asks: tuple[Ask, ...] = ()
    python: str = ""
    registry: str = ""  # from which all packages are, where a lock file does not say


def read_project(data: bytes, path: str) -> Project:
    """Read the pyproject.toml at `path`.

    Raises:
        MalformedError: Not TOML, or a table that is none.
    """
    document = parse_toml(data)
    project = document.optional("project")
    python = "" if project is None else project.optional_text("requires-python")
    asks = tuple(_asks(document, path))
    needed = (ask.range for ask in asks if ask.name == PYTHON)  # Poetry's own way to say it
    return Project(
        asks=tuple(ask for ask in asks if ask.name != PYTHON),
        python=python or next(needed, ""),
        registry=pdm_registry(document),
    )


def read_pipfile(data: bytes, path: str) -> Project:
    """Read the Pipfile at `path`.

    Raises:
        MalformedError: Not TOML, or a table that is none.
    """
    document = parse_toml(data)
    asks = [
        ask
        for group, table in document.members()
        if group not in _PIPFILE_OWN and isinstance(table.value, dict)
        for ask in _poetry_asks(table, path)
    ]
    return Project(asks=tuple(asks))


def edit_project(text: str, wanted: Mapping[str, NewPin]) -> str:
    """Return the text with the exact versions `wanted`, by normal name, in its lists.

    Raises:
        MalformedError: One of them is not there.
    """
    spans: list[Span] = []
    found: set[str] = set()
    for pin in _PINNED.finditer(text):
        name = normal_name(pin["name"])
        if name in wanted and pin["version"] == wanted[name].old:
            spans.append((pin.start("version"), pin.end("version"), wanted[name].new))
            found.add(name)
    if found != set(wanted):
        raise MalformedError(f"no exact version of {min(set(wanted) - found)} to change")
    return replace_spans(text, spans)


def poetry_range(text: str) -> str:
    """Return a range of Poetry as Python's specifiers; as it is where it is of another form."""
    written = text.strip()
    if written == "*":
        return ""
    if caret := _CARET.match(written):
        return f">={caret[1]},<{_next(caret[1], _leading(caret[1]))}"
    if tilde := _TILDE.match(written):
        return f">={tilde[1]},<{_next(tilde[1], min(1, tilde[1].count('.')))}"
    return f"=={written}" if _BARE.match(written) else written


def _leading(version: str) -> int:
    """Return the place of the first number that is not 0, or of the last one."""
    numbers = version.split(".")
    return next((place for place, one in enumerate(numbers) if int(one)), len(numbers) - 1)


def _next(version: str, place: int) -> str:
    numbers = [int(one) for one in version.split(".")]
    return ".".join(map(str, (*numbers[:place], numbers[place] + 1)))


def _asks(document: JsonValue, path: str) -> Iterator[Ask]:
    for text in _texts(document):
        ask = requirement_ask(text, path)
        if ask is not None:
            yield ask
    poetry = _tool(document, "poetry")
    if poetry is not None:
        for table in _poetry_tables(poetry):
            yield from _poetry_asks(table, path)


def _texts(document: JsonValue) -> Iterator[str]:
    project = document.optional("project")
    lists: list[JsonValue] = []
    if project is not None:
        lists += [one for one in (project.optional("dependencies"),) if one is not None]
        lists += [items for _, items in _members(project, "optional-dependencies")]
    lists += [items for _, items in _members(document, "dependency-groups")]
    uv = _tool(document, "uv")
    forced = () if uv is None else (uv.optional(f"{word}-dependencies") for word in _FORCED)
    lists += [items for items in forced if items is not None]
    for items in lists:
        for item in items.items():
            if isinstance(item.value, str):  # else a group that another one includes
                yield item.value


def _poetry_tables(poetry: JsonValue) -> Iterator[JsonValue]:
    holders = (poetry, *(group for _, group in _members(poetry, "group")))
    for holder in holders:
        for name in ("dependencies", "dev-dependencies"):
            table = holder.optional(name)
            if table is not None:
                yield table


def _poetry_asks(table: JsonValue, path: str) -> Iterator[Ask]:
    for name, wanted in table.members():
        choices = wanted.items() if isinstance(wanted.value, list) else (wanted,)
        for one in choices:
            said = one.optional_text("version", "*") if isinstance(one.value, dict) else one.text()
            own = normal_name(name)
            yield Ask(name=own, range=poetry_range(said), target=own, manifest=path)


def _tool(document: JsonValue, name: str) -> JsonValue | None:
    tool = document.optional("tool")
    return None if tool is None else tool.optional(name)


def _members(value: JsonValue, name: str) -> tuple[tuple[str, JsonValue], ...]:
    table = value.optional(name)
    return () if table is None else table.members()
