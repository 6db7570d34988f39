"""Which Pythons a lock file says it is for: a release for fewer is no candidate."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from assay.core.jsonvalue import JsonValue


def locked_python(kind: str, document: JsonValue) -> str:
    """Return what the lock file of the tool `kind` says, as Python's specifiers; or nothing."""
    read = _READERS.get(kind)
    return "" if read is None else read(document)


def _top(document: JsonValue) -> str:
    return document.optional_text("requires-python")


def _poetry(document: JsonValue) -> str:
    metadata = document.optional("metadata")
    return "" if metadata is None else metadata.optional_text("python-versions")


def _pdm(document: JsonValue) -> str:
    metadata = document.optional("metadata")
    targets = () if metadata is None else metadata.optional_items("targets")
    return next((one.optional_text("requires_python") for one in targets), "")


def _pipenv(document: JsonValue) -> str:
    requires = document.field("_meta").optional("requires")
    if requires is None:
        return ""
    version = requires.optional_text("python_full_version") or requires.optional_text(
        "python_version"
    )
    return f"=={version}.*" if version.count(".") == 1 else f"=={version}" if version else ""


_READERS: Final[Mapping[str, Callable[[JsonValue], str]]] = MappingProxyType(
    {"uv": _top, "pylock": _top, "poetry": _poetry, "pdm": _pdm, "pipenv": _pipenv}
)
