"""What two states of a mirror have different."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from assay.vuln.foreign.forms import form_of, one_by_one
from assay.vuln.foreign.store import Incoming, import_foreign
from assay.vuln.mirror import import_advisories
from assay.vuln.osv import parse_advisory
from assay.vuln.portfolio.changes import Changes, _differing, _lines, find_changes
from assay.vuln.signals.store import import_signal
from tests.vuln.foreign.records import SHOP, criterion, node, nvd_cve, nvd_page
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


def _nvd(mirror: Path, *documents: bytes) -> Path:
    form = form_of(documents[0])
    assert form is not None
    incoming = Incoming(
        name="NVD",
        documents=[(f"{number}.json", data) for number, data in enumerate(documents)],
        records=form.records,
        origin="test",
        keep=False,
    )
    import_foreign(incoming, mirror, at=AT)
    return mirror


def test_products_of_records_that_name_them_by_cpe(tmp_path: Path) -> None:
    """What a changed record was about, and what it is about now."""
    other = [{"nodes": [node(criterion(SHOP.replace("shop:shop", "till:till")))]}]
    old = _nvd(tmp_path / "old", nvd_page(nvd_cve(), nvd_cve("CVE-2023-2")))
    new = _nvd(tmp_path / "new", nvd_page(nvd_cve(configurations=other), nvd_cve("CVE-2023-2")))
    assert find_changes(old, new, likely=None).products == {"shop:shop", "till:till"}
    assert find_changes(new, new, likely=None).products == frozenset()


def test_a_foreign_record_that_cannot_be_read_may_be_about_anything(tmp_path: Path) -> None:
    """And what it said before has vanished, and is not "not affected"."""
    odd = nvd_cve(configurations=[{"nodes": [node(criterion("shop"))]}])
    old = _nvd(tmp_path / "old", nvd_page(nvd_cve(), nvd_cve("CVE-2023-2")))
    new = _nvd(tmp_path / "new", nvd_page(odd, nvd_cve("CVE-2023-2")))
    found = find_changes(old, new, likely=None)
    assert found.unplaced == (("NVD", 1),)
    assert found.vanished == {"CVE-2023-1000"}
    assert found.products == {"shop:shop"}


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


def _scored(mirror: Path, *scores: tuple[str, str], day: int) -> Path:
    head = f"#model_version:v1,score_date:2026-03-{day:02}T00:00:00Z\ncve,epss,percentile\n"
    lines = "".join(f"{cve},{probability},0.5\n" for cve, probability in scores)
    import_signal((head + lines).encode(), mirror, at=AT, source="epss.csv")
    return mirror


TENTH = 10_000


def test_what_has_become_likely_since(tmp_path: Path) -> None:
    """What reached the bound, or came in above it; not what was above it, or fell."""
    before = (("CVE-2026-1001", "0.09999"), ("CVE-2026-1002", "0.1"), ("CVE-2026-1003", "0.5"))
    after = (
        *(("CVE-2026-1001", "0.1"), ("CVE-2026-1002", "0.9"), ("CVE-2026-1003", "0.01")),
        *(("CVE-2026-1004", "0.2"), ("CVE-2026-1005", "0.09")),
    )
    old, new = _scored(tmp_path / "old", *before, day=1), _scored(tmp_path / "new", *after, day=2)
    assert find_changes(old, new, likely=TENTH).likely == {"CVE-2026-1001", "CVE-2026-1004"}
    assert find_changes(old, new, likely=None).likely == frozenset()


def test_nothing_became_likely_where_epss_is_new_or_gone(tmp_path: Path) -> None:
    """There is nothing that it was before: of each product, it is in the answer to a question."""
    there, empty = _scored(tmp_path / "there", ("CVE-2026-1001", "0.9"), day=1), tmp_path / "empty"
    for old, new in ((empty, there), (there, empty)):
        assert find_changes(old, new, likely=TENTH).likely == frozenset()


def test_what_is_exploited_is_not_told_of_as_likely(tmp_path: Path) -> None:
    old = _scored(tmp_path / "old", ("CVE-2026-1001", "0.01"), day=1)
    new = _scored(tmp_path / "new", ("CVE-2026-1001", "0.9"), day=2)
    entry = {"cveID": "CVE-2026-1001", "dateAdded": "2026-02-01"}
    import_signal(catalogue(vulnerabilities=[entry]), new, at=AT, source="kev.json")
    found = find_changes(old, new, likely=TENTH)
    assert found.exploited == {"CVE-2026-1001"}
    assert found.likely == frozenset()
