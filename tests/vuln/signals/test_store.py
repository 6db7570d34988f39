from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.core.errors import MalformedError, RejectedError, TamperedError, UnavailableError
from assay.vuln.signals.epss import Likelihood
from assay.vuln.signals.store import (
    EPSS,
    KEV,
    import_signal,
    load_signal_feeds,
    load_signals,
)
from tests.vuln.signals.test_epss import TEXT
from tests.vuln.signals.test_kev import catalogue

AT = datetime(2026, 3, 2, tzinfo=UTC)
BOTH = frozenset({"CVE-2026-1", "CVE-2021-44228", "CVE-2099-1"})


def test_what_was_imported_is_found(tmp_path: Path) -> None:
    import_signal(catalogue(), tmp_path, at=AT, source="kev.json")
    import_signal(TEXT.encode(), tmp_path, at=AT, source="epss.csv")
    found = load_signals(tmp_path, BOTH)
    assert set(found.feeds) == {KEV, EPSS}
    assert {cve: entry.ransomware for cve, entry in found.exploited.items()} == {"CVE-2026-1": True}
    assert found.likelihood == {"CVE-2021-44228": Likelihood(probability=94_358, percentile=99_958)}
    assert found.feeds[KEV].as_json() == found.feeds[KEV].as_json() | {
        "name": "KEV",
        "entries": 1,
        "dated": "2026-03-01T10:00:00Z",
        "importedAt": "2026-03-02T00:00:00Z",
        "source": "kev.json",
    }


def test_nothing_here(tmp_path: Path) -> None:
    found = load_signals(tmp_path, BOTH)
    assert (found.feeds, found.exploited, found.likelihood) == ({}, {}, {})


def test_a_newer_one_replaces_and_the_old_file_goes(tmp_path: Path) -> None:
    import_signal(catalogue(), tmp_path, at=AT, source="kev.json")
    entry = {"cveID": "CVE-2026-2", "dateAdded": "2026-02-01"}
    newer = catalogue(vulnerabilities=[entry], dateReleased="2026-03-01T11:00:00Z")
    import_signal(newer, tmp_path, at=AT, source="kev.json")
    assert set(load_signals(tmp_path, frozenset({"CVE-2026-1", "CVE-2026-2"})).exploited) == {
        "CVE-2026-2"
    }
    assert len(list(tmp_path.glob("*.signals"))) == 1


OLDER = (
    "[rejected] KEV of 2026-01-01T00:00:00Z, older than what is here "
    "(that is of 2026-03-01T10:00:00Z)"
)
RELAPSED = {
    "an older one": (
        catalogue(dateReleased="2026-01-01T00:00:00Z"),
        OLDER,
    ),
    "less than half of it": (
        catalogue(),
        "[rejected] 1 entries of KEV, where there were 3",
    ),
}


@pytest.mark.parametrize(("data", "message"), RELAPSED.values(), ids=RELAPSED)
def test_a_relapse_is_refused_and_nothing_changes(
    tmp_path: Path, data: bytes, message: str
) -> None:
    three = [{"cveID": f"CVE-2026-{n}", "dateAdded": "2026-02-01"} for n in range(3)]
    import_signal(catalogue(vulnerabilities=three, count=3), tmp_path, at=AT, source="kev.json")
    before = load_signal_feeds(tmp_path)
    with pytest.raises(RejectedError) as caught:
        import_signal(data, tmp_path, at=AT, source="kev.json")
    assert (str(caught.value), load_signal_feeds(tmp_path)) == (message, before)


def test_neither_of_them(tmp_path: Path) -> None:
    with pytest.raises(MalformedError) as caught:
        import_signal(b"x", tmp_path, at=AT, source="x.csv")
    assert str(caught.value) == (
        "[malformed] no EPSS file, at x.csv (#model_version:…,score_date:… and a header)"
    )


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    feed = import_signal(catalogue(), tmp_path, at=AT, source="kev.json")
    path = tmp_path / f"{feed.digest.hex}.signals"
    path.write_bytes(path.read_bytes().replace(b"known", b"-"))
    with pytest.raises(TamperedError) as caught:
        load_signals(tmp_path, BOTH)
    assert str(caught.value) == (
        f"[tampered] the entries of KEV are not those that were imported, at {path} "
        "(import or update them again)"
    )


def test_a_file_that_has_gone_is_no_silence(tmp_path: Path) -> None:
    feed = import_signal(catalogue(), tmp_path, at=AT, source="kev.json")
    path = tmp_path / f"{feed.digest.hex}.signals"
    path.unlink()
    with pytest.raises(UnavailableError) as caught:
        load_signals(tmp_path, BOTH)
    assert str(caught.value) == (
        f"[unavailable] the entries of KEV are gone, at {path} (import or update them again)"
    )


def test_a_list_of_another_form(tmp_path: Path) -> None:
    (tmp_path / "signals.json").write_text('{"schema":"x"}')
    with pytest.raises(MalformedError) as caught:
        load_signal_feeds(tmp_path)
    assert str(caught.value) == (
        f"[malformed] no assay.signals/v1, at {tmp_path / 'signals.json'}.schema "
        "(import the data again)"
    )
