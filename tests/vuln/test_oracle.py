"""Range evaluation against data that say the same in two ways, and the vectors of vers."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path

from assay.core.errors import MalformedError
from assay.vuln.advisory import Advisory
from assay.vuln.osv import parse_advisory
from assay.vuln.package import normal_name
from assay.vuln.ranges import Answer, Interval, extent_of
from assay.vuln.versions import version_key

Pair = tuple[str, str, str]  # advisory, package, version


def _advisories(path: Path) -> list[Advisory]:
    found = []
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            try:
                found.append(parse_advisory(archive.read(name)))
            except MalformedError as error:
                print(f"unreadable: {name}: {error}")  # noqa: T201  # shown by pytest -rA
    return found


def _judged(advisory: Advisory) -> dict[Pair, Answer]:
    """Return what the ranges alone say about each version that the lists name."""
    answers: dict[Pair, Answer] = {}
    for name in {normal_name("PyPI", item.name) for item in advisory.affected}:
        entries = [a for a in advisory.affected if normal_name("PyPI", a.name) == name]
        if not any(r.type != "GIT" for a in entries for r in a.ranges):
            continue  # the list is all that it says
        extent = extent_of("PyPI", [replace(entry, versions=()) for entry in entries])
        for version in {version for entry in entries for version in entry.versions}:
            answers[advisory.id, name, version] = extent.judge(version)
    return answers


def test_ranges_agree_with_the_lists_of_versions(shared_data: Path) -> None:
    """A listed version is affected; the ranges of the same record must say so as well.

    Versions that PEP 440 does not allow have no order: the ranges alone leave them unknown, and
    the list settles them. All the others count.
    """
    answers = {
        pair: answer
        for advisory in _advisories(shared_data / "osv" / "PyPI.zip")
        for pair, answer in _judged(advisory).items()
    }
    undecided = [pair for pair, answer in answers.items() if answer is Answer.UNKNOWN]
    differing = [pair for pair, answer in answers.items() if answer is Answer.NOT_AFFECTED]
    print(f"{len(answers)} pairs, {len(undecided)} without an order")  # noqa: T201
    for pair in differing:
        print("differs:", *pair)  # noqa: T201
    assert len(answers) > 100_000
    assert [pair for pair in undecided if version_key("PyPI", pair[2]) is not None] == []
    assert len(undecided) <= len(answers) / 1000
    assert len(differing) <= len(answers) / 10_000


def test_records_are_readable_but_for_faults_in_them(shared_data: Path) -> None:
    for name in ("Go", "PyPI", "crates.io"):
        path = shared_data / "osv" / f"{name}.zip"
        with zipfile.ZipFile(path) as archive:
            assert len(_advisories(path)) == len(archive.namelist())


def _covers(vers: str, version: str) -> bool:
    """Evaluate a `vers` text of the simple kind: comparators in pairs, and single versions."""
    scheme, _, constraints = vers.removeprefix("vers:").partition("/")
    ecosystem = {"pypi": "PyPI", "npm": "npm"}[scheme]
    key = version_key(ecosystem, version)
    assert key is not None
    inside, opened = False, False
    for constraint in constraints.split("|"):
        if constraint == "*":
            return True
        bare = constraint.lstrip("<>=!")
        sign, at = constraint.removesuffix(bare), version_key(ecosystem, bare)
        assert at is not None
        if sign in {"", "!="}:
            if key == at:
                return not sign
        elif sign.startswith(">"):
            opened = True
            inside = inside or key > at or (sign == ">=" and key == at)
        else:
            interval = Interval(start=(), end=at, with_end=sign == "<=")
            inside = interval.covers(key) and (inside or not opened)
            if inside:
                return True
            opened = False
    return inside


def test_vers_containment(shared_data: Path) -> None:
    """vers-spec, range containment: the order of versions decides."""
    for name in ("pypi_range_containment_test", "npm_range_containment_test"):
        document = json.loads(  # public vectors
            (shared_data / "vectors" / "vers" / f"{name}.json").read_text()
        )
        for test in document["tests"]:
            given = test["input"]
            assert _covers(given["vers"], given["version"]) == test["expected_output"], test


def test_vers_canonical_order(shared_data: Path) -> None:
    """vers-spec, range validation: a canonical range has its versions in ascending order."""
    path = shared_data / "vectors" / "vers" / "pypi_range_validate_test.json"
    document = json.loads(path.read_text())  # public vectors
    seen = 0
    for test in document["tests"]:
        if not isinstance(test["expected_output"], str):
            continue
        constraints = test["expected_output"].partition("/")[2].split("|")
        keys = [version_key("PyPI", text.lstrip("<>=!")) for text in constraints if text != "*"]
        ordered = [key for key in keys if key is not None]
        assert ordered == sorted(ordered), test
        seen += 1
    assert seen
