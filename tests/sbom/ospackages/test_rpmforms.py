"""RPM's databases as Berkeley DB and ndb: the same headers, and what cannot be read of them."""

import struct
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.sbom.ospackages.rpmbdb import read_bdb_headers
from assay.sbom.ospackages.rpmndb import read_ndb_headers
from tests.fakes.rpmforms import PAGE, bdb_of, ndb_of
from tests.fakes.trees import purls, rpm_header, survey, whys

Read = Callable[[bytes], Iterator[tuple[str, bytes | MalformedError]]]
HEADERS = (b"short", b"exactly one page".ljust(PAGE - 26, b"x"), b"several pages" * 100)
FORMS: dict[str, tuple[Read, Callable[[tuple[bytes, ...]], bytes]]] = {
    "bdb": (read_bdb_headers, bdb_of),
    "bdb-big-endian": (read_bdb_headers, lambda headers: bdb_of(headers, order=">")),
    "ndb": (read_ndb_headers, ndb_of),
}
BDB, NDB = bdb_of(HEADERS), ndb_of(HEADERS)


@pytest.mark.parametrize(("read", "make"), FORMS.values(), ids=FORMS)
def test_headers(read: Read, make: Callable[[tuple[bytes, ...]], bytes]) -> None:
    assert [value for _, value in read(make(HEADERS))] == list(HEADERS)


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("var/lib/rpm/Packages", bdb_of([rpm_header({1000: "a", 1001: "1", 1002: "2"}, {}, 0)])),
        (
            "usr/lib/sysimage/rpm/Packages.db",
            ndb_of([rpm_header({1000: "a", 1001: "1", 1002: "2"}, {}, 0)]),
        ),
    ],
    ids=["bdb", "ndb"],
)
def test_they_are_packages(path: str, data: bytes) -> None:
    found = survey({"etc/os-release": b"ID=sles\nVERSION_ID=15.5\n", path: data})
    assert purls(found) == ["pkg:rpm/sles/a@1-2?distro=sles-15.5", ""]
    assert whys(found) == []


