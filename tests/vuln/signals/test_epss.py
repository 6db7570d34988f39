import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.vuln.signals.epss import Likelihood, parse_epss

TEXT = (
    "#model_version:v2025.03.14,score_date:2026-03-01T12:55:00Z\n"
    "cve,epss,percentile\n"
    "CVE-2021-44228,0.94358,0.99958\n"
    "CVE-1999-0001,1e-05,0.0\n"
)
SCORES = {
    "CVE-2021-44228": Likelihood(probability=94_358, percentile=99_958),
    "CVE-1999-0001": Likelihood(probability=1, percentile=0),
}


@pytest.mark.parametrize("data", [TEXT.encode(), gzip.compress(TEXT.encode())])
def test_read(data: bytes) -> None:
    found = parse_epss(data)
    assert found.model == "v2025.03.14"
    assert found.scored_at == datetime(2026, 3, 1, 12, 55, tzinfo=UTC)
    assert found.scores == SCORES


NONE = "no EPSS file (#model_version:…,score_date:… and a header)"
REFUSED = {
    "nothing": (b"", f"[malformed] {NONE}"),
    "no comment": (TEXT.partition("\n")[2].encode(), f"[malformed] {NONE}"),
    "another header": (TEXT.replace("percentile", "rank").encode(), f"[malformed] {NONE}"),
    "no score": (
        "\n".join(TEXT.splitlines()[:2]).encode(),
        "[malformed] an EPSS file without a score",
    ),
    "a line that is none": (
        f"{TEXT}CVE-2,x,0.1\n".encode(),
        "[malformed] 'CVE-2,x,0.1' is no score, at line 5",
    ),
    "above 1": (
        f"{TEXT}CVE-2026-9999,1.5,0.1\n".encode(),
        "[malformed] '1.5' is no probability, at line 5",
    ),
    "beyond all numbers": (
        f"{TEXT}CVE-2026-9999,9e999,0.1\n".encode(),
        "[malformed] '9e999' is no number, at line 5",
    ),
    "no number": (
        f"{TEXT}CVE-2026-9999,1.5.2,0.1\n".encode(),
        "[malformed] '1.5.2' is no number, at line 5",
    ),
    "no zone": (
        TEXT.replace("12:55:00Z", "12:55:00").encode(),
        "[malformed] '2026-03-01T12:55:00' has no zone, at line 1",
    ),
    "no time": (
        TEXT.replace("2026-03-01T12:55:00Z", "2026-13-01T12:55:00Z").encode(),
        "[malformed] '2026-13-01T12:55:00Z' is no time, at line 1",
    ),
    "not ASCII": (f"{TEXT}é".encode(), "[malformed] an EPSS file that is not ASCII"),
    "half a gzip": (
        gzip.compress(TEXT.encode())[:-9],
        "[malformed] a gzip that breaks off, or has something behind its end",
    ),
    "two gzips": (
        gzip.compress(TEXT.encode()) * 2,
        "[malformed] a gzip that breaks off, or has something behind its end",
    ),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(data: bytes, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_epss(data)
    assert str(caught.value) == message


@given(st.binary(max_size=60))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_epss(b"\x1f\x8b" + data)
