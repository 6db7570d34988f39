import hashlib
import zipfile
from pathlib import Path

import pytest

from assay.core.errors import MalformedError, TamperedError, UsageError
from assay.vuln.source import find_sources


def _zip(path: Path, *names: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, b"{}")
    return path


def _found(path: Path) -> list[tuple[str, list[str]]]:
    return [(s.scope, [name for name, _ in s.records()]) for s in find_sources(path)]


def test_a_folder_of_records(tmp_path: Path) -> None:
    for name in ("b.json", "a.json", "README.md", "deep/c.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}")
    assert _found(tmp_path) == [(tmp_path.name, ["a.json", "b.json", "deep/c.json"])]


def test_an_archive_is_named_after_its_ecosystem(tmp_path: Path) -> None:
    path = _zip(tmp_path / "crates.io.zip", "b.json", "a.json", "README.md")
    assert _found(path) == [("crates.io", ["b.json", "a.json"])]


def test_an_archive_with_the_name_that_osv_gives_it(tmp_path: Path) -> None:
    assert _found(_zip(tmp_path / "npm" / "all.zip", "a.json")) == [("npm", ["a.json"])]


def test_a_folder_of_archives_and_records(tmp_path: Path) -> None:
    _zip(tmp_path / "npm" / "all.zip", "a.json")
    _zip(tmp_path / "Go.zip", "b.json")
    (tmp_path / "c.json").write_text("{}")
    assert _found(tmp_path) == [
        ("Go", ["b.json"]),
        ("npm", ["a.json"]),
        (tmp_path.name, ["c.json"]),
    ]


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        find_sources(tmp_path / "absent")
    assert str(caught.value) == f"[usage] no such file or folder, at {tmp_path}/absent"


def test_nothing_in_it(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("")
    with pytest.raises(UsageError) as caught:
        find_sources(tmp_path)
    assert (
        str(caught.value)
        == f"[usage] no .json file, no .json.gz and no .zip archive, at {tmp_path}"
    )


@pytest.mark.parametrize("name", ["link.json", "link"])
def test_a_symbolic_link_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.json").write_text("{}")
    (tmp_path / name).symlink_to("/etc" if name == "link" else "/etc/passwd")
    with pytest.raises(MalformedError) as caught:
        find_sources(tmp_path)
    assert str(caught.value) == f"[malformed] a symbolic link, at {tmp_path}/{name}"


def test_a_file_that_its_digest_is_not_of(tmp_path: Path) -> None:
    document, beside = tmp_path / "a.json", tmp_path / "a.json.sha256"
    document.write_text("{}")
    beside.write_text(f"{hashlib.sha256(b'{}').hexdigest()}  a.json\n")
    assert _found(tmp_path) == [(tmp_path.name, ["a.json"])]
    document.write_text("[]")
    with pytest.raises(TamperedError) as caught:
        _found(tmp_path)
    assert str(caught.value) == (
        f"[tampered] the sha256 digest is of something else, at {document}.sha256 "
        "(fetch both again; if that does not help, ask the publisher)"
    )
