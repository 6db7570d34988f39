from assay.findings.finding import Kind, Severity
from assay.findings.fingerprint import Sighting
from assay.findings.fixes.workflows import CREDENTIALS, PERMISSIONS, UNPINNED
from assay.findings.place import Place
from assay.scan.scanner import Sources
from assay.scan.workflowfixes import plan_for, with_fix

CI, OTHER, ODD = (f".github/workflows/{name}.yml" for name in ("ci", "other", "odd"))
TEXT = b"on: push\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n"
FILES = {CI: TEXT, OTHER: TEXT.replace(b"@v4", b"@" + b"1" * 40 + b" # v4"), ODD: b"\xff"}
SOURCES = Sources(paths=frozenset(FILES), content=lambda path: FILES[path])


def sighting(rule: str, *, path: str = CI, line: int = 5) -> Sighting:
    return Sighting(
        kind=Kind.MISCONFIGURATION,
        rule=rule,
        path=path,
        line=line,
        place=Place("x"),
        title="t",
        severity=Severity.LOW,
        message="m",
        remedy="r",
    )


def described(one: Sighting) -> list[str]:
    return [fix.description for fix in with_fix(one, plan_for(SOURCES)).fixes]


def test_each_finding_gets_its_own_fix() -> None:
    assert described(sighting(UNPINNED)) == [
        "Pin actions/checkout@v4 to the commit that is known for it."
    ]
    assert described(sighting(CREDENTIALS)) == [
        "Do not leave the token of the checkout on the disk."
    ]


def test_permissions_are_of_the_whole_file() -> None:
    told = described(sighting(PERMISSIONS, line=3))
    assert told == ["Let the token of this workflow read the contents, and nothing else."]


def test_another_place_has_none() -> None:
    assert described(sighting(UNPINNED, line=4)) == []
    assert described(sighting(UNPINNED, path=OTHER)) == []
    assert described(sighting(UNPINNED, path=ODD, line=1)) == []
    assert described(sighting("zizmor/template-injection")) == []
