"""Texts and paths of SARIF: nothing from outside can form a link, a control sequence or a host."""

from typing import Final
from urllib.parse import quote

from assay.core.printable import printable

MAX_TEXT: Final = 2_000  # characters of a message; more than a viewer shows


def plain(text: str) -> str:
    """Return `text` as one line that a viewer shows as it stands, and makes no link of."""
    return unlinked(printable(text.strip(), limit=MAX_TEXT))


def unlinked(text: str) -> str:
    """Return `text` without embedded links (section 3.11.6): `[…](…)` is pulled apart."""
    return text.replace("](", "] (")


def artifact(path: str) -> dict[str, object]:
    """Return the `artifactLocation` (section 3.4) of a path in the repository."""
    return {"uri": uri_of(path), "uriBaseId": "%SRCROOT%"}


def uri_of(path: str) -> str:
    """Return the relative reference of `path` (RFC 3986): every byte that is not plain, escaped."""
    return quote(path.encode("utf-8", "surrogateescape"), safe="/") or "."
