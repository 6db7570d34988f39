"""The tables of the log, and their version.

`PRAGMA user_version` is the schema's number. A change of the schema adds a step from each version
to the next; each step runs in one transaction, with the new number. What follows from the entries
(nodes, subjects) may be dropped and computed anew; entries and checkpoints are never rewritten.
"""

from typing import Final, LiteralString

from assay.core.errors import TamperedError, UnavailableError, UsageError
from assay.system.database import Database

VERSION: Final = 1
APPLICATION_ID: Final = 0x41535359  # "ASSY": tells our files from other SQLite files

_OBJECTS: Final[dict[str, LiteralString]] = {
    "entries": """CREATE TABLE entries (
  number INTEGER PRIMARY KEY,
  digest BLOB NOT NULL UNIQUE,
  envelope BLOB NOT NULL
) STRICT""",
    "nodes": """CREATE TABLE nodes (
  place INTEGER PRIMARY KEY,
  hash BLOB NOT NULL
) STRICT""",
    "subjects": """CREATE TABLE subjects (
  entry INTEGER NOT NULL,
  position INTEGER NOT NULL,
  subject TEXT NOT NULL,
  predicate_type TEXT NOT NULL,
  PRIMARY KEY (entry, position)
) STRICT, WITHOUT ROWID""",
    "subjects_by_subject": """CREATE INDEX subjects_by_subject
  ON subjects (subject, predicate_type, entry)""",
    "subjects_by_type": """CREATE INDEX subjects_by_type
  ON subjects (predicate_type, entry)""",
    "checkpoints": """CREATE TABLE checkpoints (
  number INTEGER PRIMARY KEY,
  size INTEGER NOT NULL UNIQUE,
  note BLOB NOT NULL
) STRICT""",
}


def prepare_schema(database: Database, *, create: bool) -> None:
    """Make the tables in an empty file if `create`, and refuse any other than these tables.

    Raises:
        UsageError: Another application's database, or an empty one and `create` is false.
        UnavailableError: The schema is newer than this version of Assay.
        TamperedError: A table, index, view or trigger was added, changed or dropped.
    """
    if create and _is_empty(database):
        with database.transaction():
            if _is_empty(database):  # nobody else was faster
                for sql in _OBJECTS.values():
                    database.execute(sql)
                database.execute("PRAGMA application_id=1095979865")
                database.execute("PRAGMA user_version=1")
    _check_version(database)
    check_schema(database)


def check_schema(database: Database) -> None:
    """Refuse tables, indexes, views and triggers that are not exactly those of this version.

    A trigger could rewrite what is recorded, a view could stand in for a table.
    """
    found = {
        str(name): sql
        for name, sql in database.query("SELECT name, sql FROM sqlite_schema ORDER BY name")
        if sql is not None  # an index that a UNIQUE makes
    }
    for name in sorted(found.keys() | _OBJECTS.keys()):
        if found.get(name) != _OBJECTS.get(name):
            raise TamperedError(
                f"the schema has another {name!r}", where=f"sqlite_schema row {name!r}"
            )


def _check_version(database: Database) -> None:
    if _number(database, "PRAGMA application_id") != APPLICATION_ID:
        raise UsageError("not an Assay log", where=str(database.path), hint="assay init makes one")
    version = _number(database, "PRAGMA user_version")
    if version > VERSION:
        raise UnavailableError(
            f"schema {version}, where this version of Assay reads up to {VERSION}",
            where=str(database.path),
            hint="use a newer version of Assay",
        )
    if version < VERSION:
        raise TamperedError(f"schema {version}, which never was", where=str(database.path))


def _is_empty(database: Database) -> bool:
    objects = _number(database, "SELECT count(*) FROM sqlite_schema")
    return not objects and not _number(database, "PRAGMA application_id")


def _number(database: Database, sql: LiteralString) -> int:
    match database.query_one(sql):
        case (int(number),):
            return number
        case _:
            raise TamperedError(f"no number from {sql!r}", where=str(database.path))
