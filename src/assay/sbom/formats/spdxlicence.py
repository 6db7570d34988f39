"""Licences as SPDX documents have them: one expression, and texts that it refers to.

A licence that is no expression becomes a `LicenseRef-` with its text beside; read back, it is that
text again. Several licences of one component are joined by AND.
"""

import hashlib
from collections.abc import Mapping
from typing import Final

from assay.sbom.component import Component

NO_ASSERTION: Final = "NOASSERTION"
OURS: Final = "LicenseRef-assay-"  # how our references to texts begin
_TEXTS_KEPT: Final = 16  # characters of the digest in a reference


def expression_of(component: Component) -> str:
    """Return the one expression for all licences, or `NO_ASSERTION`."""
    parts = [*component.licences, *map(reference_to, component.raw_licences)]
    if len(parts) == 1:
        return parts[0]
    bracketed = [f"({part})" if " OR " in part else part for part in parts]
    return " AND ".join(bracketed) or NO_ASSERTION


def reference_to(text: str) -> str:
    """Return the name by which an expression refers to the text of a licence."""
    return f"{OURS}{hashlib.sha256(text.encode()).hexdigest()[:_TEXTS_KEPT]}"


def licence_texts(expression: str, texts: Mapping[str, str]) -> list[str]:
    """Return the licences in `expression`; `texts` are those that our references name."""
    if expression in texts and expression.startswith(OURS):
        return [texts[expression]]
    if OURS not in expression:
        return [expression]
    parts = [part.strip("()") for part in expression.split(" AND ")]
    return [texts.get(part, part) for part in parts]
