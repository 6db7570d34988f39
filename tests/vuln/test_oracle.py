"""Range evaluation against data that say the same in two ways."""

import zipfile
from dataclasses import replace
from pathlib import Path

from assay.core.errors import MalformedError
from assay.vuln.advisory import Advisory
from assay.vuln.osv import parse_advisory
from assay.vuln.package import normal_name
from assay.vuln.ranges import Answer, extent_of
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
