"""Which format a document is, and what none of them lets through."""

import contextlib
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.sbom.formats import reader
from assay.sbom.formats.reader import parse_sbom
from assay.sbom.formats.writer import FORMATS, render_sbom
from tests.sbom.sboms import FULL

SMALL = {name: render_sbom(FULL, format_=name) for name in FORMATS}


def test_every_public_example_is_read(shared_data: Path) -> None:
    with ZipFile(shared_data / "sbom" / "cyclonedx-bom-examples.zip") as opened:
        names = [name for name in opened.namelist() if name.endswith(".json")]
        assert names
        for name in names:
            assert parse_sbom(opened.read(name)).format.startswith("CycloneDX 1.")


def test_every_valid_vector_is_read(shared_data: Path) -> None:
    with ZipFile(shared_data / "vectors" / "cyclonedx" / "valid.zip") as opened:
        for name in opened.namelist():
            if name.endswith(".json"):
                assert parse_sbom(opened.read(name)).format


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b" \n\t"], ids=["mark", "space"])
def test_what_stands_before_a_document(before: bytes) -> None:
    for data in (SMALL["cyclonedx-1.6"], SMALL["cyclonedx-1.6-xml"], SMALL["spdx-2.3"]):
        assert parse_sbom(before + data).components == FULL.components


KNOWN = "known are CycloneDX 1.2 to 1.7 in JSON or XML, SPDX 2.2, 2.3 and 3.0 in JSON"
REFUSED = {
    "other-json": (b"{}", f"no SBOM of a format that is known ({KNOWN})"),
    "no-object": (b"[]", "list where an object is needed"),
    "other-xml": (
        b"<a/>",
        "the namespace '' is of no CycloneDX version that is known, at a (known are 1.2, 1.3, ",
    ),
    "tag-value": (b"SPDXVersion: SPDX-2.3", "not strict JSON: Expecting value"),
    "repeated-key": (
        b'{"bomFormat": "CycloneDX", "bomFormat": "x"}',
        "not strict JSON: repeated key 'bomFormat'",
    ),
    "context": (b'{"@context": "https://x.example"}', "not the context of SPDX 3.0 alone"),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(data: bytes, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_sbom(data)
    assert str(caught.value).startswith(f"[malformed] {message}")


def test_size() -> None:
    assert reader.MAX_SBOM_BYTES == 2**27


@pytest.mark.parametrize("name", FORMATS)
@given(st.data())
def test_any_damage_is_read_or_malformed(name: str, data: st.DataObject) -> None:
    whole = SMALL[name]
    start = data.draw(st.integers(0, len(whole) - 1))
    length = data.draw(st.integers(0, 8))
    piece = data.draw(st.sampled_from([b"", b'"', b"{}", b"[1]", b"null", b"<", b"\xff", b"0"]))
    with contextlib.suppress(MalformedError):
        parse_sbom(whole[:start] + piece + whole[start + length :])
