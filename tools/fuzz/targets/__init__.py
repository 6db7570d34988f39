"""All readers of the code base, and those that need no target of their own, with the reason."""

from typing import Final

from fuzz.target import Target
from fuzz.targets import core, facts, judgement, kernel

# Functions named like readers that are left out: each is reached through another, or reads nothing
# that comes from outside.
EXCUSED: Final[dict[str, str]] = {}


def all_targets() -> tuple[Target, ...]:
    """Return all readers with their examples."""
    return (*core.TARGETS, *kernel.TARGETS, *facts.TARGETS, *judgement.TARGETS)
