"""Scores of CVSS vectors in tenths: base scores of 2.0, 3.0 and 3.1, by the formulas of FIRST.

Temporal and environmental metrics of these are read over: they belong to a place, not to an
advisory. CVSS 4.0, which makes no such difference, is scored by `cvss4`.
"""

import math
from collections.abc import Mapping
from typing import Final

from assay.core.errors import MalformedError
from assay.vuln.cvss4 import score_4

IMPACT_3: Final = {"H": 0.56, "L": 0.22, "N": 0.0}
WEIGHTS_3: Final[Mapping[str, Mapping[str, float]]] = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "PR": {"N": 0.85, "L": 0.62, "H": 0.27},
    "UI": {"N": 0.85, "R": 0.62},
    "S": {"U": 0.0, "C": 1.0},
    "C": IMPACT_3,
    "I": IMPACT_3,
    "A": IMPACT_3,
}
PRIVILEGES_CHANGED: Final = {"N": 0.85, "L": 0.68, "H": 0.5}  # PR where the scope changes
IMPACT_2: Final = {"N": 0.0, "P": 0.275, "C": 0.66}
WEIGHTS_2: Final[Mapping[str, Mapping[str, float]]] = {
    "AV": {"L": 0.395, "A": 0.646, "N": 1.0},
    "AC": {"H": 0.35, "M": 0.61, "L": 0.71},
    "Au": {"M": 0.45, "S": 0.56, "N": 0.704},
    "C": IMPACT_2,
    "I": IMPACT_2,
    "A": IMPACT_2,
}


def base_score(vector: str) -> int:
    """Return the score of a CVSS 2, 3.x or 4.0 vector in tenths, from 0 to 100.

    Implements CVSS v3.1 specification, section 7.1 and appendix A (rounding up), which gives
    the same base scores for 3.0; and CVSS v2 guide, section 3.2.1.

    Raises:
        MalformedError: A metric of the base group is missing, twice there, or has a value that
            it cannot have; or the vector is of another version.
    """
    version, slash, rest = vector.partition("/")
    if version in {"CVSS:3.0", "CVSS:3.1"} and slash:
        return _score_3(_metrics(vector, rest, WEIGHTS_3))
    if version == "CVSS:4.0":
        return score_4(vector)
    if not vector.startswith("CVSS:"):
        return _score_2(_weights(_metrics(vector, vector.strip("()"), WEIGHTS_2), WEIGHTS_2))
    raise MalformedError(f"{vector!r}: scores of this version cannot be computed")


def _metrics(
    vector: str, text: str, weights: Mapping[str, Mapping[str, float]]
) -> Mapping[str, str]:
    pairs = [tuple(part.partition(":")[::2]) for part in text.split("/")]
    found = {name: value for name, value in pairs if name in weights}
    if len(found) != sum(1 for name, _ in pairs if name in weights):
        raise MalformedError(f"{vector!r}: a metric is there twice")
    for name, allowed in weights.items():
        if found.get(name) not in allowed:
            raise MalformedError(f"{vector!r}: no {name} of {'/'.join(allowed)}")
    return found


def _weights(
    metrics: Mapping[str, str], table: Mapping[str, Mapping[str, float]]
) -> Mapping[str, float]:
    return {name: table[name][value] for name, value in metrics.items()}


def _score_3(metrics: Mapping[str, str]) -> int:
    weight = dict(_weights(metrics, WEIGHTS_3))
    changed = metrics["S"] == "C"
    if changed:
        weight["PR"] = PRIVILEGES_CHANGED[metrics["PR"]]
    base = 1 - (1 - weight["C"]) * (1 - weight["I"]) * (1 - weight["A"])
    impact = 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15 if changed else 6.42 * base
    if impact <= 0:
        return 0
    exploitability = 8.22 * weight["AV"] * weight["AC"] * weight["PR"] * weight["UI"]
    return round_up(min((impact + exploitability) * (1.08 if changed else 1), 10))


def round_up(score: float) -> int:
    """Return the smallest number of tenths not below `score`, safe from the noise of floats."""
    hundred_thousandths = round(score * 100_000)
    return -(-hundred_thousandths // 10_000)


def _score_2(weight: Mapping[str, float]) -> int:
    impact = 10.41 * (1 - (1 - weight["C"]) * (1 - weight["I"]) * (1 - weight["A"]))
    exploitability = 20 * weight["AV"] * weight["AC"] * weight["Au"]
    factor = 1.176 if impact else 0.0
    score = (0.6 * impact + 0.4 * exploitability - 1.5) * factor
    return math.floor(score * 10 + 0.5)  # half a tenth goes up, not to the even neighbour
