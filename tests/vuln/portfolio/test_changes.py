"""What two states of a mirror have different."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from assay.vuln.foreign.forms import one_by_one
from assay.vuln.foreign.store import Incoming, import_foreign
from assay.vuln.mirror import import_advisories
from assay.vuln.osv import parse_advisory
from assay.vuln.portfolio.changes import Changes, _differing, _lines, find_changes
from assay.vuln.signals.store import import_signal
from tests.vuln.portfolio.test_store import AT
from tests.vuln.records import affected, encoded
from tests.vuln.signals.test_kev import catalogue
from tests.vuln.test_mirror import folder

BOTH = {
    "A": encoded("A"),
    "B": encoded("B", affected=[affected("cart"), affected("till")]),
}


def _mirror(path: Path, records: Mapping[str, bytes]) -> Path:
    source = path.with_name(f"source-{path.name}")
    import_advisories(folder(source, records), path, at=AT)
    return path


def _changes(tmp_path: Path, old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Changes:
    return find_changes(_mirror(tmp_path / "old", old), _mirror(tmp_path / "new", new), likely=None)


def test_the_same_records_are_no_change(tmp_path: Path) -> None:
    assert _changes(tmp_path, BOTH, BOTH) == Changes()


def test_packages_of_what_is_new_or_changed(tmp_path: Path) -> None:
    newer = {"B": encoded("B", summary="worse", affected=[affected("cart")]), "A": BOTH["A"]}
    found = _changes(tmp_path, BOTH, newer)
    assert found.packages == {("PyPI", "cart"), ("PyPI", "till")}
    assert found.vanished == frozenset()


def test_everything_is_new_where_nothing_was_pushed(tmp_path: Path) -> None:
    found = find_changes(tmp_path / "absent", _mirror(tmp_path / "new", BOTH), likely=None)
    assert found.packages == {("PyPI", "cart"), ("PyPI", "till"), ("PyPI", "shop")}


def test_a_record_that_is_gone_vanished_and_one_that_was_withdrawn_did_not(tmp_path: Path) -> None:
    gone = {"A": encoded("A", withdrawn="2026-02-01T00:00:00Z")}
    found = _changes(tmp_path, BOTH, gone)
    assert found.vanished == {"B"}
    assert found.packages == {("PyPI", "cart"), ("PyPI", "till"), ("PyPI", "shop")}


def test_a_record_about_one_package_less_did_not_vanish(tmp_path: Path) -> None:
    less = BOTH | {"B": encoded("B", affected=[affected("cart")])}
    assert _changes(tmp_path, BOTH, less).vanished == frozenset()


def test_an_ecosystem_that_nothing_came_for_did_not_change(tmp_path: Path) -> None:
    more = BOTH | {"N": encoded("N", affected=[affected("cart", ecosystem="npm")])}
    assert _changes(tmp_path, BOTH, more).packages == {("npm", "cart")}


def test_a_feed_that_is_gone_vanished_whole(tmp_path: Path) -> None:
    old, new = _mirror(tmp_path / "old", BOTH), tmp_path / "new"
    found = find_changes(old, new, likely=None)
    assert found.vanished == {"A", "B"}
    assert len(found.packages) == 3


def _foreign(mirror: Path, *records: bytes) -> Path:
    incoming = Incoming(
        name="GHSA",
        documents=[(f"{number}.json", data) for number, data in enumerate(records)],
        records=one_by_one("GHSA", lambda data: (replace(parse_advisory(data), source="GHSA"),)),
        origin="test",
        keep=False,
    )
    import_foreign(incoming, mirror, at=AT)
    return mirror


def test_records_of_feeds_of_another_form(tmp_path: Path) -> None:
    """They are there once, and their packages apart: a changed one concerns all of these."""
    old = _foreign(tmp_path / "old", BOTH["A"], BOTH["B"])
    new = _foreign(tmp_path / "new", encoded("B", summary="worse", affected=[affected("cart")]))
    found = find_changes(old, new, likely=None)
    assert found.packages == {("PyPI", "shop"), ("PyPI", "cart"), ("PyPI", "till")}
    assert found.vanished == {"A"}
    assert find_changes(new, new, likely=None) == Changes()


LINES = st.lists(st.binary(max_size=3).filter(lambda line: b"\n" not in line), unique=True)


@given(LINES, LINES)
def test_lines_of_one_file_alone(old: list[bytes], new: list[bytes]) -> None:
    """Whatever the lines are, in whatever order tabs and line feeds have."""
    files = [b"".join(line + b"\n" for line in sorted(lines)) for lines in (old, new)]
    found = list(_differing(*map(_lines, files)))
    assert [line for is_old, line in found if is_old] == sorted({*old} - {*new})
    assert [line for is_old, line in found if not is_old] == sorted({*new} - {*old})


def test_records_that_cannot_be_read_belong_where_they_seem_to(tmp_path: Path) -> None:
    """One names its package; of the other one, nobody knows what it is about."""
    odd = encoded("ODD", modified="soon", affected=[affected("cart")])
    found = _changes(tmp_path, BOTH, BOTH | {"ODD": odd, "X": b"{"})
    assert found.packages == {("PyPI", "cart")}
    assert found.unplaced == (("PyPI", 1),)


def test_what_was_listed_as_exploited_since(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    import_signal(catalogue(), new, at=AT, source="kev.json")
    assert find_changes(old, new, likely=None).exploited == {"CVE-2026-1"}
    import_signal(catalogue(), old, at=AT, source="kev.json")
    assert find_changes(old, new, likely=None).exploited == frozenset()
