"""The version of the log's tables, and that they are what this version makes: no more, no less.

The version is the number of the schema. A log of another version is not opened: no such log is
read wrongly, or written half in an old form.
"""

from typing import Final

from assay.core.errors import TamperedError, UnavailableError, UsageError
from assay.evidence.storage.tables import LAYOUTS, Layout
from assay.system.database import Database

VERSION: Final = 2


def prepare_schema(database: Database, *, create: bool) -> None:
    """Make the tables where there is nothing if `create`, and refuse any other than these tables.

    Raises:
        UsageError: Another application's database, or an empty one and `create` is false.
        UnavailableError: The schema is of another version than this Assay reads.
        TamperedError: A table, index, view or trigger was added, changed or dropped.
    """
    layout = LAYOUTS[database.dialect]
    if create and _is_empty(database, layout):
        with database.transaction():
            if _is_empty(database, layout):  # nobody else was faster
                for sql in layout.make:
                    database.execute(sql)
    _check_version(database, layout)
    check_schema(database)


def check_schema(database: Database) -> None:
    """Refuse tables, indexes, views, triggers and the like that are not those of this version.

    A trigger could rewrite what is recorded, a view could stand in for a table.
    """
    layout = LAYOUTS[database.dialect]
    found = _objects(database, layout)
    for name in sorted(found.keys() | layout.objects.keys()):
        if found.get(name) != layout.objects.get(name):
            raise TamperedError(
                f"the schema has another {name!r}", where=f"{layout.catalogue} row {name!r}"
            )


def check_indexes(database: Database) -> None:
    """Refuse an index that does not match its table, or a damaged page, where that can be asked.

    Raises:
        TamperedError: What the database says is wrong.
    """
    check = LAYOUTS[database.dialect].check_indexes
    if check is not None and (found := database.query_one(check)) != ("ok",):
        raise TamperedError(f"integrity check: {found!r}", where=database.place)


def _objects(database: Database, layout: Layout) -> dict[str, object]:
    return {str(name): made for name, made in database.query(layout.describe)}


def _check_version(database: Database, layout: Layout) -> None:
    match database.query_one(layout.version):
        case (1, int(version)):
            pass
        case _:
            raise UsageError("not an Assay log", where=database.place, hint="assay init makes one")
    if version != VERSION:
        newer = version > VERSION
        raise UnavailableError(
            f"schema {version}, where this version of Assay reads {VERSION}",
            where=database.place,
            hint="use a newer version of Assay"
            if newer
            else "read it with the version that made it, and begin a new log with this one",
        )


def _is_empty(database: Database, layout: Layout) -> bool:
    return not _objects(database, layout) and database.query_one(layout.version) == (0, 0)
