"""Counts what workflows and actions run from elsewhere, and how much of it is pinned by a hash.

`uses` of a step or a job names an action (`owner/repo@ref`) or an image (`docker://…`). It is
pinned where the reference is a whole commit, or a digest. An action of the repository itself
(`./…`, `$/…`) is part of the commit, and is not counted.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import yaml

from assay.core.errors import MalformedError

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
    try:
        root = yaml.compose(document, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise MalformedError("not YAML") from error
    used = {id(node): str(node.value) for node in _uses(root)}.values()
    foreign = [name for name in used if not name.startswith(_LOCAL)]
    return Pins(len(foreign), sum(bool(_PINNED.search(name)) for name in foreign))


def _uses(root: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    """Yield the `uses` of every job, of their steps, and of the steps of a composite action."""
    jobs = [job for _, job in _members(_value(root, "jobs"))]
    holders = [*jobs, _value(root, "runs")]
    lists = {id(steps): steps for steps in (_value(holder, "steps") for holder in holders)}
    steps = [  # each list once, however often it is aliased
        step
        for found in lists.values()
        if isinstance(found, yaml.SequenceNode)
        for step in found.value
    ]
    for holder in (*jobs, *steps):
        used = _value(holder, "uses")
        if isinstance(used, yaml.ScalarNode):
            yield used


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    return next((value for name, value in _members(node) if name.value == key), None)


def _members(node: yaml.Node | None) -> list[tuple[yaml.Node, yaml.Node]]:
    return node.value if isinstance(node, yaml.MappingNode) else []
