"""Whatever is changed in the store, in whatever row of whatever table, is found and named."""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from assay.core.digest import sha256_of
from assay.core.errors import TamperedError
from assay.evidence.checkpoints.checkpoint import Checkpoint, sign_checkpoint
from assay.evidence.dsse import sign_dsse
from assay.evidence.log import (
    LogRows,
    StoredRow,
    StoredRows,
    _Heads,
    verify_log,
    verify_signed_rows,
)
from assay.evidence.merkle import EMPTY_ROOT, leaf_hash
from assay.evidence.statement import PAYLOAD_TYPE
from assay.evidence.store import LogStore, open_store
from assay.signing.logkeys import key_history
from tests.fakes.trust import COMMIT, KIND, LOG, LOG_KEY, NOW, ORIGIN, OTHER_COMMIT, verified

Cell = int | str | bytes
KEYS = {"entries": 1, "nodes": 1, "subjects": 2, "index_pages": 1, "checkpoints": 1}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five entries in three appends; some with two subjects."""
    made = tmp_path_factory.mktemp("log") / "log.db"
    with open_store(made, origin=ORIGIN, create=True) as store:
        for batch in ((1,), (2, 3), (4, 5)):
            samples = [
                verified({"n": n}, subjects=(COMMIT, OTHER_COMMIT) if n % 2 else (COMMIT,))
                for n in batch
            ]
            store.append(samples, log_signer=LOG, at=NOW)
    return made


@pytest.fixture(scope="module")
def store(path: Path) -> Iterator[LogStore]:
    with open_store(path, origin=ORIGIN, create=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def editor(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path, isolation_level=None)
    yield connection
    connection.close()


def tables(editor: sqlite3.Connection) -> list[str]:
    return [
        str(name)
        for (name,) in editor.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    ]


def columns(editor: sqlite3.Connection, table: str) -> list[str]:
    return [str(row[1]) for row in editor.execute(f"PRAGMA table_info({table})")]


def rows(editor: sqlite3.Connection, table: str) -> list[tuple[Cell, ...]]:
    query = f"SELECT * FROM {table} ORDER BY 1, 2"  # noqa: S608  # our own names
    return list(editor.execute(query))


def with_one_byte_changed(cell: Cell) -> Iterator[Cell]:
    """Yield `cell` with one byte changed: the first, one in the middle, the last."""
    if isinstance(cell, int):
        yield from (cell ^ 1 << 8, cell ^ 1 << 16, cell ^ 1 << 40)
        return
    data = (cell.encode() if isinstance(cell, str) else cell) or b"0"
    for place in sorted({0, len(data) // 2, len(data) - 1}):
        changed = bytearray(data)
        changed[place] ^= 1
        yield changed.decode() if isinstance(cell, str) else bytes(changed)


def replace(
    editor: sqlite3.Connection, table: str, old: tuple[Cell, ...], new: tuple[Cell, ...]
) -> None:
    names = columns(editor, table)
    assignments = ", ".join(f"{name} = ?" for name in names)
    conditions = " AND ".join(f"{name} = ?" for name in names)
    count = editor.execute(
        f"UPDATE {table} SET {assignments} WHERE {conditions}",  # noqa: S608  # our own names
        (*new, *old),
    ).rowcount
    assert count == 1


def insert(editor: sqlite3.Connection, table: str, row: tuple[Cell, ...]) -> None:
    marks = ", ".join("?" * len(row))
    editor.execute(f"INSERT INTO {table} VALUES ({marks})", row)  # noqa: S608  # our own names


def delete(editor: sqlite3.Connection, table: str, row: tuple[Cell, ...]) -> None:
    conditions = " AND ".join(f"{name} = ?" for name in columns(editor, table))
    assert editor.execute(f"DELETE FROM {table} WHERE {conditions}", row).rowcount == 1  # noqa: S608


def place_of(table: str, row: tuple[Cell, ...]) -> str:
    key = (repr(cell) if table == "index_pages" else str(cell) for cell in row[: KEYS[table]])
    return f"{table} row {'/'.join(key)}"


def found(store: LogStore) -> str:
    with pytest.raises(TamperedError) as caught:
        store.verify(log_key=LOG_KEY)
    with pytest.raises(TamperedError) as quickly:
        store.verify_signed(log_key=LOG_KEY)
    assert quickly.value.where == caught.value.where
    return caught.value.where


def test_untouched(store: LogStore) -> None:
    newest = store.verify(log_key=LOG_KEY)
    assert newest is not None
    assert newest.size == 5
    assert store.verify_signed(log_key=LOG_KEY) == newest


def test_all_tables_are_known(editor: sqlite3.Connection) -> None:
    assert set(tables(editor)) == {*KEYS, "cosignatures"}


def test_one_byte_of_any_column_of_any_row(store: LogStore, editor: sqlite3.Connection) -> None:
    changes = 0
    for table in tables(editor):
        for row in rows(editor, table):
            for column, cell in enumerate(row):
                for changed in with_one_byte_changed(cell):
                    new = (*row[:column], changed, *row[column + 1 :])
                    replace(editor, table, row, new)
                    assert found(store) == place_of(table, row), (table, row, new)
                    replace(editor, table, new, row)
                    changes += 1
    assert changes > 100
    store.verify(log_key=LOG_KEY)


def test_any_row_deleted(store: LogStore, editor: sqlite3.Connection) -> None:
    for table in tables(editor):
        for row in rows(editor, table):
            delete(editor, table, row)
            expected = place_of(table, row)
            if is_newest_checkpoint(editor, table, row):
                expected = "entries row 3"  # the newest checkpoint: the first it alone covered
            assert found(store) == expected, (table, row)
            insert(editor, table, row)
    store.verify(log_key=LOG_KEY)


def is_newest_checkpoint(editor: sqlite3.Connection, table: str, row: tuple[Cell, ...]) -> bool:
    """Tell whether `row` was the newest checkpoint, which leaves no gap in the numbers."""
    return table == "checkpoints" and all(other < row for other in rows(editor, table))


@pytest.mark.parametrize("distance", [-1000, 1000])
def test_any_row_added(store: LogStore, editor: sqlite3.Connection, distance: int) -> None:
    for table in tables(editor):
        for row in rows(editor, table):
            added: tuple[Cell, ...] = tuple(
                # keys and sizes move away; the digest, which is unique, changes
                cell + distance
                if isinstance(cell, int)
                else next(with_one_byte_changed(cell))
                if (table, column) in {("entries", 1), ("index_pages", 0)}
                else cell
                for column, cell in enumerate(row)
            )
            insert(editor, table, added)
            expected = place_of(table, added)
            if table == "checkpoints" and distance > 0:
                expected = "checkpoints row 3"  # the numbers now have a gap after the third
            assert found(store) == expected, (table, added)
            delete(editor, table, added)
    store.verify(log_key=LOG_KEY)


def test_two_rows_exchanged(store: LogStore, editor: sqlite3.Connection) -> None:
    first, second, *_ = rows(editor, "entries")
    spare = (0, b"spare", b"spare")
    replace(editor, "entries", first, spare)
    replace(editor, "entries", second, (1, *first[1:]))
    replace(editor, "entries", spare, (0, *second[1:]))
    assert found(store) == "nodes row 0"
    replace(editor, "entries", (0, *second[1:]), spare)
    replace(editor, "entries", (1, *first[1:]), second)
    replace(editor, "entries", spare, first)
    store.verify(log_key=LOG_KEY)


def test_everything_recomputed_but_the_signature(tmp_path: Path) -> None:
    """Whoever edits an entry and all that follows from it still has no signed root."""
    honest, forged = tmp_path / "honest.db", tmp_path / "forged.db"
    for made, predicate in ((honest, {"n": "honest"}), (forged, {"n": "forged"})):
        with open_store(made, origin=ORIGIN, create=True) as store:
            store.append([verified(predicate)], log_signer=LOG, at=NOW)
    editor = sqlite3.connect(honest, isolation_level=None)
    editor.execute("ATTACH ? AS forged", (str(forged),))
    for table in ("entries", "nodes", "subjects"):
        editor.execute(f"DELETE FROM main.{table}")  # noqa: S608  # our own names
        editor.execute(f"INSERT INTO main.{table} SELECT * FROM forged.{table}")  # noqa: S608
    editor.close()
    with open_store(honest, origin=ORIGIN, create=False) as store:
        assert found(store) == "checkpoints row 0"


def stored(table: str, *content: StoredRow) -> StoredRows:
    return StoredRows(table, iter(content))


def refused(**changed: StoredRows) -> str:
    names = ("entries", "nodes", "subjects", "checkpoints", "cosignatures")
    tables = {name: changed.get(name, stored(name)) for name in names}
    with pytest.raises(TamperedError) as caught:
        verify_log(LogRows(**tables, pages=iter(())), log_key=LOG_KEY)
    return str(caught.value)


@pytest.mark.parametrize("table", ["entries", "nodes", "subjects", "checkpoints"])
def test_what_is_left_over_is_named(table: str) -> None:
    """Also in a log of nothing."""
    row = (7, 0, "sha256:ab", "urn:a") if table == "subjects" else (7, b"", b"")
    expected = {
        "checkpoints": "[tampered] the row is missing, at checkpoints row 0",
        "subjects": "[tampered] the row belongs to nothing, at subjects row 7/0",
    }
    message = expected.get(table, f"[tampered] the row belongs to nothing, at {table} row 7")
    assert refused(**{table: stored(table, row)}) == message


def test_values_of_another_type() -> None:
    """STRICT tables refuse them; a file that was written by hand need not be one."""
    assert refused(checkpoints=stored("checkpoints", (0, "1", b""))) == (
        "[tampered] values of another type, at checkpoints row 0"
    )
    note = sign_checkpoint(Checkpoint(origin=ORIGIN, size=1, root=b"r" * 32), signer=LOG, at=NOW)
    heads = stored("checkpoints", (0, 1, note))
    assert refused(checkpoints=heads, entries=stored("entries", (0, None, None))) == (
        "[tampered] values of another type, at entries row 0"
    )


def test_an_entry_that_is_no_statement() -> None:
    envelope = sign_dsse(b"[]", payload_type=PAYLOAD_TYPE, signers=(LOG,))
    leaf = leaf_hash(envelope)
    note = sign_checkpoint(Checkpoint(origin=ORIGIN, size=1, root=leaf), signer=LOG, at=NOW)
    digest = bytes.fromhex(sha256_of(envelope).hex)
    assert refused(
        checkpoints=stored("checkpoints", (0, 1, note)),
        entries=stored("entries", (0, digest, envelope)),
        nodes=stored("nodes", (0, leaf)),
    ) == ("[tampered] no statement: list where an object is needed, at entries row 0")


def test_checkpoints_that_do_not_grow() -> None:
    note = sign_checkpoint(Checkpoint(origin=ORIGIN, size=0, root=EMPTY_ROOT), signer=LOG, at=NOW)
    assert refused(checkpoints=stored("checkpoints", (0, 0, note))) == (
        "[tampered] no larger than the one before, at checkpoints row 0"
    )


def test_a_checkpoint_filed_under_another_size() -> None:
    note = sign_checkpoint(Checkpoint(origin=ORIGIN, size=2, root=EMPTY_ROOT), signer=LOG, at=NOW)
    assert refused(checkpoints=stored("checkpoints", (0, 1, note))) == (
        "[tampered] size 1, where 2 is signed, at checkpoints row 0"
    )


LINE = b"\xe2\x80\x94 w.example AAAAAAA=\n"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ((0, 0, LINE), "[tampered] on no checkpoint of this log, at cosignatures row 0"),
        ((0, 1, LINE), "[tampered] on no checkpoint of this log, at cosignatures row 0"),
        ((0, 1, "text"), "[tampered] on no checkpoint of this log, at cosignatures row 0"),
        ((1, 1, LINE), "[tampered] the row is missing, at cosignatures row 0"),
    ],
)
def test_a_cosignature_of_nothing(row: StoredRow, message: str) -> None:
    assert refused(cosignatures=stored("cosignatures", row)) == message


def test_a_cosignature_that_is_none(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "log.db"
    copy.write_bytes(path.read_bytes())
    with open_store(copy, origin=ORIGIN, create=False) as store:
        store.cosignatures.add(3, LINE)
        store.verify(log_key=LOG_KEY)
        editor = sqlite3.connect(copy, isolation_level=None)
        editor.execute("UPDATE cosignatures SET line = x'00'")
        editor.close()
        assert found(store) == "cosignatures row 0"


def test_a_checkpoint_dated_before_the_one_before() -> None:
    """Only the holder of the log's key can make one."""
    first = sign_checkpoint(Checkpoint(origin=ORIGIN, size=1, root=b"r" * 32), signer=LOG, at=NOW)
    second = sign_checkpoint(
        Checkpoint(origin=ORIGIN, size=2, root=b"r" * 32, previous=sha256_of(first).raw),
        signer=LOG,
        at=NOW - timedelta(seconds=1),
    )
    heads, table = (
        _Heads(key_history(LOG_KEY)),
        stored("checkpoints", (0, 1, first), (1, 2, second)),
    )
    assert heads.take(table).previous is None
    with pytest.raises(TamperedError) as caught:
        heads.take(table)
    assert str(caught.value) == "[tampered] dated before the one before, at checkpoints row 1"


