"""Kits from which checkpoints are left out, so that entries look younger, before both verifiers.

Everything in them is genuine, and every proof holds: whoever packs a kit needs no key for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from assay.evidence.checkpoints.checkpoint import verify_checkpoint
from assay.evidence.kit.document import Kit, KitEntry, parse_kit, render_kit
from assay.evidence.merkle import inclusion_path
from assay.operations.ledger import Ledger
from tests.operations.auditing import Answers, audit, commit_of, exported
from tests.operations.run import check, ledger
from tests.operations.site import Site


@dataclass(frozen=True, kw_only=True)
class Packed:
    """A commit that was checked at two times; its kit, and what it is without each checkpoint."""

    site: Site
    kit: Kit
    less: tuple[bytes, ...]  # without the first, without the second and so on; not the last

    def ask(self, data: bytes) -> Answers:
        """Ask both verifiers."""
        return audit(
            self.site.folder, data, subject=commit_of(self.site), trust_root=self.site.trust
        )


@pytest.fixture(scope="module")
def packed(dated_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Packed]:
    site = dated_site.copy(tmp_path_factory.mktemp("packed") / "site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSAY_HOME", str(site.home))
        check(site, hours=1)
        kit = parse_kit(exported(site, hours=2))
        with ledger(site, hours=2) as opened:
            count = len(kit.checkpoints) - 1
            yield Packed(
                site=site,
                kit=kit,
                less=tuple(without(kit, place, opened) for place in range(count)),
            )


def without(kit: Kit, place: int, opened: Ledger) -> bytes:
    """Leave a checkpoint out, and prove what it covers under the next one."""
    kept = kit.checkpoints[:place] + kit.checkpoints[place + 1 :]
    sizes = [verify_checkpoint(item.note, log_key=opened.log_key).size for item in kept]

    def proven(entry: KitEntry) -> KitEntry:
        under = next(size for size in sizes if size > entry.index)
        return replace(entry, path=inclusion_path(entry.index, under, opened.store.node))

    return render_kit(
        replace(kit, checkpoints=kept, entries=tuple(proven(entry) for entry in kit.entries))
    )


def test_each_is_needed(packed: Packed) -> None:
    """The first over an entry, and the one before it, which shows that it is the first."""
    assert (packed.ask(render_kit(packed.kit)).ours, len(packed.less) > 2) == (0, True)
    for data in packed.less:
        answers = packed.ask(data)
        assert (answers.ours, answers.second) == (1, 1), answers
        assert "is not in the kit: entry " in answers.said
        assert "may be older than it looks" in answers.said
        assert (
            "a checkpoint that was left out: an entry is older than it looks" in answers.second_said
        )


def test_the_last_alone(packed: Packed) -> None:
    """All entries would be from the time of the export."""
    last = packed.kit.checkpoints[-1]
    size = int(last.note.split(b"\n")[1])
    with ledger(packed.site, hours=2) as opened:
        entries = tuple(
            replace(e, path=inclusion_path(e.index, size, opened.store.node))
            for e in packed.kit.entries
        )
    answers = packed.ask(render_kit(replace(packed.kit, checkpoints=(last,), entries=entries)))
    assert (answers.ours, answers.second) == (1, 1)
    assert "may be older than it looks" in answers.said
    assert "a checkpoint that was left out: an entry is older than it looks" in answers.second_said
