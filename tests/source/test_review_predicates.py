"""Reviews, accounts of them, and revisions: written, read back, and refused without any member."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.verdict import Verdict
from assay.source.coverage import OpenChange, parse_coverage
from assay.source.review import REVIEW_TYPE, parse_review
from assay.source.revision import parse_revision
from tests.fakes.reviewfacts import COVERAGE, REVIEW, REVISION
from tests.fakes.trust import COMMIT

Json = dict[str, object]
LEFT = OpenChange(commit="ab" * 20, verdict=Verdict.FAILED, title="x", reasons=("nobody",))


def test_round_trips() -> None:
    assert parse_review(JsonValue(REVIEW.as_json())) == REVIEW
    assert parse_coverage(JsonValue(COVERAGE.as_json())) == COVERAGE
    assert parse_revision(JsonValue(REVISION.as_json())) == REVISION


def test_a_review_is_about_its_head_and_its_tree() -> None:
    statement = REVIEW.statement("shop")
    assert statement.predicate_type == REVIEW_TYPE
    assert [str(subject.digest) for subject in statement.subjects] == [
        str(COMMIT),
        f"gitTree:{REVIEW.merged_tree}",
    ]


OPTIONAL = {"previous", "expungingProcess", "notChecked"}
READERS: dict[str, tuple[Json, Callable[[JsonValue], object]]] = {
    "review": (REVIEW.as_json(), parse_review),
    "coverage": (COVERAGE.as_json(), parse_coverage),
    "revision": (REVISION.as_json(), parse_revision),
}
REQUIRED = [
    (kind, name)
    for kind, (document, _) in READERS.items()
    for name in sorted(document)
    if not (kind == "revision" and name in OPTIONAL)
]


@pytest.mark.parametrize(("kind", "name"), REQUIRED)
def test_every_member_is_needed(kind: str, name: str) -> None:
    document, read = READERS[kind]
    with pytest.raises(MalformedError) as caught:
        read(JsonValue({k: v for k, v in document.items() if k != name}))
    assert str(caught.value).startswith(f"[malformed] no {name}")


REFUSED: dict[str, tuple[str, Json, str]] = {
    "an unknown decision": (
        "review",
        {"decision": "maybe"},
        "[malformed] 'maybe' is not a valid Decision, at decision",
    ),
    "a base without its tree": (
        "review",
        {"baseTree": ""},
        "[malformed] a base without its tree, or the reverse",
    ),
    "a head that is not in it": (
        "review",
        {"commits": ["ab" * 20]},
        "[malformed] a head that is not among its commits",
    ),
    "a commit twice": (
        "review",
        {"commits": [COMMIT.hex, COMMIT.hex]},
        "[malformed] too many commits, or one twice",
    ),
    "a rejection without a reason": (
        "review",
        {"decision": "reject", "reason": " "},
        "[malformed] no reason",
    ),
    "a text that is too long": (
        "review",
        {"lookedAt": "x" * 10_001},
        "[malformed] a text that is too long",
    ),
    "a head that is no id": (
        "review",
        {"head": "main"},
        "[malformed] 'main' is no gitCommit digest, at head",
    ),
    "parts that are not the whole": (
        "coverage",
        {"changes": 4},
        "[malformed] the parts are not the whole",
    ),
    "a count of its own": (
        "coverage",
        {"unreviewed": 1},
        "[malformed] the parts are not the whole",
    ),
    "an open change that passed": (
        "coverage",
        {"open": [{**LEFT.as_json(), "verdict": "PASSED"}]},
        "[malformed] a change that passed is not open, at open[0]",
    ),
    "an open change of no known answer": (
        "coverage",
        {"open": [{**LEFT.as_json(), "verdict": "SO-SO"}]},
        "[malformed] 'SO-SO' is not a valid Verdict, at open[0]",
    ),
    "a level that there is not": (
        "revision",
        {"level": 5},
        "[malformed] level 5, at level",
    ),
    "a requirement of no known answer": (
        "revision",
        {"requirements": [{"verdict": "YES", "since": None}]},
        "[malformed] 'YES' is not a valid Verdict, at requirements[0]",
    ),
}


@pytest.mark.parametrize(("kind", "changed", "message"), REFUSED.values(), ids=[*map(str, REFUSED)])
def test_refused(kind: str, changed: Json, message: str) -> None:
    document, read = READERS[kind]
    with pytest.raises(MalformedError) as caught:
        read(JsonValue({**document, **changed}))
    assert str(caught.value) == message


def test_the_answer_of_an_account() -> None:
    unknown = replace(LEFT, verdict=Verdict.UNKNOWN)
    assert COVERAGE.verdict is Verdict.PASSED
    assert replace(COVERAGE, open=(LEFT,)).verdict is Verdict.FAILED
    assert replace(COVERAGE, open=(unknown,)).verdict is Verdict.UNKNOWN
    assert replace(COVERAGE, open=(unknown, LEFT)).verdict is Verdict.FAILED
    assert replace(COVERAGE, lost=("ab" * 20,)).verdict is Verdict.FAILED
    nothing = replace(COVERAGE, changes=0, reviewed=0, empty=0)
    assert nothing.verdict is Verdict.UNKNOWN
    assert replace(COVERAGE, changes=2, reviewed=0, empty=2).verdict is Verdict.PASSED
    assert replace(COVERAGE, open=(unknown, LEFT)).unreviewed == 1