def refused_quickly(*subjects: StoredRow, root: bytes | None = None) -> str:
    """Return what the quick check says of these rows of the index, before it compares the root."""
    sample = verified({"n": 1})
    leaf = leaf_hash(sample.envelope)
    head = Checkpoint(origin=ORIGIN, size=1, root=root or leaf, index_root=b"i" * 32)
    tables = {name: stored(name) for name in (*KEYS, "cosignatures")}
    tables["checkpoints"] = stored("checkpoints", (0, 1, sign_checkpoint(head, signer=LOG, at=NOW)))
    tables["entries"] = stored("entries", (0, sample.digest.raw, sample.envelope))
    tables["nodes"] = stored("nodes", (0, leaf))
    tables["subjects"] = stored("subjects", *subjects)
    del tables["index_pages"]
    with pytest.raises(TamperedError) as caught:
        verify_signed_rows(LogRows(**tables, pages=iter(())), log_key=LOG_KEY)
    return str(caught.value)


FILED = (0, 0, str(COMMIT), KIND)
QUICKLY: dict[str, tuple[tuple[StoredRow, ...], str]] = {
    "no row": ((), "the row is missing, at subjects row 0/0"),
    "no first row": (((0, 1, str(COMMIT), KIND),), "the row is missing, at subjects row 0/0"),
    "a gap": ((FILED, (0, 2, str(COMMIT), KIND)), "the row is missing, at subjects row 0/1"),
    "another type": (((0, 0, str(COMMIT), None),), "values of another type, at subjects row 0/0"),
    "two types": (
        (FILED, (0, 1, str(COMMIT), "urn:other")),
        "a statement of two types, at subjects row 0/1",
    ),
    "no digest": (((0, 0, "shop", KIND),), "'shop' is no digest, at subjects row 0/0"),
    "another root": ((FILED,), "the index of the entries has another root, at checkpoints row 0"),
}


