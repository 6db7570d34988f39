"""URLs of databases: what they lead to, what messages call it, and that no password is told."""

import pytest
from psycopg.conninfo import conninfo_to_dict

from assay.core.errors import UsageError
from assay.system.postgresurl import parse_target

PASSWORD = "correct-horse"  # noqa: S105  # of nobody
PLACES = {
    f"postgresql://bob:{PASSWORD}@db.example:6432/assay": "postgresql://db.example:6432/assay",
    f"postgres://bob:{PASSWORD}@db.example/assay?sslmode=require": "postgresql://db.example/assay",
    "postgresql:///assay": "postgresql:///assay",
    "postgresql:///assay?host=/run/postgresql": "postgresql:///assay?host=/run/postgresql",
    "postgresql://bob@/assay?host=/run/pg&port=99": "postgresql:///assay?host=/run/pg&port=99",
    "postgresql://[::1]:5433/assay": "postgresql://::1:5433/assay",
}


@pytest.mark.parametrize(("url", "place"), PLACES.items(), ids=PLACES.values())
def test_places(url: str, place: str) -> None:
    target = parse_target(url)
    assert target.place == place
    assert PASSWORD not in repr(target)


TLS = {
    "postgresql://db.example/assay": "verify-full",
    "postgresql://10.0.0.7/assay": "verify-full",
    "postgresql:///assay?hostaddr=10.0.0.7": "verify-full",
    "postgresql://localhost,db.example/assay": "verify-full",
    "postgresql:///assay?service=elsewhere": "verify-full",
    "postgresql://localhost/assay?service=elsewhere": "verify-full",  # it may say hostaddr
    "postgresql://db.example/assay?sslmode=prefer": "prefer",
    "postgresql://db.example/assay?sslmode=verify-ca": "verify-ca",
    "postgresql://localhost/assay": None,
    "postgresql://127.0.0.1/assay": None,
    "postgresql:///assay?host=/run/postgresql": None,
    "postgresql://localhost/assay?sslmode=require": "require",
}


@pytest.mark.parametrize(("url", "mode"), TLS.items(), ids=TLS)
def test_a_server_elsewhere_proves_who_it_is(url: str, mode: str | None) -> None:
    """Unless the URL says otherwise: what libpq does by itself asks for no certificate."""
    assert conninfo_to_dict(parse_target(url).conninfo).get("sslmode") == mode


def test_the_environment_of_libpq_may_say_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "db.example")
    assert (
        conninfo_to_dict(parse_target("postgresql:///assay").conninfo)["sslmode"] == "verify-full"
    )
    monkeypatch.delenv("PGHOST")
    monkeypatch.setenv("PGSERVICE", "elsewhere")
    assert (
        conninfo_to_dict(parse_target("postgresql:///assay").conninfo)["sslmode"] == "verify-full"
    )
    monkeypatch.setenv("PGSSLMODE", "require")
    assert "sslmode" not in conninfo_to_dict(parse_target("postgresql:///assay").conninfo)


NOT_URLS = [
    "",
    "assay.db",
    f"host=db.example password={PASSWORD}",
    f"mysql://bob:{PASSWORD}@db.example/assay",
    f"postgresql://bob:{PASSWORD}@db.example/assay?ssl={PASSWORD}",
    f"postgresql://bob:{PASSWORD}%zz@db.example/assay",
    f"postgresql://bob:half@{PASSWORD}@db.example/assay",
    f"postgresql://bob:1/{PASSWORD}@db.example/assay",
    "postgresql://db.example/\x1b[31m",
    "postgresql://db.example:%92/assay",  # a byte that is no UTF-8
]


@pytest.mark.parametrize("url", NOT_URLS)
def test_what_is_no_url_is_not_repeated(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_target(url)
    assert PASSWORD not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.what in {
        "not the URL of a PostgreSQL database",
        "a host, port or name of a database cannot be read",
    }
