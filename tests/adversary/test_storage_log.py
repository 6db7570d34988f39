"""Storage: crashes, full disks, edits and old copies. One test for each fault."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import LiteralString

import pytest

from assay.core.errors import SignatureInvalidError, TamperedError, UnavailableError
from assay.evidence.checkpoints.anchor import verify_extends
from assay.signing.keyfile import create_key_file
from assay.signing.keys import PublicKey
from assay.signing.notekey import note_key
from tests.fakes.backends import Backend
from tests.fakes.trust import COMMIT, KIND, LOG, LOG_KEY, NOW, ORIGIN, verified

SAMPLES = tuple(verified({"n": n}) for n in range(6))


@pytest.fixture
def log(backend: Backend) -> Backend:
    """Three entries, each with its checkpoint."""
    with backend.open() as store:
        for sample in SAMPLES[:3]:
            store.append([sample], log_signer=LOG, at=NOW)
    return backend


def whole(log: Backend, *, size: int) -> None:
    """Refuse unless the log verifies, has `size` entries, and can be appended to."""
    with log.open() as store:
        newest = store.verify(log_key=LOG_KEY)
        assert newest is not None
        assert newest.size == size
        store.append(SAMPLES, log_signer=LOG, at=NOW)
        store.verify(log_key=LOG_KEY)


class DyingSigner:
    """The log's key, in a process that is killed between the entries and their checkpoint."""

    public: PublicKey = LOG.public

    def sign(self, message: bytes) -> bytes:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError(message)


def test_crash_between_append_and_checkpoint(log: Backend) -> None:
    child = os.fork()
    if child == 0:  # pragma: no cover  # another process
        log.open().append(SAMPLES[3:], log_signer=DyingSigner(), at=NOW)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    whole(log, size=3)


class BrokenSigner:
    """The log's key, somewhere that does not answer."""

    public: PublicKey = LOG.public

    def sign(self, message: bytes) -> bytes:
        raise UnavailableError("no answer")


def test_no_checkpoint_no_entry(log: Backend) -> None:
    with log.open() as store:
        with pytest.raises(UnavailableError):
            store.append(SAMPLES[3:], log_signer=BrokenSigner(), at=NOW)
        assert list(store.all_entries()) == list(store.all_entries())[:3]
    whole(log, size=3)


def test_interrupted_by_the_user(log: Backend) -> None:
    class Interrupted:
        public: PublicKey = LOG.public

        def sign(self, message: bytes) -> bytes:
            raise KeyboardInterrupt

    with log.open() as store, pytest.raises(KeyboardInterrupt):
        store.append(SAMPLES[3:], log_signer=Interrupted(), at=NOW)
    whole(log, size=3)


def test_disk_full(tmp_path: Path) -> None:
    """For a disk that is really full, see tests/evidence/test_crash_disk.py."""
    log = Backend(kind="sqlite", location=tmp_path / "log.db")
    with log.open() as store:
        store.append(SAMPLES[:3], log_signer=LOG, at=NOW)
        store._database.execute("PRAGMA max_page_count=1")  # SQLite: as many as there are now
        with pytest.raises(UnavailableError):
            store.append(
                [verified({"n": n, "x": "x" * 40_000}) for n in range(5)], log_signer=LOG, at=NOW
            )
        assert store.size == 3
    whole(log, size=3)


WRITER = """
import sys
from pathlib import Path
from assay.evidence.store import open_store
from assay.signing.keyfile import load_key_file
from tests.fakes.trust import NOW, ORIGIN, verified
signer = load_key_file(Path(sys.argv[2]))
place = sys.argv[1] if "://" in sys.argv[1] else Path(sys.argv[1])
with open_store(place, origin=ORIGIN, create=True) as store:
    for n in range(15):
        store.append([verified({"writer": sys.argv[3], "n": n})], log_signer=signer, at=NOW)
"""


