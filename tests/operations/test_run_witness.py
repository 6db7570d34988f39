"""A witness as a service: asked over HTTP, killed, and asked by many at once."""

import http.client
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from assay.core.clock import Clock
from assay.core.errors import AssayError, UsageError
from assay.evidence.checkpoints.checkpoint import add_cosignatures, sign_checkpoint, verify_cosigned
from assay.evidence.checkpoints.witness import MAX_REQUEST_BYTES, render_add_checkpoint
from assay.operations.run_witness import Witness, open_witness, serve_witness
from assay.signing.notekey import parse_witness_key, render_note_key
from tests.evidence.checkpoints.test_witness import FORKED, head, note, request
from tests.fakes.trust import LOG, LOG_KEY, NOW, ORIGIN

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

NAME = "witness.example/w1"


def opened(
    folder: Path, *, clock: Clock = lambda: NOW, name: str = NAME, reports: list[str] | None = None
) -> Witness:
    return open_witness(
        folder,
        name=name,
        key_uri="",
        logs=(render_note_key(LOG_KEY),),
        report=(reports if reports is not None else []).append,
        clock=clock,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "witness"


@pytest.fixture
def url(folder: Path) -> Iterator[str]:
    with serve_witness(opened(folder), host="127.0.0.1", port=0) as served:
        yield served


Answer = tuple[int, str, bytes]


def post(url: str, body: bytes, *, path: str = "/add-checkpoint", method: str = "POST") -> Answer:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        connection.request(method, path, body)
        response = connection.getresponse()
        return response.status, response.headers["Content-Type"], response.read()
    finally:
        connection.close()


def ask(url: str, old: int, new: int) -> Answer:
    return post(url, render_add_checkpoint(request(old, new)))


def cosigned(folder: Path, size: int, line: bytes) -> datetime:
    """Return when the witness cosigned the checkpoint of `size`, by its published key."""
    key = parse_witness_key((folder / "witness.vkey").read_text().strip())
    (found,) = verify_cosigned(add_cosignatures(note(size), line), witnesses=(key,), quorum=1)
    assert found.name == NAME
    return found.at


def test_a_log_grows(url: str, folder: Path) -> None:
    for old, new in [(0, 3), (3, 3), (3, 8), (8, 20)]:
        status, kind, line = ask(url, old, new)
        assert (status, kind) == (200, "text/plain; charset=utf-8")
        assert cosigned(folder, new, line) == NOW


def test_the_statuses(url: str) -> None:
    """tlog-witness: 404, 403, 409 with the size, 422, 400."""
    assert ask(url, 0, 5)[0] == 200
    stranger = note(5).replace(ORIGIN.encode(), b"stranger.example")
    assert post(url, b"old 0\n\n" + stranger)[0] == 404
    unsigned = b"\n\n".join([note(8).split(b"\n\n")[0], note(5).split(b"\n\n")[1]])
    assert post(url, b"old 5\n\n" + unsigned)[0] == 403
    assert ask(url, 0, 8) == (409, "text/x.tlog.size", b"5\n")
    assert ask(url, 4, 4) == (409, "text/x.tlog.size", b"5\n")
    assert post(url, b"old 5\n\n" + note(8))[0] == 422
    assert post(url, b"new 5\n\n" + note(8))[0] == 400
    assert post(url, b"old 9\n\n" + note(8))[0] == 400
    assert post(url, b"old 0\n\nno note")[0] == 400
    assert post(url, b"x" * (MAX_REQUEST_BYTES + 1))[0] == 413
    assert post(url, b"", path="/")[0] == 404
    assert post(url, b"", method="GET")[0] == 405
    assert ask(url, 5, 8)[0] == 200


def test_a_fork_is_kept(folder: Path) -> None:
    reports: list[str] = []
    with serve_witness(opened(folder, reports=reports), host="127.0.0.1", port=0) as url:
        ask(url, 0, 5)
        assert post(url, render_add_checkpoint(FORKED)) == (409, "text/x.tlog.size", b"5\n")
        assert post(url, render_add_checkpoint(FORKED))[0] == 409
    (kept,) = folder.glob("state/*/forks/*")
    assert (kept / "refused.note").read_bytes() == FORKED.note
    assert (kept / "cosigned.note").read_bytes().startswith(note(5))
    told = [line for line in reports if "two histories" in line]
    assert told == [f"{ORIGIN!r} signed two histories; both are kept in {str(kept)!r}"] * 2


def test_a_stranger_leaves_no_trace(url: str, folder: Path) -> None:
    post(url, b"old 0\n\n" + note(5).replace(ORIGIN.encode(), b"../../stranger"))
    assert not (folder / "state").exists()


def test_it_remembers(folder: Path) -> None:
    with serve_witness(opened(folder), host="127.0.0.1", port=0) as url:
        assert ask(url, 0, 5)[0] == 200
    with serve_witness(opened(folder, name=""), host="127.0.0.1", port=0) as url:
        assert ask(url, 0, 5) == (409, "text/x.tlog.size", b"5\n")
        assert ask(url, 5, 8)[0] == 200


def test_an_edited_state_is_not_built_upon(folder: Path) -> None:
    reports: list[str] = []
    with serve_witness(opened(folder, reports=reports), host="127.0.0.1", port=0) as url:
        ask(url, 0, 8)
        (state,) = folder.glob("state/*/last.note")
        state.write_bytes(note(5))
        assert ask(url, 5, 8)[0] == 500
    assert any("not dated by" in line for line in reports)


CHILD = """
import sys, time
from pathlib import Path
from assay.operations.run_witness import open_witness, serve_witness
folder, vkey, name = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
witness = open_witness(folder, name=name, key_uri="", logs=(vkey,), report=lambda _: None)
with serve_witness(witness, host="127.0.0.1", port=0) as url:
    print(url, flush=True)
    time.sleep(60)
"""


def grow_until_it_dies(url: str, largest: int, limit: int) -> int:
    """Ask for one cosignature after another; return the largest size that was cosigned."""
    try:
        while largest < limit:
            status, _, body = ask(url, largest, largest + 1)
            largest = largest + 1 if status == 200 else int(body)
    except (OSError, http.client.HTTPException):
        pass
    return largest


def test_killed_at_any_moment(folder: Path) -> None:
    """What was answered is remembered after kill -9; at most one answer got lost on its way."""
    arguments = [sys.executable, "-c", CHILD, str(folder), render_note_key(LOG_KEY), NAME]
    largest = 0
    for milliseconds in (1, 5, 12, 25):
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            url = child.stdout.readline().strip()
            remembered = int(ask(url, 20, 20)[2])
            assert remembered in {largest, largest + 1}
            killer = threading.Timer(milliseconds / 1000, child.kill)
            killer.start()
            largest = grow_until_it_dies(url, remembered, 18)
            killer.join()
    with serve_witness(opened(folder), host="127.0.0.1", port=0) as url:
        assert int(ask(url, 20, 20)[2]) in {largest, largest + 1}
        assert post(url, render_add_checkpoint(FORKED))[0] == 409


def test_two_writers_to_one_witness(folder: Path) -> None:
    """Two servers on one folder, many clients: the sizes that are cosigned only ever grow."""
    one, other = opened(folder), opened(folder)
    granted: list[tuple[int, int]] = []
    with (
        serve_witness(one, host="127.0.0.1", port=0) as first,
        serve_witness(other, host="127.0.0.1", port=0) as second,
    ):

        def race(url: str) -> None:
            old = 0
            while old < 20:
                status, _, body = ask(url, old, old + 1)
                if status == 200:
                    granted.append((old, old + 1))
                    old += 1
                else:
                    assert status == 409
                    old = int(body)

        threads = [threading.Thread(target=race, args=(url,)) for url in (first, second) * 2]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(granted) == [(size, size + 1) for size in range(20)]


def test_clock_set_back(folder: Path) -> None:
    times = iter([NOW, NOW - timedelta(minutes=4), NOW - timedelta(minutes=6)])
    with serve_witness(opened(folder, clock=lambda: next(times)), host="127.0.0.1", port=0) as url:
        assert cosigned(folder, 3, ask(url, 0, 3)[2]) == NOW
        assert cosigned(folder, 5, ask(url, 3, 5)[2]) == NOW
        status, _, body = ask(url, 5, 8)
        assert (status, body) == (503, b"the clock of this witness was set back\n")


def test_a_log_dated_ahead(folder: Path) -> None:
    """Nothing is remembered of it, and the same is cosigned once the time has come."""
    times = iter([NOW - timedelta(minutes=6), NOW])
    with serve_witness(opened(folder, clock=lambda: next(times)), host="127.0.0.1", port=0) as url:
        status, _, body = ask(url, 0, 3)
        assert (status, body) == (
            503,
            b"dated 2026-06-01T00:00:00Z, and the clock of this witness says 2026-05-31T23:54:00Z\n",
        )
        assert cosigned(folder, 3, ask(url, 0, 3)[2]) == NOW


def test_requests_are_counted(folder: Path) -> None:
    with serve_witness(opened(folder), host="127.0.0.1", port=0) as url:
        statuses = [post(url, b"")[0] for _ in range(130)]
    assert statuses[:120] == [400] * 120
    assert statuses[-1] == 429


def test_a_log_that_changed_its_key_file(tmp_path: Path) -> None:
    """Keys of logs stand in a file, with comments."""
    folder = tmp_path / "w"
    folder.mkdir()
    (folder / "logs").write_text(f"# shop\n{render_note_key(LOG_KEY)}\n\n")
    witness = open_witness(folder, name=NAME, key_uri="", logs=(), report=print, clock=lambda: NOW)
    assert witness.log_keys == (LOG_KEY,)


def test_another_key_by_uri(tmp_path: Path) -> None:
    opened(tmp_path / "one")
    folder = tmp_path / "two"
    key_uri = str(tmp_path / "one" / "witness.pem")
    witness = open_witness(folder, name=NAME, key_uri=key_uri, logs=(), report=print)
    assert not (folder / "witness.pem").exists()
    assert (folder / "witness.vkey").read_text() == f"{witness.verifier_key}\n"


def _no_log(folder: Path) -> None:
    witness = open_witness(folder, name=NAME, key_uri="", logs=(), report=print)
    with serve_witness(witness, host="127.0.0.1", port=0):
        pass


def _other_name(folder: Path) -> None:
    opened(folder)
    opened(folder, name="witness.example/w2")


def _lost_key(folder: Path) -> None:
    opened(folder)
    (folder / "witness.pem").unlink()
    opened(folder)


def _exchanged_key(folder: Path) -> None:
    opened(folder)
    (folder / "witness.pem").unlink()
    opened(folder.parent / "other")
    (folder.parent / "other" / "witness.pem").rename(folder / "witness.pem")
    opened(folder)


def _lost_name(folder: Path) -> None:
    opened(folder)
    (folder / "witness.vkey").unlink()
    opened(folder, name="")


def _bad_log(folder: Path) -> None:
    open_witness(folder, name=NAME, key_uri="", logs=("nonsense",), report=print)


REFUSED = {
    "no-log": (_no_log, "[usage] no log to witness (name its key with --log, or in the file logs)"),
    "another-name": (
        _other_name,
        (
            f"[usage] the witness here is {NAME!r}, not 'witness.example/w2', at FOLDER "
            "(one key has one name; make another witness in another folder)"
        ),
    ),
    "no-witness": (
        lambda folder: opened(folder, name=""),
        "[usage] no witness here yet, at FOLDER (--name names a new one)",
    ),
    "the-key-has-gone": (
        _lost_key,
        "[usage] the key of this witness has gone, at FOLDER/witness.pem (restore it)",
    ),
    "another-key": (
        _exchanged_key,
        "[usage] the key of this witness is another one, at FOLDER/witness.vkey",
    ),
    "the-name-has-gone": (
        _lost_name,
        "[usage] a witness without a name, at FOLDER (--name NAME)",
    ),
    "no-key-of-a-log": (
        _bad_log,
        "[usage] 'nonsense' is no Ed25519 note key (assay log checkpoint --key prints the key of a log)",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str, folder: Path) -> None:
    work, message = REFUSED[case]
    with pytest.raises(AssayError) as caught:
        work(folder)
    assert isinstance(caught.value, UsageError)
    assert str(caught.value) == message.replace("FOLDER", str(folder))


def test_the_checkpoints_are_signed_by_the_log() -> None:
    """The requests of these tests are what a log would ask."""
    assert sign_checkpoint(head(5), signer=LOG, at=NOW) == note(5)
