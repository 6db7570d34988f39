"""The key under which secrets are named: made once, kept, and believed only where it is private."""

from pathlib import Path

import pytest

from assay.core.errors import UsageError
from assay.operations.identitykey import identity_key_file, installation_key, load_identity_key


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_it_is_made_once_and_kept(home: Path) -> None:
    key, kept = installation_key()
    assert (len(key), kept) == (32, True)
    assert installation_key() == (key, True)
    assert load_identity_key(home) == key
    assert identity_key_file(home).stat().st_mode & 0o777 == 0o600


def test_where_nothing_can_be_written_it_is_of_this_run(home: Path) -> None:
    home.write_text("a file where the folder should be")
    first, kept = installation_key()
    second, _ = installation_key()
    assert not kept
    assert first != second


def test_one_of_another_length(home: Path) -> None:
    path = identity_key_file(home)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"short")
    path.chmod(0o600)
    with pytest.raises(UsageError) as caught:
        installation_key()
    assert str(caught.value) == f"[usage] 5 bytes where 32 are needed, at {path}"
