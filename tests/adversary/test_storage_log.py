"""Storage: crashes, full disks, edits and old copies. One test for each fault."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from assay.core.errors import SignatureInvalidError, TamperedError, UnavailableError
from assay.evidence.anchor import verify_extends
from assay.evidence.store import LogStore, open_store
from assay.signing.keyfile import create_key_file
from assay.signing.keys import PublicKey
from assay.signing.notekey import note_key
from tests.fakes.trust import COMMIT, KIND, LOG, LOG_KEY, NOW, ORIGIN, verified

SAMPLES = tuple(verified({"n": n}) for n in range(6))


def opened(path: Path) -> LogStore:
    return open_store(path, origin=ORIGIN, create=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "log.db"
    with opened(made) as store:
        for sample in SAMPLES[:3]:
            store.append([sample], log_signer=LOG, at=NOW)
    return made


def whole(path: Path, *, size: int) -> None:
    """Refuse unless the log verifies, has `size` entries, and can be appended to."""
    with opened(path) as store:
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


def test_crash_between_append_and_checkpoint(path: Path) -> None:
    child = os.fork()
    if child == 0:  # pragma: no cover  # another process
        opened(path).append(SAMPLES[3:], log_signer=DyingSigner(), at=NOW)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    whole(path, size=3)


class BrokenSigner:
    """The log's key, somewhere that does not answer."""

    public: PublicKey = LOG.public

    def sign(self, message: bytes) -> bytes:
        raise UnavailableError("no answer")


def test_no_checkpoint_no_entry(path: Path) -> None:
    with opened(path) as store:
        with pytest.raises(UnavailableError):
            store.append(SAMPLES[3:], log_signer=BrokenSigner(), at=NOW)
        assert list(store.all_entries()) == list(store.all_entries())[:3]
    whole(path, size=3)


def test_interrupted_by_the_user(path: Path) -> None:
    class Interrupted:
        public: PublicKey = LOG.public

        def sign(self, message: bytes) -> bytes:
            raise KeyboardInterrupt

    with opened(path) as store, pytest.raises(KeyboardInterrupt):
        store.append(SAMPLES[3:], log_signer=Interrupted(), at=NOW)
    whole(path, size=3)


def test_disk_full(path: Path) -> None:
    with opened(path) as store:
        store._database.execute("PRAGMA max_page_count=1")  # SQLite: as many as there are now
        with pytest.raises(UnavailableError):
            store.append(
                [verified({"n": n, "x": "x" * 40_000}) for n in range(5)], log_signer=LOG, at=NOW
            )
        assert store.size == 3
    whole(path, size=3)


WRITER = """
import sys
from pathlib import Path
from assay.evidence.store import open_store
from assay.signing.keyfile import load_key_file
from tests.fakes.trust import NOW, ORIGIN, verified
signer = load_key_file(Path(sys.argv[2]))
with open_store(Path(sys.argv[1]), origin=ORIGIN, create=True) as store:
    for n in range(15):
        store.append([verified({"writer": sys.argv[3], "n": n})], log_signer=signer, at=NOW)
"""


def test_two_writers(tmp_path: Path) -> None:
    """Two processes make the log and write to it at once; both succeed."""
    signer = create_key_file(tmp_path / "log.pem", algorithm="ed25519")
    arguments = [sys.executable, "-c", WRITER, str(tmp_path / "log.db"), str(tmp_path / "log.pem")]
    writers = [subprocess.Popen([*arguments, name], cwd=Path(__file__).parents[2]) for name in "ab"]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    with opened(tmp_path / "log.db") as store:
        newest = store.verify(log_key=note_key(ORIGIN, signer.public))
        assert newest is not None
        assert newest.size == 30


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
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON entries BEGIN DELETE FROM subjects; END",
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_row_edited_in_the_database(path: Path, edit: str) -> None:
    with opened(path) as store:
        editor = sqlite3.connect(path, isolation_level=None)
        editor.execute(edit)
        editor.close()
        with pytest.raises(TamperedError) as caught:
            store.verify(log_key=LOG_KEY)
    assert " row " in caught.value.where


