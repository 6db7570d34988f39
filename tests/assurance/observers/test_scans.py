from collections.abc import Callable

import pytest

from assay.assurance.observers import scans
from assay.assurance.observers.saying import Sight
from assay.assurance.record import Record
from assay.core.notchecked import NotChecked
from assay.core.verdict import Verdict
from assay.findings.finding import Severity
from assay.findings.scanreport import ScanReport
from tests.assurance.material import ACCEPTED, GAP, finding, record_of, report, source_facts
from tests.fakes.trust import NOW

PASSED, FAILED, UNKNOWN = Verdict.PASSED, Verdict.FAILED, Verdict.UNKNOWN
PINS = {"workflows": 2, "uses": 5, "pinned": 4}
FACTS = source_facts()


def said(sights: tuple[Sight, ...]) -> tuple[Verdict, str]:
    [sight] = sights
    assert sight.statements
    assert sight.observed_at == NOW
    return sight.answer.verdict, sight.answer.reason


SECRETS = {
    "found": (
        report("secrets", finding(path="a.env", line=2), finding(path="b.env", line=0)),
        FAILED,
        "2 secrets found, first: A fault in a.env:2",
    ),
    "found-without-a-line": (
        report("secrets", finding(path="b\x1b.env", line=0)),
        FAILED,
        "1 secret found, first: A fault in b\\x1b.env",
    ),
    "nothing-looked-at": (
        report("secrets", examined={"blobs": 0}),
        UNKNOWN,
        "tool looked at nothing in this commit",
    ),
    "none-found": (
        report("secrets", gaps=(ACCEPTED,)),
        UNKNOWN,
        (
            "seen: no secret in 40 blobs, 7 commits; "
            "not seen: that the platform refuses secrets on push, the age of credentials"
        ),
    ),
    "not-all-looked-at": (
        report("secrets", gaps=(GAP, NotChecked(what="blob", where="c0", why="too large"))),
        UNKNOWN,
        (
            "seen: no secret in 40 blobs, 7 commits; "
            "not seen: blob c0 and 1 more (could not be looked at), "
            "that the platform refuses secrets on push, the age of credentials"
        ),
    ),
}


@pytest.mark.parametrize(("scanned", "verdict", "reason"), SECRETS.values(), ids=SECRETS)
def test_secret_hygiene_state(scanned: ScanReport, verdict: Verdict, reason: str) -> None:
    assert said(scans.secret_hygiene_state(record_of(scanned))) == (verdict, reason)


CODE = {
    "high": (
        report("code", finding(), finding(severity=Severity.LOW, path="a")),
        FAILED,
        "1 finding high or worse, first: A fault in src/app.py:4",
    ),
    "severity-unknown": (
        report("code", finding(severity=Severity.UNKNOWN)),
        FAILED,
        "1 finding high or worse, first: A fault in src/app.py:4",
    ),
    "below-high": (
        report("code", finding(severity=Severity.MEDIUM)),
        UNKNOWN,
        (
            "seen: 1 finding, none of them high, in 3 files, 90 lines; "
            "not seen: code that tool does not read, the threshold that the product set"
        ),
    ),
    "none": (
        report("code"),
        UNKNOWN,
        (
            "seen: 0 findings, none of them high, in 3 files, 90 lines; "
            "not seen: code that tool does not read"
        ),
    ),
    "not-all-looked-at": (
        report("code", gaps=(GAP,)),
        UNKNOWN,
        (
            "seen: 0 findings, none of them high, in 3 files, 90 lines; "
            "not seen: file src/odd.py (could not be looked at), code that tool does not read"
        ),
    ),
    "nothing-looked-at": (
        report("code", examined={"files": 0, "suppressed_in_source": 2}, gaps=(GAP,)),
        UNKNOWN,
        "tool looked at nothing in this commit: file src/odd.py (could not be looked at)",
    ),
}


@pytest.mark.parametrize(("scanned", "verdict", "reason"), CODE.values(), ids=CODE)
def test_lint_sast_result_on_commit(scanned: ScanReport, verdict: Verdict, reason: str) -> None:
    assert said(scans.lint_sast_result_on_commit(record_of(scanned))) == (verdict, reason)


