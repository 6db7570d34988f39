"""Under which names a Python distribution is imported: known, or guessed and told to be."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from assay.core.stricttoml import parse_toml
from assay.vuln.package import normal_name

MAX_METADATA_BYTES: Final = 16 * 2**20
_CODE: Final = (".py", ".so", ".pyd")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportNames:
    """Dotted names of modules; `guessed` where they come from the distribution's name alone."""

    names: tuple[str, ...]
    guessed: bool

    def cover(self, module: str) -> bool:
        """Tell whether `module` is one of them, or inside one."""
        return any(module == name or module.startswith(f"{name}.") for name in self.names)


def import_names(distribution: str, installed: Mapping[str, tuple[str, ...]]) -> ImportNames:
    """Return the names of a distribution; `installed` are those that environments tell."""
    name = normal_name("PyPI", distribution)
    known = installed.get(name) or _table().get(name)
    if known:
        return ImportNames(names=known, guessed=False)
    plain = distribution.replace("-", "_").replace(".", "_")
    spaced = distribution.replace("-", ".")
    names = dict.fromkeys((plain, plain.lower(), spaced, spaced.lower()))
    return ImportNames(names=tuple(names), guessed=True)


def read_top_level(data: bytes) -> tuple[str, ...]:
    """Return the modules that a `top_level.txt` lists; what is no name is passed over."""
    lines = data[:MAX_METADATA_BYTES].decode(errors="replace").split("\n")
    names = (line.strip().replace("/", ".") for line in lines)
    return tuple(name for name in names if _is_module(name))


def read_record(data: bytes) -> tuple[str, ...]:
    """Return the modules of what a RECORD (PEP 376) lists: packages by their shortest names.

    A folder without `__init__.py` is a namespace that other distributions share: what counts is
    below it.
    """
    lines = data[:MAX_METADATA_BYTES].decode(errors="replace").split("\n")
    paths = [path for line in lines if (path := line.rsplit(",", 2)[0].strip('"')).endswith(_CODE)]
    packages = {
        path.rpartition("/")[0] for path in paths if _stem(path.rpartition("/")[2]) == "__init__"
    }
    names = {_module_of(path, packages) for path in paths}
    return tuple(sorted(name for name in names if _is_module(name)))


def _module_of(path: str, packages: set[str]) -> str:
    """Return the outermost package that a file is in, or else the file as a module."""
    folders = path.split("/")[:-1]
    for end in range(1, len(folders) + 1):
        if "/".join(folders[:end]) in packages:
            return ".".join(folders[:end])
    return ".".join((*folders, _stem(path.rpartition("/")[2])))


def _stem(name: str) -> str:
    return name.partition(".")[0]


def _is_module(name: str) -> bool:
    return bool(name) and all(part.isidentifier() for part in name.split("."))


@cache
def _table() -> Mapping[str, tuple[str, ...]]:
    data = files("assay.vuln.reach").joinpath("import_names.toml").read_bytes()
    listed = parse_toml(data).field("names").members()
    return MappingProxyType(
        {name: tuple(item.text() for item in value.items()) for name, value in listed}
    )
