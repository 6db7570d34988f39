"""Parsing: archives and URLs from outside."""

import ast
import stat
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.core.errors import MalformedError, RejectedError
from assay.system.http import FetchLimits, fetch_file
from assay.vuln.match import match_components
from assay.vuln.mirror import import_advisories, load_advisories
from assay.vuln.mirrorfiles import load_feeds
from tests.vuln.records import encoded
from tests.vuln.test_match import component
from tests.vuln.test_mirror import folder

AT = datetime(2026, 3, 1, tzinfo=UTC)


def _refused(tmp_path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> str:
    """Import an archive that must be refused without a trace; return the message."""
    path = tmp_path / "in" / "PyPI.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("good.json", encoded())
        for name, data in members:
            archive.writestr(name, data)
    with pytest.raises(MalformedError) as caught:
        import_advisories(tmp_path / "in", tmp_path / "mirror", at=AT)
    assert load_feeds(tmp_path / "mirror") == {}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in"]
    return caught.value.what


@pytest.mark.parametrize("name", ["../escaped.json", "a/../../escaped.json", "/escaped.json"])
def test_zip_slip(tmp_path: Path, name: str) -> None:
    """Zip slip, and a path in an archive's entry."""
    assert _refused(tmp_path, (name, encoded())) == "a name that leads out of the archive"


def test_symlink_escape_in_an_archive(tmp_path: Path) -> None:
    """Symlink escape: an entry that is a link."""
    info = zipfile.ZipInfo("link.json")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert _refused(tmp_path, (info, b"/etc/passwd")) == "a link or another special file"


def test_symlink_escape_in_a_folder(tmp_path: Path) -> None:
    """Symlink escape: a file of the folder that leads elsewhere."""
    source = folder(tmp_path / "source", {"A": encoded()})
    (source / "B.json").symlink_to("/etc/passwd")
    with pytest.raises(MalformedError, match="a symbolic link"):
        import_advisories(source, tmp_path / "mirror", at=AT)


def test_decompression_bomb(tmp_path: Path) -> None:
    """Decompression bomb: refused by its rate, before it is unpacked."""
    what = _refused(tmp_path, ("bomb.json", bytes(7 * 2**20)))
    assert what == "packed more than 200-fold, as bombs are"


def test_one_name_twice(tmp_path: Path) -> None:
    """Two readers of an archive with one name twice can see two documents."""
    with pytest.warns(UserWarning, match="Duplicate name"):
        what = _refused(tmp_path, ("good.json", encoded("OTHER")))
    assert what == "a name that is there twice"


def test_terminal_escape_in_the_name_of_an_entry(tmp_path: Path) -> None:
    """Terminal escape sequences in names: refused, and the message itself is harmless."""
    assert _refused(tmp_path, ("\x1b]0;owned\x07.json", encoded())).isprintable()


def test_terminal_escape_in_a_record_does_not_reach_the_report(tmp_path: Path) -> None:
    """Terminal escape sequences in an advisory's text."""
    hostile = encoded(summary="\x1b[2J\x1b[1;1Hall is well\u202e")
    import_advisories(folder(tmp_path / "s", {"A": hostile}), tmp_path / "m", at=AT)
    one = component()
    (finding,) = match_components([one], load_advisories(tmp_path / "m", [one]), at=AT).findings
    assert finding.message.isprintable()
    assert finding.title.isprintable()


def test_duplicate_json_keys_make_a_record_unreadable(tmp_path: Path) -> None:
    """Duplicate JSON keys: one reader sees it withdrawn, the other does not."""
    double = encoded().replace(b'"id"', b'"withdrawn":"2020-01-01T00:00:00Z","withdrawn":null,"id"')
    source = folder(tmp_path / "s", {"A": double, "B": encoded("B")})
    (feed,) = import_advisories(source, tmp_path / "m", at=AT)
    assert feed.unreadable == 1


SSRF = (
    "http://169.254.169.254/latest/meta-data/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::ffff:169.254.169.254]/",
    "https://localhost/",
    "https://osv.example.org.evil.example/",
    "https://osv.example.org@evil.example/",
    "https://evil.example/?https://osv.example.org/",
    "https://evil.example#osv.example.org",
    "gopher://osv.example.org/",
    "file:///etc/passwd",
    "//osv.example.org/",
    "",
)


@pytest.mark.parametrize("url", SSRF)
def test_ssrf_by_a_url_in_a_document(tmp_path: Path, url: str) -> None:
    """SSRF by a URL in a document: only the expected host is asked, and no socket is opened."""
    with pytest.raises(RejectedError):
        fetch_file(
            url,
            into=tmp_path / "body",
            hosts=frozenset({"osv.example.org"}),
            limits=FetchLimits(max_bytes=10, seconds=1),
            etag="",
        )


def test_path_in_a_tar_entry() -> None:
    """It leads nowhere: archives are read in memory, and nothing unpacks one into a folder."""
    calls = {"extract", "extractall", "unpack_archive"}
    source = Path(__file__).resolve().parents[2] / "src" / "assay"
    for file in source.rglob("*.py"):
        text = file.read_text()
        tree = ast.parse(text) if any(call in text for call in calls) else ast.Module([], [])
        attributes = (node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute))
        assert not calls.intersection(attributes), file
