"""Readers of versions, ranges, and what feeds say about vulnerabilities."""

from typing import Final

from assay.vuln.nativeranges import parse_native_range
from fuzz.target import Target, text

_SCHEMES: Final = ("npm", "pypi", "gem", "nuget")


def _native_ranges(data: bytes) -> object:
    """Read the rest as a range of the scheme that the first byte chooses."""
    scheme = _SCHEMES[data[0] % len(_SCHEMES)] if data else "npm"
    return parse_native_range(scheme, data[1:].decode("utf-8", "surrogateescape"))


TARGETS: Final = (
    text("assay.vuln.vers:parse_vers", lambda: (b"vers:npm/>=1.0.0|!=1.2.0|<2.0.0",)),
    Target(
        name="assay.vuln.nativeranges:parse_native_range",
        read=_native_ranges,
        seeds=lambda: (b"\0^1.2.3 || ~2.0 || 3.x - 4", b"\2~> 2.2, >= 2.2.1", b"\3[1.0,2.0),(3,)"),
    ),
)
