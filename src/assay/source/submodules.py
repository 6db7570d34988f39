"""Addresses of other repositories: those of submodules and remotes, without credentials."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from assay.core.printable import printable
from assay.source.git import GitPlace, try_git

MAX_MODULES_BYTES: Final = 2**20  # of a .gitmodules; bounds memory
_SCHEME: Final = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)(?P<rest>.*)\Z", re.DOTALL)


def strip_credentials(url: str) -> str:
    """Return a URL without user, password, query and fragment, where tokens are put.

    `git@host:path`, which has a user but no room for a password, and local paths stay.
    """
    found = _SCHEME.match(url)
    if found is None:
        return printable(url)
    rest = re.split(r"[?#]", found["rest"], maxsplit=1)[0]
    authority, slash, path = rest.partition("/")
    return printable(found["scheme"] + authority.rpartition("@")[2] + slash + path)


def load_submodule_urls(repository: GitPlace, modules_oid: str) -> Mapping[str, str]:
    """Return the URL of each submodule by its path, from the blob of a `.gitmodules`.

    What cannot be read there is left out: the submodule itself is a gap in any case.
    """
    done = try_git(
        repository,
        *("config", "--blob", modules_oid, "--no-includes", "--list", "-z"),
        max_output_bytes=MAX_MODULES_BYTES,
    )
    records = done.output.decode("utf-8", "surrogateescape").split("\0")
    settings = dict(record.split("\n", 1) for record in records if "\n" in record)
    return MappingProxyType(
        {
            path: strip_credentials(settings.get(key.removesuffix(".path") + ".url", ""))
            for key, path in settings.items()
            if key.startswith("submodule.") and key.endswith(".path")
        }
    )
