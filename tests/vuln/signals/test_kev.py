import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.vuln.signals.kev import KnownExploited, parse_kev


def catalogue(**members: object) -> bytes:
    entry = {
        "cveID": "CVE-2026-1",
        "dateAdded": "2026-02-01",
        "knownRansomwareCampaignUse": "Known",
    }
    whole = {"dateReleased": "2026-03-01T10:00:00.5Z", "count": 1, "vulnerabilities": [entry]}
    return json.dumps(whole | members).encode()


def test_read() -> None:
    found = parse_kev(catalogue())
    assert found.released_at == datetime(2026, 3, 1, 10, 0, 0, 500_000, tzinfo=UTC)
    assert found.entries == {"CVE-2026-1": KnownExploited(added=date(2026, 2, 1), ransomware=True)}


REFUSED = {
    "no entry": (
        catalogue(vulnerabilities=[], count=0),
        "[malformed] 0 entries, where it says 0, at count",
    ),
    "an entry less": (catalogue(count=2), "[malformed] 1 entries, where it says 2, at count"),
    "no time": (
        catalogue(dateReleased="soon"),
        "[malformed] 'soon' is no time, at dateReleased",
    ),
    "no date": (
        catalogue(vulnerabilities=[{"cveID": "CVE-2026-1", "dateAdded": "1/2/26"}]),
        "[malformed] '1/2/26' is no date, at vulnerabilities[0].dateAdded",
    ),
    "an id that nothing has": (
        catalogue(vulnerabilities=[{"cveID": "CVE-2026-1 ", "dateAdded": "2026-02-01"}]),
        "[malformed] 'CVE-2026-1 ' is no id, at vulnerabilities[0].cveID",
    ),
    "no id": (
        catalogue(vulnerabilities=[{"dateAdded": "2026-02-01"}]),
        "[malformed] no cveID, at vulnerabilities[0].cveID",
    ),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(data: bytes, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_kev(data)
    assert str(caught.value) == message


@given(st.binary(max_size=60))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_kev(data)


def test_the_public_catalogues_are_read(shared_data: Path) -> None:
    sizes = [
        len(parse_kev(path.read_bytes()).entries) for path in (shared_data / "kev").glob("*.json")
    ]
    assert min(sizes) > 1000
