"""The lock files of a commit as `Lock`s, and which of them are only named."""

import posixpath
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from assay.core.errors import MalformedError
from assay.sbom.filekinds import is_vendored, lock_parser
from assay.sbom.lockfiles.requirements import parse_requirements
from assay.sbom.requirementnames import is_requirements
from assay.sbom.requirementset import read_requirements
from assay.vuln.remedy import npmlock
from assay.vuln.remedy.model import OWN, PYPI, Lock
from assay.vuln.remedy.nodelocks import read_node_lock
from assay.vuln.remedy.pyproject import Project, read_pipfile, read_project
from assay.vuln.remedy.pythonlock import read_python_lock
from assay.vuln.remedy.registries import NPMRC, requirements_registry
from assay.vuln.remedy.requirementslock import KIND as REQUIREMENTS
from assay.vuln.remedy.requirementslock import files_with, requirements_lock, written_extras

NPM_FILES: Final = frozenset({"package-lock.json", "npm-shrinkwrap.json"})
PYTHON_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {"uv.lock": "uv", "poetry.lock": "poetry", "pdm.lock": "pdm", "Pipfile.lock": "pipenv"}
)
NODE_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {"yarn.lock": "yarn", "pnpm-lock.yaml": "pnpm", "bun.lock": "bun"}
)


def read_locks(files: Mapping[str, bytes]) -> tuple[Lock, ...]:
    """Return the lock files among `files` that remediation knows; the inventory names the rest."""
    return tuple(_with_project(one, files) for one in (*_requirements(files), *_others(files)))


def said_beside(lock: Lock, paths: Collection[str]) -> str:
    """Return the first of `paths` that may say what a lock file may have, or from where; or none.

    Requirements files constrain each other from anywhere; else it is beside or beneath.
    """
    folder = posixpath.dirname(lock.path)
    near = (
        path
        for path in sorted(paths)
        if (lock.kind == REQUIREMENTS and is_requirements_file(path))
        or posixpath.basename(path) == NPMRC
        or f"{path}/".startswith(f"{folder}/" if folder else "")
    )
    return next(near, "")


def is_requirements_file(path: str) -> bool:
    """Tell whether a file is read with requirements files."""
    return is_requirements(path) or is_requirements(path, ".in")


def _with_project(lock: Lock, files: Mapping[str, bytes]) -> Lock:
    """Add what the manifest beside a lock file of Python says."""
    try:
        project = _project(lock, files) if lock.ecosystem == PYPI else None
    except MalformedError as error:  # what the product asks for is not known
        return replace(lock, why_not=f"the manifest beside it cannot be read: {error.what}")
    if project is None:
        return lock
    own = (*lock.asks.get(OWN, ()), *(ask for ask in project.asks if ask.target in lock.pins))
    pins = {
        key: pin if pin.registry else replace(pin, registry=project.registry)
        for key, pin in lock.pins.items()
    }
    python = lock.python or project.python
    return replace(lock, pins=pins, asks={**lock.asks, OWN: own}, python=python)


def _project(lock: Lock, files: Mapping[str, bytes]) -> Project | None:
    name, read = "pyproject.toml", read_project
    if lock.kind == "pipenv":
        name, read = "Pipfile", read_pipfile
    path = posixpath.join(posixpath.dirname(lock.path), name)
    return read(files[path], path) if path in files else None


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
            index = requirements_registry(files, path, readings)
            if lock.pins:
                pins = {key: replace(pin, registry=index) for key, pin in lock.pins.items()}
                whole = b"\n".join(files.get(one, b"") for one in files_with(path, readings))
                extras = written_extras(whole)
                yield replace(lock, pins=pins, extras=extras)


def _others(files: Mapping[str, bytes]) -> Iterator[Lock]:
    for path in sorted(files):
        if lock_parser(path) is None or is_vendored(path):
            continue
        try:
            lock = _read(path, files)
        except MalformedError:
            continue  # the inventory names it
        if lock is not None:
            yield lock


def _read(path: str, files: Mapping[str, bytes]) -> Lock | None:
    name = posixpath.basename(path)
    if name in NPM_FILES:
        return npmlock.read_npm_lock(files[path], path, files)
    if name in NODE_KINDS:
        return read_node_lock(NODE_KINDS[name], files[path], path, files)
    if name in PYTHON_KINDS or name.startswith("pylock."):
        return read_python_lock(PYTHON_KINDS.get(name, "pylock"), files[path], path)
    return None
