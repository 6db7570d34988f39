"""What a release needs of Python, and whether a product has it."""

import re
from typing import Final

from packaging.markers import InvalidMarker, Marker, UndefinedEnvironmentName
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from assay.vuln.nativeranges import MAX_RANGE

NEVER: Final = "never"
_LOWER: Final = frozenset({">=", "~=", "==", ">"})
_MINORS: Final = tuple(f"3.{minor}" for minor in range(41))
_QUOTED: Final = re.compile(r"""(["'])(.*?)\1""")
_WORDS: Final = re.compile(r"[a-z_]+")
_OF_PYTHON: Final = frozenset({"python_version", "python_full_version", "and", "or", "in", "not"})


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


def marker_for(marker: str, product: str) -> str:
    """Return `marker` as it is for a product that runs on the Pythons `product`.

    Empty where it always holds, `NEVER` where it never does; else as it is, also where nobody can
    tell. Only what is about minor versions of Python is judged.
    """
    if not marker or len(marker) > MAX_RANGE or not _is_about_minors(marker):
        return marker
    try:
        known, pythons = Marker(marker), SpecifierSet(product)
        held = {
            known.evaluate({"python_version": minor, "python_full_version": f"{minor}.0"})
            for minor in _MINORS
            if any(pythons.contains(f"{minor}.{patch}") for patch in (0, 999))
        }
    except (InvalidMarker, InvalidSpecifier, UndefinedEnvironmentName):
        return marker
    return {frozenset({True}): "", frozenset({False}): NEVER}.get(frozenset(held), marker)


def _is_about_minors(marker: str) -> bool:
    few = all(value.count(".") <= 1 for _, value in _QUOTED.findall(marker))
    return few and set(_WORDS.findall(_QUOTED.sub("", marker))) <= _OF_PYTHON
