import itertools

import pytest

from assay.vuln.context import Mission, WellBeing
from assay.vuln.ssvc import (
    Automatable,
    Decided,
    Decision,
    Exploitation,
    Impact,
    Points,
    WellBeingLevel,
    decide_known,
    decide_ssvc,
    level_of,
)

# CISA's guide, as its tree reads from the root: exploitation, automatable, impact; low medium high.
TREE = """
none no partial Track Track Track
none no total Track Track Track*
none yes partial Track Track Attend
none yes total Track Track Attend
public-poc no partial Track Track Track*
public-poc no total Track Track* Attend
public-poc yes partial Track Track Attend
public-poc yes total Track Track* Attend
active no partial Track Track Attend
active no total Track Attend Act
active yes partial Attend Attend Act
active yes total Attend Act Act
"""
ROWS = [line.split() for line in TREE.strip().splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=" ".join)
def test_the_tree(row: list[str]) -> None:
    exploitation, automatable, impact, *outcomes = row
    assert outcomes == [
        decide_known(
            Exploitation(exploitation.replace("-", " ")),
            Automatable(automatable),
            Impact(impact),
            level,
        )
        for level in WellBeingLevel
    ]


def test_the_tree_is_whole_and_grows_with_each_point() -> None:
    points = list(itertools.product(Exploitation, Automatable, Impact, WellBeingLevel))
    assert len(points) == 36
    ranks = [list(kind).index for kind in (Exploitation, Automatable, Impact, WellBeingLevel)]
    order = list(Decision).index
    for one, other in itertools.product(points, points):
        places = zip(ranks, one, other, strict=True)
        if all(rank(left) <= rank(right) for rank, left, right in places):
            assert order(decide_known(*one)) <= order(decide_known(*other))


LEVELS = {
    (Mission.MINIMAL, WellBeing.MINIMAL): WellBeingLevel.LOW,
    (Mission.MINIMAL, WellBeing.MATERIAL): WellBeingLevel.MEDIUM,
    (Mission.MINIMAL, WellBeing.IRREVERSIBLE): WellBeingLevel.HIGH,
    (Mission.SUPPORT, WellBeing.MINIMAL): WellBeingLevel.MEDIUM,
    (Mission.SUPPORT, WellBeing.MATERIAL): WellBeingLevel.MEDIUM,
    (Mission.SUPPORT, WellBeing.IRREVERSIBLE): WellBeingLevel.HIGH,
    (Mission.ESSENTIAL, WellBeing.MINIMAL): WellBeingLevel.HIGH,
    (Mission.ESSENTIAL, WellBeing.MATERIAL): WellBeingLevel.HIGH,
    (Mission.ESSENTIAL, WellBeing.IRREVERSIBLE): WellBeingLevel.HIGH,
}


@pytest.mark.parametrize(("pair", "level"), LEVELS.items())
def test_mission_and_well_being(pair: tuple[Mission, WellBeing], level: WellBeingLevel) -> None:
    assert level_of(*pair) is level


def test_nothing_known_allows_everything() -> None:
    assert decide_ssvc(Points()) == Decided(
        decision=Decision.ACT,
        at_least=Decision.TRACK,
        missing=(
            "exploitation",
            "automatable",
            "technical impact",
            "mission impact",
            "well-being impact",
        ),
    )


def test_all_known_leaves_one_outcome() -> None:
    points = Points(
        exploitation=(Exploitation.ACTIVE,),
        automatable=Automatable.NO,
        impact=Impact.TOTAL,
        mission=Mission.SUPPORT,
        well_being=WellBeing.MINIMAL,
    )
    assert decide_ssvc(points) == Decided(decision=Decision.ATTEND, at_least=Decision.ATTEND)
