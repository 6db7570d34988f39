"""Looks at a forge: recorded, compared, and told to the gate."""

from collections.abc import Iterator

import pytest

from assay.core.errors import AssayError, RejectedError
from assay.core.verdict import Verdict
from assay.evidence.statement import Statement, Subject
from assay.operations.checkreport import CheckReport
from assay.operations.collect_context import load_owners
from assay.operations.forgestates import load_states
from assay.operations.record_forge import RecordedForge, record_forge, show_forge
from assay.source.forge.facts import Control
from assay.source.forge.opening import ForgeChoice
from assay.source.forge.predicate import STATE_TYPE
from assay.source.repository import open_repository
from assay.source.tree import list_tree
from tests.fakes.forgefacts import REPOSITORY, rules, state
from tests.fakes.forges import answer, forge_server, gitea_routes
from tests.fakes.gitrepo import GitRepo
from tests.fakes.restserver import RestServer
from tests.operations.run import check, clock, ledger, recorder
from tests.operations.site import Site

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

PROTECTION = "repos/team/shop/branch_protections"


class Forge:
    """A forge that can be changed while it runs."""

    def __init__(self, served: RestServer, routes: dict[str, object]) -> None:
        self.served, self.routes = served, routes

    @property
    def choice(self) -> ForgeChoice:
        return ForgeChoice(kind="gitea", url=self.served.url, path="team/shop")

    def look(self, site: Site, *, hours: float = 0) -> RecordedForge:
        head = open_repository(site.top).head
        self.routes[f"repos/team/shop/commits/{head}/pull"] = self.routes.get(
            f"repos/team/shop/commits/{'c0' * 20}/pull"
        )
        return record_forge(site.top, choice=self.choice, branches=(), clock=clock(hours=hours))

    def open_to_force(self) -> None:
        self.routes[PROTECTION] = [{"rule_name": "main", "enable_force_push": True}]


@pytest.fixture
def forge() -> Iterator[Forge]:
    routes = gitea_routes()
    with forge_server(routes) as served:
        yield Forge(served, routes)


def verdict_of(report: CheckReport, rule: str) -> Verdict:
    return next(r.result.verdict for r in report.gate.decision.rules if r.result.rule.id == rule)


def reasons_of(report: CheckReport, rule: str) -> list[str]:
    results = (r.result for r in report.gate.decision.rules if r.result.rule.id == rule)
    return [reason.what for result in results for reason in result.reasons]


def test_looks_are_recorded_and_a_weakening_between_them_is_named(here: Site, forge: Forge) -> None:
    first = forge.look(here, hours=1)
    assert first.told
    assert first.account is not None
    assert Control.NO_FORCE in first.account.protection.since
    kept = forge.routes[PROTECTION]
    forge.open_to_force()
    forge.look(here, hours=2)
    forge.routes[PROTECTION] = kept
    third = forge.look(here, hours=3)
    assert third.account is not None
    assert third.account.protection.looks == 3
    assert "no-force-push" in {one.what for one in third.account.protection.weakenings}
    with ledger(here, hours=4) as opened:
        [(repository, states)] = load_states(opened).items()
    assert (repository.path, len(states)) == ("team/shop", 3)
    assert show_forge(here.top, clock=clock(hours=3)).accounts == (third.account,)


def test_the_gate_is_told_and_what_is_mended_stays_named(here: Site, forge: Forge) -> None:
    owners = {"CODEOWNERS": ".* @ann\napp.py bob\n"}
    GitRepo(here.top, create=False).commit("Own", files=owners)
    kept = forge.routes[PROTECTION]
    forge.look(here, hours=1)
    forge.open_to_force()
    forge.look(here, hours=2)
    report = check(here, hours=3)
    titles = {one.title for one in report.evidence}
    assert {"what the forge enforces", "code owners"} <= titles
    why = reasons_of(report, "source.branch-protected")
    assert "the forge does not enforce no-force-push" in why
    assert reasons_of(report, "source.owners-hold") == [
        "the forge leaves it out: 'bob' is no owner"
    ]
    assert report.gate.decision.verdict is Verdict.PASSED  # the rules advise
    forge.routes[PROTECTION] = kept
    forge.look(here, hours=4)
    report = check(here, hours=5)
    assert verdict_of(report, "source.branch-protected") is Verdict.PASSED
    assert verdict_of(report, "source.protection-continuous") is Verdict.FAILED


def test_a_branch_that_is_not_told_is_said_and_is_no_look(here: Site, forge: Forge) -> None:
    forge.routes[PROTECTION] = answer({}, status=403, X_RateLimit_Remaining="0", Retry_After="90")
    recorded = forge.look(here, hours=1)
    assert (recorded.told, recorded.account) == (False, None)
    [gap] = recorded.state.not_checked
    assert (gap.what, gap.remedy) == ("branch protection", "try again in 90 seconds")
    shown = show_forge(here.top, clock=clock(hours=1))
    assert [gap.why for gap in shown.not_checked] == ["the log holds no look at a forge"]


def test_a_forge_that_does_not_answer_leaves_the_log_as_it_was(here: Site, forge: Forge) -> None:
    forge.routes["repos/team/shop"] = answer({}, status=500)
    with pytest.raises(AssayError) as caught:
        forge.look(here, hours=1)
    assert str(caught.value) == (
        f"[unavailable] the forge answers 500, at {forge.served.url}/repos/team/shop (try again)"
    )
    assert show_forge(here.top, clock=clock(hours=1)).accounts == ()


def test_the_token_of_its_kind_is_sent(
    here: Site, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITEA_TOKEN", "for gitea")
    monkeypatch.setenv("GITHUB_TOKEN", "for github")
    recorded = forge.look(here, hours=1)
    sent = {asked.headers["authorization"] for asked in forge.served.asked}
    assert sent == {"Bearer for gitea"}
    assert "for gitea" not in str(recorded.as_json())


def test_a_state_that_is_about_another_repository_than_it_says(here: Site) -> None:
    other = REPOSITORY.__class__(kind="github", url="https://api.github.com", path="other/one")
    statement = Statement(
        subjects=(Subject(name="other", digest=other.digest),),
        predicate_type=STATE_TYPE,
        predicate=state(rules()).as_json(),
    )
    with recorder(here, hours=1) as opened:
        [receipt] = opened.record((statement,), role="collector")
        with pytest.raises(RejectedError) as caught:
            load_states(opened.ledger)
    assert str(caught.value) == (
        f"[rejected] the statement {receipt.digest} is about another repository"
    )


def test_a_file_of_owners_that_no_forge_reads(here: Site) -> None:
    repository = GitRepo(here.top, create=False)
    repository.commit("Own", files={"CODEOWNERS": "#" * (3 * 2**20 + 1)})
    opened = open_repository(here.top)
    entries = list_tree(opened, opened.head)
    facts = load_owners(opened, entries, forges=(), at=clock()())
    assert facts is not None
    [error] = facts.errors
    assert error.what == "3145729 bytes, where at most 3145728 are read"


def test_a_file_of_owners_where_this_forge_does_not_look(here: Site) -> None:
    repository = GitRepo(here.top, create=False)
    repository.commit("Own", files={".github/CODEOWNERS": "* @ann\n"})
    opened = open_repository(here.top)
    entries = list_tree(opened, opened.head)
    facts = load_owners(opened, entries, forges=("gitlab",), at=clock()())
    assert facts is not None
    [error] = facts.errors
    assert error.what == "gitlab reads only CODEOWNERS, docs/CODEOWNERS, .gitlab/CODEOWNERS"
    assert (facts.path, facts.guarded) == (".github/CODEOWNERS", False)
