"""Whether a release runs on the oldest Python that a product says it runs on."""

from typing import Final

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from assay.vuln.nativeranges import MAX_RANGE

_LOWER: Final = frozenset({">=", "~=", "=="})


def fits_python(needs: str, product: str) -> bool:
    """Tell whether a release that needs the Pythons `needs` runs wherever the product does.

    True where either says nothing, or nothing that can be read: then nobody refuses.
    """
    oldest = _oldest(product)
    if oldest is None or not needs or len(needs) > MAX_RANGE:
        return True
    try:
        return SpecifierSet(needs).contains(oldest, prereleases=True)
    except InvalidSpecifier:
        return True


def _oldest(product: str) -> Version | None:
    if len(product) > MAX_RANGE:
        return None
    try:
        specifiers = SpecifierSet(product)
    except InvalidSpecifier:
        return None
    bounds = [
        Version(one.version.removesuffix(".*")) for one in specifiers if one.operator in _LOWER
    ]
    return max(bounds, default=None)
