"""URLs in documents: nothing is fetched from them, and their parts only name things."""

from typing import Final
from urllib.parse import SplitResult, urlsplit

_NOTHING: Final = SplitResult("", "", "", "", "")


def url_parts(text: str) -> SplitResult:
    """Return the parts of a URL; all of them empty where it cannot be taken apart."""
    try:
        return urlsplit(text)
    except ValueError:
        return _NOTHING
