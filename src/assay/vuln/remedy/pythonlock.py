"""Lock files of Python's tools as `Lock`s: what is pinned, who leads to whom, for which Pythons."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.core.stricttoml import parse_toml
from assay.sbom.filekinds import lock_parser
from assay.sbom.lockfiles.packagelock import MAX_LOCK_BYTES
from assay.sbom.lockfiles.pypisource import normal_name
from assay.sbom.lockfiles.reading import Reading
from assay.vuln.remedy.lockpythons import locked_python
from assay.vuln.remedy.model import PYPI, Lock, Pin
from assay.vuln.remedy.registries import (
    members_of,
    pipfile_registries,
    pylock_registries,
    toml_registries,
)
from assay.vuln.remedy.requirementslock import add_pin, pypi_pin

_Registries = Callable[[JsonValue], dict[str, str]]
_REGISTRIES: Final[Mapping[str, _Registries]] = MappingProxyType(
    {"pipenv": pipfile_registries, "pylock": pylock_registries}
)
_TELLS_EDGES: Final = frozenset({"uv", "poetry", "pdm"})  # the others need not say who asks


def read_python_lock(kind: str, data: bytes, path: str) -> Lock:
    """Read the lock file of the tool `kind` at `path`.

    Raises:
        MalformedError: It is not what the inventory reads.
    """
    parse = lock_parser(path)
    if parse is None:
        raise MalformedError("no lock file", where=path)
    reading = parse(data, path)
    document = _document(kind, data)
    registries = _REGISTRIES.get(kind, toml_registries)(document)
    pins: dict[str, Pin] = {}
    keys: dict[str, str] = {}
    for component in reading.components:
        pin = pypi_pin(component, registries)
        if pin is not None:
            keys[component.purl] = add_pin(pins, pin)
    return Lock(
        path=path,
        ecosystem=PYPI,
        kind=kind,
        pins=pins,
        extras=_pipfile_extras(document) if kind == "pipenv" else {},
        edges=_edges(reading, keys) if kind in _TELLS_EDGES else None,
        python=locked_python(kind, document),
    )


def _document(kind: str, data: bytes) -> JsonValue:
    if kind == "pipenv":
        return JsonValue(parse_json(data, max_bytes=MAX_LOCK_BYTES))
    return parse_toml(data)


def _pipfile_extras(document: JsonValue) -> dict[str, frozenset[str]]:
    return {
        normal_name(name): frozenset(one.text() for one in entry.optional_items("extras"))
        for group in ("default", "develop")
        for name, entry in members_of(document, group)
    }


def _edges(reading: Reading, keys: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Return which pins each leads to, by all of its blocks: one for each extra, in some files."""
    found: dict[str, frozenset[str]] = {}
    for component in reading.components:
        if component.purl in keys:
            led = frozenset(keys[one] for one in component.depends_on if one in keys)
            key = keys[component.purl]
            found[key] = found.get(key, frozenset()) | led
    return found
