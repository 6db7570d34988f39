"""Reviews from the command to the gate: recorded, counted, refused, and gone with a lost key."""

import base64
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assay.core.digest import Digest
from assay.core.errors import AssayError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.core.verdict import Verdict
from assay.evidence.statement import Statement, Subject
from assay.operations.attest_source import SourceAttested, attest_source
from assay.operations.head_reviews import judge_head
from assay.operations.initialise import initialise
from assay.operations.ledger import Expected
from assay.operations.review_change import ReviewRecorded, ReviewRequest, review_change
from assay.operations.show_reviews import ReviewStatus, show_reviews
from assay.operations.show_tags import show_tags
from assay.signing.trust import PrincipalKind
from assay.source.coverage import COVERAGE_TYPE
from assay.source.repository import open_repository
from assay.source.review import Decision, parse_review
from tests.fakes.gitrepo import ALICE, GitRepo, SshKey, make_ssh_key
from tests.fakes.signers import Credential, person, ssh
from tests.operations.run import clock as at_hour
from tests.operations.run import ledger, recorder, told
from tests.operations.site import Site, empty_site
from tests.operations.trustkit import new_key, pinned, update, use_key, with_revoked


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, SshKey]]:
    """Return a site with a log, whose trust root knows Alice and lets `local` review."""
    folder = tmp_path_factory.mktemp("reviews")
    site, key = empty_site(folder / "site"), make_ssh_key(folder / "keys")
    GitRepo(site.top).commit("Begin", files={"a": "1\n"}, sign=key)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSAY_HOME", str(site.home))
        initialise(site.top, clock=at_hour())
        root = pinned(site)
        alice = person("alice", ssh(key), emails=(ALICE[1],), roles=("author",))
        update(site, replace(root, principals=(*root.principals, alice)), hours=0)
    yield site, key
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def site(begun: tuple[Site, SshKey], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    copied = begun[0].copy(tmp_path / "site")
    monkeypatch.setenv("ASSAY_HOME", str(copied.home))
    return copied


@pytest.fixture
def topic(site: Site, begun: tuple[Site, SshKey]) -> Callable[[], str]:
    """Return what makes a branch with one signed change, and goes back to `main`."""

    def make() -> str:
        repo = site.repo
        repo.branch("topic")
        oid = repo.commit("Work", files={"b": "1\n"}, sign=begun[1])
        repo.switch("main")
        return oid

    return make


def review(
    site: Site,
    what: str = "main..topic",
    *,
    decision: Decision = Decision.APPROVE,
    reason: str = "",
    hours: float = 1,
) -> ReviewRecorded:
    request = ReviewRequest(
        what=what, into="", decision=decision, reason=reason, looked_at="all of it"
    )
    return review_change(site.top, request, clock=at_hour(hours=hours))


def status(site: Site, what: str = "", *, hours: float = 9) -> ReviewStatus:
    return show_reviews(site.top, what, into="", clock=at_hour(hours=hours))


def attest(site: Site, *, hours: float, output: Path | None = None) -> SourceAttested:
    return attest_source(
        site.top, branch="", expunging="", output=output, clock=at_hour(hours=hours)
    )


def merge(site: Site) -> None:
    site.repo.git("merge", "-q", "--ff-only", "topic")


def counts(site: Site, what: str = "") -> tuple[int, int, int, int]:
    found = status(site, what).coverage
    return found.reviewed, found.unreviewed, found.unknown, found.empty


def test_a_reviewed_change(site: Site, topic: Callable[[], str]) -> None:
    oid = topic()
    recorded = review(site)
    assert recorded.review.commits == (oid,)
    assert recorded.review.merged_tree == site.repo.text("rev-parse", "topic^{tree}")
    assert parse_review(JsonValue(recorded.review.as_json())) == recorded.review
    merge(site)
    assert counts(site) == (1, 0, 0, 0)
    assert status(site).verdict is Verdict.PASSED
    assert status(site).coverage.reviewers == ("local",)


def test_the_change_may_be_named_by_its_head(site: Site, topic: Callable[[], str]) -> None:
    topic()
    assert review(site, "topic").review == review(site).review


def test_a_branch_that_is_behind_is_reviewed_as_it_will_be_merged(
    site: Site, topic: Callable[[], str], begun: tuple[Site, SshKey]
) -> None:
    topic()
    site.repo.commit("Meanwhile", files={"m": "1\n"}, sign=begun[1])
    merged = review(site).review.merged_tree
    repo = site.repo
    signing = ("-c", "gpg.format=ssh", "-c", f"user.signingKey={begun[1].private}")
    repo.git(*signing, "merge", "-q", "-S", "--no-ff", "-m", "Merge", "topic")
    assert repo.text("rev-parse", "HEAD^{tree}") == merged
    assert counts(site) == (1, 0, 0, 0)


def test_what_was_pushed_afterwards_is_not_reviewed(
    site: Site, topic: Callable[[], str], begun: tuple[Site, SshKey]
) -> None:
    topic()
    review(site)
    merge(site)
    site.repo.commit("After", files={"c": "1\n"}, sign=begun[1])
    assert counts(site, "HEAD~2..HEAD") == (1, 1, 0, 0)
    [left] = status(site, "HEAD~2..HEAD").coverage.open
    assert (left.commit, left.title, left.reasons) == (
        site.repo.head,
        "After",
        ("nobody reviewed it",),
    )


def test_since_the_first_commit(site: Site) -> None:
    assert counts(site, "root..HEAD") == (0, 1, 0, 0)
    review(site, "HEAD")
    assert status(site, "root..HEAD").coverage.open[0].reasons == (
        "'local' approved what the branch already had",
    )


def test_the_log_knows_when_the_branch_had_it(site: Site, topic: Callable[[], str]) -> None:
    """The reviewer's clone may be behind; the log is not."""
    attest(site, hours=1)
    topic()
    merge(site)
    attest(site, hours=2)
    site.repo.git("checkout", "-q", "--detach", "topic")
    site.repo.git("branch", "-f", "main", "HEAD^")
    review(site, hours=3)
    site.repo.git("branch", "-f", "main", "topic")
    assert status(site).coverage.open[0].reasons == ("'local' approved after the branch had it",)


def test_a_rewritten_branch_is_no_reviewed_one(site: Site, topic: Callable[[], str]) -> None:
    topic()
    review(site)
    merge(site)
    attest(site, hours=2)
    gone = site.repo.head
    site.repo.git("reset", "-q", "--hard", "HEAD^")
    site.repo.commit("Instead")
    found = status(site)
    assert (found.verdict, found.coverage.lost) == (Verdict.FAILED, (gone,))


def test_a_recorded_revision_that_is_not_even_there_is_lost(
    site: Site, begun: tuple[Site, SshKey]
) -> None:
    site.repo.commit("Gone", files={"g": "1\n"}, sign=begun[1])
    gone = attest(site, hours=1).revision.commit
    site.repo.git("reset", "-q", "--hard", "HEAD~1")
    site.repo.commit("Instead", files={"i": "1\n"}, sign=begun[1])
    kept = attest(site, hours=2).revision
    assert kept.coverage.lost == (gone,)
    (site.top / ".git" / "objects" / gone[:2] / gone[2:]).unlink()
    found = status(site)
    assert (found.verdict, found.coverage.lost) == (Verdict.FAILED, (gone,))


def test_a_lost_key_takes_its_reviews_away(site: Site, topic: Callable[[], str]) -> None:
    topic()
    path, signer = new_key(site, "bob")
    bob = person("bob", Credential(public=signer.public), roles=("reviewer",))
    update(site, replace(pinned(site), principals=(*pinned(site).principals, bob)), hours=0.5)
    own = site.home / "keys" / "signer.pem"
    local = own.read_bytes()
    use_key(site, path)
    review(site)
    own.write_bytes(local)
    merge(site)
    assert counts(site) == (1, 0, 0, 0)
    account, digest = record_account(site, hours=2)
    assert why_fallen(site, account, hours=2) == []
    update(site, with_revoked(pinned(site), signer.public.key_id, hours=0.75), hours=3)
    assert counts(site) == (0, 1, 0, 0)
    [why] = why_fallen(site, account, hours=4)
    assert why == (
        f"statement {digest}: key {signer.public.key_id[:16]} of 'bob' is revoked as "
        "compromised since 2026-06-01T12:45:00Z"
    )


def record_account(site: Site, *, hours: float) -> tuple[Digest, Digest]:
    """Record what a check would, and return its statement, and the review that it rests on."""
    with recorder(site, hours=hours) as opened:
        repository = open_repository(site.top)
        coverage = judge_head(opened.ledger, repository)
        subject = Subject(name="shop", digest=Digest("gitCommit", repository.head))
        made = Statement(
            subjects=(subject,), predicate_type=COVERAGE_TYPE, predicate=coverage.as_json()
        )
        [receipt] = opened.record((made,), role="collector")
    return receipt.digest, coverage.reviews[0].statement


def why_fallen(site: Site, account: Digest, *, hours: float) -> list[str]:
    """Say why a verdict that rests on the account would not stand."""
    with ledger(site, hours=hours) as opened:
        entry = opened.find(account)
        assert entry is not None
        expected = Expected(
            subject=Digest("gitCommit", site.repo.head),
            role="collector",
            predicate_type=COVERAGE_TYPE,
        )
        return list(opened.why_fallen(entry, expected))


def test_a_review_may_be_taken_back(site: Site, topic: Callable[[], str]) -> None:
    topic()
    review(site)
    review(site, decision=Decision.WITHDRAW, reason="not sure", hours=2)
    merge(site)
    assert status(site).coverage.open[0].reasons == ("'local' took back what it said",)


def test_what_a_check_records(site: Site, topic: Callable[[], str]) -> None:
    topic()
    review(site)
    merge(site)
    with ledger(site, hours=5) as opened:
        found = judge_head(opened, open_repository(site.top))
    assert found == replace(status(site, hours=5).coverage)


def refused(site: Site, call: Callable[[], object]) -> str:
    with pytest.raises(AssayError) as caught:
        call()
    return told(caught.value, site)


def test_nobody_approves_an_own_change(site: Site, topic: Callable[[], str]) -> None:
    topic()
    root = pinned(site)
    people = [p for p in root.principals if p.name == "local"]
    other = person("alicia", ssh(make_ssh_key(site.folder / "k")), emails=("a@x.example",))
    update(site, replace(root, principals=(*root.principals, other)), hours=0.5)
    site.repo.switch("topic")
    site.repo.commit("More\n\nCo-authored-by: L <l@x.example>", files={"d": "1\n"})
    site.repo.switch("main")
    assert review(site).review.reviewer == people[0].name
    named = tuple(
        replace(p, emails=("l@x.example",)) if p.name == "local" else p
        for p in pinned(site).principals
    )
    update(site, replace(pinned(site), principals=named), hours=2)
    assert refused(site, lambda: review(site, hours=3)) == (
        "[rejected] 'local' took part in this change, and cannot approve it (somebody else has to)"
    )
    review(site, decision=Decision.REJECT, reason="not done", hours=4)


def test_a_change_that_does_not_merge(site: Site, topic: Callable[[], str]) -> None:
    topic()
    site.repo.commit("Other", files={"b": "2\n"})
    base, head = (site.repo.text("rev-parse", "--short=12", name) for name in ("main", "topic"))
    assert refused(site, lambda: review(site)) == (
        f"[rejected] {head} does not merge into {base} "
        "(bring the branch up to date, and review what comes of it)"
    )


def test_calls_that_cannot_be_meant(site: Site, topic: Callable[[], str]) -> None:
    topic()
    assert refused(site, lambda: review(site, "nothing")) == "[usage] no such commit, at nothing"
    assert refused(site, lambda: review(site, "--all")) == "[usage] no such commit, at --all"
    assert refused(site, lambda: review(site, "main..main")) == (
        "[usage] nothing to review: the branch has it already, at main..main"
    )
    assert refused(site, lambda: review(site, decision=Decision.REJECT)) == (
        "[usage] no reason (say why: --reason)"
    )
    assert refused(site, lambda: review(site, reason="x" * 10_001)) == (
        "[usage] a text of over 10000 characters"
    )
    assert refused(site, lambda: status(site, "main...topic")) == (
        "[usage] three dots (write BASE..HEAD)"
    )
    oid = site.repo.text("rev-parse", "topic")
    assert refused(site, lambda: status(site, "topic..main")) == (
        f"[rejected] {oid} is not on the line of {site.repo.text('rev-parse', 'main')} "
        "(begin at a commit on the branch itself, not on one that was merged)"
    )


def test_who_is_no_reviewer(site: Site, topic: Callable[[], str]) -> None:
    topic()
    root = pinned(site)
    demoted = tuple(
        replace(p, roles=tuple(g for g in p.roles if g.role != "reviewer")) for p in root.principals
    )
    update(site, replace(root, principals=demoted), hours=0.5)
    assert refused(site, lambda: review(site)) == (
        "[signature-invalid] not to be signed by the key here: "
        "'local' is no reviewer at 2026-06-01T13:00:00Z "
        "(assay trust show tells who may sign; ASSAY_SIGNER names another key)"
    )


def test_a_shallow_clone_cannot_tell(site: Site, topic: Callable[[], str]) -> None:
    topic()
    oid = site.repo.head
    (site.top / ".git" / "shallow").write_text(f"{oid}\n")
    assert refused(site, lambda: review(site)) == (
        "[unavailable] the clone is shallow: what is in the change cannot be told "
        "(git fetch --unshallow)"
    )
    assert refused(site, lambda: attest(site, hours=1)) == (
        "[unavailable] the clone is shallow: its history cannot be told (git fetch --unshallow)"
    )


def test_levels_are_told_requirement_by_requirement(
    site: Site, topic: Callable[[], str], begun: tuple[Site, SshKey]
) -> None:
    site.repo.git("remote", "add", "origin", "https://user:secret@example.org/shop.git")
    first = attest(site, hours=1)
    assert (first.revision.level, first.revision.previous) == (1, None)
    topic()
    review(site, hours=2)
    merge(site)
    summary = site.folder / "vsa.json"
    second = attest(site, hours=3, output=summary)
    answers = {a.requirement: (a.verdict.value, a.reason) for a in second.revision.answers}
    assert second.revision.previous == first.statement
    assert answers["history"] == ("PASSED", "")
    assert answers["two-party-review"] == ("PASSED", "")
    assert answers["identity-management"] == ("PASSED", "")
    assert answers["continuity"] == ("UNKNOWN", "no forge was asked: assay forge record")
    assert second.revision.repository == "git+https://example.org/shop.git"
    payload = json.loads(base64.b64decode(json.loads(summary.read_text())["payload"]))
    assert payload["subject"] == [
        {
            "name": "refs/heads/main",
            "uri": f"git+https://example.org/shop.git@{site.repo.head}",
            "digest": {"gitCommit": site.repo.head},
            "annotations": {"sourceRefs": ["refs/heads/main"]},
        }
    ]
    assert payload["predicate"]["resourceUri"] == "git+https://example.org/shop.git"
    assert payload["predicate"]["verifiedLevels"] == [
        "SLSA_SOURCE_LEVEL_1",
        "ORG_SOURCE_TWO_PARTY_REVIEWED",
    ]
    assert payload["predicate"]["slsaVersion"] == "1.2"


def test_a_document_that_is_not_there(site: Site) -> None:
    call = lambda: attest_source(  # noqa: E731  # one expression, to be called later
        site.top, branch="", expunging="x\x1b.md", output=None, clock=at_hour(hours=1)
    )
    assert refused(site, call) == "[usage] no such file in the revision, at x\\x1b.md"


def test_a_branch_that_is_not_there(site: Site) -> None:
    request = ReviewRequest(
        what="HEAD", into="release", decision=Decision.APPROVE, reason="", looked_at=""
    )
    call = lambda: review_change(site.top, request, clock=at_hour(hours=1))  # noqa: E731
    assert refused(site, call) == (
        "[usage] no such branch, at release (name the protected branch: --into)"
    )


def test_tags(site: Site, begun: tuple[Site, SshKey]) -> None:
    assert show_tags(site.top, clock=at_hour(hours=1)).verdict is Verdict.UNKNOWN
    signing = ("-c", "gpg.format=ssh", "-c", f"user.signingKey={begun[1].private}")
    site.repo.git(*signing, "tag", "-s", "-m", "Release", "v1")
    shown = show_tags(site.top, clock=at_hour(hours=1))
    assert (shown.verdict, shown.tags[0].signature.principal) == (Verdict.PASSED, "alice")
    site.repo.tag("v2")
    assert show_tags(site.top, clock=at_hour(hours=1)).verdict is Verdict.FAILED


def test_a_bot_that_holds_the_role(site: Site, topic: Callable[[], str]) -> None:
    topic()
    root = pinned(site)
    machines = tuple(
        replace(p, kind=PrincipalKind.SERVICE) if p.name == "local" else p for p in root.principals
    )
    update(site, replace(root, principals=machines), hours=0.5)
    review(site)
    merge(site)
    assert status(site).coverage.open[0].reasons == ("'local' is no person",)


def test_the_commands(site: Site, topic: Callable[[], str]) -> None:
    """The word `change` may be left out, and the exit status says how it stands."""
    topic()
    answer = site.assay("review", "main..topic", "--approve", "--json")
    assert answer.outcome == (0, "")
    document = JsonValue(parse_json(answer.out, max_bytes=2**20))
    assert document.field("review").field("decision").text() == "approve"
    merge(site)
    assert site.assay("review", "status", "root..main").status == 1
