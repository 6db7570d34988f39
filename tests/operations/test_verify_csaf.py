"""`assay csaf verify` over whole folders, as publishers distribute them."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from assay.core.errors import AssayError
from assay.core.verdict import Verdict
from assay.operations.verify_csaf import VerifiedFolder, verify_csaf
from tests.fakes.pgp import CREATED, pgp_sign, public_block
from tests.vuln.csaf.documents import RELEASED, csaf, encoded
from tests.vuln.csaf.test_aggregating import AGGREGATOR, publisher
from tests.vuln.csaf.test_providing import METADATA, ROLIE

DATA = encoded(csaf())
NAME = "example-2026-001.json"
KEY = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PROVIDER = METADATA | {
    "publisher": {
        "category": "vendor",
        "name": "Example Ltd",
        "namespace": "https://psirt.example.com",
    }
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder as a trusted provider makes it: everything that there can be."""
    white = tmp_path / "csaf" / "white"
    (white / "2026").mkdir(parents=True)
    document = white / "2026" / NAME
    document.write_bytes(DATA)
    for name, digest in (("sha256", hashlib.sha256(DATA)), ("sha512", hashlib.sha512(DATA))):
        document.with_name(f"{NAME}.{name}").write_text(f"{digest.hexdigest()}  {NAME}\n")
    document.with_name(f"{NAME}.asc").write_bytes(pgp_sign(KEY, DATA))
    (white / "index.txt").write_text(f"2026/{NAME}\n")
    (white / "changes.csv").write_text(f'"2026/{NAME}","{RELEASED}"\n')
    feed = json.dumps(ROLIE).replace("white/2026/a.json", f"white/2026/{NAME}")
    (white / "csaf-feed-tlp-white.json").write_text(feed)
    (tmp_path / "csaf" / "provider-metadata.json").write_text(json.dumps(PROVIDER))
    (tmp_path / "key.asc").write_bytes(public_block(KEY))
    return tmp_path / "csaf"


def verified(folder: Path, *, keyed: bool = True) -> VerifiedFolder:
    keys = (folder.parent / "key.asc",) if keyed else ()
    return verify_csaf(folder, keys=keys, clock=lambda: datetime.fromtimestamp(CREATED, tz=UTC))


def problems(folder: Path) -> list[str]:
    return [str(one) for one in verified(folder).problems]


def test_a_whole_folder(folder: Path) -> None:
    found = verified(folder)
    assert (found.verdict, found.problems, found.not_checked) == (Verdict.PASSED, (), ())
    assert found.documents == 1
    assert found.provider is not None
    assert found.provider.publisher == "Example Ltd"


def aggregated(folder: Path, namespace: str) -> VerifiedFolder:
    """Return what is found where a second publisher lies beside the first, both of them listed."""
    other = folder / "other"
    other.mkdir()
    about = PROVIDER | {"publisher": {"name": "Other", "namespace": namespace}}
    for where, metadata in ((folder / "white", PROVIDER), (other, about)):
        (where / "provider-metadata.json").write_text(json.dumps(metadata))
    (folder / "provider-metadata.json").unlink()
    listed = [publisher("psirt.example.com"), publisher("other.example")]
    (folder / "aggregator.json").write_text(json.dumps(AGGREGATOR | {"csaf_providers": listed}))
    return verified(folder)


def test_a_folder_of_several_publishers(folder: Path) -> None:
    found = aggregated(folder, "https://other.example")
    assert (found.verdict, found.problems, found.not_checked) == (Verdict.PASSED, (), ())
    document = folder / "white" / "2026" / NAME
    for path in sorted(document.parent.glob(f"{NAME}*")):
        (folder / "other" / path.name).write_bytes(path.read_bytes())
    told = "published by 'https://psirt.example.com', and not by 'https://other.example'"
    assert f"other/{NAME}: {told}" in problems(folder)
    (folder / "provider-metadata.json").write_text(json.dumps(PROVIDER))  # the nearest one counts
    assert f"other/{NAME}: {told}" in problems(folder)
    (folder / "provider-metadata.json").unlink()
    for path in sorted(document.parent.glob(f"{NAME}*")):
        (folder / path.name).write_bytes(path.read_bytes())
    why = "no provider-metadata.json is above it, where other folders have one"
    assert why in [gap.why for gap in verified(folder).not_checked if gap.where == NAME]


