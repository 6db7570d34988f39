"""The tables of the log, for each database: how they are made, and how they must be found.

They are written once, for SQLite; `_for_postgresql` puts the names of PostgreSQL's types in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, LiteralString

from assay.system.database import Dialect

_OBJECTS: Final[dict[str, LiteralString]] = {
    "entries": """CREATE TABLE entries (
  number INTEGER PRIMARY KEY,
  digest BLOB NOT NULL UNIQUE,
  envelope BLOB
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
    "index_pages": """CREATE TABLE index_pages (
  place TEXT PRIMARY KEY,
  page BLOB NOT NULL
) STRICT""",
    "checkpoints": """CREATE TABLE checkpoints (
  number INTEGER PRIMARY KEY,
  size INTEGER NOT NULL UNIQUE,
  note BLOB NOT NULL
) STRICT""",
    "cosignatures": """CREATE TABLE cosignatures (
  number INTEGER PRIMARY KEY,
  size INTEGER NOT NULL,
  line BLOB NOT NULL
) STRICT""",
    "cosignatures_by_size": """CREATE INDEX cosignatures_by_size
  ON cosignatures (size, number)""",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One database's way to make the tables, to name their version, and to describe them."""

    make: tuple[LiteralString, ...]  # with the mark of the version
    objects: Mapping[str, str]  # what `describe` must give: the name and the make of each object
    describe: LiteralString  # rows of (name, make)
    catalogue: str  # what the description comes from, for messages
    version: LiteralString  # one row: whether it is ours (0 or 1), the version
    check_indexes: LiteralString | None  # one row: "ok", or what is wrong with an index, a page


def _for_postgresql(sql: LiteralString) -> LiteralString:
    return (
        sql.replace(" STRICT, WITHOUT ROWID", "")
        .replace(" STRICT", "")
        .replace(" INTEGER", " bigint")
        .replace(" BLOB", " bytea")
        .replace(" TEXT", ' text COLLATE "C"')
    )


# Whatever is in the schema: relations with their columns, and what could change their meaning
# (triggers, rules, row security, inheritance, functions and operators that would be found first).
_DESCRIBE_POSTGRESQL: Final = """
WITH here AS (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = current_schema()),
relations AS (SELECT c.* FROM pg_catalog.pg_class c, here WHERE c.relnamespace = here.oid)
SELECT relname::text, CASE relkind
  WHEN 'r' THEN concat_ws(', ', CASE relpersistence WHEN 'p' THEN NULL ELSE 'not durable' END,
    CASE WHEN relrowsecurity OR relforcerowsecurity THEN 'row security' END,
    (SELECT string_agg(concat_ws(' ', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
        CASE WHEN a.attcollation = t.typcollation THEN NULL ELSE l.collname END,
        CASE WHEN a.attnotnull THEN 'not null' END, CASE WHEN a.atthasdef THEN 'default' END,
        CASE WHEN a.attidentity = '' THEN NULL ELSE 'identity' END), ', ' ORDER BY a.attnum)
      FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
      WHERE a.attrelid = relations.oid AND a.attnum > 0 AND NOT a.attisdropped))
  WHEN 'i' THEN (SELECT concat_ws(' ', CASE WHEN x.indisvalid THEN NULL ELSE 'invalid' END,
      CASE WHEN x.indisready THEN NULL ELSE 'not ready' END,
      regexp_replace(pg_catalog.pg_get_indexdef(x.indexrelid), ' ON (ONLY ){0,1}[^ ]+[.]', ' ON '))
    FROM pg_catalog.pg_index x WHERE x.indexrelid = relations.oid)
  ELSE 'of kind ' || relkind::text END
FROM relations
UNION ALL SELECT 'constraint ' || conname, pg_catalog.pg_get_constraintdef(oid)
  FROM pg_catalog.pg_constraint
  WHERE conrelid IN (SELECT oid FROM relations) AND contype <> 'n'
UNION ALL SELECT 'trigger ' || tgname, 'trigger' FROM pg_catalog.pg_trigger
  WHERE tgrelid IN (SELECT oid FROM relations)
UNION ALL SELECT 'rule ' || rulename, 'rule' FROM pg_catalog.pg_rewrite
  WHERE ev_class IN (SELECT oid FROM relations)
UNION ALL SELECT 'policy ' || polname, 'policy' FROM pg_catalog.pg_policy
  WHERE polrelid IN (SELECT oid FROM relations)
UNION ALL SELECT 'child of ' || inhparent::regclass::text, 'inherits' FROM pg_catalog.pg_inherits
  WHERE inhparent IN (SELECT oid FROM relations)
UNION ALL SELECT 'function ' || proname, 'function' FROM pg_catalog.pg_proc, here
  WHERE pronamespace = here.oid
UNION ALL SELECT 'operator ' || oprname, 'operator' FROM pg_catalog.pg_operator, here
  WHERE oprnamespace = here.oid
UNION ALL SELECT 'type ' || typname, 'type' FROM pg_catalog.pg_type, here
  WHERE typnamespace = here.oid AND typrelid = 0
    AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_type e JOIN relations r ON r.oid = e.typrelid
      WHERE e.typarray = pg_type.oid)
"""

_OBJECTS_POSTGRESQL: Final = {
    "entries": "number bigint not null, digest bytea not null, envelope bytea",
    "entries_pkey": "CREATE UNIQUE INDEX entries_pkey ON entries USING btree (number)",
    "constraint entries_pkey": "PRIMARY KEY (number)",
    "entries_digest_key": "CREATE UNIQUE INDEX entries_digest_key ON entries USING btree (digest)",
    "constraint entries_digest_key": "UNIQUE (digest)",
    "nodes": "place bigint not null, hash bytea not null",
    "nodes_pkey": "CREATE UNIQUE INDEX nodes_pkey ON nodes USING btree (place)",
    "constraint nodes_pkey": "PRIMARY KEY (place)",
    "subjects": "entry bigint not null, position bigint not null, subject text C not null, "
    "predicate_type text C not null",
    "subjects_pkey": "CREATE UNIQUE INDEX subjects_pkey ON subjects USING btree "
    '(entry, "position")',
    "constraint subjects_pkey": 'PRIMARY KEY (entry, "position")',
    "subjects_by_subject": "CREATE INDEX subjects_by_subject ON subjects USING btree "
    "(subject, predicate_type, entry)",
    "subjects_by_type": "CREATE INDEX subjects_by_type ON subjects USING btree "
    "(predicate_type, entry)",
    "index_pages": "place text C not null, page bytea not null",
    "index_pages_pkey": "CREATE UNIQUE INDEX index_pages_pkey ON index_pages USING btree (place)",
    "constraint index_pages_pkey": "PRIMARY KEY (place)",
    "checkpoints": "number bigint not null, size bigint not null, note bytea not null",
    "checkpoints_pkey": "CREATE UNIQUE INDEX checkpoints_pkey ON checkpoints USING btree (number)",
    "constraint checkpoints_pkey": "PRIMARY KEY (number)",
    "checkpoints_size_key": "CREATE UNIQUE INDEX checkpoints_size_key ON checkpoints USING btree "
    "(size)",
    "constraint checkpoints_size_key": "UNIQUE (size)",
    "cosignatures": "number bigint not null, size bigint not null, line bytea not null",
    "cosignatures_pkey": "CREATE UNIQUE INDEX cosignatures_pkey ON cosignatures USING btree "
    "(number)",
    "constraint cosignatures_pkey": "PRIMARY KEY (number)",
    "cosignatures_by_size": "CREATE INDEX cosignatures_by_size ON cosignatures USING btree "
    "(size, number)",
}

LAYOUTS: Final = {
    Dialect.SQLITE: Layout(
        make=(
            *_OBJECTS.values(),
            "PRAGMA application_id=1095979865",  # "ASSY": tells our files from others of SQLite
            "PRAGMA user_version=2",
        ),
        objects=_OBJECTS,
        # an index that a UNIQUE makes has no SQL
        describe="SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name",
        catalogue="sqlite_schema",
        version="""SELECT application_id = 1095979865, user_version
            FROM pragma_application_id, pragma_user_version""",
        check_indexes="PRAGMA integrity_check(1)",
    ),
    Dialect.POSTGRESQL: Layout(
        make=(
            *map(_for_postgresql, _OBJECTS.values()),
            "COMMENT ON TABLE entries IS 'Assay log, schema 2'",
        ),
        objects=_OBJECTS_POSTGRESQL,
        describe=_DESCRIBE_POSTGRESQL,
        catalogue="pg_catalog",
        version="""SELECT coalesce(mark LIKE 'Assay log, schema %', false)::int,
            coalesce(substring(mark FROM '[0-9]+$')::bigint, 0)
            FROM (SELECT obj_description(to_regclass('entries'), 'pg_class') AS mark) found""",
        # PostgreSQL has this in an extension for superusers (amcheck). It is not needed for what
        # is believed: lists are proven by the signed index, and tables are read whole by `verify`.
        check_indexes=None,
    ),
}
