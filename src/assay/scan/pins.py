"""Counts what workflows and actions run from elsewhere, and how much of it is pinned by a hash.

`uses` of a step or a job names an action (`owner/repo@ref`) or an image (`docker://…`). It is
pinned where the reference is a whole commit, or a digest. An action of the repository itself
(`./…`, `$/…`) is part of the commit, and is not counted.
"""

import re
from dataclasses import dataclass
from typing import Final

from assay.scan.workflowyaml import compose_workflow, list_uses

_PINNED: Final = re.compile(r"@(?:[0-9a-fA-F]{40}|[0-9a-fA-F]{64}|sha256:[0-9a-fA-F]{64})\Z")
_LOCAL: Final = ("./", "../", "$/")


@dataclass(frozen=True, slots=True)
class Pins:
    """How many things from elsewhere are used, and how many of them by an unchangeable name."""

    uses: int = 0
    pinned: int = 0

    def __add__(self, other: "Pins") -> "Pins":
        """Add the counts of two files."""
        return Pins(self.uses + other.uses, self.pinned + other.pinned)


def count_pins(document: bytes) -> Pins:
    """Count in one workflow or action. What is written once and aliased counts once.

    Raises:
        MalformedError: Not one YAML document, or deeper than can be read.
    """
    used = {id(node): str(node.value) for node in list_uses(compose_workflow(document))}.values()
    foreign = [name for name in used if not name.startswith(_LOCAL)]
    return Pins(len(foreign), sum(is_pinned(name) for name in foreign))


def is_pinned(name: str) -> bool:
    """Tell whether what `uses` names cannot change: by a hash, or as part of the repository."""
    return name.startswith(_LOCAL) or _PINNED.search(name) is not None
