"""The search for secrets alone, in the index too, and what issuers said as evidence."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.core.digest import Digest
from assay.core.errors import UsageError
from assay.core.verdict import Verdict
from assay.operations.ledger import open_ledger
from assay.operations.scan_index import scan_index
from assay.operations.search_secrets import SecretsFound, search_secrets
from assay.scan.secrets.live.probe import Validity
from assay.scan.secrets.live.validate import PREDICATE_TYPE, Issuers
from assay.source.repository import open_repository
from assay.system.http import FetchLimits
from tests.fakes.gitrepo import GitRepo
from tests.fakes.restserver import Answered, serving
from tests.operations.run import clock
from tests.operations.site import Site
from tests.scan.secrets.generate import fill

AT = datetime(2026, 6, 30, tzinfo=UTC)
NPM = fill("npm_{b62:30}{crc}")
EXCLUDED = '[[exclude]]\npaths = ["a"]\nreason = "made up"\nuntil = 2099-01-01\n'


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitRepo:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    return GitRepo(tmp_path / "repo")


def search(top: Path, *, ask: Issuers | None = None) -> SecretsFound:
    return search_secrets(top, workers=1, progress=lambda _: None, ask=ask, clock=clock())


def test_it_works_before_anything_is_set_up(repo: GitRepo) -> None:
    repo.commit(files={"a": f"{NPM}\n"})
    found = search(repo.top)
    assert found.verdict is Verdict.FAILED
    assert [finding.rule for finding in found.report.findings] == ["secrets/npm-token"]
    assert (found.validity, found.index) == (None, None)
    assert list(repo.top.iterdir()) == [repo.top / ".git", repo.top / "a"]


@pytest.mark.parametrize("workers", [-1, 17])
def test_a_wrong_number_of_workers(repo: GitRepo, workers: int) -> None:
    repo.commit(files={"a": "x\n"})
    with pytest.raises(UsageError) as caught:
        search_secrets(repo.top, workers=workers, progress=print, ask=None, clock=clock())
    assert str(caught.value) == f"[usage] {workers} workers (0 to 16)"


def test_clean_passes_and_a_gap_does_not(repo: GitRepo) -> None:
    repo.commit(files={"a": "x\n"})
    assert search(repo.top).verdict is Verdict.PASSED
    repo.commit(files={"b": b"7z\xbc\xaf\x27\x1c and more"})
    assert search(repo.top).verdict is Verdict.UNKNOWN


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_what_issuers_say_is_recorded(here: Site) -> None:
    named = '[product]\nname = "sh\\u001b[31mop"\n'
    GitRepo(here.top, create=False).commit(files={"conf": f"t={NPM}\n", "assay.toml": named})
    with serving(lambda _: Answered(status=200, body=b"{}")) as served:
        issuers = Issuers(
            bases={"registry.npmjs.org": served.url},
            limits=FetchLimits(max_bytes=1000, seconds=60),
        )
        found = search(here.top, ask=issuers)
    assert found.validity is not None
    assert [answer.validity for answer in found.validity] == [Validity.LIVE]
    with open_ledger(open_repository(here.top), at=clock()()) as ledger:
        (said,) = ledger.verified(
            subject=Digest("gitCommit", found_head(here)),
            role="collector",
            predicate_type=PREDICATE_TYPE,
        )
    counts = said.predicate().field("counts")
    assert {name: count.integer() for name, count in counts.members()} == {
        "live": 1,
        "refused": 0,
        "unknown": 0,
    }
    assert NPM not in repr(said.predicate())
    assert said.subjects[0].name == r"sh\x1b[31mop"  # it goes to terminals


def found_head(site: Site) -> str:
    return open_repository(site.top).head


def test_the_index_is_searched(repo: GitRepo) -> None:
    (repo.top / "a").write_text(f"{NPM}\n")
    repo.git("add", "a")
    found = scan_index(repo.top, index_file=None, at=AT)
    assert [finding.rule for finding in found.introduced] == ["secrets/npm-token"]


def test_settings_are_those_of_the_index(repo: GitRepo) -> None:
    (repo.top / "a").write_text(f"{NPM}\n")
    (repo.top / "assay.toml").write_text(EXCLUDED)
    repo.git("add", "a")
    assert scan_index(repo.top, index_file=None, at=AT).introduced
    repo.git("add", "assay.toml")
    found = scan_index(repo.top, index_file=None, at=AT)
    assert found.introduced == ()
    assert any(item.accepted for item in found.report.not_checked)


def test_settings_in_the_index_that_are_wrong(repo: GitRepo) -> None:
    (repo.top / "assay.toml").write_text("[gat]\n")
    repo.git("add", "assay.toml")
    with pytest.raises(UsageError) as caught:
        scan_index(repo.top, index_file=None, at=AT)
    assert str(caught.value).startswith("[usage] unknown key 'gat'")
