"""The tables, for both databases. They hold nothing that is not in a log."""

from typing import Final, LiteralString

from assay.system.database import Database, Dialect

VERSION: Final = 1

_TABLES: Final[tuple[LiteralString, ...]] = (
    """CREATE TABLE IF NOT EXISTS portfolio_version (version INTEGER NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS portfolio_logs (
  origin TEXT PRIMARY KEY,
  place TEXT NOT NULL,
  entries INTEGER NOT NULL,
  trust TEXT NOT NULL,
  read_at TEXT NOT NULL
)""",
    """CREATE TABLE IF NOT EXISTS portfolio_releases (
  number INTEGER PRIMARY KEY,
  log TEXT NOT NULL,
  product TEXT NOT NULL,
  subject TEXT NOT NULL,
  statement TEXT NOT NULL,
  recorded_at TEXT NOT NULL,
  context TEXT NOT NULL,
  unnamed INTEGER NOT NULL,
  problem TEXT NOT NULL,
  current INTEGER NOT NULL
)""",
    """CREATE INDEX IF NOT EXISTS portfolio_releases_of_log
  ON portfolio_releases (log, product)""",
    """CREATE TABLE IF NOT EXISTS portfolio_packages (
  number INTEGER PRIMARY KEY,
  purl TEXT NOT NULL UNIQUE,
  ecosystem TEXT NOT NULL,
  name TEXT NOT NULL
)""",
    """CREATE INDEX IF NOT EXISTS portfolio_packages_by_name
  ON portfolio_packages (ecosystem, name)""",
    # The inverted index: all holders of a package lie side by side.
    """CREATE TABLE IF NOT EXISTS portfolio_holdings (
  package INTEGER NOT NULL,
  release INTEGER NOT NULL,
  parent INTEGER,
  PRIMARY KEY (package, release)
) WITHOUT ROWID""",
)


def prepare_tables(database: Database) -> None:
    """Make the tables where there are none; drop and make anew those of another version.

    Raises:
        UnavailableError: The database does not answer.
    """
    there = _THERE_POSTGRESQL if _is_postgresql(database) else _THERE_SQLITE
    if database.query_one(there) is not None and _is_current(database):
        return
    with database.transaction():
        _make(database)
        if _is_current(database):  # somebody else was faster
            return
        for sql in _DROP:
            database.execute(sql)
        _make(database)
        database.execute("INSERT INTO portfolio_version VALUES (?)", (VERSION,))


_THERE_SQLITE: Final = "SELECT 1 FROM sqlite_master WHERE name = 'portfolio_version'"
_THERE_POSTGRESQL: Final = (
    "SELECT 1 FROM pg_catalog.pg_class WHERE relname = 'portfolio_version' "
    "AND relnamespace = current_schema()::regnamespace"
)
_DROP: Final[tuple[LiteralString, ...]] = (
    "DROP TABLE portfolio_version",
    "DROP TABLE portfolio_logs",
    "DROP TABLE portfolio_releases",
    "DROP TABLE portfolio_packages",
    "DROP TABLE portfolio_holdings",
)


def _is_current(database: Database) -> bool:
    return database.query_one("SELECT version FROM portfolio_version") == (VERSION,)


def _make(database: Database) -> None:
    for sql in _TABLES:
        database.execute(_for_postgresql(sql) if _is_postgresql(database) else sql)


def _is_postgresql(database: Database) -> bool:
    return database.dialect is Dialect.POSTGRESQL


def _for_postgresql(sql: LiteralString) -> LiteralString:
    return (
        sql.replace(" WITHOUT ROWID", "")
        .replace(" INTEGER", " bigint")
        .replace(" TEXT", ' text COLLATE "C"')
    )