def put(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def number(value: int) -> bytes:
    return struct.pack("<I", value)


REFUSED: dict[str, tuple[Read, bytes, str]] = {
    "bdb-short": (read_bdb_headers, BDB[:100], "no hash file of Berkeley DB"),
    "bdb-other": (read_bdb_headers, b"x" * 512, "no hash file of Berkeley DB"),
    "bdb-version": (
        read_bdb_headers,
        put(BDB, 16, number(5)),
        "Berkeley DB of another form (version 5)",
    ),
    "bdb-page-size": (
        read_bdb_headers,
        put(BDB, 20, number(513)),
        "Berkeley DB of another form (version 9)",
    ),
    "bdb-type": (
        read_bdb_headers,
        put(BDB, 25, b"\x09"),
        "Berkeley DB of another form (version 9)",
    ),
    "bdb-encrypted": (
        read_bdb_headers,
        put(BDB, 24, b"\1"),
        "encrypted, or with sums of its pages",
    ),
    "bdb-sums": (read_bdb_headers, put(BDB, 26, b"\1"), "encrypted, or with sums of its pages"),
    "bdb-cut-off": (read_bdb_headers, BDB[:-1], "the file is cut off"),
    "ndb-short": (read_ndb_headers, NDB[:4095], "no database of the form ndb"),
    "ndb-other": (
        read_ndb_headers,
        put(NDB, 0, b"x"),
        "no database of the form ndb, or of another version",
    ),
    "ndb-version": (
        read_ndb_headers,
        put(NDB, 4, b"\1"),
        "no database of the form ndb, or of another version",
    ),
    "bdb-shared": (
        read_bdb_headers,
        bdb_of([b"x" * PAGE * 4], copies=9),
        "values that share their bytes",
    ),
    "ndb-shared": (
        read_ndb_headers,
        put(NDB, 96, NDB[80:96] * 99),
        "blobs that share their bytes",
    ),
    "ndb-cut-off": (read_ndb_headers, put(NDB, 12, number(99)), "the slots are cut off"),
}


@pytest.mark.parametrize(("read", "data", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(read: Read, data: bytes, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        list(read(data))
    assert caught.value.what == message


FIRST, SECOND = PAGE, 2 * PAGE  # the first one has its value in it, the second on a page after it
VALUE = SECOND + PAGE - 5 - 12  # of the second one
BLOB = 4096
LAST_BLOB = NDB.rindex(b"BlbS")
# What is put where, and which of the entries cannot be read for it.
FAULTS: dict[str, tuple[Read, bytes, str, str]] = {
    "bdb-offsets": (
        read_bdb_headers,
        put(BDB, FIRST + 20, b"\xff\xff"),
        "page 1",
        "offsets that lead out of the page",
    ),
    "bdb-value-type": (
        read_bdb_headers,
        put(BDB, VALUE, b"\2"),
        "page 2, entry 1",
        "a value of another type",
    ),
    "bdb-page-outside": (
        read_bdb_headers,
        put(BDB, VALUE + 4, number(10**6)),
        "page 2, entry 1",
        "page 1000000 is not in the file",
    ),
    "bdb-not-overflow": (
        read_bdb_headers,
        put(BDB, VALUE + 4, number(1)),
        "page 2, entry 1",
        "an overflow page of another form",
    ),
    "bdb-longer-than-its-chain": (
        read_bdb_headers,
        put(BDB, VALUE + 8, number(PAGE)),
        "page 2, entry 1",
        "an overflow page of another form",  # after the last one comes page 0
    ),
    "bdb-page-of-another-type": (
        read_bdb_headers,
        put(BDB, SECOND + PAGE + 25, b"\x01"),
        "page 2, entry 1",
        "an overflow page of another form",
    ),
    "bdb-key-without-value": (
        read_bdb_headers,
        put(BDB, FIRST + 20, b"\1\0"),
        "page 1",
        "offsets that lead out of the page",
    ),
    "bdb-empty-page": (
        read_bdb_headers,
        put(BDB, SECOND + PAGE + 22, b"\0\0"),
        "page 2, entry 1",
        "an overflow page of another form",
    ),
    "bdb-cut-value": (
        read_bdb_headers,
        put(put(BDB, SECOND + 28, struct.pack("<H", PAGE - 6)), PAGE + SECOND - 6, b"\3"),
        "page 2, entry 1",
        "a number that leads out of its page",
    ),
    "ndb-slot": (read_ndb_headers, put(NDB, 48, b"x"), "byte 48", "no slot"),
    "ndb-outside": (
        read_ndb_headers,
        put(NDB, 56, number(2**31)),
        "package 1",
        "a blob that leads out of the file",
    ),
    "ndb-no-blocks": (
        read_ndb_headers,
        put(NDB, 60, number(0)),
        "package 1",
        "a blob that leads out of the file",
    ),
    "ndb-other-package": (
        read_ndb_headers,
        put(NDB, BLOB + 4, number(7)),
        "package 1",
        "a blob of another form",
    ),
    "ndb-length": (
        read_ndb_headers,
        put(NDB, BLOB + 12, number(6)),
        "package 1",
        "a blob of another form",
    ),
    "ndb-sum": (
        read_ndb_headers,
        put(NDB, BLOB + 16, b"X"),
        "package 1",
        "a blob whose sum is another",
    ),
    "ndb-too-long": (
        read_ndb_headers,
        put(put(NDB, LAST_BLOB + 12, number(9999)), len(NDB) - 8, number(9999)),
        "package 3",
        "a blob that is longer than its place",
    ),
}


@pytest.mark.parametrize(("read", "data", "place", "why"), FAULTS.values(), ids=FAULTS)
def test_one_entry_that_cannot_be_read(read: Read, data: bytes, place: str, why: str) -> None:
    found = dict(read(data))
    refused = {at: item.what for at, item in found.items() if isinstance(item, MalformedError)}
    assert refused == {place: why}
    assert len(found) == 3


@given(st.sampled_from([BDB, NDB]), st.integers(0, 4200), st.binary(min_size=1, max_size=8))
def test_any_bytes_are_read_or_malformed(data: bytes, at: int, new: bytes) -> None:
    read = read_bdb_headers if data is BDB else read_ndb_headers
    changed = put(data, at, new)[: len(data)]
    try:
        values = [item for _, item in read(changed)]
    except MalformedError:
        return
    assert sum(len(item) for item in values if isinstance(item, bytes)) <= len(data)
