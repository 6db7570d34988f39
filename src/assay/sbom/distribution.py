"""A Linux distribution, and how the purls of its packages name it.

Packages of two distributions share their names and not their fixes, so each purl says which one it
is of. Where a root folder does not say which it holds, its packages are of `linux`, as
os-release(5) has it, and that is noted: no advisory is about such a package.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError
from assay.core.printable import printable
from assay.core.purl import build_purl

MAX_NAME_CHARACTERS: Final = 1024  # above any package name or version; bounds what is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """A distribution; `version` is empty for one that has none, as rolling ones."""

    id: str = "linux"
    version: str = ""
    name: str = ""
    cpe: str = ""
    supplier: str = ""

    def package_purl(
        self, type_: str, name: str, version: str, qualifiers: Mapping[str, str]
    ) -> str:
        """Return the canonical purl of a package of this distribution.

        Raises:
            MalformedError: Name or version is empty, too long, or holds what no name holds.
        """
        for text in (name, version):
            if not text or len(text) > MAX_NAME_CHARACTERS or not text.isprintable() or " " in text:
                raise MalformedError(f"{printable(text, limit=80)!r} is no name or version")
        distro = f"{self.id}-{self.version}" if self.version else self.id
        return str(build_purl(type_, self.id, name, version, {**qualifiers, "distro": distro}))


UNKNOWN: Final = Distribution()
