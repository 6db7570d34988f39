from dataclasses import replace

from assay.assurance.shipped import load_catalogue
from assay.assurance.status import assess
from assay.assurance.statusjson import Status
from assay.core.notchecked import NotChecked
from assay.core.strictjson import parse_json, render_canonical_json
from assay.core.verdict import Verdict
from tests.assurance.factory import (
    COMMIT,
    DAY,
    NOON,
    SECOND,
    catalogue,
    evidence_toml,
    observed,
    task_toml,
)

BOOK = catalogue(
    task_toml("A.1.1", evidence_toml("one")),
    task_toml(
        "B.1.1",
        evidence_toml("two", 'collected = "statement"', 'signer_role = "owner"', 'ends = ["x"]'),
        evidence_toml("three", "bound_to_subject = true", without=("max_age_days",)),
        line='drill = "plant it"',
    ),
)
SEEN = (observed("one", Verdict.PASSED), observed("three", Verdict.FAILED, reason="bad"))
MISSING = NotChecked(what="statement", where="sha256:00", why="unreadable")
STATUS = Status(
    catalogue=BOOK,
    subject=COMMIT,
    at=NOON + DAY,
    tasks=assess(BOOK, SEEN, at=NOON + DAY),
    not_checked=(MISSING,),
)


def test_the_whole_document() -> None:
    assert STATUS.as_json() == {
        "schema": "assay.status/v1",
        "verdict": "FAILED",
        "framework": {
            "id": "toy",
            "name": "TOY",
            "version": "1",
            "title": "Toy framework",
            "source": "these tests",
            "licence": "none needed",
        },
        "subject": f"gitCommit:{'ab' * 20}",
        "at": "2026-03-02T12:00:00Z",
        "totals": {
            "tasks": 2,
            "met": 1,
            "notMet": 1,
            "unknown": 0,
            "evidence": {"wanted": 3, "passed": 1, "failed": 1, "unknown": 1, "inPart": 0},
        },
        "groups": [
            {
                "id": "A",
                "title": "First",
                "tasks": 1,
                "met": 1,
                "notMet": 0,
                "unknown": 0,
                "evidence": {"wanted": 1, "passed": 1, "failed": 0, "unknown": 0, "inPart": 0},
            },
            {
                "id": "B",
                "title": "Second",
                "tasks": 1,
                "met": 0,
                "notMet": 1,
                "unknown": 0,
                "evidence": {"wanted": 2, "passed": 0, "failed": 1, "unknown": 1, "inPart": 0},
            },
        ],
        "tasks": [TASK_A, TASK_B],
        "gaps": [GAP_THREE, GAP_TWO],
        "notChecked": [
            {
                "what": "statement",
                "where": "sha256:00",
                "why": "unreadable",
                "remedy": "",
                "accepted": "",
            }
        ],
    }


TASK_A = {
    "id": "A.1.1",
    "group": "A",
    "practice": "A.1",
    "practiceTitle": "One",
    "title": "Title of A.1.1",
    "why": "Because",
    "proof": "machine",
    "drill": "",
    "state": "met",
    "verdict": "PASSED",
    "wanted": 1,
    "seen": 1,
    "inPart": 0,
    "evidence": [
        {
            "type": "one",
            "verdict": "PASSED",
            "reason": "seen",
            "statements": [str(SEEN[0].statements[0])],
            "observedAt": "2026-03-01T12:00:00Z",
            "ageSeconds": 86400,
            "expiresAt": "2026-03-08T12:00:00Z",
            "maxAgeDays": 7,
            "shows": "something",
            "unproven": "",
            "collected": "automatic",
            "binding": "periodic",
            "signerRole": "",
            "ends": [],
        }
    ],
}
TASK_B = {
    "id": "B.1.1",
    "group": "B",
    "practice": "B.1",
    "practiceTitle": "Two",
    "title": "Title of B.1.1",
    "why": "Because",
    "proof": "machine",
    "drill": "plant it",
    "state": "not met",
    "verdict": "FAILED",
    "wanted": 2,
    "seen": 0,
    "inPart": 0,
    "evidence": [
        {
            "type": "two",
            "verdict": "UNKNOWN",
            "reason": "nothing that Assay runs collects this yet",
            "statements": [],
            "observedAt": None,
            "ageSeconds": None,
            "expiresAt": None,
            "maxAgeDays": 7,
            "shows": "something",
            "unproven": "",
            "collected": "statement",
            "binding": "periodic",
            "signerRole": "owner",
            "ends": ["x"],
        },
        {
            "type": "three",
            "verdict": "FAILED",
            "reason": "bad",
            "statements": [str(SEEN[1].statements[0])],
            "observedAt": "2026-03-01T12:00:00Z",
            "ageSeconds": 86400,
            "expiresAt": None,
            "maxAgeDays": None,
            "shows": "something",
            "unproven": "",
            "collected": "automatic",
            "binding": "periodic",
            "signerRole": "",
            "ends": [],
        },
    ],
}
GAP_THREE = {
    "task": "B.1.1",
    "title": "Title of B.1.1",
    "type": "three",
    "verdict": "FAILED",
    "reason": "bad",
    "next": "Obtain three",
    "cost": "hours",
    "collected": "automatic",
    "signerRole": "",
    "taskLacks": 2,
}
GAP_TWO = {
    "task": "B.1.1",
    "title": "Title of B.1.1",
    "type": "two",
    "verdict": "UNKNOWN",
    "reason": "nothing that Assay runs collects this yet",
    "next": "Obtain two",
    "cost": "hours",
    "collected": "statement",
    "signerRole": "owner",
    "taskLacks": 2,
}


def test_what_was_seen_in_part_is_counted_apart() -> None:
    part = replace(observed("one", Verdict.UNKNOWN), partial=True)
    seen = (part, observed("two", Verdict.UNKNOWN), observed("three", Verdict.PASSED))
    tasks = assess(BOOK, seen, at=NOON)
    document = Status(catalogue=BOOK, subject=COMMIT, at=NOON, tasks=tasks).as_json()
    assert document["totals"] == {
        "tasks": 2,
        "met": 0,
        "notMet": 0,
        "unknown": 2,
        "evidence": {"wanted": 3, "passed": 1, "failed": 0, "unknown": 2, "inPart": 1},
    }


def test_it_is_strict_json_and_the_same_bytes_every_time() -> None:
    rendered = render_canonical_json(STATUS.as_json())
    assert parse_json(rendered, max_bytes=10**6) == STATUS.as_json()
    assert render_canonical_json(STATUS.as_json()) == rendered


def test_only_a_framework_that_is_met_throughout_passes() -> None:
    def verdict(*kinds: str) -> Verdict:
        seen = [observed(kind, Verdict.PASSED) for kind in kinds]
        tasks = assess(BOOK, seen, at=NOON + SECOND)
        return Status(catalogue=BOOK, subject=COMMIT, at=NOON + SECOND, tasks=tasks).verdict

    assert verdict("one", "two", "three") is Verdict.PASSED
    assert verdict("one", "two") is Verdict.UNKNOWN


def test_without_any_evidence_every_task_of_the_framework_is_unknown() -> None:
    book = load_catalogue("ssdf-1.1")
    document = Status(
        catalogue=book, subject=COMMIT, at=NOON, tasks=assess(book, (), at=NOON)
    ).as_json()
    assert document["totals"] == {
        "tasks": 42,
        "met": 0,
        "notMet": 0,
        "unknown": 42,
        "evidence": {"wanted": 125, "passed": 0, "failed": 0, "unknown": 125, "inPart": 0},
    }
