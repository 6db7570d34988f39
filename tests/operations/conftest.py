"""What tests of operations may ask for: a site whose evidence all has one date, and its kit."""

from pathlib import Path

import pytest

from assay.core.verdict import Verdict
from assay.operations.export_kit import export_kit
from assay.operations.initialise import initialise
from assay.operations.manage_advisories import import_advisories
from assay.signing.principals import PrincipalKind
from tests.fakes.gitrepo import GitRepo
from tests.operations.kitdamage import Exported
from tests.operations.run import check, clock
from tests.operations.site import TREE, Site, empty_site, write_advisories
from tests.operations.vexkit import vulnerable, with_author


@pytest.fixture(scope="session")
def dated_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return a site that was checked at `AT`; read only."""
    site = empty_site(tmp_path_factory.mktemp("dated") / "site")
    GitRepo(site.top).commit("Begin", files=TREE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSAY_HOME", str(site.home))
        initialise(site.top, clock=clock())
        import_advisories(write_advisories(site.folder / "osv"), clock=clock())
        check(site, save_verdict=site.saved)
    return site


@pytest.fixture
def here(dated_site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Return a copy of the dated site, whose home is that of this process."""
    site = dated_site.copy(tmp_path / "site")
    monkeypatch.setenv("ASSAY_HOME", str(site.home))
    return site


@pytest.fixture(scope="session")
def exported(dated_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """Return the kits of a commit that passed once, and failed after newer advisories."""
    site = dated_site.copy(tmp_path_factory.mktemp("audited") / "site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSAY_HOME", str(site.home))
        first = export_kit(site.top, subject="", output=site.folder / "first.json")
        anchor = site.folder / "seen.note"
        anchor.write_bytes(site.anchor.read_bytes())
        newer = write_advisories(site.folder / "newer", package="leftpad-py")
        import_advisories(newer, clock=clock(hours=1))
        assert check(site, hours=2).verdict is Verdict.FAILED
        export_kit(site.top, subject="", output=site.folder / "again.json")
        second = export_kit(
            site.top, subject="", output=site.folder / "second.json", anchors=(anchor,)
        )
    assert second.statements > first.statements
    assert (site.folder / "again.json").read_bytes() == (site.folder / "second.json").read_bytes()
    return Exported(
        folder=site.folder,
        data=(site.folder / "second.json").read_bytes(),
        older=(site.folder / "first.json").read_bytes(),
        subject=first.subject,
        trust=site.trust,
        anchor=anchor,
    )


@pytest.fixture(scope="session")
def vexed_site(dated_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return a site with a vulnerability, and a vendor named for its own package; read only."""
    site = dated_site.copy(tmp_path_factory.mktemp("vexed") / "site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSAY_HOME", str(site.home))
        vulnerable(site)
        own = ("pkg:pypi/leftpad-py",)
        with_author(site, "vendor", components=own, kind=PrincipalKind.SERVICE)
    return site


@pytest.fixture
def shop(vexed_site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Return a copy of it, whose home is that of this process."""
    site = vexed_site.copy(tmp_path / "site")
    monkeypatch.setenv("ASSAY_HOME", str(site.home))
    return site
