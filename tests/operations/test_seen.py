"""The anchor and the pin only move forward, whoever else moves them."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from assay.core.errors import SignatureInvalidError, TamperedError
from assay.evidence.checkpoints.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from assay.evidence.store import LogStore
from assay.operations.home import Home
from assay.operations.seen import advance_anchor, load_anchor, pin_trust, replace_anchor
from assay.operations.trustfile import load_trust_file
from assay.operations.verify_log import verify_log
from assay.signing.trust import TrustRoot, render_trust_root, trust_root_digest
from assay.system.files import save_file
from assay.system.lock import hold_lock
from tests.fakes.backends import Backend
from tests.fakes.trust import LOG, LOG_KEY, MALLORY, NOW, ORIGIN, ROOT, verified
from tests.operations.run import check, clock
from tests.operations.site import Site

SIZES = range(1, 9)
SECONDS = 60.0


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(folder=tmp_path / "home")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LogStore]:
    with Backend(kind="sqlite", location=tmp_path / "log.db").open() as made:
        for n in SIZES:
            made.append([verified({"n": n})], log_signer=LOG, at=NOW)
        yield made


def advance(home: Home, store: LogStore, size: int) -> None:
    advance_anchor(home, store, store.checkpoint_of(size), log_key=LOG_KEY)


def seen(home: Home) -> int:
    anchor = load_anchor(home, ORIGIN)
    return verify_checkpoint(anchor, log_key=LOG_KEY).size if anchor else 0


def test_it_goes_forward_and_not_back(home: Home, store: LogStore) -> None:
    assert load_anchor(home, ORIGIN) is None
    for size, reached in ((3, 3), (5, 5), (4, 5), (5, 5), (8, 8)):
        advance(home, store, size)
        assert seen(home) == reached
    assert load_anchor(home, ORIGIN) == store.checkpoint_of(8)


def test_it_is_not_moved_to_what_the_log_did_not_sign(home: Home, store: LogStore) -> None:
    advance(home, store, 3)
    forged = sign_checkpoint(
        Checkpoint(origin=ORIGIN, size=9, root=bytes(32)), signer=MALLORY, at=NOW
    )
    with pytest.raises(SignatureInvalidError):
        advance_anchor(home, store, forged, log_key=LOG_KEY)
    assert seen(home) == 3


@pytest.mark.parametrize("size", [4, 12])
def test_what_was_seen_of_another_history_is_not_written_over(
    home: Home, store: LogStore, size: int
) -> None:
    """It is the proof that somebody signed two."""
    other = sign_checkpoint(
        Checkpoint(origin=ORIGIN, size=size, root=bytes(32)), signer=LOG, at=NOW
    )
    replace_anchor(home, ORIGIN, other)
    with pytest.raises(TamperedError):
        advance(home, store, 8)
    assert load_anchor(home, ORIGIN) == other


def in_thread(work: Callable[[], None]) -> tuple[threading.Thread, threading.Event]:
    done = threading.Event()

    def run() -> None:
        work()
        done.set()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, done


def test_who_comes_meanwhile_is_waited_for(home: Home, store: LogStore, tmp_path: Path) -> None:
    """Another process has the lock, and writes what goes further: it stays."""
    location = tmp_path / "log.db"

    def work() -> None:
        with Backend(kind="sqlite", location=location).open(create=False) as own:
            advance(home, own, 3)

    with hold_lock(home.lock(ORIGIN), seconds=SECONDS):
        thread, done = in_thread(work)
        assert not done.wait(0.3)  # with the lock it never ends here, however long we wait
        save_file(home.anchor(ORIGIN), store.checkpoint_of(7))
    assert done.wait(SECONDS)
    thread.join(SECONDS)
    assert seen(home) == 7


def test_many_at_once(home: Home, store: LogStore, tmp_path: Path) -> None:
    """Whoever comes last, what goes furthest is what was seen."""
    location = tmp_path / "log.db"

    def work(size: int) -> Callable[[], None]:
        def run() -> None:
            with Backend(kind="sqlite", location=location).open(create=False) as own:
                advance(home, own, size)

        return run

    for thread, done in [in_thread(work(size)) for size in (2, 8, 1, 6, 3)]:
        assert done.wait(SECONDS)
        thread.join(SECONDS)
    assert seen(home) == 8


def versions(count: int) -> list[TrustRoot]:
    found = [ROOT]
    while len(found) < count:
        last = found[-1]
        found.append(
            replace(
                last,
                history=(*last.history, trust_root_digest(last)),
                expires=NOW + timedelta(days=len(found)),
            )
        )
    return found


def test_a_pin_goes_forward_and_not_back(home: Home) -> None:
    first, second, third = versions(3)
    for root, pinned in ((first, first), (third, third), (second, third), (third, third)):
        pin_trust(home, root)
        assert load_trust_file(home.trust(ORIGIN)) == pinned


def test_a_pin_of_another_history_is_not_written_over(home: Home) -> None:
    first, second = versions(2)
    other = replace(second, expires=NOW)
    pin_trust(home, other)
    for root in (second, replace(first, expires=NOW)):
        with pytest.raises(TamperedError) as caught:
            pin_trust(home, root)
        assert str(caught.value) == (
            f"[tampered] version {root.version} of the trust root does not follow the pinned "
            f"version 2, at {home.trust(ORIGIN)} "
            "(keep both; owners signed two histories, or one of the files was edited)"
        )
    assert load_trust_file(home.trust(ORIGIN)) == other


def test_a_pin_waits_too(home: Home) -> None:
    first, second = versions(2)
    with hold_lock(home.lock(ORIGIN), seconds=SECONDS):
        thread, done = in_thread(lambda: pin_trust(home, first))
        assert not done.wait(0.3)
        save_file(home.trust(ORIGIN), render_trust_root(second))
    assert done.wait(SECONDS)
    thread.join(SECONDS)
    assert load_trust_file(home.trust(ORIGIN)) == second


def test_whoever_verifies_a_longer_log_remembers_it(here: Site) -> None:
    """Somebody else recorded; what was verified here cannot be rolled back any more."""
    before = here.anchor.read_bytes()
    check(here, hours=1)
    recorded = here.anchor.read_bytes()
    here.anchor.write_bytes(before)
    checked = verify_log(here.top, clock=clock(hours=2))
    assert checked.not_checked == ()
    assert here.anchor.read_bytes() == recorded
