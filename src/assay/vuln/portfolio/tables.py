"""The tables, for both databases.

What is about products holds nothing that is not in a log, and is made anew where another version
of the tables is found. The logs that were read stay known even then, as not read yet: their
products would otherwise be missing from an answer, unseen. What was told, and what is still to be
sent, is nowhere else, and stays.
"""

from typing import Final, LiteralString

from assay.core.errors import UsageError
from assay.system.database import Database, Dialect

VERSION: Final = 4  # to be raised also where names of packages are brought to another form
OUTBOX_VERSION: Final = 1

_LASTING: Final[tuple[LiteralString, ...]] = (
    """CREATE TABLE IF NOT EXISTS portfolio_version (version INTEGER NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS portfolio_logs (
  origin TEXT PRIMARY KEY,
  place TEXT NOT NULL,
  entries INTEGER NOT NULL,
  trust TEXT NOT NULL,
  read_at TEXT NOT NULL,
  tip TEXT NOT NULL
)""",
    """CREATE INDEX IF NOT EXISTS portfolio_logs_by_reading ON portfolio_logs (read_at)""",
    """CREATE INDEX IF NOT EXISTS portfolio_logs_unread ON portfolio_logs (origin)
  WHERE entries = 0""",
    """CREATE TABLE IF NOT EXISTS portfolio_outbox_version (version INTEGER NOT NULL)""",
    # What was last told of a vulnerability in a release.
    """CREATE TABLE IF NOT EXISTS portfolio_told (
  log TEXT NOT NULL,
  product TEXT NOT NULL,
  subject TEXT NOT NULL,
  vulnerability TEXT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (log, product, subject, vulnerability)
)""",
    """CREATE TABLE IF NOT EXISTS portfolio_outbox (
  number INTEGER PRIMARY KEY,
  target TEXT NOT NULL,
  name TEXT NOT NULL,
  made_at TEXT NOT NULL,
  body TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  problem TEXT NOT NULL
)""",
    # What VEX took away at the last push.
    """CREATE TABLE IF NOT EXISTS portfolio_quiet (
  log TEXT NOT NULL,
  subject TEXT NOT NULL,
  vulnerability TEXT NOT NULL,
  component TEXT NOT NULL,
  PRIMARY KEY (log, subject, vulnerability, component)
)""",
)
_MADE: Final[tuple[LiteralString, ...]] = (
    """CREATE TABLE IF NOT EXISTS portfolio_releases (
  number INTEGER PRIMARY KEY,
  log TEXT NOT NULL,
  line TEXT NOT NULL,
  product TEXT NOT NULL,
  subject TEXT NOT NULL,
  statement TEXT NOT NULL,
  recorded_at TEXT NOT NULL,
  context TEXT NOT NULL,
  unnamed INTEGER NOT NULL,
  problem TEXT NOT NULL,
  place INTEGER NOT NULL
)""",
    """CREATE INDEX IF NOT EXISTS portfolio_releases_of_log
  ON portfolio_releases (log, line)""",
    """CREATE INDEX IF NOT EXISTS portfolio_releases_by_place
  ON portfolio_releases (place, log, product)""",
    """CREATE INDEX IF NOT EXISTS portfolio_releases_unread
  ON portfolio_releases (place) WHERE unnamed > 0 OR problem <> ''""",
    # How many products have a current release: counting a hundred thousand takes too long.
    """CREATE TABLE IF NOT EXISTS portfolio_size (products INTEGER NOT NULL)""",
    # What a release holds, and what pulled it in: read for a way, and to take a release out.
    """CREATE TABLE IF NOT EXISTS portfolio_graphs (
  release INTEGER PRIMARY KEY,
  graph BLOB NOT NULL
)""",
    """CREATE TABLE IF NOT EXISTS portfolio_packages (
  number INTEGER PRIMARY KEY,
  purl TEXT NOT NULL,
  cpes TEXT NOT NULL,
  ecosystem TEXT NOT NULL,
  name TEXT NOT NULL,
  UNIQUE (purl, cpes)
)""",
    """CREATE INDEX IF NOT EXISTS portfolio_packages_by_name
  ON portfolio_packages (ecosystem, name)""",
    # Which packages have a CPE name of a product, `vendor:product`.
    """CREATE TABLE IF NOT EXISTS portfolio_products (
  product TEXT NOT NULL,
  package INTEGER NOT NULL,
  PRIMARY KEY (product, package)
) WITHOUT ROWID""",
    # What a release's log says of its vulnerabilities: how near it comes, and what VEX takes away.
    """CREATE TABLE IF NOT EXISTS portfolio_said (
  finding TEXT NOT NULL,
  release INTEGER NOT NULL,
  vulnerability TEXT NOT NULL,
  component TEXT NOT NULL,
  level TEXT NOT NULL,
  reach TEXT NOT NULL,
  ends TEXT NOT NULL,
  words TEXT NOT NULL,
  PRIMARY KEY (finding, release)
) WITHOUT ROWID""",
    """CREATE INDEX IF NOT EXISTS portfolio_said_of_release
  ON portfolio_said (release)""",
    """CREATE INDEX IF NOT EXISTS portfolio_said_until
  ON portfolio_said (ends) WHERE ends <> ''""",
    # The inverted index: all holders of a package lie side by side, the most urgent ones first.
    """CREATE TABLE IF NOT EXISTS portfolio_holdings (
  package SMALLER NOT NULL,
  place SMALLER NOT NULL,
  release SMALLER NOT NULL,
  PRIMARY KEY (package, place, release)
) WITHOUT ROWID""",
)


