"""The metrics of CVSS 2.0, 3.0 and 3.1: their letters in a vector, and their words in JSON."""

from collections.abc import Mapping
from typing import Final

from assay.core.errors import MalformedError

Metric = tuple[str, Mapping[str, str]]  # the member's name, and the word of each letter

UNSET: Final = "NOT_DEFINED"
_LEVEL_3: Final = {"N": "NONE", "L": "LOW", "H": "HIGH"}
_REQUIREMENT: Final = {"L": "LOW", "M": "MEDIUM", "H": "HIGH"}
_BASE_3: Final[Mapping[str, Metric]] = {
    "AV": (
        "attackVector",
        {"N": "NETWORK", "A": "ADJACENT_NETWORK", "L": "LOCAL", "P": "PHYSICAL"},
    ),
    "AC": ("attackComplexity", {"L": "LOW", "H": "HIGH"}),
    "PR": ("privilegesRequired", _LEVEL_3),
    "UI": ("userInteraction", {"N": "NONE", "R": "REQUIRED"}),
    "S": ("scope", {"U": "UNCHANGED", "C": "CHANGED"}),
    "C": ("confidentialityImpact", _LEVEL_3),
    "I": ("integrityImpact", _LEVEL_3),
    "A": ("availabilityImpact", _LEVEL_3),
}


def _optional(metrics: Mapping[str, Metric], unset: str) -> Mapping[str, Metric]:
    return {letters: (name, {**words, unset: UNSET}) for letters, (name, words) in metrics.items()}


METRICS_3: Final[Mapping[str, Metric]] = {
    **_BASE_3,
    **_optional(
        {
            "E": (
                "exploitCodeMaturity",
                {"U": "UNPROVEN", "P": "PROOF_OF_CONCEPT", "F": "FUNCTIONAL", "H": "HIGH"},
            ),
            "RL": (
                "remediationLevel",
                {"O": "OFFICIAL_FIX", "T": "TEMPORARY_FIX", "W": "WORKAROUND", "U": "UNAVAILABLE"},
            ),
            "RC": ("reportConfidence", {"U": "UNKNOWN", "R": "REASONABLE", "C": "CONFIRMED"}),
            "CR": ("confidentialityRequirement", _REQUIREMENT),
            "IR": ("integrityRequirement", _REQUIREMENT),
            "AR": ("availabilityRequirement", _REQUIREMENT),
            **{
                f"M{letters}": (f"modified{name[0].upper()}{name[1:]}", words)
                for letters, (name, words) in _BASE_3.items()
            },
        },
        "X",
    ),
}
_IMPACT_2: Final = {"N": "NONE", "P": "PARTIAL", "C": "COMPLETE"}
METRICS_2: Final[Mapping[str, Metric]] = {
    "AV": ("accessVector", {"L": "LOCAL", "A": "ADJACENT_NETWORK", "N": "NETWORK"}),
    "AC": ("accessComplexity", {"H": "HIGH", "M": "MEDIUM", "L": "LOW"}),
    "Au": ("authentication", {"M": "MULTIPLE", "S": "SINGLE", "N": "NONE"}),
    "C": ("confidentialityImpact", _IMPACT_2),
    "I": ("integrityImpact", _IMPACT_2),
    "A": ("availabilityImpact", _IMPACT_2),
    **_optional(
        {
            "E": (
                "exploitability",
                {"U": "UNPROVEN", "POC": "PROOF_OF_CONCEPT", "F": "FUNCTIONAL", "H": "HIGH"},
            ),
            "RL": (
                "remediationLevel",
                {
                    "OF": "OFFICIAL_FIX",
                    "TF": "TEMPORARY_FIX",
                    "W": "WORKAROUND",
                    "U": "UNAVAILABLE",
                },
            ),
            "RC": (
                "reportConfidence",
                {"UC": "UNCONFIRMED", "UR": "UNCORROBORATED", "C": "CONFIRMED"},
            ),
            "CDP": (
                "collateralDamagePotential",
                {"N": "NONE", "L": "LOW", "LM": "LOW_MEDIUM", "MH": "MEDIUM_HIGH", "H": "HIGH"},
            ),
            "TD": (
                "targetDistribution",
                {"N": "NONE", "L": "LOW", "M": "MEDIUM", "H": "HIGH"},
            ),
            "CR": ("confidentialityRequirement", _REQUIREMENT),
            "IR": ("integrityRequirement", _REQUIREMENT),
            "AR": ("availabilityRequirement", _REQUIREMENT),
        },
        "ND",
    ),
}
_PREFIXES: Final = ("CVSS:3.0/", "CVSS:3.1/")


def metrics_of(version: str) -> Mapping[str, Metric]:
    """Return the metrics of a version of CVSS: "2.0", "3.0" or "3.1"."""
    return METRICS_2 if version == "2.0" else METRICS_3


def read_vector(vector: str) -> tuple[str, Mapping[str, str]]:
    """Return the version of a vector, and the letters of each metric that it names.

    Raises:
        MalformedError: A metric that its version does not have, a value that the metric does not
            have, or one metric twice.
    """
    prefix = next((start for start in _PREFIXES if vector.startswith(start)), "")
    version = prefix[5:8] or "2.0"
    known, found = metrics_of(version), dict[str, str]()
    for part in vector.removeprefix(prefix).split("/"):
        name, _, value = part.partition(":")
        if name not in known or value not in known[name][1]:
            raise MalformedError(f"{vector!r}: {part!r} is no metric of CVSS {version}")
        if name in found:
            raise MalformedError(f"{vector!r}: {name} is there twice")
        found[name] = value
    return version, found