def test_a_statement_hidden_below_sql(path: Path) -> None:
    """All rows are intact and the schema is, but the index that finds them lacks one."""
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
    with opened(path) as store:
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


def test_log_truncated_with_everything_that_follows(path: Path, tmp_path: Path) -> None:
    """It verifies in itself; the anchor does not forget."""
    with opened(tmp_path / "earlier.db") as earlier:
        earlier.append(SAMPLES[:2], log_signer=LOG, at=NOW)
    with opened(path) as store:
        anchor = store.latest_checkpoint()
    assert anchor is not None
    editor = sqlite3.connect(path, isolation_level=None)
    editor.executescript(
        """DELETE FROM entries WHERE number = 2; DELETE FROM nodes WHERE place > 2;
        DELETE FROM subjects WHERE entry = 2; DELETE FROM checkpoints WHERE number = 2;
        DELETE FROM index_pages;"""
    )
    editor.execute("ATTACH ? AS earlier", (str(tmp_path / "earlier.db"),))
    editor.execute("INSERT INTO main.index_pages SELECT * FROM earlier.index_pages")
    editor.close()
    with opened(path) as store:
        newest = store.verify(log_key=LOG_KEY)
        assert newest is not None
        assert newest.size == 2
        with pytest.raises(TamperedError):
            verify_extends(store, anchor, log_key=LOG_KEY)


def test_log_forked(path: Path, tmp_path: Path) -> None:
    shutil.copy(path, tmp_path / "fork.db")
    with opened(path) as store:
        store.append(SAMPLES[3:5], log_signer=LOG, at=NOW)
        anchor = store.latest_checkpoint()
    assert anchor is not None
    with opened(tmp_path / "fork.db") as fork:
        fork.append([SAMPLES[5], SAMPLES[4], SAMPLES[3]], log_signer=LOG, at=NOW)
        fork.verify(log_key=LOG_KEY)
        with pytest.raises(TamperedError):
            verify_extends(fork, anchor, log_key=LOG_KEY)


def test_log_rolled_back_by_an_old_backup(path: Path, tmp_path: Path) -> None:
    shutil.copy(path, tmp_path / "backup.db")
    with opened(path) as store:
        store.append(SAMPLES[3:], log_signer=LOG, at=NOW)
        anchor = store.latest_checkpoint()
    assert anchor is not None
    with opened(tmp_path / "backup.db") as old:
        old.verify(log_key=LOG_KEY)
        with pytest.raises(TamperedError):
            verify_extends(old, anchor, log_key=LOG_KEY)


def test_an_anchor_of_our_own_making(path: Path) -> None:
    """A checkpoint in the anchor's place that the log's key never signed proves nothing."""
    with opened(path) as store:
        anchor = (store.latest_checkpoint() or b"").replace(b"\n3\n", b"\n1\n")
        with pytest.raises(SignatureInvalidError):
            verify_extends(store, anchor, log_key=LOG_KEY)


def test_partial_import_that_leaves_half(path: Path) -> None:
    with opened(path) as store:
        with pytest.raises(AttributeError):
            store.append([*SAMPLES[3:], None], log_signer=LOG, at=NOW)  # type: ignore[list-item]  # a fault
        assert store.size == 3
    whole(path, size=3)


def test_an_edited_log_is_signed_over(path: Path) -> None:
    """A new checkpoint over edited rows would make the edit true."""
    editor = sqlite3.connect(path, isolation_level=None)
    editor.execute("UPDATE nodes SET hash = zeroblob(32) WHERE place = 2")
    editor.close()
    with opened(path) as store, pytest.raises(TamperedError):
        store.append(SAMPLES[3:], log_signer=LOG, at=NOW)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_half_written_file(path: Path, share: float) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(TamperedError), opened(path) as store:
        store.verify(log_key=LOG_KEY)
