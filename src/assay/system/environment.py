"""Environment variables, and the folders that follow from them."""

import os
from pathlib import Path


def get_variable(name: str) -> str:
    """Return the variable `name`, or an empty text where it is unset."""
    return os.environ.get(name, "")


def data_home() -> Path:
    """Return the folder for keys, trust and advisories: `ASSAY_HOME`, else the XDG data folder."""
    if own := get_variable("ASSAY_HOME"):
        return Path(own)
    base = get_variable("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "assay"
