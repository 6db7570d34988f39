"""`assay log backup` and `assay log restore`."""

import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from assay.core.errors import AssayError
from assay.core.strictjson import parse_json
from assay.evidence.backup.record import parse_manifest, render_manifest
from assay.evidence.reading import LogEntry
from assay.operations.backup_log import backup_log
from assay.operations.cosign_log import cosign_log
from assay.operations.restore_log import RESTORE_TYPE, restore_log
from assay.operations.show_entry import show_entry
from assay.operations.verify_log import verify_log
from tests.fakes.postgres import PostgresServer
from tests.operations.logkit import newest_note, running
from tests.operations.run import ENTRIES, check, clock, ledger, told
from tests.operations.site import Site

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def refusal(site: Site, call: Callable[[], object]) -> str:
    with pytest.raises(AssayError) as caught:
        call()
    return told(caught.value, site)


def backup(site: Site, name: str = "log.zip", *, hours: float = 1) -> Path:
    file = site.folder / name
    backup_log(site.top, file, clock=clock(hours=hours))
    return file


def lose(site: Site) -> None:
    """Lose the log, and nothing else."""
    shutil.rmtree(site.top / ".assay")


def restore(site: Site, file: Path, *, accept_loss: str = "", hours: float = 2) -> int:
    done = restore_log(site.top, file, accept_loss=accept_loss, clock=clock(hours=hours))
    return done.lost


def rows(site: Site) -> dict[str, list[object]]:
    connection = sqlite3.connect(site.log)
    names = [n for (n,) in connection.execute("SELECT name FROM sqlite_schema WHERE type='table'")]
    found = {n: list(connection.execute(f"SELECT * FROM {n} ORDER BY 1, 2")) for n in names}  # noqa: S608  # our own names
    connection.close()
    return found


def test_there_and_back(here: Site) -> None:
    """Every row is what it was, cosignatures included; and the log goes on from there."""
    with running(here, hours=1) as witness:
        cosign_log(here.top, urls=(witness.url,), keys=(witness.key,), clock=clock(hours=1))
    file, before = backup(here), rows(here)
    lose(here)
    assert restore(here, file) == 0
    assert rows(here) == before
    assert before["cosignatures"]
    verify_log(here.top, clock=clock(hours=2))
    check(here, hours=3)
    assert verify_log(here.top, clock=clock(hours=3)).size > ENTRIES


