"""What tests of operations may ask for: a site whose evidence all has one date."""

from pathlib import Path

import pytest

from assay.operations.initialise import initialise
from assay.operations.manage_advisories import import_advisories
from tests.fakes.gitrepo import GitRepo
from tests.operations.run import check, clock
from tests.operations.site import TREE, Site, empty_site, write_advisories


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
