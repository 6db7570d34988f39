"""CVSS vectors, as the NVD, CVE records and GitHub write them, under OSV's words for methods."""

from collections.abc import Iterable

from assay.core.jsonvalue import JsonValue
from assay.vuln.advisory import Rating


def rating_of(vector: str) -> Rating:
    """Return a vector as a rating; the version is in the vector itself, but for the second."""
    if vector.startswith("CVSS:4"):
        return Rating(type="CVSS_V4", score=vector)
    kind = "CVSS_V3" if vector.startswith("CVSS:3") else "CVSS_V2"
    return Rating(type=kind, score=vector)


def vectors_of(values: Iterable[JsonValue | None], member: str) -> tuple[Rating, ...]:
    """Return the ratings of the objects that have a vector in `member`, each once."""
    texts = (value.optional_text(member) for value in values if value is not None)
    return tuple(dict.fromkeys(rating_of(text) for text in texts if text))
