"""`assay log verify`: each kind of tampering is found, and an older copy is refused."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from assay.core.errors import AssayError
from assay.core.verdict import Verdict
from assay.operations.initialise import initialise
from assay.operations.list_log import list_log
from assay.operations.show_status import show_status
from assay.operations.verify_log import verify_log
from tests.operations.run import ENTRIES, check, clock, told
from tests.operations.site import Site


def refusal(site: Site) -> str:
    with pytest.raises(AssayError) as caught:
        verify_log(site.top, clock=clock(hours=9))
    return told(caught.value, site)


def test_a_whole_log(here: Site) -> None:
    checked = verify_log(here.top, clock=clock())
    assert checked.size == ENTRIES
    assert len(bytes.fromhex(checked.root)) == 32
    assert checked.origin == (here.top / ".assay" / "origin").read_text().strip()


def flip(site: Site, table: str, column: str, key: str, row: int) -> None:
    with sqlite3.connect(site.log) as database:
        query = f"SELECT {column} FROM {table} WHERE {key} = ?"  # noqa: S608  # the names are ours
        [value] = database.execute(query, (row,)).fetchone()
        changed = bytearray(value)
        changed[len(changed) // 2] ^= 1
        update = f"UPDATE {table} SET {column} = ? WHERE {key} = ?"  # noqa: S608
        database.execute(update, (bytes(changed), row))


def run(site: Site, sql: str) -> None:
    with sqlite3.connect(site.log) as database:
        database.executescript(sql)


TAMPERED: Final[dict[str, tuple[Callable[[Site], None], str]]] = {
    "a byte of an envelope": (
        lambda site: flip(site, "entries", "envelope", "number", 3),
        "[tampered] the envelope has another digest, at entries row 3",
    ),
    "a digest": (
        lambda site: flip(site, "entries", "digest", "number", 3),
        "[tampered] the envelope has another digest, at entries row 3",
    ),
    "a node": (
        lambda site: flip(site, "nodes", "hash", "place", 0),
        "[tampered] the row is not what follows from the entries, at nodes row 0",
    ),
    "an entry taken out": (
        lambda site: run(site, "DELETE FROM entries WHERE number = 4"),
        "[tampered] the row is missing, at entries row 4",
    ),
    "a subject renamed": (
        lambda site: run(site, "UPDATE subjects SET subject = 'x' WHERE entry = 4"),
        "[tampered] the row is not what follows from the entries, at subjects row 4/0",
    ),
    "an entry at the end": (
        lambda site: run(site, f"INSERT INTO entries VALUES ({ENTRIES}, x'00', x'00')"),  # noqa: S608
        f"[tampered] the row belongs to nothing, at entries row {ENTRIES}",
    ),
    "a trigger": (
        lambda site: run(site, "CREATE TRIGGER t AFTER INSERT ON nodes BEGIN SELECT 1; END"),
        "[tampered] the schema has another 't', at sqlite_schema row 't'",
    ),
    "the last entry and its checkpoint": (
        lambda site: run(
            site,
            f"DELETE FROM checkpoints WHERE size = {ENTRIES};"  # noqa: S608
            f"DELETE FROM entries WHERE number = {ENTRIES - 1};"
            f"DELETE FROM subjects WHERE entry = {ENTRIES - 1};",
        ),
        (
            f"[tampered] cut or set back: {ENTRIES - 1} entries, where {ENTRIES} were seen, at log "
            "(restore a copy that holds what the anchor saw)"
        ),
    ),
    "all of it": (
        lambda site: run(
            site,
            "DELETE FROM checkpoints; DELETE FROM entries; DELETE FROM subjects; DELETE FROM nodes",
        ),
        (
            f"[tampered] cut or set back: 0 entries, where {ENTRIES} were seen, at log "
            "(restore a copy that holds what the anchor saw)"
        ),
    ),
}


@pytest.mark.parametrize(("tamper", "message"), TAMPERED.values(), ids=TAMPERED)
def test_tampered(here: Site, tamper: Callable[[Site], None], message: str) -> None:
    tamper(here)
    assert refusal(here) == message
    with pytest.raises(AssayError):  # nothing is recorded on top of it
        check(here, hours=1)


def test_an_older_copy_put_back(here: Site, tmp_path: Path) -> None:
    older = tmp_path / "older.sqlite"
    shutil.copyfile(here.log, older)
    here.repo.commit("More")
    check(here, hours=1)
    shutil.copyfile(older, here.log)
    message = refusal(here)
    assert message.startswith(f"[tampered] cut or set back: {ENTRIES} entries, where ")
    for operation in (list_log, show_status):
        with pytest.raises(AssayError) as caught:
            operation(here.top, clock=clock(hours=2))
        assert told(caught.value, here) == message


def test_the_log_of_another_repository(here: Site, tmp_path: Path) -> None:
    """With its own name and trust root it is a whole log, only of something else."""
    other = here.repo.clone(tmp_path / "shop")
    made = initialise(other.top, clock=clock())
    check(Site(folder=tmp_path), hours=1)
    name = (here.top / ".assay" / "origin").read_text().strip()
    shutil.copyfile(made.log, here.log)
    assert refusal(here) == (
        f"[usage] a log of '{made.origin}', where '{name}' is asked for, "
        "at {}/shop/.assay/log.sqlite"
    )


def test_two_histories_signed_by_one_key(here: Site, tmp_path: Path) -> None:
    """Both verify in themselves; the anchor saw the other one."""
    fork = here.copy(tmp_path / "fork")
    fork.home.rename(tmp_path / "fork-home")
    check(here, hours=1)
    size = verify_log(here.top, clock=clock(hours=1)).size
    anchor = here.anchor.read_bytes()
    shutil.copyfile(fork.log, here.log)
    shutil.copyfile(next((tmp_path / "fork-home" / "anchors").iterdir()), here.anchor)
    here.repo.commit("Another history")
    check(here, hours=2)
    check(here, hours=3)
    assert verify_log(here.top, clock=clock(hours=3)).size >= size
    here.anchor.write_bytes(anchor)
    assert refusal(here) == (
        f"[tampered] another log: its first {size} entries are not those that were seen, at log "
        "(keep both; somebody used the log's key to sign two histories)"
    )


def test_a_date_that_has_not_come(here: Site) -> None:
    """Somebody's clock was ahead, or ours is behind: no age can be told by such a log."""
    checked = verify_log(here.top, clock=clock(hours=-1))
    assert checked.verdict is Verdict.UNKNOWN
    [gap] = checked.not_checked
    assert (gap.what, gap.where) == (
        "the date of the newest checkpoint",
        f"size {checked.size}",
    )
    assert gap.why == (
        "it is dated 2026-06-01T12:00:00Z, and the clock here says 2026-06-01T11:00:00Z: "
        "one of two clocks is wrong"
    )
    assert gap.remedy == (
        "set the clock here, if it is behind; else wait until then, or put a backup from before "
        "in its place"
    )


def test_a_clock_that_is_a_little_behind(here: Site) -> None:
    assert verify_log(here.top, clock=clock(hours=-5 / 60)).verdict is Verdict.PASSED


def test_what_was_seen_cannot_be_remembered(here: Site) -> None:
    """The answer is the same; that a later rollback may pass unseen is said."""
    lock = here.home / "locks"
    shutil.rmtree(lock)
    lock.write_text("no folder")
    checked = verify_log(here.top, clock=clock(hours=1))
    assert checked.verdict is Verdict.PASSED
    assert [gap.what for gap in checked.not_checked] == ["a later rollback"]


def test_an_empty_log(here: Site) -> None:
    """Before the first check there is nothing to remember."""
    other = here.repo.clone(here.folder / "other")
    initialise(other.top, clock=clock())
    checked = verify_log(other.top, clock=clock(hours=1))
    assert (checked.size, checked.verdict, checked.not_checked) == (0, Verdict.PASSED, ())
