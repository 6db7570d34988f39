"""Manifests: do they ask for packages, whose versions some lock file has to fix?

Only the names that they ask for are read. What cannot be read raises, and the caller notes it.
"""

import re
from collections.abc import Iterator
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.core.stricttoml import parse_toml
from assay.sbom.lockfiles.pypisource import normal_name
from assay.sbom.lockfiles.requirements import parse_requirements

MAX_MANIFEST_BYTES: Final = 8 * 2**20  # written by people; bounds memory
_NAME: Final = re.compile(r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?", re.ASCII)
_PACKAGE_JSON: Final = ("dependencies", "devDependencies", "optionalDependencies")
_CARGO: Final = ("dependencies", "dev-dependencies", "build-dependencies")
_CODE: Final = re.compile(rb"\b(?:install_requires|setup_requires|tests_require|extras_require)\b")
_ELSEWHERE: Final = ("npm:", "jsr:", "https:", "http:")
_OWN: Final = ("file:", "link:", "workspace:", "portal:")


def parse_package_json(data: bytes) -> frozenset[str]:
    """Return the names of the packages that a package.json asks for, folders left out.

    Raises:
        MalformedError: Not strict JSON, or a list that is none.
    """
    document = JsonValue(parse_json(data, max_bytes=MAX_MANIFEST_BYTES))
    return frozenset(
        name
        for part in _PACKAGE_JSON
        for name, wanted in _members(document, part)
        if not wanted.text().startswith(_OWN)
    )


def parse_pyproject(data: bytes) -> frozenset[str]:
    """Return the names, normalised, that a pyproject.toml asks for, in any of its tools' tables.

    `build-system.requires` is left out: no lock file of today can fix it.

    Raises:
        MalformedError: Not TOML, or a list that is none.
    """
    document = parse_toml(data)
    found: set[str] = set()
    for part in ("project", "dependency-groups"):
        table = document.optional(part)
        if table is not None:
            found.update(_project_names(table, is_project=part == "project"))
    poetry = _inside(document, "tool", "poetry")
    if poetry is not None:
        groups = (group for _, group in _members(poetry, "group"))
        for table in (poetry, *groups):
            for key in ("dependencies", "dev-dependencies"):
                found.update(normal_name(name) for name, _ in _members(table, key))
    pdm = _inside(document, "tool", "pdm")
    if pdm is not None:
        for _, items in _members(pdm, "dev-dependencies"):
            found.update(_requirement_names(items.items()))
    project = document.optional("project")
    own = normal_name(project.optional_text("name")) if project is not None else ""
    return frozenset(found - {"python", own})


def parse_pipfile(data: bytes) -> frozenset[str]:
    """Return the names, normalised, that a Pipfile asks for.

    Raises:
        MalformedError: Not TOML, or a list that is none.
    """
    document = parse_toml(data)
    lists = (key for key, _ in document.members() if key.endswith("packages"))
    return frozenset(normal_name(name) for key in lists for name, _ in _members(document, key))


def parse_cargo_toml(data: bytes) -> frozenset[str]:
    """Return the names of the crates that a Cargo.toml asks for, folders left out.

    Raises:
        MalformedError: Not TOML, or a table that is none.
    """
    document = parse_toml(data)
    workspace = document.optional("workspace")
    targets = (target for _, target in _members(document, "target"))
    tables = (document, *targets, *((workspace,) if workspace is not None else ()))
    return frozenset(
        name
        for table in tables
        for key in _CARGO
        for name, wanted in _members(table, key)
        if not _is_folder(wanted)
    )


def parse_deno_json(data: bytes) -> frozenset[str]:
    """Return what the `imports` of a deno.json get from elsewhere, as it is written.

    Raises:
        MalformedError: Not strict JSON, or a list that is none.
    """
    document = JsonValue(parse_json(data, max_bytes=MAX_MANIFEST_BYTES))
    wanted = {value.text() for _, value in _members(document, "imports")}
    return frozenset(text for text in wanted if text.startswith(_ELSEWHERE))


def parse_setup(data: bytes) -> frozenset[str]:
    """Return a mark where a setup.py or setup.cfg asks for packages; which, only running it tells.

    Raises:
        MalformedError: Over the limit.
    """
    if len(data) > MAX_MANIFEST_BYTES:
        raise MalformedError(f"{len(data)} bytes, where at most {MAX_MANIFEST_BYTES} are read")
    return frozenset({""}) if _CODE.search(data) else frozenset()


def parse_requirements_in(data: bytes) -> frozenset[str]:
    """Return the names, normalised, that a requirements.in asks for.

    Raises:
        MalformedError: Not text, or a line that cannot be read.
    """
    reading = parse_requirements(data, "")
    if reading.not_checked:
        raise MalformedError(reading.not_checked[0].why)
    names = (*(item.name for item in reading.loose), *(item.name for item in reading.components))
    return frozenset(normal_name(name) for name in names)


def _project_names(table: JsonValue, *, is_project: bool) -> Iterator[str]:
    if not is_project:
        for _, items in table.members():
            yield from _requirement_names(items.items())
        return
    yield from _requirement_names(table.optional_items("dependencies"))
    for _, items in _members(table, "optional-dependencies"):
        yield from _requirement_names(items.items())


def _requirement_names(items: tuple[JsonValue, ...]) -> Iterator[str]:
    for item in items:
        if isinstance(item.value, dict):
            continue  # include-group, whose members are read where they are
        match = _NAME.match(item.text().strip())
        if match is None:
            raise MalformedError(f"{item.text()!r} is no requirement", where=item.where)
        yield normal_name(match[0])


def _is_folder(wanted: JsonValue) -> bool:
    return isinstance(wanted.value, dict) and "path" in wanted.value


def _inside(document: JsonValue, *names: str) -> JsonValue | None:
    value: JsonValue | None = document
    for name in names:
        value = value.optional(name) if value is not None else None
    return value


def _members(value: JsonValue, name: str) -> tuple[tuple[str, JsonValue], ...]:
    member = value.optional(name)
    return member.members() if member is not None else ()
