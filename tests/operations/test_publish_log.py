"""`assay log publish`, `check-tiles`, `prove`, `check-proof`, `show`: what others get to see."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from assay.core.clock import format_time
from assay.core.digest import sha256_of
from assay.core.errors import AssayError, RejectedError
from assay.operations.bundle_entry import bundle_entry
from assay.operations.prove_log import check_proof, prove_log, save_proof
from assay.operations.publish_log import Published, publish_log
from assay.operations.show_checkpoint import show_checkpoint, show_log_key
from assay.operations.show_entry import load_envelope, show_entry
from assay.operations.verify_tiles import verify_tiles
from assay.signing.notekey import note_key, render_note_key
from assay.signing.principals import ROLES
from tests.fakes.trust import MALLORY
from tests.operations.logkit import log_key, newest_note
from tests.operations.run import AT, ENTRIES, check, clock, told
from tests.operations.site import Site


def refusal(site: Site, call: Callable[[], object]) -> str:
    with pytest.raises(AssayError) as caught:
        call()
    return told(caught.value, site)


def publish(site: Site, *, hours: float = 9, with_entries: bool = True) -> Published:
    return publish_log(
        site.top, site.folder / "public", with_entries=with_entries, clock=clock(hours=hours)
    )


def checked(site: Site) -> int:
    done = verify_tiles(site.folder / "public", log_key=log_key(site), witnesses=(), quorum=0)
    return done.size


def files(site: Site) -> dict[str, bytes]:
    public = site.folder / "public"
    return {str(p.relative_to(public)): p.read_bytes() for p in public.rglob("*") if p.is_file()}


def test_published_and_checked(here: Site) -> None:
    done = publish(here)
    assert (done.old_size, done.size) == (0, ENTRIES)
    assert checked(here) == ENTRIES
    assert {f"tile/0/000.p/{ENTRIES}", f"tile/entries/000.p/{ENTRIES}"} < set(files(here))
    assert (here.folder / "public" / "checkpoint").stat().st_mode & 0o777 == 0o644


def test_again_only_what_is_new(here: Site) -> None:
    publish(here)
    before = files(here)
    assert publish(here).files == 0
    check(here, hours=1)
    done = publish(here)
    assert done.old_size == ENTRIES
    assert checked(here) == done.size > ENTRIES
    after = files(here)
    assert {n: after[n] for n in before if n != "checkpoint"} == {
        n: data for n, data in before.items() if n != "checkpoint"
    }


def test_after_a_crash_before_the_checkpoint(here: Site) -> None:
    publish(here)
    old = (here.folder / "public" / "checkpoint").read_bytes()
    check(here, hours=1)
    size = publish(here).size
    (here.folder / "public" / "checkpoint").write_bytes(old)
    assert checked(here) == ENTRIES
    assert publish(here).size == size
    assert checked(here) == size


def test_hashes_alone(here: Site) -> None:
    publish(here, with_entries=False)
    assert not any("entries" in name for name in files(here))
    done = verify_tiles(here.folder / "public", log_key=log_key(here), witnesses=(), quorum=0)
    assert [gap.what for gap in done.not_checked] == ["entries", "cosignatures"]


def test_a_folder_of_another_log(here: Site, dated_site: Site) -> None:
    other = here.copy(here.folder.parent / "other")
    check(here, hours=1)
    publish(here)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSAY_HOME", str(other.home))
        check(other, hours=2)
        check(other, hours=3)
        shutil.copytree(here.folder / "public", other.folder / "public")
        message = refusal(other, lambda: publish(other))
    assert message.startswith("[tampered] another log: its first ")


def test_a_file_with_another_content(here: Site) -> None:
    publish(here)
    tile = here.folder / "public" / f"tile/0/000.p/{ENTRIES}"
    tile.write_bytes(bytes(len(tile.read_bytes())))
    (here.folder / "public" / "checkpoint").unlink()
    assert refusal(here, lambda: publish(here)) == (
        f"[tampered] published before with another content, at {{}}/public/tile/0/000.p/{ENTRIES} "
        "(publish into an empty folder, and find out who changed this one)"
    )
    assert refusal(here, lambda: checked(here)) == "[malformed] missing, at checkpoint"


@pytest.mark.parametrize("index", [0, ENTRIES - 1])
def test_proven(here: Site, index: int) -> None:
    proof, entry = here.folder / "p.tlog-proof", here.folder / "entry"
    save_proof(proof, prove_log(here.top, str(index), clock=clock(hours=1)))
    entry.write_bytes(load_envelope(here.top, str(index), clock=clock(hours=1)))
    done = check_proof(proof, entry=entry, log_key=log_key(here), witnesses=(), quorum=0)
    assert (done.index, done.size) == (index, ENTRIES)
    assert [gap.what for gap in done.not_checked] == ["cosignatures"]
    by_digest = prove_log(here.top, str(sha256_of(entry.read_bytes())), clock=clock(hours=1))
    assert by_digest.proof == proof.read_bytes()


def _proof(site: Site) -> tuple[Path, Path]:
    proof, entry = site.folder / "p", site.folder / "e"
    save_proof(proof, prove_log(site.top, "3", clock=clock(hours=1)))
    entry.write_bytes(load_envelope(site.top, "3", clock=clock(hours=1)))
    return proof, entry


def test_another_entry(here: Site) -> None:
    proof, entry = _proof(here)
    entry.write_bytes(load_envelope(here.top, "4", clock=clock(hours=1)))
    assert refusal(
        here,
        lambda: check_proof(proof, entry=entry, log_key=log_key(here), witnesses=(), quorum=0),
    ) == ("[proof-invalid] the path does not lead from leaf 3 to the root, at {}/p")


def test_another_log_key(here: Site) -> None:
    proof, entry = _proof(here)
    name = log_key(here).partition("+")[0]
    other = render_note_key(note_key(name, MALLORY.public))
    with pytest.raises(RejectedError) as caught:
        check_proof(proof, entry=entry, log_key=other, witnesses=(), quorum=0)
    assert str(caught.value) == f"[signature-invalid] not signed by {name!r}, at {proof}.checkpoint"


@pytest.mark.parametrize(("count", "quorum"), [(0, 1), (1, 0), (1, 2), (0, -1)])
def test_a_quorum_that_means_nothing(here: Site, count: int, quorum: int) -> None:
    """No quorum with witnesses would be a check that looks like one."""
    proof, entry = _proof(here)
    assert refusal(
        here,
        lambda: check_proof(
            proof, entry=entry, log_key=log_key(here), witnesses=("w",) * count, quorum=quorum
        ),
    ) == (f"[usage] a quorum of {quorum} among {count} witnesses")


ABSENT = {
    "an-index": ("99", "[usage] no entry 99, at {}/shop/.assay/log.sqlite"),
    "nonsense": ("x", "[usage] 'x' is no index and no digest (assay log list)"),
    "a-digest": (
        "sha256:" + "0f" * 32,
        f"[usage] no envelope sha256:{'0f' * 32} in the log, at {{}}/shop/.assay/log.sqlite (assay log list)",
    ),
}


@pytest.mark.parametrize("case", ABSENT)
def test_no_such_entry(here: Site, case: str) -> None:
    name, message = ABSENT[case]
    assert refusal(here, lambda: prove_log(here.top, name, clock=clock(hours=1))) == message


def test_a_subject_is_not_an_entry(here: Site) -> None:
    """A commit has many: the message says which."""
    commit = f"gitCommit:{here.repo.head}"
    message = refusal(here, lambda: prove_log(here.top, commit, clock=clock(hours=1)))
    assert message.endswith(f"(entries about it: {', '.join(map(str, range(2, ENTRIES)))})")


def test_shown(here: Site) -> None:
    shown = show_entry(here.top, str(ENTRIES - 1), clock=clock(hours=1))
    assert shown.predicate_type == "https://slsa.dev/verification_summary/v1"
    assert shown.roles == tuple(sorted(ROLES))
    assert shown.recorded_at == AT
    assert shown.as_json()["recordedAt"] == format_time(AT)
    assert isinstance(shown.predicate, dict)


def test_shown_and_bundled_by_its_digest(here: Site) -> None:
    """As `assay log prove` takes it, and as every verdict names its evidence."""
    shown = show_entry(here.top, "4", clock=clock(hours=1))
    assert show_entry(here.top, shown.digest, clock=clock(hours=1)) == shown
    raw = load_envelope(here.top, shown.digest, clock=clock(hours=1))
    assert str(sha256_of(raw)) == shown.digest
    done = bundle_entry(
        here.top,
        shown.digest,
        bundle=here.folder / "bundle.json",
        signed_by="",
        public_key=None,
        clock=clock(hours=1),
    )
    assert (done.index, done.signed_by) == (4, "local")


@pytest.mark.parametrize("case", ABSENT)
def test_nothing_is_shown_of_no_entry(here: Site, case: str) -> None:
    name, message = ABSENT[case]
    assert refusal(here, lambda: show_entry(here.top, name, clock=clock(hours=1))) == message
    assert refusal(here, lambda: load_envelope(here.top, name, clock=clock(hours=1))) == message


def test_the_checkpoint(here: Site) -> None:
    shown = show_checkpoint(here.top, clock=clock(hours=1))
    assert shown.note == newest_note(here)
    assert (shown.size, shown.log_key) == (ENTRIES, log_key(here))
    assert show_log_key(here.top, clock=clock(hours=1)) == shown.log_key
