"""Where a log is kept: the schema of its own, and what is said without PostgreSQL's client."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import UsageError
from assay.evidence.storage.connecting import connect, place_of, schema_name
from assay.system.database import AbsentError

URL = "postgresql://keeper:word@db.example/logs"


@pytest.mark.parametrize(
    ("origin", "readable"),
    [
        ("log.example/shop", "log_example_shop"),
        ("Log.Example/Shop", "log_example_shop"),
        ("-a--b-", "a_b"),
        ("ä", ""),
        ("a" * 60, "a" * 24),
    ],
)
def test_a_schema_that_people_recognise(origin: str, readable: str) -> None:
    name = schema_name(origin)
    assert re.fullmatch(rf"assay_{readable}_[0-9a-f]{{16}}", name)


def test_the_schema_of_a_log() -> None:
    """It never changes: the log would not be found again."""
    assert schema_name("log.example/shop") == "assay_log_example_shop_513542afbd264ed6"


@given(st.text(max_size=100), st.text(max_size=100))
def test_each_log_has_its_own(one: str, other: str) -> None:
    assert (schema_name(one) == schema_name(other)) is (one == other)
    assert re.fullmatch(r"[a-z0-9_]{1,63}", schema_name(one))  # what PostgreSQL takes unquoted


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(AbsentError):
        connect(tmp_path / "log.db", origin="log.example/shop", create=False)
    assert not (tmp_path / "log.db").exists()
    connect(tmp_path / "log.db", origin="log.example/shop", create=True).close()
    assert (tmp_path / "log.db").exists()


def test_no_password_in_messages(tmp_path: Path) -> None:
    assert place_of(URL) == "postgresql://db.example/logs"
    assert place_of(tmp_path / "log.db") == str(tmp_path / "log.db")


WORK: dict[str, Callable[[], object]] = {
    "postgres": lambda: connect(URL, origin="log.example/shop", create=False),
    "postgresurl": lambda: place_of(URL),
}


@pytest.mark.parametrize(("module", "work"), WORK.items())
def test_without_the_extra(
    monkeypatch: pytest.MonkeyPatch, module: str, work: Callable[[], object]
) -> None:
    monkeypatch.setitem(sys.modules, f"assay.system.{module}", None)
    with pytest.raises(UsageError) as caught:
        work()
    assert str(caught.value) == (
        "[usage] PostgreSQL is asked for, and psycopg is not installed "
        "(pip install 'assay[postgres]')"
    )
