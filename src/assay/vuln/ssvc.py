"""SSVC, as CISA decides (guide of November 2022): Track, Track*, Attend or Act.

Four points lead to a decision. A point that is not known is not guessed: every value that it could
have is tried, and what is decided is the most urgent outcome, with the least urgent one and what
is missing beside it. Points and decision are values, so that a decision can be made again.
"""

import enum
import itertools
from dataclasses import dataclass
from functools import cache
from typing import Final

from assay.vuln.context import Mission, WellBeing


class Exploitation(enum.StrEnum):
    """Whether somebody exploits it now, or anybody could with what is public."""

    NONE = "none"
    POC = "public poc"
    ACTIVE = "active"


class Automatable(enum.StrEnum):
    """Whether one attacker can reach all who have it, without doing anything for each."""

    NO = "no"
    YES = "yes"


class Impact(enum.StrEnum):
    """Whether the attacker gets full control of what has the vulnerability."""

    PARTIAL = "partial"
    TOTAL = "total"


class WellBeingLevel(enum.StrEnum):
    """Mission and well-being taken together."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Decision(enum.StrEnum):
    """What to do, the least urgent first."""

    TRACK = "Track"
    TRACK_CLOSELY = "Track*"
    ATTEND = "Attend"
    ACT = "Act"


# Rows: exploitation and automatable; columns: partial low, medium, high, total low, medium, high.
_TREE: Final = {
    (Exploitation.NONE, Automatable.NO): "TTTTTS",
    (Exploitation.NONE, Automatable.YES): "TTATTA",
    (Exploitation.POC, Automatable.NO): "TTSTSA",
    (Exploitation.POC, Automatable.YES): "TTATSA",
    (Exploitation.ACTIVE, Automatable.NO): "TTATAX",
    (Exploitation.ACTIVE, Automatable.YES): "AAXAXX",
}
_LETTERS: Final = {
    "T": Decision.TRACK,
    "S": Decision.TRACK_CLOSELY,
    "A": Decision.ATTEND,
    "X": Decision.ACT,
}
_URGENCY: Final = tuple(Decision)


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """What is known; None where nobody knows."""

    exploitation: tuple[Exploitation, ...] = tuple(Exploitation)
    automatable: Automatable | None = None
    impact: Impact | None = None
    mission: Mission | None = None
    well_being: WellBeing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The most and the least urgent outcome that the known points allow, and what is missing."""

    decision: Decision
    at_least: Decision
    missing: tuple[str, ...] = ()


@cache  # of so few points there are only some hundred
def decide_ssvc(points: Points) -> Decided:
    """Decide by CISA's tree, for every value that an unknown point could have."""
    missing = tuple(
        name
        for name, known in (
            ("exploitation", len(points.exploitation) == 1),
            ("automatable", points.automatable is not None),
            ("technical impact", points.impact is not None),
            ("mission impact", points.mission is not None),
            ("well-being impact", points.well_being is not None),
        )
        if not known
    )
    outcomes = [
        decide_known(exploitation, automatable, impact, level_of(mission, well_being))
        for exploitation, automatable, impact, mission, well_being in itertools.product(
            points.exploitation,
            (points.automatable,) if points.automatable else Automatable,
            (points.impact,) if points.impact else Impact,
            (points.mission,) if points.mission else Mission,
            (points.well_being,) if points.well_being else WellBeing,
        )
    ]
    return Decided(
        decision=max(outcomes, key=_URGENCY.index),
        at_least=min(outcomes, key=_URGENCY.index),
        missing=missing,
    )


def decide_known(
    exploitation: Exploitation, automatable: Automatable, impact: Impact, level: WellBeingLevel
) -> Decision:
    """Return the outcome of CISA's tree, all four points being known."""
    column = tuple(WellBeingLevel).index(level) + (3 if impact is Impact.TOTAL else 0)
    return _LETTERS[_TREE[exploitation, automatable][column]]


def level_of(mission: Mission, well_being: WellBeing) -> WellBeingLevel:
    """Combine mission prevalence and well-being impact (CISA's guide, table 6)."""
    if mission is Mission.ESSENTIAL or well_being is WellBeing.IRREVERSIBLE:
        return WellBeingLevel.HIGH
    if mission is Mission.SUPPORT or well_being is WellBeing.MATERIAL:
        return WellBeingLevel.MEDIUM
    return WellBeingLevel.LOW
