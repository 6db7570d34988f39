"""Temporal and environmental scores of CVSS 2.0, 3.0 and 3.1, in tenths, from a vector.

CVSS v3.1 specification, sections 7.2 and 7.3; v3.0, section 8.3; v2 guide, sections 3.2.2 and
3.2.3. The base score is the matter of `assay.vuln.cvss`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from assay.vuln.csaf.cvssmetrics import read_vector
from assay.vuln.cvss import (
    IMPACT_2,
    IMPACT_3,
    PRIVILEGES_CHANGED,
    WEIGHTS_2,
    WEIGHTS_3,
    base_score,
    round_up,
)

_TEMPORAL_3: Final[Mapping[str, Mapping[str, float]]] = {
    "E": {"U": 0.91, "P": 0.94, "F": 0.97},
    "RL": {"O": 0.95, "T": 0.96, "W": 0.97},
    "RC": {"U": 0.92, "R": 0.96},
}
_TEMPORAL_2: Final[Mapping[str, Mapping[str, float]]] = {
    "E": {"U": 0.85, "POC": 0.9, "F": 0.95},
    "RL": {"OF": 0.87, "TF": 0.9, "W": 0.95},
    "RC": {"UC": 0.9, "UR": 0.95},
}
_REQUIREMENT_3: Final = {"L": 0.5, "M": 1.0, "H": 1.5}
_REQUIREMENT_2: Final = {"L": 0.5, "M": 1.0, "H": 1.51}
_DAMAGE: Final = {"N": 0.0, "L": 0.1, "LM": 0.3, "MH": 0.4, "H": 0.5}
_TARGETS: Final = {"N": 0.0, "L": 0.25, "M": 0.75, "H": 1.0}
_ACCESS_3: Final = ("AV", "AC", "PR", "UI")
_ACCESS_2: Final = ("AV", "AC", "Au")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The three scores of a vector, in tenths from 0 to 100."""

    base: int
    temporal: int
    environmental: int


def scores_of(vector: str) -> Scores:
    """Return the scores of a CVSS 2.0, 3.0 or 3.1 vector; metrics that are not set change nothing.

    Raises:
        MalformedError: No such vector, or without a metric of the base group.
    """
    version, metrics = read_vector(vector)
    base = base_score(vector)
    if version == "2.0":
        factor = _factor(metrics, _TEMPORAL_2)
        return Scores(
            base=base,
            temporal=_nearest(base / 10 * factor),
            environmental=_environmental_2(metrics, factor),
        )
    factor = _factor(metrics, _TEMPORAL_3)
    return Scores(
        base=base,
        temporal=round_up(base / 10 * factor),
        environmental=_environmental_3(version, metrics, factor),
    )


def _factor(metrics: Mapping[str, str], weights: Mapping[str, Mapping[str, float]]) -> float:
    return math.prod(table.get(metrics.get(name, ""), 1.0) for name, table in weights.items())


def _environmental_3(version: str, metrics: Mapping[str, str], factor: float) -> int:
    def modified(name: str) -> str:
        value = metrics.get(f"M{name}", "X")
        return metrics[name] if value == "X" else value

    def loss(name: str) -> float:
        return _REQUIREMENT_3.get(metrics.get(f"{name}R", ""), 1.0) * IMPACT_3[modified(name)]

    changed = modified("S") == "C"
    base = min(1 - math.prod(1 - loss(name) for name in "CIA"), 0.915)
    impact = 6.42 * base if not changed else _changed_impact(version, base)
    if impact <= 0:
        return 0
    weight = {name: WEIGHTS_3[name][modified(name)] for name in _ACCESS_3}
    if changed:
        weight["PR"] = PRIVILEGES_CHANGED[modified("PR")]
    total = (impact + 8.22 * math.prod(weight.values())) * (1.08 if changed else 1.0)
    return round_up(round_up(min(total, 10)) / 10 * factor)


def _changed_impact(version: str, base: float) -> float:
    """Return the modified impact where the scope changes: the one formula that 3.1 changed."""
    if version == "3.0":
        return 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15
    return 7.52 * (base - 0.029) - 3.25 * (base * 0.9731 - 0.02) ** 13


def _environmental_2(metrics: Mapping[str, str], factor: float) -> int:
    losses = (
        1 - IMPACT_2[metrics[name]] * _REQUIREMENT_2.get(metrics.get(f"{name}R", ""), 1.0)
        for name in "CIA"
    )
    impact = min(10.0, 10.41 * (1 - math.prod(losses)))
    access = 20 * math.prod(WEIGHTS_2[name][metrics[name]] for name in _ACCESS_2)
    weighed = (0.6 * impact + 0.4 * access - 1.5) * (1.176 if impact else 0.0)
    adjusted = _nearest(_nearest(weighed) / 10 * factor) / 10
    damage = _DAMAGE.get(metrics.get("CDP", ""), 0.0)
    targets = _TARGETS.get(metrics.get("TD", ""), 1.0)
    return _nearest((adjusted + (10 - adjusted) * damage) * targets)


def _nearest(score: float) -> int:
    """Return the nearest number of tenths; half a tenth goes up."""
    return math.floor(round(score * 10, 6) + 0.5)
