"""What a kit proves by the log's key alone: all of it, or the place where it does not hold."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from assay.core.digest import Digest
from assay.core.errors import AssayError, ProofError
from assay.evidence.checkpoints.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from assay.evidence.index.trie import type_key
from assay.evidence.kit.document import Kit, KitCheckpoint, KitEntry, KitList
from assay.evidence.kit.proof import DatedCheckpoint, prove_kit
from assay.evidence.leaf import envelope_leaf_hash
from assay.evidence.merkle import inclusion_path
from tests.evidence.packing import MemoryLog
from tests.fakes.trust import COMMIT, KIND, LOG, LOG_KEY, MALLORY, NOW, OTHER_COMMIT, statement

OTHER_KIND = "urn:example:predicate:other:v1"
LATER = NOW + timedelta(hours=1)


def recorded() -> MemoryLog:
    """Return a log of seven entries under three checkpoints; 0, 3 and 5 are about `COMMIT`."""
    log = MemoryLog()
    other = (OTHER_COMMIT,)
    log.record(statement({"n": 0}), statement({"n": 1}, subjects=other), at=NOW)
    log.record(
        statement({"n": 2}, subjects=other, predicate_type=OTHER_KIND),
        statement({"n": 3}, predicate_type=OTHER_KIND),
        at=NOW,
    )
    log.record(
        *(statement({"n": n}, subjects=(COMMIT,) if n == 5 else other) for n in (4, 5, 6)), at=LATER
    )
    return log


LIVE = recorded()
KIT = LIVE.kit(COMMIT, OTHER_KIND)
LAST = KIT.checkpoints[-1]


def test_all_that_is_proven() -> None:
    proven = prove_kit(KIT, log_key=LOG_KEY)
    heads = [verify_checkpoint(item.note, log_key=LOG_KEY) for item in KIT.checkpoints]
    assert (proven.subject, proven.note, proven.checkpoint, proven.at) == (
        COMMIT,
        LAST.note,
        heads[-1],
        LATER,
    )
    assert proven.checkpoints == tuple(
        DatedCheckpoint(checkpoint=head, at=at, follows=True)
        for head, at in zip(heads, (NOW, NOW, LATER), strict=True)
    )
    assert proven.listed == KIT.lists
    assert [(entry.index, entry.at) for entry in proven.entries] == [
        (0, NOW),
        (2, NOW),
        (3, NOW),
        (5, LATER),
    ]
    for entry in proven.entries:
        envelope, told = LIVE.entries[entry.index]
        assert entry.envelope == envelope
        assert entry.claims.predicate_type == told.predicate_type
        assert entry.indexed.number == entry.index
        assert entry.indexed.leaf == envelope_leaf_hash(envelope)
        assert entry.indexed.type_key == type_key(told.predicate_type)


def test_what_the_lists_say() -> None:
    proven = prove_kit(KIT, log_key=LOG_KEY)
    assert [entry.index for entry in proven.about(COMMIT)] == [0, 3, 5]
    assert [entry.index for entry in proven.of_type(OTHER_KIND)] == [2, 3]
    asked: tuple[tuple[Callable[[], object], str], ...] = (
        (lambda: proven.about(OTHER_COMMIT), str(OTHER_COMMIT)),
        (lambda: proven.of_type(KIND), repr(KIND)),
    )
    for ask, name in asked:
        with pytest.raises(ProofError) as caught:
            ask()
        assert str(caught.value) == (
            f"[proof-invalid] the kit has no list of all entries for {name}, at lists"
        )


def test_that_there_is_nothing_is_proven_too() -> None:
    nobody = Digest("gitCommit", "ab" * 20)
    proven = prove_kit(LIVE.kit(nobody), log_key=LOG_KEY)
    assert (proven.entries, proven.about(nobody)) == ((), ())


def test_a_log_of_one_entry() -> None:
    log = MemoryLog()
    log.record(statement(), at=NOW)
    assert len(prove_kit(log.kit(COMMIT), log_key=LOG_KEY).entries) == 1


def heads(*items: KitCheckpoint) -> Kit:
    return replace(KIT, checkpoints=items)


def entries(change: Callable[[list[KitEntry]], object]) -> Kit:
    changed = list(KIT.entries)
    change(changed)
    return replace(KIT, entries=tuple(changed))


def lists(*items: KitList) -> Kit:
    return replace(KIT, lists=items)


MINE, OTHERS = KIT.lists
FIRST, SECOND = KIT.checkpoints[:2]
HEAD = verify_checkpoint(LAST.note, log_key=LOG_KEY)


SECOND_HEAD = verify_checkpoint(SECOND.note, log_key=LOG_KEY)


def resigned(checkpoint: Checkpoint, hours: int = 1) -> KitCheckpoint:
    note = sign_checkpoint(checkpoint, signer=LOG, at=NOW + timedelta(hours=hours))
    return KitCheckpoint(note=note, consistency=())


ORDER = "checkpoints that are not in their order"
BROKEN: dict[str, tuple[Kit, str]] = {
    "no-checkpoint": (heads(), "[proof-invalid] a kit without a checkpoint, at checkpoints"),
    "of-another-key": (
        heads(
            replace(LAST, note=sign_checkpoint(HEAD, signer=MALLORY, at=LATER)),
        ),
        "[signature-invalid] not signed by 'log.example/shop', at checkpoints[0].checkpoint",
    ),
    "the-first-of-another-key": (
        heads(
            replace(
                FIRST,
                note=sign_checkpoint(
                    verify_checkpoint(FIRST.note, log_key=LOG_KEY), signer=MALLORY, at=NOW
                ),
            ),
            LAST,
        ),
        "[signature-invalid] not signed by 'log.example/shop', at checkpoints[0].checkpoint",
    ),
    "not-by-size": (
        heads(SECOND, FIRST, LAST),
        f"[proof-invalid] {ORDER}, at checkpoints[1]",
    ),
    "one-twice": (heads(FIRST, FIRST, LAST), f"[proof-invalid] {ORDER}, at checkpoints[1]"),
    "not-by-time": (
        heads(FIRST, SECOND, resigned(HEAD, hours=-1)),
        f"[proof-invalid] {ORDER}, at checkpoints[2]",
    ),
    "another-history": (
        heads(replace(SECOND, note=resigned(replace(SECOND_HEAD, root=HEAD.root), 0).note), LAST),
        "[proof-invalid] the path does not lead from [0, 4) to both roots, at checkpoints[0]",
    ),
    "entries-in-another-order": (
        entries(list.reverse),
        "[proof-invalid] entries that are not in the order of the log, at entries[1]",
    ),
    "an-entry-twice": (
        entries(lambda items: items.insert(1, items[0])),
        "[proof-invalid] entries that are not in the order of the log, at entries[1]",
    ),
    "an-entry-beyond": (
        entries(lambda items: items.append(replace(items[-1], index=7))),
        "[proof-invalid] entry 7 is not in a log of 7, at entries[4]",
    ),
    "an-entry-missing": (
        entries(lambda items: items.pop(2)),
        "[proof-invalid] entry 3 is not in the kit, at lists[0].entries",
    ),
    "an-entry-in-no-list": (
        lists(MINE),
        "[proof-invalid] entry 2 is in no list, at entries",
    ),
    "an-entry-left-out-of-a-list": (
        lists(replace(MINE, indexes=(0, 5)), OTHERS),
        "[proof-invalid] 2 entries, where the index counts 3, at lists[0]",
    ),
    "a-list-in-another-order": (
        lists(replace(MINE, indexes=(0, 5, 3)), OTHERS),
        "[proof-invalid] entries that are not in the order of a log of 7, at lists[0]",
    ),
    "an-entry-about-something-else": (
        lists(replace(MINE, indexes=(0, 2, 3, 5)), OTHERS),
        "[proof-invalid] entry 2 does not belong here, at lists[0].entries",
    ),
    "an-entry-of-another-type": (
        lists(MINE, replace(OTHERS, indexes=(0, 2, 3))),
        "[proof-invalid] entry 0 does not belong here, at lists[1].entries",
    ),
    "the-pages-of-another-list": (
        lists(replace(MINE, pages=()), OTHERS),
        "[proof-invalid] an index path of 0 pages, at lists[0]",
    ),
    "a-list-twice": (
        lists(MINE, MINE, OTHERS),
        "[proof-invalid] two lists of one key, at lists",
    ),
    "no-index": (
        heads(FIRST, SECOND, resigned(replace(HEAD, index_root=None))),
        "[proof-invalid] the log signed no index, at lists[0].pages",
    ),
}  # fmt: skip


LEFT_OUT = (
    "[proof-invalid] the checkpoint before that of {size} is not in the kit: entry {index} may be "
    "older than it looks, at entries[{place}] (export the kit again)"
)


def proven_under(kit: Kit, size: int, *places: int) -> Kit:
    """Prove some entries of `kit` under the checkpoint of `size`, as whoever has the log can."""
    changed = list(kit.entries)
    for place in places:
        path = inclusion_path(changed[place].index, size, LIVE.node)
        changed[place] = replace(changed[place], path=path)
    return replace(kit, entries=tuple(changed))


LESS = {
    "the-first-over-an-entry": (
        proven_under(heads(FIRST, LAST), 7, 1, 2),
        LEFT_OUT.format(size=7, index=2, place=1),
    ),
    "the-first-of-all": (
        proven_under(heads(SECOND, LAST), 4, 0),
        LEFT_OUT.format(size=4, index=0, place=0),
    ),
    "all-but-the-last": (
        proven_under(heads(LAST), 7, 0, 1, 2),
        LEFT_OUT.format(size=7, index=0, place=0),
    ),
    "another-in-its-place": (
        proven_under(
            heads(FIRST, replace(SECOND, note=resigned(SECOND_HEAD, 1).note), LAST), 4, 1, 2
        ),
        LEFT_OUT.format(size=7, index=5, place=3),
    ),
}


@pytest.mark.parametrize(("kit", "message"), LESS.values(), ids=LESS)
def test_a_checkpoint_is_left_out(kit: Kit, message: str) -> None:
    """All that is there is genuine; an entry looks younger than the end of its key."""
    with pytest.raises(ProofError) as caught:
        prove_kit(kit, log_key=LOG_KEY)
    assert str(caught.value) == message


def test_what_no_entry_needs_may_be_left_out() -> None:
    """The second checkpoint is the first over nothing here, and before the last all the same."""
    kit = LIVE.kit(COMMIT)
    alone = replace(kit, checkpoints=(FIRST, SECOND, LAST), entries=kit.entries)
    assert len(prove_kit(alone, log_key=LOG_KEY).entries) == 3
    nobody = LIVE.kit(Digest("gitCommit", "ab" * 20))
    assert prove_kit(replace(nobody, checkpoints=(LAST,)), log_key=LOG_KEY).entries == ()


@pytest.mark.parametrize(("kit", "message"), BROKEN.values(), ids=BROKEN)
def test_what_does_not_hold(kit: Kit, message: str) -> None:
    with pytest.raises(AssayError) as caught:
        prove_kit(kit, log_key=LOG_KEY)
    assert str(caught.value) == message


@pytest.mark.parametrize("place", range(4))
def test_an_entry_that_is_not_the_one_of_the_log(place: int) -> None:
    other = KIT.entries[place - 1].envelope
    changed = entries(lambda items: items.__setitem__(place, replace(items[place], envelope=other)))
    with pytest.raises(ProofError) as caught:
        prove_kit(changed, log_key=LOG_KEY)
    assert str(caught.value).endswith(f", at entries[{place}]")
