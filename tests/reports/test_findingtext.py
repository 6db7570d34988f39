from dataclasses import replace

import pytest

from assay.core.digest import sha256_of
from assay.findings.finding import Finding, Location
from assay.findings.fingerprint import name_sightings
from assay.operations.accept_finding import Acceptance, FindingList, ListedFinding
from assay.reports.findingtext import (
    print_acceptance,
    print_finding,
    print_findings,
    short_names,
)
from assay.vuln.vex.account import UNCLEAR, UNREAD
from assay.vuln.vex.judging import VexSetAside
from tests.findings.test_fingerprint import SIGHTING
from tests.findings.test_merge import FIX
from tests.findings.test_waiver import WAIVER
from tests.reports import factory
from tests.vuln.vex.test_account import WORD

(FOUND,) = name_sightings([replace(SIGHTING, column=5, fixes=(FIX,))], version="1.9")
HASH = FOUND.identity.partition(":")[2]
OURS = replace(WAIVER, finding=FOUND.identity)


def listed(*findings: ListedFinding, gaps: int = 0) -> FindingList:
    not_checked = tuple(factory.gap(f"{n}.py") for n in range(gaps))
    return FindingList(commit="c0ffee" * 7, findings=findings, not_checked=not_checked)


def test_a_list(capsys: pytest.CaptureFixture[str]) -> None:
    other = replace(FOUND, identity="weakness/v1:" + "f" * 32)
    one, two = ListedFinding(finding=FOUND, waiver=None), ListedFinding(finding=other, waiver=OURS)
    print_findings(listed(one, two, gaps=1))
    assert capsys.readouterr().out.splitlines() == [
        "Findings in c0ffeec0ffee: 2 high",
        f"  {HASH[:8]}  high A shell runs text  [a.py:3]",
        "  ffffffff  high A shell runs text  [a.py:3]  accepted until 2026-06-03",
        "",
        "Not checked: 1 thing",
        "  • file, 0.py: bandit: syntax error (make it valid Python)",
        "",
        "One in full: assay finding show ID",
    ]


def test_nothing_found(capsys: pytest.CaptureFixture[str]) -> None:
    print_findings(listed())
    assert capsys.readouterr().out == "Findings in c0ffeec0ffee: none\n"


def test_one_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    print_finding(ListedFinding(finding=FOUND, waiver=None))
    assert capsys.readouterr().out.splitlines() == [
        "high  A shell runs text",
        FOUND.identity,
        "",
        "What   Shell.",
        "Where",
        "  • a.py:3:5",
        "Why it matters",
        "  • Who controls part of the command runs programs with the rights of this one.",
        "  • Read CWE-78",
        "Mend it",
        "  → Use a list.",
        "  → Pin it. See: assay fix",
        "Reported by 1 rule",
        "  • bandit 1.9, B602: rates it HIGH: Shell.",
        "",
        "Accept it, if it has to stay for now",
        f"  assay finding accept {HASH[:8]} --reason TEXT --expires YYYY-MM-DD",
    ]


def test_one_that_is_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    print_finding(ListedFinding(finding=FOUND, waiver=OURS))
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "Accepted by ana until 2026-06-03: only a test"


def test_places_are_told_with_what_is_known_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    places = (
        Location(path="a.py", line=1, commit="c0ffee" * 7, note="history only"),
        *(Location(path=f"{n}.py") for n in range(30)),
    )
    print_finding(ListedFinding(finding=replace(FOUND, locations=places), waiver=None))
    shown = capsys.readouterr().out.splitlines()
    assert "  • a.py:1, since c0ffeec0ffee (history only)" in shown
    assert "  • and 11 more" in shown


def test_text_of_others_writes_nothing_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    odd = replace(FOUND, title="a\x1b[2Jb", message="c\u202ed", locations=(Location(path="\n"),))
    print_finding(ListedFinding(finding=odd, waiver=replace(OURS, reason="\x07")))
    print_findings(listed(ListedFinding(finding=odd, waiver=None)))
    shown = capsys.readouterr().out
    assert all(line.isprintable() for line in shown.split("\n"))


def test_acceptance(capsys: pytest.CaptureFixture[str]) -> None:
    print_acceptance(Acceptance(waiver=OURS, index=7, statement=sha256_of(b"")))
    assert capsys.readouterr().out.splitlines() == [
        "Accepted until 2026-06-03: A shell runs text",
        f"  a.py:3  {FOUND.identity}",
        "  Reason: only a test",
        "Signed by ana, entry 7 of the log.",
        "Next: assay check",
    ]


def test_names_are_as_long_as_it_takes() -> None:
    def named(hashed: str) -> Finding:
        return replace(FOUND, identity=f"weakness/v1:{hashed}")

    assert list(short_names((named("0" * 32), named("1" * 32))).values()) == ["0" * 8, "1" * 8]
    alike = (named("0" * 9 + "1" * 23), named("0" * 32))
    assert {len(name) for name in short_names(alike).values()} == {10}
    assert short_names(()) == {}


def test_what_vex_says(capsys: pytest.CaptureFixture[str]) -> None:
    taken = VexSetAside(word=WORD, expires=OURS.expires)
    said = ListedFinding(finding=FOUND, waiver=None, vex=taken)
    loud = replace(WORD, status="affected")
    print_findings(listed(said, ListedFinding(finding=FOUND, waiver=None, confirmed=loud)))
    _, first, second, *_ = capsys.readouterr().out.splitlines()
    assert first.endswith("[a.py:3]  not_affected until 2026-06-03, says Example Ltd")
    assert second.endswith("[a.py:3]  confirmed: Example Ltd says affected")
    print_finding(said)
    assert capsys.readouterr().out.splitlines()[-3:] == [
        "",
        (
            "It is not_affected, says Example Ltd, until 2026-06-03: "
            "not_affected: vulnerable_code_not_in_execute_path: Never called."
        ),
        f"  Document {WORD.document}",
    ]


def test_what_vex_confirms(capsys: pytest.CaptureFixture[str]) -> None:
    affected = replace(WORD, status="affected", because="Wait for 2.0.")
    print_finding(ListedFinding(finding=FOUND, waiver=None, confirmed=affected))
    shown = capsys.readouterr().out.splitlines()
    assert shown[-6:-3] == ["", "confirmed: Example Ltd says affected", "  Wait for 2.0."]
    unread = ListedFinding(finding=FOUND, waiver=None, confirmed=replace(WORD, status=UNREAD))
    print_findings(listed(unread))
    assert "kept in the count: Example Ltd has an entry that cannot be read" in (
        capsys.readouterr().out
    )
    unclear = ListedFinding(finding=FOUND, waiver=None, confirmed=replace(WORD, status=UNCLEAR))
    print_findings(listed(unclear))
    assert "kept in the count: Example Ltd says affected of what may be this" in (
        capsys.readouterr().out
    )
