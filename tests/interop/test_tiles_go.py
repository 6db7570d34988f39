"""A published log, read by the Go libraries of the transparency logs' own ecosystem.

Slow, and online where Go's module cache is empty: the modules are pinned with hashes in `go.sum`.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

from assay.evidence.checkpoints.checkpoint import add_cosignatures, cosign_checkpoint
from assay.evidence.leaf import MAX_LEAF_BYTES
from assay.signing.notekey import cosigner_key, render_note_key
from tests.evidence.tilefolder import published
from tests.fakes.trust import ALICE, LOG_KEY, NOW

pytestmark = [pytest.mark.slow, pytest.mark.online]

HERE = Path(__file__).parent / "tiles"
ENVELOPES = [b"{%d}" % n for n in range(700)] + [b"{" + b"x" * MAX_LEAF_BYTES]
WITNESS = render_note_key(cosigner_key("w.example", ALICE.public))


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    go = shutil.which("go")
    if go is None:
        pytest.skip("go is not installed")
    program = tmp_path_factory.mktemp("go") / "tiles"
    done = subprocess.run(
        [go, "build", "-mod=readonly", "-o", str(program), "."],
        cwd=HERE,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"go cannot build it: {done.stderr.splitlines()[-1:]}")
    return program


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = published(ENVELOPES)
    note = files["checkpoint"]
    line = cosign_checkpoint(note, name="w.example", signer=ALICE, at=NOW)
    for name, data in {**files, "checkpoint": add_cosignatures(note, line)}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path


def read(reader: Path, folder: Path) -> tuple[int, str]:
    keys = [render_note_key(LOG_KEY), WITNESS]
    done = subprocess.run(
        [str(reader), str(folder), *keys], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout.strip()


def test_every_entry_is_proven(reader: Path, folder: Path) -> None:
    """The size, and two signatures: the log's and the witness's."""
    assert read(reader, folder) == (0, "701 2")


def test_a_changed_entry_is_not(reader: Path, folder: Path) -> None:
    path = folder / "tile/entries/001"
    path.write_bytes(path.read_bytes().replace(b"{300}", b"{003}"))
    status, told = read(reader, folder)
    assert status == 1
    assert told.startswith("refused: ")
