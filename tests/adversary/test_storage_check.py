"""Storage, through the installed command: what a crash, a full disk or an old copy leaves behind."""

import os
import shutil
import signal
import time

import pytest

from assay.core.jsonvalue import JsonValue
from tests.operations.site import SECONDS, Site, checked_site, site, write_advisories

__all__ = ["checked_site", "site"]
RECORDED = 10  # entries after the first check


def limited(size: int) -> tuple[str, ...]:
    if shutil.which("prlimit") is None:
        pytest.skip("needs prlimit")
    return ("prlimit", f"--fsize={size}")


@pytest.mark.parametrize("after", [0.9, 1.6])
def test_crash_between_append_and_checkpoint(site: Site, after: float) -> None:
    """Killed at some moment of a run: what is there verifies, and can be appended to."""
    with site.started("check") as child:
        time.sleep(after)
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate(timeout=SECONDS)
    shutil.rmtree(site.temporary)
    site.temporary.mkdir()
    before = site.intact()
    assert before >= RECORDED
    assert site.assay("check").status == 0
    assert site.intact() > before


def test_restore_from_an_old_backup(site: Site) -> None:
    """A red was recorded after the backup: putting the backup back is named, not believed."""
    backup = site.log.with_suffix(".backup")
    shutil.copyfile(site.log, backup)
    site.repo.symlink("out", "/etc/hostname")
    site.repo.commit("Link out")
    assert site.assay("check").status == 1
    shutil.copyfile(backup, site.log)
    for words in (("check",), ("log", "verify"), ("log", "list"), ("status",), ("init",)):
        answer = site.assay(*words)
        assert (answer.status, answer.err[:26]) == (1, "[tampered] cut or set back")


def feeds(site: Site) -> list[JsonValue]:
    answer = site.assay("vulns", "status", "--json")
    assert answer.outcome == (0, "")
    return [feed.field("digest") for feed in answer.document.field("feeds").items()]


def test_partial_import_that_leaves_half(site: Site) -> None:
    """The import finds no room; the advisories of before are all there."""
    before = feeds(site)
    newer = site.folder / "newer"
    for number in range(200):
        write_advisories(newer, package=f"package-{number}")
    no_cache = {"PYTHONDONTWRITEBYTECODE": "1"}
    answer = site.assay("vulns", "import", newer, before=limited(10_000), environment=no_cache)
    assert (answer.status, answer.err[:13]) == (3, "[unavailable]")
    assert feeds(site) == before
    assert site.assay("check").status == 0
