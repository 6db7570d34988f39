from pathlib import Path

import pytest

from assay.core.errors import UsageError
from assay.system.environment import cache_home, data_home, get_variable


def test_a_variable_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_TEST", "x")
    assert get_variable("ASSAY_TEST") == "x"
    monkeypatch.delenv("ASSAY_TEST")
    assert not get_variable("ASSAY_TEST")


@pytest.mark.parametrize(
    ("own", "xdg", "found"),
    [
        ("/srv/assay", "/data", "/srv/assay"),
        ("", "/data", "/data/assay"),
        (None, "/data", "/data/assay"),
        ("", "", "/home/me/.local/share/assay"),
        (None, None, "/home/me/.local/share/assay"),
    ],
)
def test_the_folder_for_keys(
    monkeypatch: pytest.MonkeyPatch, own: str | None, xdg: str | None, found: str
) -> None:
    for name, value in (("ASSAY_HOME", own), ("XDG_DATA_HOME", xdg), ("HOME", "/home/me")):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    assert data_home() == Path(found)


def test_a_relative_folder_would_be_another_one_in_each_repository(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """XDG Base Directory Specification: "it should consider the path invalid and ignore it"."""
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("ASSAY_HOME", "")
    monkeypatch.setenv("XDG_DATA_HOME", "share")
    assert data_home() == Path("/home/me/.local/share/assay")


def test_a_relative_folder_that_was_asked_for_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be looked for in the repository, with a trust root that came along."""
    monkeypatch.setenv("ASSAY_HOME", "home")
    for home in (data_home, cache_home):
        with pytest.raises(UsageError) as caught:
            home()
        message = "[usage] a relative path, at $ASSAY_HOME (write the whole path)"
        assert str(caught.value) == message
