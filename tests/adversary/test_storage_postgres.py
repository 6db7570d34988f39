"""Storage in PostgreSQL: what somebody with rights to the database can add that has no place in it."""

from typing import LiteralString

import psycopg
import pytest

from assay.core.errors import TamperedError, UsageError
from assay.evidence.storage.connecting import schema_name
from assay.evidence.storage.tables import LAYOUTS
from assay.system.database import Dialect
from tests.fakes.backends import Backend
from tests.fakes.postgres import PostgresServer
from tests.fakes.trust import COMMIT, LOG, LOG_KEY, NOW, ORIGIN, verified


@pytest.fixture
def log(postgres_server: PostgresServer) -> Backend:
    made = Backend(
        kind="postgresql",
        location=postgres_server.url(postgres_server.new_database()),
        server=postgres_server,
    )
    with made.open() as store:
        store.append([verified({"n": n}) for n in range(3)], log_signer=LOG, at=NOW)
    return made


ADDED: dict[str, tuple[LiteralString, ...]] = {
    "function f": (
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    ),
    "trigger t": (
        """CREATE TRIGGER t BEFORE INSERT ON entries FOR EACH ROW
        EXECUTE FUNCTION suppress_redundant_updates_trigger()""",
    ),
    "rule r": ("CREATE RULE r AS ON INSERT TO entries DO INSTEAD NOTHING",),
    "entries": ("ALTER TABLE entries ENABLE ROW LEVEL SECURITY",),
    "policy p": ("CREATE POLICY p ON entries USING (number <> 1)",),
    "child of entries": ("CREATE TABLE more () INHERITS (entries)",),
    "operator =": (
        "CREATE OPERATOR = (LEFTARG = bigint, RIGHTARG = smallint, FUNCTION = int82ne)",
    ),
    "type d": ("CREATE DOMAIN d AS text",),
    "v": ("CREATE VIEW v AS SELECT * FROM entries",),
    "s": ("CREATE SEQUENCE s",),
    "nodes": ("ALTER TABLE nodes SET UNLOGGED",),
    "subjects": ("ALTER TABLE subjects ALTER COLUMN subject TYPE text COLLATE pg_catalog.default",),
    "checkpoints": ("ALTER TABLE checkpoints ALTER COLUMN note SET DEFAULT ''",),
    "constraint c": ("ALTER TABLE entries ADD CONSTRAINT c CHECK (number < 100)",),
    "constraint nodes_pkey": ("ALTER TABLE nodes DROP CONSTRAINT nodes_pkey",),
    "subjects_by_subject": (
        "DROP INDEX subjects_by_subject",
        """CREATE INDEX subjects_by_subject ON subjects (subject, predicate_type, entry)
        WHERE entry <> 1""",
    ),
    "subjects_by_type": (
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'subjects_by_type'::regclass",
    ),
}


@pytest.mark.parametrize(("name", "statements"), ADDED.items(), ids=ADDED)
def test_a_changed_schema(log: Backend, name: str, statements: tuple[LiteralString, ...]) -> None:
    log.edit(*statements)
    with pytest.raises(TamperedError) as caught:
        log.open(create=False)
    assert str(caught.value).startswith("[tampered] the schema has another ")
    found = schema_faults(log)
    assert name in found
    assert caught.value.where == f"pg_catalog row {found[0]!r}"


def schema_faults(log: Backend) -> list[str]:
    """Return the names of all objects that are not as they were made, in the order of names."""
    layout = LAYOUTS[Dialect.POSTGRESQL]
    with log.editor() as run:
        there = {str(name): made for name, made in run(layout.describe, ())}
    return sorted(
        name
        for name in there.keys() | layout.objects.keys()
        if there.get(name) != layout.objects.get(name)
    )


def test_an_untouched_schema_has_no_faults(log: Backend) -> None:
    assert schema_faults(log) == []


def test_a_schema_that_is_changed_while_the_log_is_open(log: Backend) -> None:
    with log.open() as store:
        log.edit("CREATE RULE r AS ON INSERT TO entries DO INSTEAD NOTHING")
        with pytest.raises(TamperedError) as caught:
            store.verify(log_key=LOG_KEY)
        assert caught.value.where == "pg_catalog row 'rule r'"


def test_row_security_does_not_hide_a_row(log: Backend) -> None:
    """A policy added while the log is open: the schema is looked at again by `verify`."""
    with log.open() as store:
        log.edit(
            "ALTER TABLE entries FORCE ROW LEVEL SECURITY",
            "CREATE POLICY p ON entries USING (number <> 1)",
        )
        with pytest.raises(TamperedError):
            store.verify(log_key=LOG_KEY)


def test_a_row_that_is_hidden_from_a_reader_is_missed(log: Backend) -> None:
    """A policy that hides a row from this role: the list of a subject is not given as whole."""
    with log.editor() as run:
        run("CREATE ROLE reader LOGIN", ())
        for grant in ("USAGE ON SCHEMA", "SELECT ON ALL TABLES IN SCHEMA"):
            run(f"GRANT {grant} {schema_name(ORIGIN)} TO reader", ())
    location = str(log.location).replace("keeper", "reader")
    with Backend(kind="postgresql", location=location).open(create=False) as store:
        assert len(list(store.entries(subject=COMMIT, log_key=LOG_KEY))) == 3
        log.edit(
            "ALTER TABLE subjects ENABLE ROW LEVEL SECURITY",
            "CREATE POLICY p ON subjects USING (entry <> 1)",
        )
        with pytest.raises(TamperedError) as caught:
            list(store.entries(subject=COMMIT, log_key=LOG_KEY))
        assert caught.value.what == (
            "not the entries that were recorded: 2 entries, where the index counts 3"
        )


def test_a_table_that_has_gone(log: Backend) -> None:
    log.edit("DROP TABLE index_pages")
    with pytest.raises(TamperedError):
        log.open()


def test_another_application_in_the_schema(postgres_server: PostgresServer) -> None:
    url = postgres_server.url(postgres_server.new_database())
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema_name(ORIGIN)}".encode())
        connection.execute(f"CREATE TABLE {schema_name(ORIGIN)}.entries (n int)".encode())
    place = Backend(kind="postgresql", location=url)
    with pytest.raises(UsageError) as caught:
        place.open()
    assert str(caught.value) == (
        f"[usage] not an Assay log, at {place.place} (assay init makes one)"
    )
