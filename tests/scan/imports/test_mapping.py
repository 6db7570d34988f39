from typing import Final

import pytest

from assay.findings.finding import Kind, Severity
from assay.findings.fingerprint import name_sightings
from assay.findings.place import SourceText
from assay.scan.imports.claim import Claim, Spot, Told
from assay.scan.imports.mapping import (
    OUTSIDE,
    CommitFiles,
    Mapped,
    find_path,
    map_claims,
    tool_name,
)

KNOWN: Final = frozenset({"a.py", "src/a.py", "src/app/main.py", "odd\\name.py"})
FILES: Final = CommitFiles(paths=KNOWN, text=lambda path: SourceText(path, b"x = 1\n\n\ny = 2\n"))
KEY: Final = b"k" * 32

PATHS = {
    "as it is": (("src/a.py",), "src/a.py", True),
    "with detours": (("./src/x/../a.py",), "src/a.py", True),
    "absolute": (("/builds/team/shop/src/app/main.py",), "src/app/main.py", True),
    "the longest end": (("/src/a.py",), "src/a.py", True),
    "a drive": (("C:\\code\\src\\a.py",), "src/a.py", True),
    "backslashes": (("src\\app\\main.py",), "src/app/main.py", True),
    "a backslash in the name": (("odd\\name.py",), "odd\\name.py", True),
    "the second spelling": (("main.py", "src/app/main.py"), "src/app/main.py", True),
    "leading out": (("../../x/src/a.py",), "src/a.py", True),
    "another one": (("lib/a.py",), "lib/a.py", False),
    "absolute and another one": (("/etc/passwd",), "/etc/passwd", False),
    "leading out and another one": (("../../etc/passwd",), "../../etc/passwd", False),
    "none": ((), "the whole repository", False),
    "escape sequences": (("\x1b[31m",), "\\x1b[31m", False),
}


@pytest.mark.parametrize(("spellings", "path", "known"), PATHS.values(), ids=PATHS)
def test_path(spellings: tuple[str, ...], path: str, known: bool) -> None:  # noqa: FBT001
    assert find_path(spellings, KNOWN) == (path, known)


def claim(path: str = "src/a.py", *, line: int = 4, **more: object) -> Claim:
    made: dict[str, object] = {
        "kind": Kind.WEAKNESS,
        "rule": "r/1",
        "title": "A title\nmore",
        "message": "A \x1b[31m  message",
        "severity": Severity.LOW,
        "spot": Spot(paths=(path,), line=line, text="quoted"),
        **more,
    }
    return Claim(**made)  # type: ignore[arg-type]  # fields by their names


def mapped(*claims: Claim, tool: str = "My Tool/2") -> Mapped:
    return map_claims(Told(tool=tool, claims=claims), FILES, identity_key=KEY)


def test_sighting() -> None:
    (sighting,) = mapped(claim()).sightings
    assert (sighting.rule, sighting.path, sighting.line) == ("my-tool-2/r/1", "src/a.py", 4)
    assert (sighting.title, sighting.message) == ("A title", "A \\x1b[31m message")
    assert sighting.remedy == "Do what the documentation of my-tool-2 says about this rule."
    assert sighting.place.text == "y = 2"  # from the commit, not from the report
    assert sighting.note == ""


def test_file_that_is_not_in_the_commit_is_said_and_kept() -> None:
    found = mapped(*(claim(f"/x/{name}.py") for name in "dcba"))
    assert [s.note for s in found.sightings] == [OUTSIDE] * 3 + [""]
    (gap,) = found.not_checked
    assert gap.where == "/x/b.py, /x/c.py, /x/d.py"
    assert gap.why == "my-tool-2 reports on what is not a file of this commit"


def test_many_files_that_are_not_in_the_commit_are_counted() -> None:
    (gap,) = mapped(*(claim(f"x/{n}.py") for n in range(9))).not_checked
    assert gap.where == "x/0.py, x/1.py, x/2.py and 6 more"


def test_result_that_is_there_twice_is_one() -> None:
    assert len(mapped(claim(), claim(), claim(line=1), claim(rule="r2")).sightings) == 3


def secret(value: bytes, path: str = "src/a.py", *, line: int = 4, rule: str = "aws") -> Claim:
    return claim(path, line=line, kind=Kind.SECRET, rule=rule, secret=value)


def test_secret_is_known_by_its_keyed_digest_wherever_it_stands() -> None:
    value = b"sword" + b"fish"
    found = mapped(secret(value), secret(value, "a.py"), secret(b"another"))
    (one, two) = name_sightings(found.sightings)
    assert {len(one.locations), len(two.locations)} == {1, 2}
    other = map_claims(Told(tool="t", claims=(secret(value),)), FILES, identity_key=b"x" * 32)
    assert name_sightings(other.sightings)[0].identity not in {one.identity, two.identity}


def test_value_of_a_secret_goes_nowhere() -> None:
    value = b"sword" + b"fish"
    (finding,) = name_sightings(mapped(secret(value)).sightings)
    assert value.decode() not in str(finding.as_json())


def test_secret_in_one_line_is_one_whatever_rules_match_it() -> None:
    assert len(mapped(secret(b"v"), secret(b"v", rule="generic")).sightings) == 1


def test_secrets_without_their_value_are_known_by_their_place() -> None:
    found = name_sightings(mapped(secret(b""), secret(b"", line=1)).sightings)
    assert len(found) == 2


@pytest.mark.parametrize(
    ("name", "expected"),
    [("CodeQL", "codeql"), (" a / b ", "a-b"), ("\x1b[31m", "31m"), ("", "unknown")],
)
def test_tool_name(name: str, expected: str) -> None:
    assert tool_name(name) == expected