def test_into_postgresql_and_back(
    here: Site, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same record, whatever it is kept in; and a backup from there is the same file."""
    before, file = entries(here), backup(here)
    lose(here)
    url = postgres_server.url(postgres_server.new_database())
    with monkeypatch.context() as patch:
        patch.setenv("ASSAY_DATABASE", url)
        assert restore(here, file) == 0
        assert entries(here) == before
        assert verify_log(here.top, clock=clock(hours=2)).size == ENTRIES
        again = backup(here, "again.zip")
        assert again.read_bytes() == file.read_bytes()
        assert refusal(here, lambda: restore(here, file)).startswith(
            "[usage] there is a log already, at postgresql://"
        )
        check(here, hours=3)
        later = backup(here, "later.zip", hours=3)
    assert restore(here, later) == 0
    assert verify_log(here.top, clock=clock(hours=4)).size > ENTRIES


def test_what_is_refused_leaves_nothing_in_postgresql(
    here: Site, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the right backup can be restored afterwards."""
    file = backup(here)
    damaged = here.folder / "damaged.zip"
    shutil.copyfile(file, damaged)
    _edited(damaged, "part-000000", _flip)
    lose(here)
    url = postgres_server.url(postgres_server.new_database())
    monkeypatch.setenv("ASSAY_DATABASE", url)
    assert refusal(here, lambda: restore(here, damaged)).startswith("[tampered]")
    assert restore(here, file) == 0
    assert verify_log(here.top, clock=clock(hours=2)).size == ENTRIES


def test_a_large_envelope_goes_along(here: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lay in a blob store lies in the backup, and in another store after it."""
    file = backup(here)
    with zipfile.ZipFile(file) as archive:
        assert sorted(archive.namelist()) == ["manifest.json", "part-000000"]
    monkeypatch.setenv("ASSAY_BLOBS", str(here.folder / "elsewhere"))
    lose(here)
    restore(here, file)
    verify_log(here.top, clock=clock(hours=2))
    large = sum(len(e.envelope) > 65_535 for e in entries(here))
    stored = sum(p.is_file() for p in (here.folder / "elsewhere").rglob("*"))
    assert stored == large


def entries(site: Site) -> list[LogEntry]:
    with ledger(site, hours=9) as opened:
        return list(opened.store.all_entries())


def test_a_backup_is_not_written_over(here: Site) -> None:
    file = backup(here)
    before = file.read_bytes()
    assert refusal(here, lambda: backup(here)) == "[usage] the file exists already, at {}/log.zip"
    assert file.read_bytes() == before
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_damaged_log_is_not_backed_up(here: Site) -> None:
    connection = sqlite3.connect(here.log, isolation_level=None)
    connection.execute("UPDATE nodes SET hash = x'00' WHERE place = 0")
    connection.close()
    message = refusal(here, lambda: backup(here))
    assert message.endswith("at nodes row 0")
    assert not (here.folder / "log.zip").exists()


def test_the_same_log_gives_the_same_backup(here: Site) -> None:
    assert backup(here, "one.zip").read_bytes() == backup(here, "two.zip").read_bytes()


def test_restore_from_an_old_backup(here: Site) -> None:
    """The anchor has seen more: refused, and nothing is there after it."""
    file = backup(here)
    check(here, hours=2)
    with ledger(here, hours=2) as opened:
        size = opened.store.size
    lose(here)
    assert refusal(here, lambda: restore(here, file)) == (
        f"[tampered] the backup has {ENTRIES} entries, of which this machine has seen {size} "
        "at 2026-06-01T14:00:00Z, at {}/log.zip "
        "(restore a newer one; --accept-loss REASON goes on, and records that)"
    )
    assert not (here.top / ".assay").exists()


def test_an_old_backup_is_told_by_a_witness(here: Site, dated_site: Site) -> None:
    """On a new machine, without an anchor, the witness has seen more."""
    file = backup(here)
    with running(here, hours=5) as witness:
        check(here, hours=2)
        cosign_log(here.top, urls=(witness.url,), keys=(witness.key,), clock=clock(hours=2))
        with ledger(here, hours=2) as opened:
            size = opened.store.size
        lose(here)
        shutil.rmtree(here.home / "anchors")
        (here.home / "witnesses").write_text(f"{witness.url}\n")
        message = refusal(here, lambda: restore(here, file))
    assert message == (
        f"[tampered] the backup has {ENTRIES} entries, of which the witness at {witness.url} "
        f"has seen {size}, at {{}}/log.zip "
        "(restore a newer one; --accept-loss REASON goes on, and records that)"
    )


def test_a_witness_that_does_not_answer(here: Site) -> None:
    file = backup(here)
    lose(here)
    (here.home / "witnesses").write_text("http://127.0.0.1:9\n")
    done = restore_log(here.top, file, accept_loss="", clock=clock(hours=2))
    assert [gap.where for gap in done.not_checked] == ["http://127.0.0.1:9"]


def test_a_loss_that_is_accepted_leaves_a_trace(here: Site) -> None:
    file = backup(here)
    check(here, hours=2)
    seen = newest_note(here)
    with ledger(here, hours=2) as opened:
        lost = opened.store.size - ENTRIES
    lose(here)
    assert restore(here, file, accept_loss="the disk died", hours=3) == lost
    shown = show_entry(here.top, str(ENTRIES), clock=clock(hours=4))
    assert shown.predicate_type == RESTORE_TYPE
    assert shown.predicate == {
        "backupMadeAt": "2026-06-01T13:00:00Z",
        "reason": "the disk died",
        "restoredAt": "2026-06-01T15:00:00Z",
        "restoredSize": ENTRIES,
        "seenBy": "this machine",
        "seenAt": "2026-06-01T14:00:00Z",
        "seenCheckpoint": seen.decode(),
        "seenSize": ENTRIES + lost,
    }
    (kept,) = (here.home / "anchors" / "lost").iterdir()
    assert kept.read_bytes() == seen
    assert verify_log(here.top, clock=clock(hours=4)).size == ENTRIES + 1


def test_another_history_is_refused_whatever_is_accepted(here: Site, dated_site: Site) -> None:
    """A fork that is as long as what was seen: the anchor contradicts it."""
    other = here.copy(here.folder.parent / "other")
    check(here, hours=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSAY_HOME", str(other.home))
        check(other, hours=3)
        file = backup(other, hours=4)
    lose(here)
    message = refusal(here, lambda: restore(here, file, accept_loss="never mind"))
    assert "another log: its first" in message
    assert not here.log.exists()


def _edited(file: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    with zipfile.ZipFile(file) as archive:
        members = {n: archive.read(n) for n in archive.namelist()}
    members[name] = change(members[name])
    with zipfile.ZipFile(file, "w") as archive:
        for member, data in members.items():
            if data:
                archive.writestr(member, data)


def _flip(data: bytes) -> bytes:
    changed = bytearray(data)
    changed[len(data) // 2] ^= 1
    return bytes(changed)


def _with_size(data: bytes) -> bytes:
    return render_manifest(replace(parse_manifest(data), origin="other.example"))


REFUSED: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "a-damaged-part": (
        "part-000000",
        _flip,
        "[tampered] not what the manifest says, at {}/log.zip.part-000000",
    ),
    "a-missing-part": (
        "part-000000",
        lambda _: b"",
        "[tampered] missing, at {}/log.zip.part-000000",
    ),
    "no-manifest": (
        "manifest.json",
        lambda _: b"",
        "[malformed] no backup: no manifest, at {}/log.zip",
    ),
    "a-manifest-of-another-log": (
        "manifest.json",
        _with_size,
        (
            "[usage] a backup of 'other.example', where the log here is 'ORIGIN' "
            "(restore it into the repository that it was made of)"
        ),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(here: Site, case: str) -> None:
    name, change, message = REFUSED[case]
    file = backup(here)
    origin = (here.top / ".assay" / "origin").read_text().strip()
    here.log.unlink()
    _edited(file, name, change)
    assert refusal(here, lambda: restore(here, file)) == message.replace("ORIGIN", origin)
    assert not here.log.exists()


def test_no_backup_at_all(here: Site) -> None:
    file = here.folder / "log.zip"
    assert refusal(here, lambda: restore(here, file)) == "[usage] no such file, at {}/log.zip"
    file.write_bytes(b"no archive")
    message = "[malformed] no sound zip archive: File is not a zip file, at {}/log.zip"
    assert refusal(here, lambda: restore(here, file)) == message


def test_partial_import_that_leaves_half(here: Site) -> None:
    """A part that is signed for, and whose last entries are of another log: nothing stays."""
    file = backup(here)
    lose(here)

    def cut(data: bytes) -> bytes:
        return data[: data.rindex(b"C\x00\x00")]

    _edited(file, "part-000000", cut)
    _edited(file, "manifest.json", lambda data: _described(file, data))
    message = refusal(here, lambda: restore(here, file))
    assert message == "[malformed] entries under no checkpoint, at {}/log.zip.backup"
    assert not here.log.exists()


def _described(file: Path, data: bytes) -> bytes:
    """Let the manifest say what the parts are now, as a forger would."""
    from assay.evidence.backup.record import describe_part  # noqa: PLC0415  # for this forgery alone

    with zipfile.ZipFile(file) as archive:
        part = describe_part("part-000000", archive.read("part-000000"))
    return render_manifest(replace(parse_manifest(data), parts=(part,)))


def test_a_log_that_is_there(here: Site) -> None:
    file = backup(here)
    assert refusal(here, lambda: restore(here, file)) == (
        "[usage] there is a log already, at {}/shop/.assay/log.sqlite (move it away first)"
    )
    verify_log(here.top, clock=clock(hours=2))


def test_without_a_trust_root(here: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = backup(here)
    lose(here)
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "empty"))
    message = refusal(here, lambda: restore(here, file))
    assert message.startswith("[usage] no trust root for the log ")


def test_the_manifest_is_for_people_too(here: Site) -> None:
    with zipfile.ZipFile(backup(here)) as archive:
        document = parse_json(archive.read("manifest.json"), max_bytes=2**20)
    assert isinstance(document, dict)
    assert document["schema"] == "assay.backup/v1"
    assert document["size"] == ENTRIES
