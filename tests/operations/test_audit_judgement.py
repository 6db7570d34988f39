"""What an audit says of a log that is intact, and yet does not show what it should."""

from dataclasses import replace
from datetime import timedelta

from assay.core.digest import Digest
from assay.evidence.checkpoints.checkpoint import verify_checkpoint
from assay.evidence.statement import Statement, Subject
from assay.gates.reading import VERDICT_TYPE
from assay.gates.vsa import parse_verdict, render_vsa
from assay.operations.export_kit import export_kit
from tests.operations.auditing import Answers, audit
from tests.operations.run import check, clock, ledger, recorder
from tests.operations.site import Site

OTHER = Digest("gitCommit", "00" * 20)


def commit_of(here: Site) -> Digest:
    with ledger(here) as opened:
        return opened.store.subject_of(9)


def ask(here: Site, subject: Digest) -> Answers:
    kit = here.folder / "exported.json"
    export_kit(here.top, subject=str(subject), output=kit, clock=clock(hours=5))
    return audit(here.folder, kit.read_bytes(), subject=str(subject), trust_root=here.trust)


def record(here: Site, statement: Statement, *, role: str) -> int:
    with recorder(here, hours=2) as opened:
        [receipt] = opened.record((statement,), role=role)
    return receipt.index


def last_verdict(here: Site) -> tuple[Statement, tuple[Digest, ...]]:
    """Return the last verdict as its statement, and the evidence that it names."""
    subject = commit_of(here)
    with ledger(here) as opened:
        found = opened.verified(subject=subject, role="gate", predicate_type=VERDICT_TYPE)
    said = parse_verdict(found[-1].payload)
    return render_vsa(said), said.evidence


def forged(here: Site, **changed: object) -> Statement:
    """Return the last verdict with something changed, as a gate might sign it."""
    subject = commit_of(here)
    with ledger(here) as opened:
        found = opened.verified(subject=subject, role="gate", predicate_type=VERDICT_TYPE)
    said = parse_verdict(found[-1].payload)
    return render_vsa(replace(said, **changed))  # type: ignore[arg-type]


def test_a_verdict_that_leaves_out_evidence(here: Site) -> None:
    """Only some of the statements were looked at: the rest would have said no."""
    _, evidence = last_verdict(here)
    index = record(here, forged(here, evidence=evidence[1:]), role="gate")
    answers = ask(here, commit_of(here))
    assert (answers.ours, answers.second) == (1, 1)
    assert answers.said == (
        f"verdict, entry {index}: leaves out evidence that was there: {evidence[0]}"
    )
    assert f"the verdict, entry {index}, leaves out evidence: {evidence[0]}" in answers.second_said


def test_a_verdict_on_evidence_that_is_not_there(here: Site) -> None:
    _, evidence = last_verdict(here)
    invented = Digest("sha256", "ab" * 32)
    index = record(here, forged(here, evidence=(*evidence, invented)), role="gate")
    answers = ask(here, commit_of(here))
    assert (answers.ours, answers.second) == (1, 1)
    assert answers.said == f"verdict, entry {index}: names evidence that is not there: {invented}"
    assert f"names evidence that is not there: {invented}" in answers.second_said


def test_a_verdict_that_calls_evidence_void(here: Site) -> None:
    """Evidence that said no, put aside as if its key had been revoked."""
    _, evidence = last_verdict(here)
    statement = forged(here, evidence=evidence[1:], voided=(evidence[0],))
    index = record(here, statement, role="gate")
    answers = ask(here, commit_of(here))
    assert (answers.ours, answers.second) == (1, 1)
    assert answers.said == (
        f"verdict, entry {index}: calls evidence void that counted: {evidence[0]}"
    )
    assert f"the verdict, entry {index}, leaves out evidence: {evidence[0]}" in answers.second_said


