"""Which versions a range lets in, against what node-semver and packaging say."""

import pytest

from assay.core.verdict import Verdict
from assay.vuln.nativeranges import MAX_RANGE
from assay.vuln.remedy.manifestrange import rewritten_range
from assay.vuln.remedy.model import NPM, PYPI
from assay.vuln.remedy.npmrange import npm_allows
from assay.vuln.remedy.pyproject import poetry_range
from assay.vuln.remedy.pythons import fits_python
from assay.vuln.remedy.ranges import allows
from assay.vuln.remedy.requirementslock import requirement_ask
from assay.vuln.remedy.steps import Step, is_prerelease, is_release, step_between

P, F, U = Verdict.PASSED, Verdict.FAILED, Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("range_", "version", "expected"),
    [
        ("^1.2.3", "1.9.0", P),
        ("^1.2.3", "2.0.0", F),
        ("^0.2.3", "0.3.0", F),
        ("~1.2.3", "1.2.9", P),
        ("~1.2.3", "1.3.0", F),
        ("1.2.x", "1.2.9", P),
        ("*", "9.9.9", P),
        ("", "9.9.9", P),
        (">=1.0.0 <2.0.0", "1.5.0", P),
        (">=1.0.0 >=1.6.0 <2.0.0", "1.5.0", F),
        (">= 1.0.0 < 2.0.0", "2.0.0", F),
        ("<1.0.0 || >=2.0.0", "1.5.0", F),
        ("<1.0.0 || >=2.0.0", "2.5.0", P),
        ("1.0.0 - 1.4.0", "1.4.0", P),
        ("1.0.0 - 1.4.0", "1.4.1", F),
        ("^1.0.0", "1.2.0-beta.1", F),
        (">=1.2.0-alpha", "1.2.0-beta.1", P),
        (">=1.1.0-alpha", "1.2.0-beta.1", F),
        ("1.2.0+build", "1.2.0", P),
        ("5", "5.7.2", P),
        ("2 || 3 || 4 || 5", "5.7.2", P),
        ("=5.7", "5.7.2", P),
        ("v5.6", "5.7.2", F),
        (">5", "5.7.2", F),
        (">5", "6.0.0", P),
        (">5.6", "5.7.2", P),
        ("<=5", "5.7.2", P),
        ("<=5.6", "5.7.2", F),
        ("<5", "5.7.2", F),
        (">=5", "5.7.2", P),
        ("1.2 - 5", "5.7.2", P),
        ("1.2 - 4", "5.7.2", F),
        ("latest", "1.0.0", U),
        ("git+https://x.example/y.git", "1.0.0", U),
        ("workspace:*", "1.0.0", U),
        ("^1.0.0", "one", U),
        (">=1.0.0 " * MAX_RANGE, "1.0.0", U),
    ],
)
def test_npm(range_: str, version: str, expected: Verdict) -> None:
    assert npm_allows(range_, version) is expected
    assert allows(NPM, range_, version) is expected


@pytest.mark.parametrize(
    ("range_", "version", "expected"),
    [
        ("", "1.0", P),
        (">=1,<2", "1.5", P),
        (">=1,<2", "2.0", F),
        ("~=1.4.2", "1.5", F),
        ("==1.*", "1.9", P),
        (">=1.0", "2.0rc1", P),
        ("^1.0", "1.5", U),
        (">=1", "one", U),
        (">=1," * MAX_RANGE, "1", U),
    ],
)
def test_pypi(range_: str, version: str, expected: Verdict) -> None:
    assert allows(PYPI, range_, version) is expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("^1.2.3", ">=1.2.3,<2"),
        ("^0.2.3", ">=0.2.3,<0.3"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0", ">=0,<1"),
        ("~1.2.3", ">=1.2.3,<1.3"),
        ("~1", ">=1,<2"),
        ("*", ""),
        ("1.2", "==1.2"),
        ("1.2.*", "==1.2.*"),
        (">=1,<2", ">=1,<2"),
        ("^1.0 || ^2.0", "^1.0 || ^2.0"),
    ],
)
def test_poetry(written: str, expected: str) -> None:
    """Poetry's documentation, "Dependency specification"; what is of another form stays."""
    assert poetry_range(written) == expected


