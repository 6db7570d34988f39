"""`assay verify`: a saved verdict needs the right subject, gate, signer, log, and every byte."""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from assay.core.digest import parse_digest
from assay.core.errors import AssayError
from assay.core.verdict import Verdict
from assay.evidence.checkpoints.checkpoint import add_cosignatures, cosign_checkpoint
from assay.evidence.envelope import parse_envelope
from assay.evidence.tiles.tlogproof import parse_tlog_proof, render_tlog_proof
from assay.gates.reading import VERDICT_TYPE
from assay.operations.initialise import initialise
from assay.operations.savedverdict import SavedVerdict, load_verdict, save_verdict
from assay.operations.trustfile import load_trust_file
from assay.operations.verify_verdict import VerdictVerified, verify_verdict
from assay.signing.asymmetric import generate_signer
from assay.signing.keyfile import create_key_file
from assay.signing.notekey import cosigner_key, note_key, render_note_key
from assay.signing.trust import render_trust_root, trust_root_digest
from tests.operations.run import AT, ENTRIES, HOUR, VERDICT, check, clock, recorder, told
from tests.operations.site import Site

OTHER_COMMIT: Final = "gitCommit:" + "11" * 20
WITNESS: Final = generate_signer("ed25519")
OTHER_NOTE: Final = b"another text\n\n\xe2\x80\x94 a AAAAAAA=\n"


def verify(
    site: Site,
    *,
    subject: str = "",
    trust: Path | None = None,
    stage: str = "source",
    hours: float = 1,
) -> VerdictVerified:
    return verify_verdict(
        site.saved,
        subject=subject or f"gitCommit:{site.repo.head}",
        trust_file=trust or site.trust,
        stage=stage,
        clock=clock(hours=hours),
    )


def refusal(site: Site, call: Callable[[], object]) -> str:
    with pytest.raises(AssayError) as caught:
        call()
    return told(caught.value, site)


def test_verified(here: Site) -> None:
    found = verify(here)
    assert found.verdict is Verdict.PASSED
    assert (found.subject, found.stage) == (f"gitCommit:{here.repo.head}", "source")
    assert (found.signed_by, found.index, found.log_size) == (("local",), VERDICT, ENTRIES)
    assert found.decided_at == "2026-06-01T12:00:00Z"
    assert found.not_checked == ()


def test_neither_repository_nor_log_is_needed(here: Site) -> None:
    subject, trust = f"gitCommit:{here.repo.head}", here.folder / "trust.json"
    here.trust.rename(trust)
    here.top.rename(here.folder / "away")
    here.home.rename(here.folder / "away-too")
    assert verify(here, subject=subject, trust=trust).verdict is Verdict.PASSED


def test_a_failed_verdict_is_verified_too(here: Site) -> None:
    here.repo.write("requirements.txt", "")
    here.repo.symlink("out", "/etc/hostname")
    here.repo.commit("Link out")
    check(here, hours=1, save_verdict=here.saved)
    found = verify(here, hours=2)
    assert found.verdict is Verdict.FAILED
    assert [item.where for item in found.not_checked] == ["out"]


def test_another_subject(here: Site) -> None:
    assert refusal(here, lambda: verify(here, subject=OTHER_COMMIT)) == (
        f"[rejected] the statement is not about {OTHER_COMMIT}, at payload.subject"
    )


def test_a_subject_that_is_none(here: Site) -> None:
    assert refusal(here, lambda: verify(here, subject="HEAD")) == (
        "[usage] 'HEAD' is no digest (write it as sha256:…)"
    )


def test_another_stage(here: Site) -> None:
    assert refusal(here, lambda: verify(here, stage="release")) == (
        "[rejected] a verdict of the gate 'source', where 'release' is asked for, "
        "at assay_verdict.stage"
    )


