"""`assay log compare`, `check-fork`, `verify --against`: what others have seen of the log."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from assay.core.errors import AssayError
from assay.evidence.checkpoints.fork import parse_fork, render_fork
from assay.operations.compare_checkpoints import check_fork, compare_checkpoints
from assay.operations.verify_log import verify_log
from tests.operations.logkit import log_key, newest_note
from tests.operations.run import ENTRIES, check, clock, told
from tests.operations.site import Site


def refusal(site: Site, call: Callable[[], object]) -> str:
    with pytest.raises(AssayError) as caught:
        call()
    return told(caught.value, site)


def noted(site: Site, name: str) -> Path:
    path = site.folder / name
    path.write_bytes(newest_note(site))
    return path


@pytest.fixture
def forked(here: Site) -> tuple[Site, Path]:
    """A log that grew twice from one copy: the site has one history, the note is of the other."""
    other = here.copy(here.folder.parent / "other")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSAY_HOME", str(other.home))
        check(other, hours=1)
        note = here.folder / "other.note"
        note.write_bytes(newest_note(other))
    check(here, hours=2)
    check(here, hours=3)
    return here, note


def test_one_history(here: Site) -> None:
    first = noted(here, "first")
    check(here, hours=1)
    second = noted(here, "second")
    done = compare_checkpoints(here.top, (second, first))
    assert done.fork is None
    assert done.sizes[0] == ENTRIES
    assert done.sizes[1] == done.sizes[2] > ENTRIES
    assert verify_log(here.top, against=(first, second), clock=clock(hours=2)).size == done.sizes[2]


def test_a_fork_is_found_and_kept(forked: tuple[Site, Path]) -> None:
    site, note = forked
    done = compare_checkpoints(site.top, (note,))
    assert done.fork is not None
    assert done.kept is not None
    assert done.kept.parent == site.home / "forks"
    first, second = check_fork(done.kept, log_key=log_key(site))
    assert (first.size, second.size) == done.fork
    assert first.size < second.size


def test_two_trees_of_one_size(here: Site) -> None:
    other = here.copy(here.folder.parent / "other")
    check(here, hours=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSAY_HOME", str(other.home))
        check(other, hours=2)
        note = noted(other, "note")
    done = compare_checkpoints(here.top, (note,))
    assert done.fork is not None
    assert done.fork[0] == done.fork[1]
    assert done.kept is not None
    check_fork(done.kept, log_key=log_key(here))


def test_a_log_against_a_note_of_another_history(forked: tuple[Site, Path]) -> None:
    site, note = forked
    message = refusal(site, lambda: verify_log(site.top, against=(note,), clock=clock(hours=4)))
    (kept,) = (site.home / "forks").iterdir()
    seen = check_fork(kept, log_key=log_key(site))[0].size
    assert message == (
        f"[tampered] another log: its first {seen} entries are not those that were seen, "
        f"at {{}}/other.note.log (the log's key signed two histories; the proof is in "
        f"{{}}/home/forks/{kept.name})"
    )


def test_a_log_cut_or_set_back(here: Site, dated_site: Site) -> None:
    check(here, hours=1)
    note = noted(here, "note")
    size = verify_log(here.top, clock=clock(hours=2)).size
    shutil.rmtree(here.top / ".assay")
    shutil.copytree(dated_site.top / ".assay", here.top / ".assay")
    shutil.rmtree(here.home / "anchors")
    assert refusal(here, lambda: verify_log(here.top, against=(note,), clock=clock(hours=2))) == (
        f"[tampered] cut or set back: {ENTRIES} entries, where {size} were seen, "
        "at {}/note.log (restore a copy that holds what the anchor saw)"
    )
    assert refusal(here, lambda: compare_checkpoints(here.top, (note,))) == (
        f"[unavailable] {size} entries, where this log has {ENTRIES}, "
        "at {}/shop/.assay/log.sqlite "
        "(this log was cut or set back, or the note is ahead of it: fetch the log)"
    )


def test_what_proves_no_fork(forked: tuple[Site, Path]) -> None:
    site, note = forked
    done = compare_checkpoints(site.top, (note,))
    assert done.kept is not None
    fork = parse_fork(done.kept.read_bytes())
    done.kept.write_bytes(render_fork(replace(fork, first=fork.second)))
    assert refusal(site, lambda: check_fork(done.kept or Path(), log_key=log_key(site))) == (
        "[proof-invalid] no fork: both checkpoints can be true, "
        f"at {{}}/home/forks/{done.kept.name}"
    )
    done.kept.write_bytes(render_fork(replace(fork, root_then=b"r" * 32)))
    with pytest.raises(AssayError):
        check_fork(done.kept, log_key=log_key(site))


def test_a_note_of_another_log(here: Site) -> None:
    note = here.folder / "note"
    note.write_bytes(newest_note(here).replace(b"assay.local", b"other.local"))
    message = refusal(here, lambda: compare_checkpoints(here.top, (note,)))
    assert message.startswith("[signature-invalid] not signed by 'assay.local/")
