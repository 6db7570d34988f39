"""in-toto Statement v1: subjects, named by digest, and one predicate about them.

Specification: in-toto attestation framework, `spec/v1/statement.md` and `digest_set.md`. Members
that the specification does not name are ignored, as it asks; digests of an algorithm that Assay
does not know are left out, and a subject that has no other digest is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final

from assay.core.digest import Digest, is_digest_algorithm
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json, render_canonical_json

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"  # of the envelope around one
STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
STATEMENT_TYPES: Final = frozenset({STATEMENT_TYPE, "https://in-toto.io/Statement/v0.1"})
"""What others sign; the members that are read have the same meaning in both."""
MAX_STATEMENT_BYTES: Final = 32 * 2**20  # an SBOM of some 50,000 components; bounds memory


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Subject:
    """What a statement is about: a digest, and a name for people that proves nothing."""

    name: str
    digest: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A claim about one or more subjects; the shape of `predicate` follows from its type."""

    subjects: tuple[Subject, ...]
    predicate_type: str
    predicate: Mapping[str, object]

    def __post_init__(self) -> None:
        """Refuse a claim about nothing, or of no kind."""
        if not self.subjects:
            raise MalformedError("no subjects", where="subject")
        if not self.predicate_type:
            raise MalformedError("empty", where="predicateType")


def render_statement(statement: Statement) -> bytes:
    """Write the statement as canonical JSON.

    Raises:
        TypeError: The predicate holds a float, or something that JSON does not have.
    """
    return render_canonical_json(
        {
            "_type": STATEMENT_TYPE,
            "subject": [
                {"name": s.name, "digest": {s.digest.algorithm: s.digest.hex}}
                for s in statement.subjects
            ],
            "predicateType": statement.predicate_type,
            "predicate": dict(statement.predicate),
        }
    )


def parse_statement(
    payload: bytes, *, types: frozenset[str] = frozenset({STATEMENT_TYPE})
) -> Statement:
    """Read a statement of one of `types`; a subject with several known digests is there for each.

    Raises:
        MalformedError: Not strict JSON, another type, no subject, or a subject without a digest.
    """
    document = JsonValue(parse_json(payload, max_bytes=MAX_STATEMENT_BYTES))
    kind = document.field("_type").text()
    if kind not in types:
        raise MalformedError(f"type {kind!r}, where {STATEMENT_TYPE!r} is read", where="_type")
    predicate = document.optional("predicate")  # "unset is treated the same as set-but-empty"
    return Statement(
        subjects=tuple(
            subject for item in document.field("subject").items() for subject in _subjects(item)
        ),
        predicate_type=document.field("predicateType").text(),
        predicate=MappingProxyType(
            {} if predicate is None else {name: v.value for name, v in predicate.members()}
        ),
    )


def _subjects(value: JsonValue) -> tuple[Subject, ...]:
    digests = value.field("digest")
    name = value.optional_text("name")
    found = tuple(
        Subject(name=name, digest=member.parsed(partial(Digest, algorithm)))
        for algorithm, member in digests.members()
        if is_digest_algorithm(algorithm)
    )
    if not found:
        raise MalformedError(
            "no digest of a known algorithm", where=digests.where, hint="add sha256"
        )
    return found