def test_before_the_signer_was_trusted(here: Site) -> None:
    """The clock here was set back, or the log's forward: nobody can tell which."""
    assert refusal(here, lambda: verify(here, hours=-1)) == (
        "[rejected] recorded at 2026-06-01T12:00:00Z, which is after now: 2026-06-01T11:00:00Z, "
        "at checkpoint (one of the two clocks is wrong)"
    )


def test_the_trust_root_of_somebody_else(
    here: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    (here.top / ".assay").rename(tmp_path / "away")
    other = initialise(here.top, clock=clock())
    assert refusal(here, lambda: verify(here, trust=other.trust)) == (
        f"[signature-invalid] not signed by '{other.origin}', at checkpoint"
    )


def with_roles(site: Site, *roles: str) -> Path:
    """Return a trust root that gives the same keys other roles."""
    root = load_trust_file(site.trust)
    [principal] = root.principals
    grants = tuple(grant for grant in principal.roles if grant.role in roles)
    changed = replace(root, principals=(replace(principal, roles=grants),))
    path = site.folder / "changed.json"
    path.write_bytes(render_trust_root(changed))
    return path


def test_a_trust_root_that_was_not_in_force(here: Site) -> None:
    """The same keys, and a role less: the verdict names the digest of another trust root."""
    assert refusal(here, lambda: verify(here, trust=with_roles(here, "gate"))) == (
        "[rejected] the verdict was made under another trust root, or a newer version, "
        "at assay_verdict.trustRoot (get the newest one from the owners, or decide again)"
    )


def test_a_signer_without_the_role(here: Site) -> None:
    assert refusal(here, lambda: verify(here, trust=with_roles(here, "collector"))) == (
        "[signature-invalid] 0 trusted keys signed, 1 needed, at signatures"
    )


def saved_parts(site: Site) -> Iterator[tuple[str, bytes]]:
    document = json.loads(site.saved.read_bytes())
    yield "envelope", base64.b64decode(document["envelope"])
    yield "proof", document["proof"].encode()


def with_flipped_byte(site: Site, part: str, place: int) -> None:
    document = json.loads(site.saved.read_bytes())
    data = bytearray(dict(saved_parts(site))[part])
    data[place] ^= 1
    text = base64.b64encode(data).decode() if part == "envelope" else data.decode("latin-1")
    document[part] = text
    site.saved.write_text(json.dumps(document))


@pytest.mark.parametrize("part", ["envelope", "proof"])
@pytest.mark.parametrize("tenth", range(10))
def test_a_flipped_byte(here: Site, part: str, tenth: int) -> None:
    """Anywhere in the envelope or the proof; a log's name or a number may be told first."""
    size = len(dict(saved_parts(here))[part])
    with_flipped_byte(here, part, size * tenth // 10)
    assert refusal(here, lambda: verify(here))[:10] in {
        "[malformed",
        "[rejected]",
        "[signature",
        "[proof-inv",
    }


BROKEN: Final = {
    "not JSON": ("{", "[malformed] not strict JSON: "),
    "another schema": (
        '{"schema": "assay.check/v1"}',
        "[malformed] not of the schema 'assay.saved-verdict/v1', at {}/verdict.json.schema",
    ),
    "no proof": (
        '{"schema": "assay.saved-verdict/v1", "envelope": ""}',
        "[malformed] no proof, at {}/verdict.json.proof",
    ),
    "not base64": (
        '{"schema": "assay.saved-verdict/v1", "envelope": "é", "proof": ""}',
        "[malformed] not base64: ",
    ),
}


@pytest.mark.parametrize(("content", "message"), BROKEN.values(), ids=BROKEN)
def test_a_file_that_holds_no_verdict(here: Site, content: str, message: str) -> None:
    here.saved.write_text(content)
    assert refusal(here, lambda: verify(here)).startswith(message)


def test_a_log_whose_key_the_trust_root_does_not_name(here: Site, tmp_path: Path) -> None:
    """The signer is trusted, the log that the proof is from is not."""
    root = load_trust_file(here.trust)
    other = create_key_file(tmp_path / "log.pem", algorithm="ed25519")
    changed = replace(root, log_key=render_note_key(note_key(root.log_origin, other.public)))
    path = here.folder / "changed.json"
    path.write_bytes(render_trust_root(changed))
    assert refusal(here, lambda: verify(here, trust=path)) == (
        f"[signature-invalid] not signed by '{root.log_origin}', at checkpoint"
    )


def test_the_time_is_that_of_the_caller(here: Site) -> None:
    assert clock(hours=1)() == AT + HOUR
    assert verify(here, hours=100_000).verdict is Verdict.PASSED


def test_a_verdict_that_stands_in_the_tree_by_reference(here: Site) -> None:
    """One with many reasons is a large entry: its leaf names it by its digest."""
    subject = parse_digest(f"gitCommit:{here.repo.head}")
    document = json.loads(load_verdict(here.saved).envelope)
    large = json.dumps(document | {"padding": "x" * 2**16}).encode()
    with recorder(here, hours=1) as opened:
        verified = parse_envelope(large).verify(
            trusted=opened.ledger.trust,
            role="gate",
            threshold=1,
            subject=subject,
            predicate_type=VERDICT_TYPE,
            at=AT + HOUR,
        )
        [receipt] = opened.append((verified,), at=AT + HOUR)
        proof = opened.ledger.store.proof(receipt.index)
    save_verdict(here.saved, SavedVerdict(envelope=large, proof=proof))
    assert verify(here, hours=2).index == receipt.index


def asking_for_a_witness(site: Site) -> Path:
    """Write the trust root of the site as it would be with one witness that must cosign."""
    witness = cosigner_key("witness.example/w", WITNESS.public)
    root = replace(load_trust_file(site.trust), witnesses=(render_note_key(witness),), quorum=1)
    before = trust_root_digest(load_trust_file(site.trust))
    path = site.folder / "witnessed.json"
    path.write_bytes(render_trust_root(replace(root, history=(before,))))
    return path


def test_a_verdict_that_no_witness_has_seen(here: Site) -> None:
    [gap] = verify(here, trust=asking_for_a_witness(here)).not_checked
    assert gap.why == (
        "0 known witnesses cosigned, where the trust root asks for 1: "
        "the log may show others another history"
    )


@pytest.mark.parametrize("forged", [False, True])
def test_a_verdict_that_a_witness_cosigned(here: Site, forged: bool) -> None:  # noqa: FBT001  # a parameter
    trust, saved = asking_for_a_witness(here), load_verdict(here.saved)
    proof = parse_tlog_proof(saved.proof)
    text = OTHER_NOTE if forged else proof.checkpoint
    line = cosign_checkpoint(text, name="witness.example/w", signer=WITNESS, at=AT)
    note = add_cosignatures(proof.checkpoint, line)
    save_verdict(
        here.saved, replace(saved, proof=render_tlog_proof(replace(proof, checkpoint=note)))
    )
    if forged:
        assert refusal(here, lambda: verify(here, trust=trust)).startswith("[signature-invalid]")
    else:
        assert verify(here, trust=trust).not_checked == ()


def test_a_verdict_that_no_witness_has_seen_is_not_passed(here: Site) -> None:
    """PASSED would be believed by whoever looks at the exit status alone."""
    assert verify(here).verdict is Verdict.PASSED
    assert verify(here, trust=asking_for_a_witness(here)).verdict is Verdict.UNKNOWN


def test_a_failed_verdict_that_no_witness_has_seen_stays_failed(here: Site) -> None:
    here.repo.symlink("out", "/etc/hostname")
    here.repo.commit("Link out")
    check(here, hours=1, save_verdict=here.saved)
    found = verify(here, hours=2, trust=asking_for_a_witness(here))
    assert found.verdict is Verdict.FAILED