@pytest.mark.parametrize(("subjects", "message"), QUICKLY.values(), ids=QUICKLY)
def test_the_quick_check(subjects: tuple[StoredRow, ...], message: str) -> None:
    assert refused_quickly(*subjects) == f"[tampered] {message}"


def test_a_root_that_is_not_that_of_the_entries() -> None:
    """The log signed it; the tree is looked at before the index."""
    assert refused_quickly(FILED, root=b"r" * 32) == (
        "[tampered] the entries have another root, at checkpoints row 0"
    )


@pytest.mark.parametrize(
    ("row", "shown"), [(("0", b"", b""), "('0',)"), ((None, b"", b""), "(None,)")]
)
def test_a_key_of_another_type(row: StoredRow, shown: str) -> None:
    """What a damaged page is read as."""
    assert refused(entries=stored("entries", row)) == (
        f"[tampered] a key of another type, at entries row {shown}"
    )


def test_what_only_the_whole_check_finds(tmp_path: Path) -> None:
    """The order in which a statement names its subjects; the index says no more than which."""
    path = tmp_path / "log.db"
    with open_store(path, origin=ORIGIN, create=True) as store:
        sample = verified({"n": 1}, subjects=(COMMIT, OTHER_COMMIT))
        store.append([sample], log_signer=LOG, at=NOW)
        with sqlite3.connect(path) as editor:
            editor.execute("UPDATE subjects SET position = 2 WHERE position = 0")
            editor.execute("UPDATE subjects SET position = 0 WHERE position = 1")
            editor.execute("UPDATE subjects SET position = 1 WHERE position = 2")
        assert store.verify_signed(log_key=LOG_KEY) is not None
        with pytest.raises(TamperedError) as caught:
            store.verify(log_key=LOG_KEY)
        assert caught.value.where == "subjects row 0/0"
