"""Two checkpoints that cannot both be true: found, proven to others, and nothing else is."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from assay.core.errors import AssayError
from assay.evidence.checkpoints.checkpoint import Checkpoint, sign_checkpoint
from assay.evidence.checkpoints.fork import (
    MAX_FORK_BYTES,
    Fork,
    find_fork,
    parse_fork,
    render_fork,
    verify_fork,
)
from assay.evidence.merkle import EMPTY_ROOT, Frontier, consistency_path, leaf_hash, node_place
from tests.fakes.trust import LOG, LOG_KEY, MALLORY, NOW, ORIGIN


class History:
    """A tree that `name` tells from others, after the first `same` entries."""

    def __init__(self, name: bytes, *, same: int = 2) -> None:
        self.nodes = list[bytes]()
        self.roots = [EMPTY_ROOT]
        tree = Frontier()
        for number in range(9):
            own = name if number >= same else b"same"
            self.nodes.extend(tree.push(leaf_hash(b"%b %d" % (own, number))))
            self.roots.append(tree.root())

    def node(self, level: int, index: int) -> bytes:
        return self.nodes[node_place(level, index)]

    def note(self, size: int) -> bytes:
        head = Checkpoint(origin=ORIGIN, size=size, root=self.roots[size])
        return sign_checkpoint(head, signer=LOG, at=NOW)


ONE, OTHER = History(b"one"), History(b"other")


def found(small: int, large: int) -> Fork | None:
    """Return the fork between `small` entries of one history and `large` of the other."""
    return find_fork(ONE.note(small), OTHER.note(large), OTHER, log_key=LOG_KEY)


@pytest.mark.parametrize("large", range(1, 10))
def test_each_fork_is_found_and_proves_itself(large: int) -> None:
    """The histories are the same for two entries, and differ from then on."""
    for small in range(large + 1):
        fork = found(small, large)
        assert (fork is None) is (small <= 2)
        if fork is not None:
            first, second = verify_fork(fork, log_key=LOG_KEY)
            assert (first.size, first.root) == (small, ONE.roots[small])
            assert (second.size, second.root) == (large, OTHER.roots[large])
            assert parse_fork(render_fork(fork)) == fork


@pytest.mark.parametrize("large", [1, 2, 9])
def test_histories_that_differ_from_their_first_entry_on(large: int) -> None:
    one, other = History(b"one", same=0), History(b"other", same=0)
    fork = find_fork(one.note(1), other.note(large), other, log_key=LOG_KEY)
    assert fork is not None
    first, second = verify_fork(fork, log_key=LOG_KEY)
    assert (first.size, second.size) == (1, large)


def test_a_checkpoint_over_nothing_that_has_a_root() -> None:
    """The log signed what no tree can be: it needs no path, and no second history."""
    empty = sign_checkpoint(Checkpoint(origin=ORIGIN, size=0, root=b"r" * 32), signer=LOG, at=NOW)
    fork = find_fork(empty, OTHER.note(9), OTHER, log_key=LOG_KEY)
    assert fork is not None
    first, second = verify_fork(fork, log_key=LOG_KEY)
    assert (first.size, second.size, fork.path) == (0, 9, ())


def a_fork(small: int = 3, large: int = 9) -> Fork:
    fork = found(small, large)
    assert fork is not None
    return fork


def forged(history: History, size: int) -> bytes:
    head = Checkpoint(origin=ORIGIN, size=size, root=history.roots[size])
    return sign_checkpoint(head, signer=MALLORY, at=NOW)


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "the larger one first": (
        lambda: found(9, 3),
        "[proof-invalid] 9 entries cannot come before 3",
    ),
    "another tree": (
        lambda: find_fork(ONE.note(3), OTHER.note(9), ONE, log_key=LOG_KEY),
        "[proof-invalid] the tree is not the one of the second checkpoint",
    ),
    "no fork": (
        lambda: verify_fork(
            Fork(
                first=ONE.note(3),
                second=ONE.note(9),
                root_then=ONE.roots[3],
                path=consistency_path(3, 9, ONE.node),
            ),
            log_key=LOG_KEY,
        ),
        "[proof-invalid] no fork: both checkpoints can be true",
    ),
    "no fork of one size": (
        lambda: verify_fork(
            Fork(first=ONE.note(3), second=ONE.note(3), root_then=OTHER.roots[3], path=()),
            log_key=LOG_KEY,
        ),
        "[proof-invalid] no fork: both checkpoints can be true",
    ),
}


@pytest.mark.parametrize(("attempt", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(attempt: Callable[[], object], message: str) -> None:
    with pytest.raises(AssayError) as caught:
        attempt()
    assert str(caught.value) == message


@pytest.mark.parametrize("which", ["first", "second"])
def test_a_note_that_the_log_did_not_sign(which: str) -> None:
    """Anybody could write two notes that differ."""
    notes = {"first": ONE.note(3), "second": OTHER.note(9), which: forged(OTHER, 9)}
    for attempt in (
        lambda: verify_fork(
            replace(a_fork(), first=notes["first"], second=notes["second"]), log_key=LOG_KEY
        ),
        lambda: find_fork(notes["first"], notes["second"], OTHER, log_key=LOG_KEY),
    ):
        with pytest.raises(AssayError) as caught:
            attempt()
        assert caught.value.code == "signature-invalid"
        assert caught.value.where.startswith(f"{which}.")


def test_a_root_that_nothing_leads_from() -> None:
    """Whoever accuses a log of a fork shows the way from the root that they name."""
    fork = a_fork()
    for lie in (
        replace(fork, root_then=leaf_hash(b"lie")),
        replace(fork, path=()),
        replace(fork, path=(*fork.path, leaf_hash(b"lie"))),
    ):
        with pytest.raises(AssayError) as caught:
            verify_fork(lie, log_key=LOG_KEY)
        assert caught.value.code == "proof-invalid"


def changed(**members: object) -> bytes:
    document = {**json.loads(render_fork(a_fork())), **members}
    return json.dumps({k: v for k, v in document.items() if v is not None}).encode()


LEAF = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
MALFORMED = {
    "another schema": (
        changed(schema="assay.fork/v2"),
        "[malformed] not of the schema 'assay.fork/v1', at schema",
    ),
    "no first": (changed(first=None), "[malformed] no first, at first"),
    "no second": (changed(second=None), "[malformed] no second, at second"),
    "no root": (changed(rootThen=None), "[malformed] no rootThen, at rootThen"),
    "no path": (changed(path=None), "[malformed] no path, at path"),
    "a root that is no base64": (changed(rootThen="!"), "[malformed] not base64, at rootThen"),
    "a hash that is no base64": (changed(path=["!"]), "[malformed] not base64, at path[0]"),
    "a long path": (changed(path=[LEAF] * 65), "[malformed] a path of 65 hashes, at path"),
    "too large": (
        b" " * (MAX_FORK_BYTES + 1),
        f"[malformed] {MAX_FORK_BYTES + 1} bytes, where at most {MAX_FORK_BYTES} are read",
    ),
}


@pytest.mark.parametrize(("data", "message"), MALFORMED.values(), ids=MALFORMED)
def test_malformed(data: bytes, message: str) -> None:
    with pytest.raises(AssayError) as caught:
        parse_fork(data)
    assert str(caught.value) == message


def test_the_longest_path_that_is_read() -> None:
    assert len(parse_fork(changed(path=[LEAF] * 64)).path) == 64


def test_the_form() -> None:
    document = json.loads(render_fork(a_fork()))
    assert sorted(document) == ["first", "path", "rootThen", "schema", "second"]
    assert document["schema"] == "assay.fork/v1"
    assert (document["first"], document["second"]) == (
        ONE.note(3).decode(),
        OTHER.note(9).decode(),
    )
