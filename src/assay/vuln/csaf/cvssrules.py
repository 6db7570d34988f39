"""The shape of a CVSS object in JSON, as FIRST describes it, and how it agrees with its vector."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from assay.core.errors import MalformedError, inside
from assay.core.jsonschema import Schema
from assay.core.jsonvalue import JsonValue
from assay.core.schemachecks import Fault
from assay.vuln.csaf.cvssmetrics import metrics_of, read_vector
from assay.vuln.csaf.cvssscores import scores_of

_SEVERITY: Final = {"type": "string", "enum": ["NONE", "LOW", "MEDIUM", "HIGH", "CRITICAL"]}
_SCORE: Final = {"type": "number", "minimum": 0, "maximum": 10}
_BANDS: Final = ((90, "CRITICAL"), (70, "HIGH"), (40, "MEDIUM"), (1, "LOW"), (0, "NONE"))
KINDS: Final = ("base", "temporal", "environmental")


def find_cvss_fault(metrics: JsonValue, *, member: str) -> Fault | None:
    """Return the first fault of the shape of a CVSS object in `cvss_v2` or `cvss_v3`."""
    version = _version(metrics, member)
    fault = _schema(version).find_fault(metrics.value)
    if fault is not None:
        return fault
    vector = metrics.field("vectorString").text()
    try:
        said, _ = read_vector(vector)
    except MalformedError as error:
        return Fault(error.what, ("vectorString",))
    return None if said == version else Fault(f"a vector of CVSS {said}", ("vectorString",))


def find_wrong_scores(metrics: JsonValue) -> Iterator[tuple[JsonValue, str, str]]:
    """Yield each score or severity that does not follow from the vector: what it says, and should.

    Raises:
        MalformedError: The scores of the vector cannot be computed.
    """
    with inside(metrics.field("vectorString").where):
        found = scores_of(whole_vector(metrics))
    for kind in KINDS:
        tenths = getattr(found, kind)
        score, severity = metrics.optional(f"{kind}Score"), metrics.optional(f"{kind}Severity")
        if score is not None and not _is_score(score.value, tenths):
            yield score, f"{score.value}", f"{tenths / 10}"
        if severity is not None and severity.text() != _band(tenths):
            yield severity, severity.text(), _band(tenths)


def find_disagreements(metrics: JsonValue) -> Iterator[tuple[JsonValue, str]]:
    """Yield each member that says another thing than the vector, and what the vector says."""
    version, letters = read_vector(metrics.field("vectorString").text())
    for short, (name, words) in metrics_of(version).items():
        member = metrics.optional(name)
        if member is not None and short in letters and member.text() != words[letters[short]]:
            yield member, words[letters[short]]


def whole_vector(metrics: JsonValue) -> str:
    """Return the vector, with what only the other members say of a sound CVSS object behind it."""
    vector = metrics.field("vectorString").text()
    version, letters = read_vector(vector)
    more = [
        f"/{short}:{letter}"
        for short, (name, words) in metrics_of(version).items()
        if short not in letters
        for letter, word in words.items()
        if word == metrics.optional_text(name)
    ]
    return vector + "".join(more)


def _is_score(value: object, tenths: int) -> bool:
    return isinstance(value, (int, float)) and abs(value * 10 - tenths) < 1e-6


def _band(tenths: int) -> str:
    return next(name for floor, name in _BANDS if tenths >= floor)


def _version(metrics: JsonValue, member: str) -> str:
    """Return the version by which a CVSS object is judged: what it says, if it may stand there."""
    if member == "cvss_v2":
        return "2.0"
    return (
        "3.0"
        if metrics.optional("version") == JsonValue("3.0", f"{metrics.where}.version")
        else "3.1"
    )


@cache
def _schema(version: str) -> Schema:
    words: Mapping[str, object] = {
        name: {"type": "string", "enum": sorted(set(letters.values()))}
        for name, letters in metrics_of(version).values()
    }
    scores: Mapping[str, object] = {f"{kind}Score": _SCORE for kind in KINDS}
    needed = ["version", "vectorString", "baseScore"]
    severities: Mapping[str, object] = {}
    if version != "2.0":
        needed.append("baseSeverity")
        severities = {f"{kind}Severity": _SEVERITY for kind in KINDS}
    rules = {
        "type": "object",
        "required": needed,
        "properties": {
            "version": {"type": "string", "enum": [version]},
            "vectorString": {"type": "string", "minLength": 1},
            **words,
            **scores,
            **severities,
        },
    }
    return Schema(lambda _: JsonValue(rules), main="cvss")
