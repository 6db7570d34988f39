"""The two layouts of the tables say the same: what is made is what must be found."""

import re
from typing import Final

from assay.evidence.storage.tables import LAYOUTS
from assay.system.database import Dialect

SQLITE: Final = LAYOUTS[Dialect.SQLITE]
POSTGRESQL: Final = LAYOUTS[Dialect.POSTGRESQL]
_TABLE: Final = re.compile(r"CREATE TABLE (\w+) \(\n(.*)\n\)(.*)", re.DOTALL)
_INDEX: Final = re.compile(r"CREATE INDEX (\w+)\n  ON (\w+) (\([a-z_, ]+\))")
_COLUMN: Final = re.compile(r'(\w+) (\w+)( COLLATE "C")?( NOT NULL)?( PRIMARY KEY| UNIQUE)?')
_KEY: Final = re.compile(r"PRIMARY KEY \(([a-z, ]+)\)")


def key_of(table: str, name: str, kind: str, columns: str) -> dict[str, str]:
    """Return how PostgreSQL describes a key: as an index, and as a constraint."""
    shown = columns.replace("position", '"position"')  # a word of the language
    return {
        name: f"CREATE UNIQUE INDEX {name} ON {table} USING btree ({shown})",
        f"constraint {name}": f"{kind} ({shown})",
    }


def described(statement: str) -> dict[str, str]:
    """Return what PostgreSQL says of the objects that a statement makes."""
    if index := _INDEX.fullmatch(statement):
        name, table, columns = index.groups()
        return {name: f"CREATE INDEX {name} ON {table} USING btree {columns}"}
    found = _TABLE.fullmatch(statement)
    assert found is not None, statement
    table, body, rest = found.groups()
    assert rest == ""
    columns, made, primary = list[str](), dict[str, str](), ""
    for line in body.split(",\n"):
        if key := _KEY.fullmatch(line.strip()):
            primary = key[1]
            continue
        column = _COLUMN.fullmatch(line.strip())
        assert column is not None, line
        name, kind, collated, required, key_kind = column.groups(default="")
        if key_kind == " PRIMARY KEY":
            primary, required = name, required or " "
        if key_kind == " UNIQUE":
            made |= key_of(table, f"{table}_{name}_key", "UNIQUE", name)
        columns.append(f"{name} {kind}{collated and ' C'}{required and ' not null'}")
    return {
        table: ", ".join(columns),
        **made,
        **key_of(table, f"{table}_pkey", "PRIMARY KEY", primary),
    }


def test_what_postgresql_makes_is_what_it_must_find() -> None:
    made: dict[str, str] = {}
    for statement in POSTGRESQL.make[:-1]:
        made |= described(statement)
    assert made == POSTGRESQL.objects
    assert POSTGRESQL.make[-1] == "COMMENT ON TABLE entries IS 'Assay log, schema 2'"


def test_both_make_the_same_tables() -> None:
    """Names, order and columns; the types are each database's own."""
    for ours, theirs in zip(SQLITE.objects.values(), POSTGRESQL.make, strict=False):
        plain = re.sub(r" STRICT(, WITHOUT ROWID)?$", "", ours)
        for one, other in (("INTEGER", "bigint"), ("BLOB", "bytea"), ("TEXT", 'text COLLATE "C"')):
            plain = plain.replace(f" {one}", f" {other}")
        assert theirs == plain
    assert len(SQLITE.objects) == len(POSTGRESQL.make) - 1


def test_every_table_of_sqlite_is_strict() -> None:
    """A value of another type is refused where it is written."""
    tables = [sql for sql in SQLITE.objects.values() if sql.startswith("CREATE TABLE")]
    assert len(tables) == 6
    assert all(") STRICT" in sql for sql in tables)
    assert SQLITE.make == (
        *SQLITE.objects.values(),
        "PRAGMA application_id=1095979865",
        "PRAGMA user_version=2",
    )


def test_where_each_is_described() -> None:
    assert (SQLITE.catalogue, POSTGRESQL.catalogue) == ("sqlite_schema", "pg_catalog")
    assert SQLITE.check_indexes == "PRAGMA integrity_check(1)"
    assert POSTGRESQL.check_indexes is None
