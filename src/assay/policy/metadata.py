"""The block `# METADATA` at the top of a rule: what it is for, and how much it counts.

It has the form of OPA's annotations (YAML in a comment). Every field is known and needed: a field
that nobody reads, or that somebody forgot, would change what a rule means without a word.
"""

import enum
import re
from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.verdict import Verdict
from assay.findings.severity import Severity

MAX_METADATA_BYTES: Final = 16 * 1024  # a page of text; bounds what the YAML reader works on
_FIELDS: Final = frozenset({"title", "description", "custom"})
_OPTIONAL: Final = frozenset({"answers", "obtain"})
_CUSTOM: Final = frozenset({"id", "solution", "stage", "severity", "effect", "controls"})
_ID: Final = re.compile(r"[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*\Z")
_STAGES: Final = frozenset({"source", "build", "release", "deploy", "runtime"})


class Effect(enum.StrEnum):
    """Whether a rule counts for the verdict of its gate."""

    ENFORCE = "enforce"
    ADVISE = "advise"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleMetadata:
    """What a rule says about itself; `controls` are written `FRAMEWORK:ID`.

    `answers` are the verdicts that it can give: some questions have no "no", only "could not
    tell". A rule that gives another answer has not answered. `obtain` says how to come by the
    evidence, for where there is none at all; empty where the `solution` says it.
    """

    id: str
    title: str
    description: str
    solution: str
    stage: str
    severity: Severity
    effect: Effect
    controls: tuple[str, ...]
    answers: frozenset[Verdict]
    obtain: str = ""


def parse_metadata(source: str) -> RuleMetadata:
    """Read the block at the top of the module `source`.

    Raises:
        MalformedError: No block, not YAML, or a field that is missing, unknown or of another kind.
    """
    document = JsonValue(_parse_yaml(_block(source)), "METADATA")
    _refuse_other_fields(document, needed=_FIELDS, optional=frozenset())
    custom = document.field("custom")
    _refuse_other_fields(custom, needed=_CUSTOM, optional=_OPTIONAL)
    return RuleMetadata(
        id=_identifier(custom),
        title=_line(document, "title"),
        description=_line(document, "description"),
        solution=_line(custom, "solution"),
        stage=_one_of(custom, "stage", _STAGES),
        severity=Severity(_one_of(custom, "severity", frozenset(Severity) - {Severity.UNKNOWN})),
        effect=Effect(_one_of(custom, "effect", frozenset(Effect))),
        controls=tuple(_control(item) for item in custom.field("controls").items()),
        answers=_answers(custom),
        obtain="" if custom.optional("obtain") is None else _line(custom, "obtain"),
    )


def _block(source: str) -> str:
    first, *rest = source.split("\n")
    if first != "# METADATA":
        raise MalformedError("no '# METADATA' on the first line", where="1")
    lines = []
    for line in rest:
        if not line.startswith("#"):
            break
        lines.append(line.removeprefix("#").removeprefix(" "))
    return "\n".join(lines)


def _parse_yaml(text: str) -> object:
    from assay.core.strictyaml import parse_yaml  # noqa: PLC0415  # yaml is slow to import

    return parse_yaml(text.encode(), max_bytes=MAX_METADATA_BYTES).value


def _refuse_other_fields(
    value: JsonValue, *, needed: frozenset[str], optional: frozenset[str]
) -> None:
    present = {name for name, _ in value.members()}
    for name in sorted(needed - present):
        raise MalformedError(f"no {name}", where=value.where)
    for name in sorted(present - needed - optional):
        known = ", ".join(sorted(needed | optional))
        raise MalformedError(f"unknown field {name!r}", where=value.where, hint=f"known: {known}")


def _line(value: JsonValue, name: str) -> str:
    text = " ".join(value.field(name).text().split())
    if not text:
        raise MalformedError(f"an empty {name}", where=value.where)
    return text


def _identifier(custom: JsonValue) -> str:
    text = custom.field("id").text()
    if not _ID.match(text):
        raise MalformedError(
            f"{text!r} is no rule id", where="METADATA.custom.id", hint="as in source.no-secrets"
        )
    if not text.startswith(f"{custom.field('stage').text()}."):
        raise MalformedError(f"{text!r} is not of its stage", where="METADATA.custom.id")
    return text


def _one_of(value: JsonValue, name: str, known: frozenset[str]) -> str:
    text = value.field(name).text()
    if text not in known:
        raise MalformedError(
            f"{text!r}", where=value.field(name).where, hint=f"one of {', '.join(sorted(known))}"
        )
    return text


def _control(item: JsonValue) -> str:
    framework, colon, control = item.text().partition(":")
    if not (framework and colon and control):
        raise MalformedError(f"{item.text()!r} is no control", where=item.where, hint="SSDF:PO.5.2")
    return item.text()


def _answers(custom: JsonValue) -> frozenset[Verdict]:
    given = custom.optional("answers")
    if given is None:
        return frozenset(Verdict)
    answers = frozenset(_verdict(item) for item in given.items())
    if Verdict.PASSED not in answers or len(answers) < 2:
        raise MalformedError("a rule answers PASSED and something else", where=given.where)
    return answers


def _verdict(item: JsonValue) -> Verdict:
    try:
        return Verdict(item.text())
    except ValueError as error:
        raise MalformedError(f"{item.text()!r} is no verdict", where=item.where) from error
