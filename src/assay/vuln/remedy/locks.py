"""The lock files of a commit as `Lock`s, and which of them are only named."""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from assay.core.errors import MalformedError
from assay.sbom.component import Component
from assay.sbom.filekinds import is_vendored, lock_parser
from assay.sbom.lockfiles.reading import Reading
from assay.sbom.lockfiles.requirements import parse_requirements
from assay.sbom.requirementset import read_requirements
from assay.vuln.remedy import npmlock
from assay.vuln.remedy.model import NPM, OWN, PYPI, Lock, Pin
from assay.vuln.remedy.pyproject import read_project
from assay.vuln.remedy.registries import TOML, requirements_registry, toml_registries
from assay.vuln.remedy.requirementslock import pypi_pin, requirements_lock

NPM_FILES: Final = frozenset({"package-lock.json", "npm-shrinkwrap.json"})
KINDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "uv.lock": (PYPI, "uv"),
        "poetry.lock": (PYPI, "poetry"),
        "pdm.lock": (PYPI, "pdm"),
        "Pipfile.lock": (PYPI, "pipenv"),
        "yarn.lock": (NPM, "yarn"),
        "pnpm-lock.yaml": (NPM, "pnpm"),
        "bun.lock": (NPM, "bun"),
    }
)


def read_locks(files: Mapping[str, bytes]) -> tuple[Lock, ...]:
    """Return the lock files among `files` that remediation knows; the inventory names the rest."""
    return tuple(_with_project(one, files) for one in (*_requirements(files), *_others(files)))


def _with_project(lock: Lock, files: Mapping[str, bytes]) -> Lock:
    """Add what the pyproject.toml beside a lock file of Python says."""
    path = posixpath.join(posixpath.dirname(lock.path), "pyproject.toml")
    if lock.ecosystem != PYPI or path not in files:
        return lock
    try:
        project = read_project(files[path], path)
    except MalformedError:
        return lock  # the inventory names it
    own = (*lock.asks.get(OWN, ()), *(ask for ask in project.asks if ask.target in lock.pins))
    return replace(lock, asks={**lock.asks, OWN: own}, python=project.python)


def _requirements(files: Mapping[str, bytes]) -> Iterator[Lock]:
    readings = dict(read_requirements(files).readings)
    for path, data in files.items():
        if path.endswith(".in") and f"{posixpath.splitext(path)[0]}.txt" in readings:
            try:
                readings[path] = parse_requirements(data, path)
            except MalformedError:
                continue  # the inventory names it
    for path in sorted(readings):
        if not path.endswith(".in"):
            lock = requirements_lock(path, readings)
            host = requirements_registry(files, path, readings)
            if lock.pins:
                pins = {key: replace(pin, registry=host) for key, pin in lock.pins.items()}
                yield replace(lock, pins=pins)


def _others(files: Mapping[str, bytes]) -> Iterator[Lock]:
    for path in sorted(files):
        parse = lock_parser(path)
        if parse is None or is_vendored(path):
            continue
        name = posixpath.basename(path)
        try:
            if name in NPM_FILES:
                yield npmlock.read_npm_lock(files[path], path, files)
            elif name in KINDS or name.startswith("pylock."):
                yield _lock(path, name, files[path], parse(files[path], path))
        except MalformedError:
            continue  # the inventory names it


def _lock(path: str, name: str, data: bytes, reading: Reading) -> Lock:
    ecosystem, kind = KINDS.get(name, (PYPI, "pylock"))
    hosts = toml_registries(data) if name.endswith((".lock", ".toml")) and kind in TOML else {}
    pins: dict[str, Pin] = {}
    keys: dict[str, str] = {}
    for component in reading.components:
        pin = _pin(ecosystem, component, pins)
        if pin is not None:
            pins[pin.key] = replace(pin, registry=hosts.get(pin.key, ""))
            keys[component.purl] = pin.key
    edges = {
        keys[component.purl]: frozenset(keys[one] for one in component.depends_on if one in keys)
        for component in reading.components
        if component.purl in keys
    }
    return Lock(path=path, ecosystem=ecosystem, kind=kind, pins=pins, edges=edges)


def _pin(ecosystem: str, component: Component, pins: Mapping[str, Pin]) -> Pin | None:
    if ecosystem == PYPI:
        pin = pypi_pin(component)
        if pin is None or pin.key not in pins:
            return pin
        if pins[pin.key].purl == pin.purl:
            return None  # in another group of the same file, which goes along
        key = f"{pin.key}@{pin.version}"
        return replace(pin, key=key)
    if not component.purl.startswith("pkg:npm/") or "?" in component.purl:
        return None
    return Pin(
        key=f"{component.name}@{component.version}",
        name=component.name,
        version=component.version,
        purl=component.purl,
        direct=component.direct,
        hashed=bool(component.hashes),
    )
