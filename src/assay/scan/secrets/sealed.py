"""Under which name the caches of this scanner are sealed (`system.sealed`): all that decides.

What they hold decides what is searched, and one of them is read by a library in C++.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

import hyperscan

from assay import __version__

_ENGINES: Final = ("hyperscan", "google-re2")


def search_name(rules_digest: str) -> str:
    """Return the name of everything that decides what a search finds: rules, engines, code."""
    code = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        content = path.read_bytes()
        code.update(b"%d:%b%d:" % (len(path.name), path.name.encode(), len(content)))
        code.update(content)
    engines = ", ".join(f"{name} {number}" for name, number in engine_versions().items())
    return f"assay {__version__}, {code.hexdigest()}, {engines}, {rules_digest}"


@cache
def engine_versions() -> Mapping[str, str]:
    """Return the versions of the two engines, by the names of their packages.

    They are in the names of the folders beside the packages. Where they are not, the library is
    asked that knows every way to install, and that takes longer to load than a change to search.
    """
    folder = Path(hyperscan.__file__).parent.parent
    found: dict[str, str] = {}
    for package in _ENGINES:
        stem = f"{package.replace('-', '_')}-"
        names = [path.name for path in folder.glob(f"{stem}*.dist-info")]
        if len(names) == 1:
            found[package] = names[0].removeprefix(stem).removesuffix(".dist-info")
        else:
            from importlib.metadata import version  # noqa: PLC0415  # 50 ms; see above

            found[package] = version(package)
    return MappingProxyType(found)