@pytest.mark.parametrize(
    ("ecosystem", "range_", "expected"),
    [
        (NPM, "^1.0.0", "^9.9.9"),
        (NPM, "~1.0", "~9.9.9"),
        (NPM, "1.0.0", "9.9.9"),
        (NPM, "=v1.0.0", "=9.9.9"),
        (NPM, ">=1.0.0", ""),
        (NPM, "1.x", ""),
        (NPM, "^1.0.0 || ^2.0.0", ""),
        (PYPI, "==1.0", "==9.9.9"),
        (PYPI, "===1.0", "===9.9.9"),
        (PYPI, "==1.0,!=1.1", ""),
        (PYPI, "==1.*", ""),
        (PYPI, "<2", ""),
    ],
)
def test_which_wishes_are_written_anew(ecosystem: str, range_: str, expected: str) -> None:
    assert rewritten_range(ecosystem, range_, "9.9.9") == expected


@pytest.mark.parametrize(
    ("needs", "product", "expected"),
    [
        (">=3.8", ">=3.9", True),
        (">=3.10", ">=3.9", False),
        (">=3.10", "", True),
        ("", ">=3.9", True),
        (">=3.10", "~=3.11", True),
        (">=3.12", "==3.11.*", False),
        ("<3.9", ">=3.9", False),
        (">=3.10", "<4", True),
        ("three", ">=3.9", True),
        (">=3.10", "three", True),
    ],
)
def test_pythons(needs: str, product: str, *, expected: bool) -> None:
    assert fits_python(needs, product) is expected


@pytest.mark.parametrize(
    ("ecosystem", "old", "new", "expected"),
    [
        (NPM, "1.2.3", "1.2.4", Step.PATCH),
        (NPM, "1.2.3", "1.3.0", Step.MINOR),
        (NPM, "1.2.3", "2.0.0", Step.MAJOR),
        (NPM, "0.2.3", "0.2.4", Step.PATCH),
        (NPM, "0.2.3", "0.3.0", Step.MAJOR),
        (NPM, "0.0.3", "0.0.4", Step.MAJOR),
        (NPM, "1.2", "1.2.4", Step.MAJOR),
        (PYPI, "1.2", "1.2.0.1", Step.PATCH),
        (PYPI, "1.2", "1.3", Step.MINOR),
        (PYPI, "1.2", "1!1.2", Step.MAJOR),
        (PYPI, "2023.1", "2024.1", Step.MAJOR),
        (PYPI, "odd version", "1.0", Step.MAJOR),
    ],
)
def test_steps(ecosystem: str, old: str, new: str, expected: Step) -> None:
    assert step_between(ecosystem, old, new) is expected


@pytest.mark.parametrize(
    ("ecosystem", "version", "expected"),
    [
        (NPM, "1.2.3", True),
        (NPM, "1.2.3-rc.1+x", True),
        (NPM, "1.2", False),
        (NPM, "01.2.3", False),
        (NPM, "1.2.3;rm", False),
        (NPM, "1.2.3\n", False),
        (PYPI, "1!2.0.post1", True),
        (PYPI, "1.0 ", False),
        (PYPI, "--1.0", False),
        (PYPI, "one", False),
        (PYPI, "1.0\n", False),
    ],
)
def test_what_may_be_proposed(ecosystem: str, version: str, *, expected: bool) -> None:
    """Versions end in files and on command lines."""
    assert is_release(ecosystem, version) is expected


def test_pre_releases() -> None:
    assert is_prerelease(PYPI, "1.0rc1")
    assert not is_prerelease(PYPI, "1.0.post1")
    assert not is_prerelease(PYPI, "odd")
    assert is_prerelease(NPM, "1.0.0-0")
    assert not is_prerelease(NPM, "1.0.0+a-b")


def test_numbers_without_end_are_not_read() -> None:
    """Python itself refuses to make a number of over 4,300 digits, by an error of its own."""
    endless = "1" * 5000
    assert poetry_range(f"~1.{endless}") == f"~1.{endless}"
    assert fits_python(f">=3.{endless}", ">=3.9")
    assert fits_python(">=3.10", f">=3.{endless}")
    assert allows(PYPI, f">={endless}", "1.0") is U
    assert requirement_ask(f"shop>={endless}", "x") is None
