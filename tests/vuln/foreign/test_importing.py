"""Importing by content: every form, in files, folders and archives, in one go."""

import gzip
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.core.errors import AssayError, MalformedError
from assay.vuln.foreign.forms import form_of, unpacked
from assay.vuln.foreign.store import load_foreign, load_foreign_feeds
from assay.vuln.mirror import import_advisories
from assay.vuln.mirrorfiles import load_feeds
from assay.vuln.signals.store import is_signal
from tests.vuln.csaf.test_aggregating import AGGREGATOR
from tests.vuln.foreign.records import cve_affected, cve_record, encoded, ghsa, nvd_cve, nvd_page
from tests.vuln.records import encoded as osv

AT = datetime(2026, 3, 1, tzinfo=UTC)
FILES = {
    "pages/one.json": nvd_page(nvd_cve("CVE-2023-1001")),
    "pages/two.json.gz": gzip.compress(nvd_page(nvd_cve("CVE-2023-1002"))),
    "records/anything.json": cve_record(cve_affected()),
    "github.json": encoded([ghsa("GHSA-1"), ghsa("GHSA-2")]),
    "osv.json": osv(),
}
COUNTS = {"CVE": 1, "GHSA": 2, "NVD": 2, "PyPI": 1}


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def counts(source: Path, mirror: Path) -> dict[str, int]:
    feeds = import_advisories(source, mirror, at=AT)
    listed = {**load_feeds(mirror), **load_foreign_feeds(mirror)}
    assert {feed.ecosystem: feed for feed in feeds} == listed
    return {feed.ecosystem: feed.advisories for feed in feeds}


def test_a_folder_of_everything(tmp_path: Path) -> None:
    assert counts(write(tmp_path / "in", FILES), tmp_path / "m") == COUNTS


def test_an_archive_of_everything(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        for name, data in FILES.items():
            archive.writestr(name.removesuffix(".gz"), unpacked(data))
    assert counts(tmp_path / "in.zip", tmp_path / "m") == COUNTS


@pytest.mark.parametrize("name", sorted(FILES))
def test_each_alone(tmp_path: Path, name: str) -> None:
    file = write(tmp_path / "in", {name: FILES[name]}) / name
    assert len(counts(file, tmp_path / "m")) == 1


def test_the_newer_of_two_records_counts(tmp_path: Path) -> None:
    older = nvd_page(nvd_cve("CVE-2023-1001", lastModified="2023-01-01T00:00:00", vulnStatus="x"))
    newer = nvd_page(nvd_cve("CVE-2023-1001", vulnStatus="Rejected"))
    files = {"1.json": newer, "2.json": older}
    import_advisories(write(tmp_path / "in", files), tmp_path / "m", at=AT)
    (content,) = load_foreign(tmp_path / "m").contents
    (cve,) = content.named("CVE-2023-1001")
    assert cve.withdrawn is not None


def test_what_lists_publishers_is_no_advisory(tmp_path: Path) -> None:
    files = {"sound.json": nvd_page(nvd_cve()), "aggregator.json": encoded(AGGREGATOR)}
    (feed,) = import_advisories(write(tmp_path / "in", files), tmp_path / "m", at=AT)
    assert (feed.ecosystem, feed.unreadable) == ("NVD", 0)


BROKEN = {
    "a-page-of-nothing": b"",
    "half-a-page": nvd_page(nvd_cve())[:100],
    "half-a-record": cve_record()[:-1],
    "no-json": b"not found",
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_nothing_is_dropped_unseen(tmp_path: Path, data: bytes) -> None:
    """A file that cannot be read counts in the feeds that it may be of."""
    files = {"sound.json": nvd_page(nvd_cve()), "broken.json": data}
    feeds = import_advisories(write(tmp_path / "in", files), tmp_path / "m", at=AT)
    assert sum(feed.unreadable for feed in feeds) == 1
    assert sum(feed.advisories for feed in feeds) == 1


def test_a_feed_of_what_nobody_can_read_is_kept_as_such(tmp_path: Path) -> None:
    source = write(tmp_path / "in", {"a.json": cve_record()[:-1]})
    (feed,) = import_advisories(source, tmp_path / "m", at=AT)
    assert (feed.ecosystem, feed.advisories, feed.unreadable) == ("CVE", 0, 1)


def test_what_is_none_of_them_is_refused(tmp_path: Path) -> None:
    source = write(tmp_path / "in", {"a.json": b"{}"}) / "a.json"
    with pytest.raises(AssayError) as caught:
        import_advisories(source, tmp_path / "m", at=AT)
    assert str(caught.value) == (
        f"[malformed] no advisory that is about any package, at {source} (OSV records, as JSON)"
    )


GZIPS = {
    "half": (gzip.compress(b"{}")[:-2], "a gzip that breaks off, or has something behind its end"),
    "more": (gzip.compress(b"{}") + b"x", "a gzip that breaks off, or has something behind its"),
    "none": (b"\x1f\x8b" + b"x" * 20, "no gzip: "),
    "bomb": (gzip.compress(b" " * 5000), "over 1000 bytes"),
}


@pytest.mark.parametrize(("data", "what"), GZIPS.values(), ids=GZIPS)
def test_gzip(data: bytes, what: str) -> None:
    with pytest.raises(MalformedError) as caught:
        unpacked(data, max_bytes=1000)
    assert caught.value.what.startswith(what)


def test_a_word_in_a_text_is_no_mark() -> None:
    assert form_of(osv(summary='it says "NVD_CVE" and "ghsa_id"')) is None


def test_a_record_of_osv_that_names_githubs_id_is_one_of_osv() -> None:
    assert form_of(osv(database_specific={"ghsa_id": "GHSA-1"})) is None


KEV = b'{"title": "t", "dateReleased": "2026-03-01", "vulnerabilities": []}'
EPSS = b"#model_version:v1,score_date:2026-03-01T00:00:00Z\ncve,epss,percentile\n"
SIGNALS = {
    "kev": (KEV, True),
    "epss": (EPSS, True),
    "epss-in-gzip": (gzip.compress(EPSS), True),
    "kev-in-gzip": (gzip.compress(KEV), True),
    "nvd": (nvd_page(), False),
    "nvd-in-gzip": (gzip.compress(nvd_page()), False),
    "osv": (osv(), False),
    "no-gzip": (b"\x1f\x8bxxxx", False),
    "nothing": (b"", False),
}


@pytest.mark.parametrize(("data", "is_one"), SIGNALS.values(), ids=SIGNALS)
def test_signals_are_told_by_how_they_begin(data: bytes, is_one: bool) -> None:  # noqa: FBT001
    assert is_signal(data) is is_one