RUN = {
    "complete": (report("code"), PASSED, "tool 1.2 on 3 files, 90 lines, of 4 files in the commit"),
    "findings-do-not-matter-here": (
        report("code", finding()),
        PASSED,
        "tool 1.2 on 3 files, 90 lines, of 4 files in the commit",
    ),
    "an-accepted-gap-shows": (
        report("code", gaps=(ACCEPTED,)),
        PASSED,
        "tool 1.2 on 3 files, 90 lines, of 4 files in the commit (and 1 accepted gap)",
    ),
    "without-rules": (
        report("code", inputs={"rules": "newest"}),
        UNKNOWN,
        (
            "seen: tool 1.2 on 3 files, 90 lines, signed and about this commit; "
            "not seen: the digest of its rules"
        ),
    ),
    "not-all-looked-at": (
        report("code", gaps=(GAP,)),
        UNKNOWN,
        (
            "seen: tool 1.2 on 3 files, 90 lines, signed and about this commit; "
            "not seen: file src/odd.py (could not be looked at)"
        ),
    ),
    "nothing-looked-at": (
        report("code", examined={}),
        UNKNOWN,
        "tool looked at nothing in this commit",
    ),
}


@pytest.mark.parametrize(("scanned", "verdict", "reason"), RUN.values(), ids=RUN)
def test_static_analysis_run_binding(scanned: ScanReport, verdict: Verdict, reason: str) -> None:
    assert said(scans.static_analysis_run_binding(record_of(scanned, FACTS))) == (verdict, reason)


def test_a_run_of_unknown_scope_is_a_part() -> None:
    assert said(scans.static_analysis_run_binding(record_of(report("code")))) == (
        UNKNOWN,
        (
            "seen: tool 1.2 on 3 files, 90 lines, signed and about this commit; "
            "not seen: how many files the repository has"
        ),
    )


PINNING = {
    "a-finding": (
        report("workflows", finding("zizmor/unpinned-uses", path=".github/workflows/ci.yml")),
        FAILED,
        "1 tool not pinned, first: A fault in .github/workflows/ci.yml:4",
    ),
    "fewer-pinned-than-used": (
        report("workflows", examined=PINS),
        FAILED,
        "1 of 5 actions not pinned by digest",
    ),
    "other-findings-do-not-matter-here": (
        report("workflows", finding("zizmor/artipacked")),
        UNKNOWN,
        (
            "seen: all 5 actions pinned by digest; "
            "not seen: that signature or provenance is verified at use, tools that scripts fetch"
        ),
    ),
    "not-all-looked-at": (
        report("workflows", gaps=(GAP,)),
        UNKNOWN,
        (
            "seen: all 5 actions pinned by digest; not seen: "
            "file src/odd.py (could not be looked at), "
            "that signature or provenance is verified at use, tools that scripts fetch"
        ),
    ),
    "nothing-used": (
        report("workflows", examined={"workflows": 1}),
        UNKNOWN,
        "no action or image is named by the pipeline files of this commit",
    ),
}


@pytest.mark.parametrize(("scanned", "verdict", "reason"), PINNING.values(), ids=PINNING)
def test_tool_pin_and_provenance(scanned: ScanReport, verdict: Verdict, reason: str) -> None:
    assert said(scans.tool_pin_and_provenance(record_of(scanned))) == (verdict, reason)


def test_one_of_a_thing_is_singular() -> None:
    [sight] = scans.secret_hygiene_state(
        record_of(report("secrets", examined={"blobs": 1, "odd\x1b_things": 2}))
    )
    assert sight.answer.reason.startswith("seen: no secret in 1 blob, 2 odd\\x1b things; ")


OBSERVED = [
    scans.secret_hygiene_state,
    scans.lint_sast_result_on_commit,
    scans.static_analysis_run_binding,
    scans.tool_pin_and_provenance,
]


@pytest.mark.parametrize("observe", OBSERVED)
def test_the_report_of_another_scanner_shows_nothing(
    observe: Callable[[Record], tuple[Sight, ...]],
) -> None:
    assert observe(record_of(report("vulnerabilities"))) == ()


def test_every_statement_gives_an_answer_of_its_own() -> None:
    sights = scans.secret_hygiene_state(record_of(report("secrets"), report("secrets", finding())))
    assert [sight.answer.verdict for sight in sights] == [UNKNOWN, FAILED]
