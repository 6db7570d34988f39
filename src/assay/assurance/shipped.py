"""The catalogues that come with Assay, read from its own package."""

from functools import cache
from importlib.resources import files
from typing import Final

from assay.assurance.catalogue import Catalogue, parse_catalogue
from assay.core.errors import UsageError, inside

SHIPPED: Final = ("ssdf-1.1",)


@cache  # nothing changes it while a program runs
def load_catalogue(name: str) -> Catalogue:
    """Return the catalogue `name` that comes with Assay, such as `ssdf-1.1`.

    Raises:
        UsageError: There is no such catalogue.
        MalformedError: The file was damaged.
    """
    if name not in SHIPPED:
        raise UsageError(f"no catalogue {name!r}", hint=", ".join(SHIPPED))
    with inside(name):
        return parse_catalogue(
            files("assay.assurance.catalogues").joinpath(f"{name}.toml").read_bytes()
        )
