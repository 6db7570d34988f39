"""Environment variables, and the folders that follow from them."""

import os
from pathlib import Path

from assay.core.errors import UsageError


def get_variable(name: str) -> str:
    """Return the variable `name`, or an empty text where it is unset."""
    return os.environ.get(name, "")


def user_home() -> Path:
    """Return the user's home folder."""
    return Path.home()


def data_home() -> Path:
    """Return the folder for keys, trust and advisories: `ASSAY_HOME`, else the XDG data folder.

    A relative XDG folder is ignored, as its specification says: below the folder under test, keys
    would be others in each repository, and could come with it.

    Raises:
        UsageError: `ASSAY_HOME` is a relative path.
    """
    if own := _own_home():
        return own
    base = Path(get_variable("XDG_DATA_HOME"))
    return (base if base.is_absolute() else Path.home() / ".local" / "share") / "assay"


def _own_home() -> Path | None:
    own = get_variable("ASSAY_HOME")
    if own and not Path(own).is_absolute():
        raise UsageError("a relative path", where="$ASSAY_HOME", hint="write the whole path")
    return Path(own) if own else None


def cache_home() -> Path:
    """Return the folder for what can be made again: below `ASSAY_HOME`, else the XDG cache."""
    if own := _own_home():
        return own / "cache"
    base = Path(get_variable("XDG_CACHE_HOME"))
    return (base if base.is_absolute() else Path.home() / ".cache") / "assay"