def test_a_verdict_under_another_trust_root(here: Site) -> None:
    other = Digest("sha256", "ab" * 32)
    index = record(here, forged(here, trust_root=other), role="gate")
    answers = ask(here, commit_of(here))
    assert (answers.ours, answers.second) == (1, 1)
    assert answers.said == (
        f"verdict, entry {index}: was not made under the trust root in force: {other}"
    )
    assert "under another trust root than the one in force" in answers.second_said


def test_a_policy_that_is_not_there(here: Site) -> None:
    other = Digest("sha256", "ab" * 32)
    record(here, forged(here, policy=other), role="gate")
    answers = ask(here, commit_of(here))
    assert (answers.ours, answers.second) == (1, 1)
    assert f"names a policy that is not there: {other}" in answers.said
    assert f"names a policy that is not there: {other}" in answers.second_said


def test_a_verdict_that_does_not_come_out_again(here: Site) -> None:
    """The gate signed another answer than the rules give. Only who has the rules can tell."""
    subject = commit_of(here)
    with ledger(here) as opened:
        found = opened.verified(subject=subject, role="gate", predicate_type=VERDICT_TYPE)
    said = parse_verdict(found[-1].payload)
    index = record(here, render_vsa(replace(said, at=said.at + timedelta(days=900))), role="gate")
    answers = ask(here, subject)
    assert (answers.ours, answers.second) == (1, 0)
    assert answers.said.startswith(f"verdict, entry {index}: comes out otherwise: predicate.")
    assert "not checked: policy: the rules were not evaluated" in answers.second_said


def test_evidence_after_the_newest_verdict(here: Site) -> None:
    """Nobody decided on it yet: the verdict may not be what it would be now."""
    statement = Statement(
        subjects=(Subject(name="shop", digest=commit_of(here)),),
        predicate_type="urn:assay:predicate:scan:v1",
        predicate={"later": True},
    )
    index = record(here, statement, role="collector")
    answers = ask(here, commit_of(here))
    assert (answers.ours, answers.second) == (3, 3)
    assert answers.said == f"entry {index} was recorded after the newest verdict"
    assert f"entry {index} was recorded after the newest verdict" in answers.second_said


def test_nothing_about_a_subject(here: Site) -> None:
    """The empty answer is proven, and it is no pass."""
    answers = ask(here, OTHER)
    assert (answers.ours, answers.second) == (3, 3)
    assert answers.said == "the log holds nothing about this subject"
    assert "there is no verdict about this subject" in answers.second_said


def test_a_subject_without_a_verdict(here: Site) -> None:
    statement = Statement(
        subjects=(Subject(name="shop", digest=OTHER),),
        predicate_type="urn:example:predicate:kind:v1",
        predicate={},
    )
    record(here, statement, role="collector")
    answers = ask(here, OTHER)
    assert (answers.ours, answers.second) == (3, 3)
    assert answers.said == "there is no verdict about this subject"


def test_running_again_until_it_is_green(here: Site) -> None:
    """All runs are in the kit, in their order; none can be left out."""
    first = export_kit(here.top, subject="", output=here.folder / "one.json")
    check(here, hours=1)
    second = export_kit(here.top, subject="", output=here.folder / "two.json")
    assert second.statements > first.statements
    answers = ask(here, commit_of(here))
    assert (answers.ours, answers.second) == (0, 0)
    assert answers.second_said.count("the verdict of entry") == 2


def test_an_older_checkpoint_is_proven_as_well(here: Site) -> None:
    """Its index is made anew from the entries, and has the root that was signed then."""
    check(here, hours=1)
    subject = commit_of(here)
    with ledger(here) as opened:
        note = opened.store.checkpoint_over(0)
        under = verify_checkpoint(note, log_key=opened.log_key)
        assert under.size < opened.store.size
        [proven] = opened.store.prove_lists((subject,), under=under)
        assert proven.entries == ()
        head = verify_checkpoint(opened.store.latest_checkpoint() or b"", log_key=opened.log_key)
        [whole] = opened.store.prove_lists((subject,), under=head)
        assert len(whole.entries) > 8
