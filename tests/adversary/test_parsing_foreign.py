"""Parsing: records of the NVD, of CVE and of GitHub, and CPE names, from hostile hands."""

import gzip
import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.core.errors import MalformedError
from assay.vuln.advisory import Unreadable
from assay.vuln.cpe.matching import match_attribute
from assay.vuln.cpe.name import parse_cpe
from assay.vuln.foreign.cve import parse_cve
from assay.vuln.foreign.forms import unpacked
from assay.vuln.foreign.nvd import nvd_records, parse_nvd_cve
from assay.vuln.foreign.store import load_foreign
from assay.vuln.mirror import import_advisories
from assay.vuln.releases import Applies
from tests.vuln.foreign.records import cve_affected, cve_record, encoded, nvd_cve, nvd_page
from tests.vuln.test_mirror import folder

AT = datetime(2026, 3, 1, tzinfo=UTC)


def test_duplicate_keys() -> None:
    """Duplicate JSON keys: two readers see two documents."""
    data = encoded(nvd_cve()).replace(b'"vulnStatus"', b'"vulnStatus": "Rejected", "vulnStatus"')
    with pytest.raises(MalformedError):
        parse_nvd_cve(data)
    page = nvd_page(nvd_cve()).replace(b'"format"', b'"vulnerabilities": [], "format"')
    (item,) = nvd_records("page", page)
    assert isinstance(item, Unreadable)


def test_depth() -> None:
    """Depth: what is nested a thousand times."""
    deep = b'{"nodes": [' * 1000 + b"]}" * 1000
    data = encoded(nvd_cve(configurations=["here"])).replace(b'"here"', deep)
    with pytest.raises(MalformedError):
        parse_nvd_cve(data)


def test_decompression_bomb() -> None:
    """Decompression bomb: a megabyte that becomes a gigabyte."""
    with pytest.raises(MalformedError) as caught:
        unpacked(gzip.compress(b" " * 2**20), max_bytes=2**16)
    assert caught.value.what == "over 65536 bytes"


def test_terminal_sequences() -> None:
    """Terminal escape sequences in names."""
    described = [{"lang": "en", "value": "\x1b[2Jgone"}]
    assert "\x1b" not in parse_nvd_cve(encoded(nvd_cve(descriptions=described))).summary
    assert "\x1b" not in parse_cve(cve_record(title="\x1b[2Jgone")).summary


def test_a_name_cannot_write_another_record(tmp_path: Path) -> None:
    """CSV and HTML injection, in our own file: a package's name with a line in it."""
    line = 'x\nr:CVE-2023-1\t{"id":"CVE-2023-1"}'
    record = cve_record(cve_affected(packageName=line), name="CVE-2023-9999")
    import_advisories(folder(tmp_path / "s", {"a": record}), tmp_path / "m", at=AT)
    (content,) = load_foreign(tmp_path / "m").contents
    assert content.named("CVE-2023-1") == ()


def test_regular_expression_blow_up() -> None:
    """Regular expression blow-up: names of two thousand characters that nearly match."""
    before = time.process_time()
    for text in ("?" * 1900, "\\" * 1900, "a" * 1900 + "!", "*" * 1900, "\\a" * 900 + "*?"):
        try:
            name = parse_cpe(f"cpe:2.3:a:{text}:p:*:*:*:*:*:*:*:*")
        except MalformedError:
            continue
        match_attribute(name.vendor, "b" * 1900)
    assert match_attribute("?" * 900 + "a", "b" * 1800) is Applies.NO
    nvd_page_of_quotes = b'{"vulnerabilities": [' + b'"\\' * 50_000
    list(nvd_records("page", nvd_page_of_quotes))
    assert time.process_time() - before < 20


def test_one_record_that_could_not_be_read_back_stops_no_reader(tmp_path: Path) -> None:
    """Partial import that leaves half: a record that breaks every later question."""
    odd = json.loads(cve_record(cve_affected(packageName="\u2028shop")))
    files = {"odd": json.dumps(odd).encode(), "sound": cve_record(name="CVE-2023-1001")}
    (feed,) = import_advisories(folder(tmp_path / "s", files), tmp_path / "m", at=AT)
    assert (feed.advisories, feed.unreadable) in {(2, 0), (1, 1)}
    (content,) = load_foreign(tmp_path / "m").contents
    assert [one.id for one in content.named("CVE-2023-1001")] == ["CVE-2023-1001"]