def prepare_tables(database: Database) -> None:
    """Make the tables where there are none; drop and make anew those of another version.

    Raises:
        UsageError: What is still to be sent was written by a newer version of Assay.
        UnavailableError: The database does not answer.
    """
    there = _THERE_POSTGRESQL if _is_postgresql(database) else _THERE_SQLITE
    if database.query_one(there) is not None and _versions(database) == _CURRENT:
        return
    with database.transaction():
        _make(database, _LASTING)
        tables, outbox = _versions(database)
        if outbox not in {OUTBOX_VERSION, None}:
            raise UsageError(
                "the portfolio is of another version of Assay",
                where=database.place,
                hint="use the newest one everywhere",
            )
        if tables != VERSION:
            _make_anew(database, is_new=tables is None)


_CURRENT: Final = (VERSION, OUTBOX_VERSION)
_THERE_SQLITE: Final = "SELECT 1 FROM sqlite_master WHERE name = 'portfolio_outbox_version'"
_THERE_POSTGRESQL: Final = (
    "SELECT 1 FROM pg_catalog.pg_class WHERE relname = 'portfolio_outbox_version' "
    "AND relnamespace = current_schema()::regnamespace"
)
_DROP: Final[tuple[LiteralString, ...]] = (
    "DROP TABLE IF EXISTS portfolio_releases",
    "DROP TABLE IF EXISTS portfolio_size",
    "DROP TABLE IF EXISTS portfolio_graphs",
    "DROP TABLE IF EXISTS portfolio_packages",
    "DROP TABLE IF EXISTS portfolio_products",
    "DROP TABLE IF EXISTS portfolio_said",
    "DROP TABLE IF EXISTS portfolio_holdings",
)


def _make_anew(database: Database, *, is_new: bool) -> None:
    for sql in _DROP:
        database.execute(sql)
    _make(database, _MADE)
    database.execute("INSERT INTO portfolio_size VALUES (0)")
    database.execute("UPDATE portfolio_logs SET entries = 0, trust = ''")
    database.execute("DELETE FROM portfolio_version")
    database.execute("INSERT INTO portfolio_version VALUES (?)", (VERSION,))
    if is_new:
        database.execute("INSERT INTO portfolio_outbox_version VALUES (?)", (OUTBOX_VERSION,))


def _versions(database: Database) -> tuple[object, object]:
    tables = database.query_one("SELECT version FROM portfolio_version")
    outbox = database.query_one("SELECT version FROM portfolio_outbox_version")
    return tables and tables[0], outbox and outbox[0]


def _make(database: Database, tables: tuple[LiteralString, ...]) -> None:
    for sql in tables:
        database.execute(
            _for_postgresql(sql) if _is_postgresql(database) else sql.replace("SMALLER", "INTEGER")
        )


def _is_postgresql(database: Database) -> bool:
    return database.dialect is Dialect.POSTGRESQL


def _for_postgresql(sql: LiteralString) -> LiteralString:
    return (
        sql.replace(" WITHOUT ROWID", "")
        .replace(" INTEGER", " bigint")
        .replace(" SMALLER", " integer")
        .replace(" TEXT", ' text COLLATE "C"')
        .replace(" BLOB", " bytea")
    )
