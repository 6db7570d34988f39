"""Which versions of who asks would help, found with few questions to an index."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Final

from assay.vuln.remedy.model import NPM

FEW: Final = 8  # versions that are looked at one by one, or all along


def helping(
    ecosystem: str, versions: Sequence[str], helps: Callable[[str], bool], *, like: str
) -> list[str]:
    """Return the versions that help, from the first one on; `like` is one that likely does.

    For Python each is a question to the index: some are looked at all along, and the first is
    searched for by halves between two of them. What is then planned is checked in full.
    """
    if ecosystem == NPM or len(versions) <= FEW:
        return [version for version in versions if helps(version)]
    if like in versions and helps(like):
        return [like]
    ends = {*range(0, len(versions), len(versions) // FEW), len(versions) - 1}
    for before, place in pairwise((-1, *sorted(ends))):
        if helps(versions[place]):
            told = partial(_as_number, helps)
            return list(versions[bisect_left(versions, 1, before + 1, place, key=told) :])
    return []


def _as_number(helps: Callable[[str], bool], version: str) -> int:
    return int(helps(version))
