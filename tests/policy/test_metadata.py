"""The metadata of a rule: every field is known, needed, and of its kind."""

import pytest

from assay.core.errors import MalformedError
from assay.core.verdict import Verdict
from assay.findings.finding import Severity
from assay.policy.metadata import Effect, RuleMetadata, parse_metadata
from tests.policy.packs import METADATA

REFUSED = {
    "no block": ("package a\n", "[malformed] no '# METADATA' on the first line, at 1"),
    "block not at the top": (
        "\n" + METADATA,
        "[malformed] no '# METADATA' on the first line, at 1",
    ),
    "no object": (
        "# METADATA\n# - a\n",
        "[malformed] list where an object is needed, at METADATA",
    ),
    "not YAML": (
        "# METADATA\n# {\n",
        (
            "[malformed] not YAML: while parsing a flow node did not find expected node content "
            'in "<unicode string>", line 2, column 1'
        ),
    ),
    "unknown field": (
        METADATA.replace("# title:", "# titel: x\n# title:"),
        "[malformed] unknown field 'titel', at METADATA (known: custom, description, title)",
    ),
    "unknown field of ours": (
        METADATA + "#   effekt: advise\n",
        (
            "[malformed] unknown field 'effekt', at METADATA.custom "
            "(known: answers, controls, effect, id, obtain, severity, solution, stage)"
        ),
    ),
    "empty text": (
        METADATA.replace("A title", "''"),
        "[malformed] an empty title, at METADATA",
    ),
    "text of another type": (
        METADATA.replace("A title", "true"),
        "[malformed] bool where text is needed, at METADATA.title",
    ),
    "an id of another form": (
        METADATA.replace("source.sample", "source.Sample"),
        "[malformed] 'source.Sample' is no rule id, at METADATA.custom.id (as in source.no-secrets)",
    ),
    "an id of another stage": (
        METADATA.replace("source.sample", "build.sample"),
        "[malformed] 'build.sample' is not of its stage, at METADATA.custom.id",
    ),
    "unknown stage": (
        METADATA.replace("stage: source", "stage: sauce").replace("source.sample", "sauce.sample"),
        (
            "[malformed] 'sauce', at METADATA.custom.stage "
            "(one of build, deploy, release, runtime, source)"
        ),
    ),
    "unknown severity": (
        METADATA.replace("high", "unknown"),
        (
            "[malformed] 'unknown', at METADATA.custom.severity "
            "(one of critical, high, info, low, medium)"
        ),
    ),
    "unknown effect": (
        METADATA.replace("enforce", "warn"),
        "[malformed] 'warn', at METADATA.custom.effect (one of advise, enforce)",
    ),
    "a control without a framework": (
        METADATA.replace("SSDF:PO.5.2", "PO.5.2"),
        "[malformed] 'PO.5.2' is no control, at METADATA.custom.controls[0] (SSDF:PO.5.2)",
    ),
    "an answer that is none": (
        METADATA + "#   answers: [PASSED, MAYBE]\n",
        "[malformed] 'MAYBE' is no verdict, at METADATA.custom.answers[1]",
    ),
    "a rule that can only pass": (
        METADATA + "#   answers: [PASSED]\n",
        "[malformed] a rule answers PASSED and something else, at METADATA.custom.answers",
    ),
    "a rule that can never pass": (
        METADATA + "#   answers: [FAILED, UNKNOWN]\n",
        "[malformed] a rule answers PASSED and something else, at METADATA.custom.answers",
    ),
    "too long": (
        METADATA.replace("A title", "x" * 17_000),
        "[malformed] 17167 bytes, where at most 16384 are read",
    ),
}
MISSING = ("title", "description", "id", "solution", "stage", "severity", "effect", "controls")


@pytest.mark.parametrize(("source", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(source: str, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_metadata(source)
    assert str(caught.value) == message


@pytest.mark.parametrize("name", MISSING)
def test_every_field_is_needed(name: str) -> None:
    lines = [line for line in METADATA.splitlines() if f"{name}:" not in line]
    with pytest.raises(MalformedError) as caught:
        parse_metadata("\n".join(lines))
    where = "METADATA" if name in {"title", "description"} else "METADATA.custom"
    assert str(caught.value) == f"[malformed] no {name}, at {where}"


def test_read() -> None:
    assert parse_metadata(METADATA + "package a") == RuleMetadata(
        id="source.sample",
        title="A title",
        description="Why it matters.",
        solution="What to do.",
        stage="source",
        severity=Severity.HIGH,
        effect=Effect.ENFORCE,
        controls=("SSDF:PO.5.2",),
        answers=frozenset(Verdict),
    )


def test_how_to_come_by_the_evidence() -> None:
    assert parse_metadata(METADATA + "#   obtain: Look.\npackage a").obtain == "Look."
    with pytest.raises(MalformedError) as caught:
        parse_metadata(METADATA + "#   obtain: ''\npackage a")
    assert str(caught.value) == "[malformed] an empty obtain, at METADATA.custom"