def test_two_writers(backend: Backend, tmp_path: Path) -> None:
    """Two processes make the log and write to it at once; both succeed."""
    signer = create_key_file(tmp_path / "log.pem", algorithm="ed25519")
    arguments = [sys.executable, "-c", WRITER, str(backend.location), str(tmp_path / "log.pem")]
    writers = [subprocess.Popen([*arguments, name], cwd=Path(__file__).parents[2]) for name in "ab"]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    with backend.open() as store:
        newest = store.verify(log_key=note_key(ORIGIN, signer.public))
        assert newest is not None
        assert newest.size == 30


def test_two_writers_of_the_same(log: Backend) -> None:
    """Whoever comes second finds what the first one recorded."""
    with log.open() as one, log.open() as other:
        first = one.append(SAMPLES[3:5], log_signer=LOG, at=NOW)
        second = other.append(SAMPLES[4:6], log_signer=LOG, at=NOW)
        assert [(r.index, r.recorded) for r in first] == [(3, True), (4, True)]
        assert [(r.index, r.recorded) for r in second] == [(4, False), (5, True)]
    whole(log, size=6)


EDITS = {
    "an envelope": "UPDATE entries SET envelope = x'7b7d' WHERE number = 1",
    "an envelope and its digest": (
        "UPDATE entries SET digest = zeroblob(32), envelope = x'7b7d' WHERE number = 1"
    ),
    "a node": "UPDATE nodes SET hash = zeroblob(32) WHERE place = 0",
    "the subject of a statement": "UPDATE subjects SET subject = 'gitCommit:0' WHERE entry = 1",
    "the type of a statement": "UPDATE subjects SET predicate_type = 'urn:other' WHERE entry = 1",
    "a statement hidden from the index": "DELETE FROM subjects WHERE entry = 1",
    "a statement added to the index": "INSERT INTO subjects VALUES (1, 1, 'gitCommit:0', 'x')",
    "a checkpoint": "UPDATE checkpoints SET note = x'00' WHERE number = 1",
    "a checkpoint taken out": "DELETE FROM checkpoints WHERE number = 1",
    "an entry taken out": "DELETE FROM entries WHERE number = 1",
    "an entry put in": "INSERT INTO entries VALUES (3, x'00', x'00')",
    "a page of the index": "UPDATE index_pages SET page = x'00' WHERE place = ''",
    "a page of the index taken out": "DELETE FROM index_pages",
    "a page of the index put in": "INSERT INTO index_pages VALUES ('zz', x'00')",
    "a view": "CREATE VIEW v AS SELECT 1",
    "a table": "CREATE TABLE spare (n INTEGER)",
    "an index dropped": "DROP INDEX subjects_by_type",
    "a column": "ALTER TABLE entries ADD COLUMN more TEXT",
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_row_edited_in_the_database(log: Backend, edit: LiteralString) -> None:
    with log.open() as store:
        log.edit(edit)
        with pytest.raises(TamperedError) as caught:
            store.verify(log_key=LOG_KEY)
    assert " row " in caught.value.where


def test_a_statement_hidden_below_sql(tmp_path: Path) -> None:
    """All rows are intact and the schema is, but the index that finds them lacks one."""
    path = tmp_path / "log.db"
    log = Backend(kind="sqlite", location=path)
    with log.open() as store:
        store.append(SAMPLES[:3], log_signer=LOG, at=NOW)
    rewrite = "UPDATE sqlite_schema SET sql = ? WHERE name = 'subjects_by_subject'"

    def edit(*steps: tuple[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
        editor = sqlite3.connect(path, isolation_level=None)
        editor.execute("PRAGMA writable_schema=ON")
        found = [row for step in steps for row in editor.execute(*step)]
        editor.close()
        return found

    ((sql,),) = edit(("SELECT sql FROM sqlite_schema WHERE name = 'subjects_by_subject'", ()))
    (kept,) = edit(("SELECT subject, predicate_type FROM subjects WHERE entry = 1", ()))
    edit(("DELETE FROM subjects WHERE entry = 1", ()), (rewrite, (f"{sql} WHERE 0",)))
    edit(("INSERT INTO subjects VALUES (1, 0, ?, ?)", kept), (rewrite, (sql,)))
    with log.open() as store:
        with pytest.raises(TamperedError) as hidden:
            store.entries(log_key=LOG_KEY, subject=COMMIT, predicate_type=KIND)
        assert str(hidden.value) == (
            "[tampered] not the entries that were recorded: 2 entries, where the index counts 3, "
            f"at subjects rows of {COMMIT} (assay log verify names the row)"
        )
        with pytest.raises(TamperedError) as caught:
            store.verify(log_key=LOG_KEY)
    assert caught.value.what.startswith("integrity check: ")
    assert "subjects_by_subject" in caught.value.what  # the rest is SQLite's own wording


def test_log_truncated_with_everything_that_follows(backend: Backend) -> None:
    """It verifies in itself; the anchor does not forget."""
    with backend.open() as store:
        store.append(SAMPLES[:2], log_signer=LOG, at=NOW)
        with backend.editor() as run:
            pages = run("SELECT place, page FROM index_pages", ())
        store.append(SAMPLES[2:3], log_signer=LOG, at=NOW)
        anchor = store.latest_checkpoint()
    assert anchor is not None
    backend.edit(
        "DELETE FROM entries WHERE number = 2",
        "DELETE FROM nodes WHERE place > 2",
        "DELETE FROM subjects WHERE entry = 2",
        "DELETE FROM checkpoints WHERE number = 1",
        "DELETE FROM index_pages",
    )
    with backend.editor() as run:
        for page in pages:
            run("INSERT INTO index_pages (place, page) VALUES (?, ?)", page)
    with backend.open() as store:
        newest = store.verify(log_key=LOG_KEY)
        assert newest is not None
        assert newest.size == 2
        with pytest.raises(TamperedError):
            verify_extends(store, anchor, log_key=LOG_KEY)


def test_log_forked(log: Backend, tmp_path: Path) -> None:
    copied = log.copy(tmp_path / "fork")
    with log.open() as store:
        store.append(SAMPLES[3:5], log_signer=LOG, at=NOW)
        anchor = store.latest_checkpoint()
    assert anchor is not None
    with copied.open() as fork:
        fork.append([SAMPLES[5], SAMPLES[4], SAMPLES[3]], log_signer=LOG, at=NOW)
        fork.verify(log_key=LOG_KEY)
        with pytest.raises(TamperedError):
            verify_extends(fork, anchor, log_key=LOG_KEY)


def test_log_rolled_back_by_an_old_backup(log: Backend, tmp_path: Path) -> None:
    backup = log.copy(tmp_path / "backup")
    with log.open() as store:
        store.append(SAMPLES[3:], log_signer=LOG, at=NOW)
        anchor = store.latest_checkpoint()
    assert anchor is not None
    with backup.open() as old:
        old.verify(log_key=LOG_KEY)
        with pytest.raises(TamperedError):
            verify_extends(old, anchor, log_key=LOG_KEY)


def test_an_anchor_of_our_own_making(log: Backend) -> None:
    """A checkpoint in the anchor's place that the log's key never signed proves nothing."""
    with log.open() as store:
        anchor = (store.latest_checkpoint() or b"").replace(b"\n3\n", b"\n1\n")
        with pytest.raises(SignatureInvalidError):
            verify_extends(store, anchor, log_key=LOG_KEY)


def test_partial_import_that_leaves_half(log: Backend) -> None:
    with log.open() as store:
        with pytest.raises(AttributeError):
            store.append([*SAMPLES[3:], None], log_signer=LOG, at=NOW)  # type: ignore[list-item]  # a fault
        assert store.size == 3
    whole(log, size=3)


def test_an_edited_log_is_signed_over(log: Backend) -> None:
    """A new checkpoint over edited rows would make the edit true."""
    log.edit("UPDATE nodes SET hash = x'00' WHERE place = 2")
    with log.open() as store, pytest.raises(TamperedError):
        store.append(SAMPLES[3:], log_signer=LOG, at=NOW)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_half_written_file(tmp_path: Path, share: float) -> None:
    path = tmp_path / "log.db"
    log = Backend(kind="sqlite", location=path)
    with log.open() as store:
        store.append(SAMPLES[:3], log_signer=LOG, at=NOW)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(TamperedError), log.open() as store:
        store.verify(log_key=LOG_KEY)
