"""`assay log renew`: saved verdicts and proofs get the cosignatures that came later."""

from collections.abc import Callable
from pathlib import Path

import pytest

from assay.core.errors import AssayError
from assay.core.verdict import Verdict
from assay.evidence.tiles.tlogproof import parse_tlog_proof
from assay.operations.cosign_log import cosign_log
from assay.operations.initialise import initialise
from assay.operations.prove_log import check_proof, prove_log, save_proof
from assay.operations.renew_proof import renew_proofs
from assay.operations.verify_verdict import VerdictVerified, verify_verdict
from tests.fakes.gitrepo import GitRepo
from tests.operations.logkit import Running, ask_for, log_key, running
from tests.operations.run import check, clock, ledger, told
from tests.operations.site import Site

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def verify(site: Site, *, hours: float) -> VerdictVerified:
    return verify_verdict(
        site.saved,
        subject=f"gitCommit:{site.repo.head}",
        trust_file=site.trust,
        stage="source",
        clock=clock(hours=hours),
    )


def cosign(site: Site, witness: Running, *, hours: float) -> int:
    return cosign_log(site.top, urls=(witness.url,), keys=(), clock=clock(hours=hours)).size


def refusal(site: Site, call: Callable[[], object]) -> str:
    with pytest.raises(AssayError) as caught:
        call()
    return told(caught.value, site)


def test_a_verdict_is_unknown_until_it_is_witnessed_and_renewed(here: Site) -> None:
    """As the gate said PASSED, only the witnesses are missing."""
    with running(here, hours=9) as witness:
        ask_for(here, witness.key, quorum=1, hours=1)
        check(here, hours=2, save_verdict=here.saved)
        before = verify(here, hours=3)
        assert before.verdict is Verdict.UNKNOWN
        [gap] = before.not_checked
        assert gap.what == "cosignatures"
        assert gap.remedy == (
            f"where the log is: assay log cosign, then assay log renew {here.saved}"
        )
        assert refusal(
            here, lambda: renew_proofs(here.top, (here.saved,), clock=clock(hours=3))
        ) == (
            f"[unavailable] no checkpoint over {before.index + 1} entries is cosigned by as many "
            "witnesses as the trust root asks for: 1, at "
            "{}/shop/.assay/log.sqlite (run: assay log cosign)"
        )
        size = cosign(here, witness, hours=4)
    [renewed] = renew_proofs(here.top, (here.saved,), clock=clock(hours=5))
    assert (renewed.index, renewed.size, renewed.dated) == (
        before.index,
        size,
        "2026-06-01T14:00:00Z",
    )
    assert [item.name for item in renewed.cosigned] == ["w1.example"]
    after = verify(here, hours=6)
    assert (after.verdict, after.not_checked) == (Verdict.PASSED, ())
    assert (after.index, after.decided_at) == (before.index, before.decided_at)


def test_the_first_checkpoint_that_witnesses_saw_is_taken(here: Site) -> None:
    """Its date is the nearest to the time of record: what was revoked later concerns nobody."""
    with running(here, hours=9) as witness:
        ask_for(here, witness.key, quorum=1, hours=1)
        check(here, hours=2, save_verdict=here.saved)
        first = cosign(here, witness, hours=3)
        check(here, hours=4)
        assert cosign(here, witness, hours=5) > first
    [renewed] = renew_proofs(here.top, (here.saved,), clock=clock(hours=6))
    assert renewed.size == first
    assert verify(here, hours=7).log_size == first


def test_without_witnesses_it_is_the_checkpoint_of_the_record(here: Site) -> None:
    save_proof(proof := here.folder / "entry.proof", prove_log(here.top, "0", clock=clock(hours=1)))
    [renewed] = renew_proofs(here.top, (proof,), clock=clock(hours=1))
    with ledger(here, hours=1) as opened:
        first = opened.store.checkpoint_over(0)
    assert parse_tlog_proof(proof.read_bytes()).checkpoint == first
    assert renewed.cosigned == ()


def test_a_proof_of_an_entry_is_renewed(here: Site) -> None:
    proof, entry = here.folder / "entry.proof", here.folder / "entry.json"
    save_proof(proof, prove_log(here.top, "0", clock=clock(hours=1)))
    with ledger(here, hours=1) as opened:
        entry.write_bytes(opened.store.entry(0).envelope)
    with running(here, hours=9) as witness:
        ask_for(here, witness.key, quorum=1, hours=1)
        cosign(here, witness, hours=2)
    renew_proofs(here.top, (proof, here.saved), clock=clock(hours=3))
    found = check_proof(
        proof, entry=entry, log_key=log_key(here), witnesses=(witness.key,), quorum=1
    )
    assert (found.index, [item.name for item in found.cosigned]) == (0, ["w1.example"])


def test_a_verdict_of_another_log(here: Site, tmp_path: Path) -> None:
    other = GitRepo(tmp_path / "other")
    other.write("a", "b")
    other.commit("First")
    initialise(other.top, clock=clock(hours=1))
    told_of = refusal(here, lambda: renew_proofs(other.top, (here.saved,), clock=clock(hours=1)))
    assert told_of.startswith("[usage] this log does not hold the verdict sha256:")
    assert told_of.endswith("(run it in the repository whose log the verdict is in)")


def test_a_proof_of_another_log(here: Site, tmp_path: Path) -> None:
    other = GitRepo(tmp_path / "other")
    other.write("a", "b")
    other.commit("First")
    initialise(other.top, clock=clock(hours=1))
    save_proof(proof := here.folder / "entry.proof", prove_log(here.top, "0", clock=clock(hours=1)))
    told_of = refusal(here, lambda: renew_proofs(other.top, (proof,), clock=clock(hours=1)))
    assert told_of.startswith("[signature-invalid] not signed by 'assay.local/")


def test_a_proof_that_does_not_hold(here: Site) -> None:
    proof = here.folder / "entry.proof"
    save_proof(proof, prove_log(here.top, "0", clock=clock(hours=1)))
    proof.write_bytes(proof.read_bytes().replace(b"index 0\n", b"index 1\n"))
    told_of = refusal(here, lambda: renew_proofs(here.top, (proof,), clock=clock(hours=1)))
    assert told_of.startswith("[proof-invalid]")


@pytest.mark.parametrize("content", ["", "{}", "a note\n", "{"])
def test_a_file_that_is_neither(here: Site, content: str) -> None:
    file = here.folder / "neither"
    file.write_text(content)
    told_of = refusal(here, lambda: renew_proofs(here.top, (file,), clock=clock(hours=1)))
    assert told_of.startswith("[malformed]")
    assert file.read_text() == content


def test_of_several_all_are_renewed_or_none(here: Site) -> None:
    files = (here.folder / "first.proof", here.folder / "second.proof")
    for index, file in enumerate(files):
        save_proof(file, prove_log(here.top, str(index), clock=clock(hours=1)))
    before = [file.read_bytes() for file in files]
    with pytest.raises(AssayError):
        renew_proofs(here.top, (*files, here.folder / "missing"), clock=clock(hours=1))
    assert [file.read_bytes() for file in files] == before
    renew_proofs(here.top, files, clock=clock(hours=1))
    assert all(file.read_bytes() != old for file, old in zip(files, before, strict=True))


def test_a_file_that_is_not_there(here: Site) -> None:
    missing = here.folder / "missing"
    assert refusal(here, lambda: renew_proofs(here.top, (missing,), clock=clock())).startswith(
        "[usage]"
    )