def test_a_publisher_that_the_aggregator_does_not_list(folder: Path) -> None:
    found = aggregated(folder, "https://stranger.example")
    assert [str(one) for one in found.problems] == [
        "other/provider-metadata.json: aggregator.json does not list 'https://stranger.example'"
    ]


def test_an_aggregator_that_cannot_be_read(folder: Path) -> None:
    (folder / "aggregator.json").write_text('{"aggregator_version": "9.0"}')
    assert problems(folder) == [
        "aggregator.json: [malformed] version '9.0', where 2.0 is read, at aggregator_version"
    ]


def test_without_a_key_signatures_are_listed(folder: Path) -> None:
    found = verified(folder, keyed=False)
    assert found.verdict is Verdict.PASSED
    assert [gap.what for gap in found.not_checked] == ["signature"]


def test_a_changed_byte(folder: Path) -> None:
    (folder / "white" / "2026" / NAME).write_bytes(DATA.replace(b"It breaks.", b"It works. "))
    assert verified(folder).verdict is Verdict.FAILED
    assert len(problems(folder)) == 3  # two digests, and the signature


def test_a_document_too_many(folder: Path) -> None:
    (folder / "white" / "2026" / "b.json").write_bytes(DATA)
    assert "white/2026/b.json: white/index.txt does not list it" in problems(folder)


def test_a_document_too_few(folder: Path) -> None:
    (folder / "white" / "index.txt").write_text(f"2026/{NAME}\n2026/gone.json\n")
    found = verified(folder)
    assert (found.verdict, found.problems) == (Verdict.UNKNOWN, ())
    assert [gap.where for gap in found.not_checked] == ["2026/gone.json"]


def test_another_date_in_a_list(folder: Path) -> None:
    (folder / "white" / "changes.csv").write_text(f'"2026/{NAME}","2026-02-02T10:00:00Z"\n')
    assert problems(folder) == [f"white/2026/{NAME}: white/changes.csv has another date for it"]


def test_another_publisher(folder: Path) -> None:
    other = json.dumps(PROVIDER).replace("psirt.example.com", "psirt.example.org")
    (folder / "provider-metadata.json").write_text(other)
    assert problems(folder) == [
        (
            f"white/2026/{NAME}: published by 'https://psirt.example.com', "
            "and not by 'https://psirt.example.org'"
        )
    ]


@pytest.mark.parametrize(
    "name",
    [
        "provider-metadata.json",
        "white/index.txt",
        "white/changes.csv",
        "white/csaf-feed-tlp-white.json",
    ],
)
def test_a_list_that_cannot_be_read(folder: Path, name: str) -> None:
    path = folder / name
    path.write_bytes(path.read_bytes().replace(b"202", b"\xff02"))
    assert [one.where for one in verified(folder).problems] == [name]


def test_another_file_is_not_looked_at(folder: Path) -> None:
    (folder / "white" / "category-a.json").write_text('{"categories": {}}')
    found = verified(folder)
    assert (found.verdict, found.problems) == (Verdict.UNKNOWN, ())
    assert [str(gap) for gap in found.not_checked] == [
        "file, white/category-a.json: neither a CSAF document nor a list of them"
    ]


def test_a_link_is_not_looked_at(folder: Path) -> None:
    (folder / "white" / "2026" / "b.json").symlink_to("/etc/hostname")
    assert verified(folder).verdict is Verdict.UNKNOWN


def test_no_folder_no_document_and_no_key(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(AssayError) as caught:
        verify_csaf(tmp_path / "absent", keys=())
    assert str(caught.value) == f"[usage] no such folder, at {tmp_path}/absent"
    with pytest.raises(AssayError) as caught:
        verify_csaf(tmp_path / "empty", keys=())
    assert str(caught.value) == f"[usage] no CSAF document, at {tmp_path}/empty"
    with pytest.raises(AssayError) as caught:
        verify_csaf(folder, keys=(folder / "provider-metadata.json",))
    assert str(caught.value).startswith("[usage] [malformed] not an armoured block of OpenPGP, at ")
