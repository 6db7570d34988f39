"""Updating from a copy of the feeds, on the loopback."""

import json
import shutil
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

import pytest

from assay.core.errors import AssayError, RejectedError, UsageError
from assay.operations.manage_advisories import Updated, list_feeds, list_signals, update_advisories
from tests.fakes.listening import listening
from tests.operations.run import AT, clock
from tests.operations.site import write_advisories

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder, and says nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Path]]:
    """Return the URL of a copy, and the folder that it serves; the home is a new one."""
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    served = tmp_path / "served"
    (served / "PyPI").mkdir(parents=True)
    _write_archive(tmp_path, served, day="2026-05-01")
    _write_kev(served, "CVE-2026-1")
    with listening(partial(Quiet, directory=str(served))) as url:
        yield f"{url}/", served


def _write_archive(folder: Path, served: Path, *, day: str) -> None:
    record = next(write_advisories(folder / "osv", day=day).iterdir())
    with zipfile.ZipFile(served / "PyPI" / "all.zip", "w") as archive:
        archive.write(record, record.name)


def _write_kev(served: Path, *cves: str, day: str = "2026-05-02") -> None:
    entries = [{"cveID": cve, "dateAdded": "2026-02-01"} for cve in cves]
    document = {"dateReleased": day, "count": len(entries), "vulnerabilities": entries}
    (served / "known_exploited_vulnerabilities.json").write_text(json.dumps(document))


def update(base: str, *names: str) -> Updated:
    return update_advisories(names, progress=lambda _: None, base=base, clock=clock())


def test_advisories_and_signals_are_fetched(copy: tuple[str, Path]) -> None:
    base, _ = copy
    said: list[str] = []
    updated = update_advisories(("PyPI", "KEV"), progress=said.append, base=base, clock=clock())
    assert [(feed.ecosystem, feed.advisories) for feed in updated.feeds] == [("PyPI", 1)]
    assert [(feed.name, feed.entries, feed.imported_at) for feed in updated.signals] == [
        ("KEV", 1, AT)
    ]
    assert (list_feeds(), list_signals()) == (updated.feeds, updated.signals)
    assert said[0] == f"Fetching {base}PyPI/all.zip: 0.0 of 0.0 MB"


def test_without_a_name_what_is_here_is_updated(copy: tuple[str, Path], tmp_path: Path) -> None:
    base, served = copy
    update(base, "PyPI", "KEV")
    _write_archive(tmp_path, served, day="2026-05-20")
    _write_kev(served, "CVE-2026-1", "CVE-2026-2", day="2026-05-21")
    updated = update(base)
    assert updated.feeds[0].newest_modified != AT
    assert [feed.entries for feed in updated.signals] == [2]


def test_a_feed_that_went_back_is_refused_and_the_old_one_stays(copy: tuple[str, Path]) -> None:
    """Silence: a dead feed, or an old copy of it, must not look like news."""
    base, served = copy
    before = update(base, "PyPI", "KEV")
    _write_kev(served, "CVE-2026-1", day="2026-01-01")
    with pytest.raises(RejectedError) as caught:
        update(base, "KEV")
    assert str(caught.value) == (
        "[rejected] KEV of 2026-01-01T00:00:00Z, older than what is here, at KEV "
        "(that is of 2026-05-02T00:00:00Z)"
    )
    assert list_signals() == before.signals


def test_a_feed_that_is_not_there_is_unavailable(copy: tuple[str, Path]) -> None:
    base, served = copy
    shutil.rmtree(served / "PyPI")
    with pytest.raises(AssayError) as caught:
        update(base, "PyPI")
    assert str(caught.value) == (
        f"[unavailable] the server answers 404, at PyPI.{base}PyPI/all.zip"
    )


def test_a_name_that_is_none(copy: tuple[str, Path]) -> None:
    with pytest.raises(UsageError) as caught:
        update(copy[0], "Pypi")
    assert caught.value.what == "'Pypi' is not matched"


def test_a_copy_is_asked_by_https(copy: tuple[str, Path]) -> None:
    with pytest.raises(RejectedError) as caught:
        update("http://copy.example", "PyPI")
    assert str(caught.value) == (
        "[rejected] 'http' where https is needed, at PyPI.'http://copy.example/PyPI/all.zip'"
    )
