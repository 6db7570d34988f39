"""Licences as SPDX documents have them: one expression, and texts that it refers to.

A licence that is no expression becomes a `LicenseRef-` with its text beside; read back, it is that
text again. Several licences of one component are joined by AND, and their list is kept beside,
which counts only where it says the same as the expression that everybody reads.
"""

import hashlib
from collections.abc import Mapping
from typing import Final

from assay.sbom.component import Component
from assay.sbom.licence import split_licences

NO_ASSERTION: Final = "NOASSERTION"
OURS: Final = "LicenseRef-assay-"  # how our references to texts begin
_DIGITS_KEPT: Final = 16  # of the digest in a reference

Licences = tuple[tuple[str, ...], tuple[str, ...]]  # expressions, and texts that are none


def expression_of(component: Component) -> str:
    """Return the one expression for all licences, or `NO_ASSERTION`."""
    return _joined((component.licences, component.raw_licences))


def _joined(licences: Licences) -> str:
    expressions, texts = licences
    parts = [*expressions, *map(reference_to, texts)]
    if len(parts) == 1:
        return parts[0]
    bracketed = [f"({part})" if " OR " in part else part for part in parts]
    return " AND ".join(bracketed) or NO_ASSERTION


def reference_to(text: str) -> str:
    """Return the name by which an expression refers to the text of a licence."""
    return f"{OURS}{hashlib.sha256(text.encode()).hexdigest()[:_DIGITS_KEPT]}"


def licences_of(expressions: list[str], texts: Mapping[str, str], listed: Licences) -> Licences:
    """Return the licences that `expressions` say, in which our references name `texts`.

    `listed` is the list that may stand beside.
    """
    canonical = split_licences(list(listed[0])) == (tuple(sorted(set(listed[0]))), ())
    if any(listed) and canonical and expressions == [_joined(listed)]:
        return listed
    named = [texts.get(item, item) if item.startswith(OURS) else item for item in expressions]
    return split_licences(named)
