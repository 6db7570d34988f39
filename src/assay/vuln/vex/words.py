"""The words of CycloneDX and CSAF for statuses and justifications, and which of ours they are.

A word that has no equal stays raw: nearest words are not taken, for each would claim something
else. "Not affected, because it requires another environment" is none of CISA's five reasons.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from assay.core.errors import MalformedError
from assay.vuln.vex.statement import Justification, Status

_PRESENT: Final = Justification.VULNERABLE_CODE_NOT_PRESENT
_REACHED: Final = Justification.VULNERABLE_CODE_NOT_IN_EXECUTE_PATH
_INLINE: Final = Justification.INLINE_MITIGATIONS_ALREADY_EXIST

# CycloneDX's nine; None: no reason of CISA's says the same.
FROM_CYCLONEDX: Final[Mapping[str, Justification | None]] = MappingProxyType(
    {
        "code_not_present": _PRESENT,
        "code_not_reachable": _REACHED,
        "requires_configuration": None,
        "requires_dependency": None,
        "requires_environment": None,
        "protected_by_compiler": _INLINE,
        "protected_at_runtime": _INLINE,
        "protected_at_perimeter": None,  # nothing that the product itself brings along
        "protected_by_mitigating_control": None,  # "reduce the likelihood", which is less
    }
)
# What CycloneDX can say that is true whenever ours is; the exact word goes into a property.
TO_CYCLONEDX: Final[Mapping[Justification, str]] = MappingProxyType(
    {
        Justification.COMPONENT_NOT_PRESENT: "code_not_present",
        Justification.VULNERABLE_CODE_NOT_PRESENT: "code_not_present",
        Justification.VULNERABLE_CODE_NOT_IN_EXECUTE_PATH: "code_not_reachable",
        Justification.INLINE_MITIGATIONS_ALREADY_EXIST: "protected_by_mitigating_control",
    }
)
STATUS_FROM_CYCLONEDX: Final[Mapping[str, Status]] = MappingProxyType(
    {
        "resolved": Status.FIXED,
        "resolved_with_pedigree": Status.FIXED,
        "exploitable": Status.AFFECTED,
        "in_triage": Status.UNDER_INVESTIGATION,
        "false_positive": Status.NOT_AFFECTED,
        "not_affected": Status.NOT_AFFECTED,
    }
)
STATUS_TO_CYCLONEDX: Final[Mapping[Status, str]] = MappingProxyType(
    {
        Status.NOT_AFFECTED: "not_affected",
        Status.AFFECTED: "exploitable",
        Status.FIXED: "resolved",
        Status.UNDER_INVESTIGATION: "in_triage",
    }
)
CYCLONEDX_RESPONSES: Final = frozenset(
    {"can_not_fix", "will_not_fix", "update", "rollback", "workaround_available"}
)
# CSAF 2.0, 3.2.3.5: the labels of flags are the five reasons, under the same names.
FROM_CSAF_FLAG: Final[Mapping[str, Justification]] = MappingProxyType(
    {str(one): one for one in Justification}
)
_STATUS_WORDS: Final = frozenset(STATUS_FROM_CYCLONEDX).difference(STATUS_TO_CYCLONEDX.values())
# The impact statement of a false positive that gives no other reason.
FALSE_POSITIVE: Final = "The vulnerability does not belong to this component."


def parse_raw_status(text: str, status: Status) -> str:
    """Return a word of CycloneDX that says more than `status`; the empty text stands for none.

    Raises:
        MalformedError: No such word, or one that says something else than `status`.
    """
    if text and (text not in _STATUS_WORDS or STATUS_FROM_CYCLONEDX[text] is not status):
        raise MalformedError(f"{text!r} is no word for the status {status}")
    return text


def parse_raw_justification(text: str) -> str:
    """Return a justification of CycloneDX; the empty text stands for none.

    Raises:
        MalformedError: No such word.
    """
    if text and text not in FROM_CYCLONEDX:
        raise MalformedError(f"{text!r} is no justification of CycloneDX")
    return text


def raw_reason(word: str) -> str:
    """Return the impact statement for a reason that is none of the five."""
    return f"Not exploitable; the reason given is {word!r}."
