"""A place where Assay works: a real repository, a home with real keys, and the command `assay`.

Making one and checking it once takes seconds, so it is made once for a whole run of tests
(`checked_site`), and each test that changes anything takes a copy, log, keys and all.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.system.lock import hold_lock
from tests.fakes.gitrepo import GitRepo

ASSAY: Final = Path(sys.executable).with_name("assay")
SECONDS: Final = 120.0  # for one command on a busy machine
TREE: Final = {
    "README.md": "# Shop\n",
    "SECURITY.md": "Write to security@shop.example.\n",
    "app.py": "def add(left: int, right: int) -> int:\n    return left + right\n",
    "requirements.txt": "leftpad-py==1.0.0 --hash=sha256:" + "0f" * 32 + "\n",
}
# Without these, a program that root runs is held by permission bits like everybody else.
_AS_ANYBODY: Final = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a command left behind: its exit status, and what it wrote where."""

    status: int
    out: bytes
    err: str

    @property
    def document(self) -> JsonValue:
        """Return the one JSON document on stdout; anything besides it fails the test."""
        return JsonValue(parse_json(self.out, max_bytes=2**26))

    @property
    def outcome(self) -> tuple[int, str]:
        """Return the exit status and the last line on stderr, where a refusal stands alone."""
        return self.status, self.err.rstrip("\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One repository, one home, and one folder for temporary files."""

    folder: Path

    @property
    def top(self) -> Path:
        """The work tree."""
        return self.folder / "shop"

    @property
    def home(self) -> Path:
        """What ASSAY_HOME is."""
        return self.folder / "home"

    @property
    def temporary(self) -> Path:
        """What TMPDIR is; it must be empty when a command has ended."""
        return self.folder / "tmp"

    @property
    def log(self) -> Path:
        """The file of the log."""
        return self.top / ".assay" / "log.sqlite"

    @property
    def saved(self) -> Path:
        """The verdict that the first check saved."""
        return self.folder / "verdict.json"

    @property
    def trust(self) -> Path:
        """The trust root of the log."""
        [trust] = (self.home / "trust").iterdir()
        return trust

    @property
    def anchor(self) -> Path:
        """The newest checkpoint, kept outside the repository."""
        [anchor] = (self.home / "anchors").iterdir()
        return anchor

    @property
    def repo(self) -> GitRepo:
        """The repository, to commit to."""
        return GitRepo(self.top, create=False)

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the environment of a command: nothing of the user's own but the path."""
        return {
            "ASSAY_HOME": str(self.home),
            "COLUMNS": "100",
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "PATH": os.environ["PATH"],
            "TMPDIR": str(self.temporary),
            **(extra or {}),
        }

    def assay(
        self,
        *args: str | bytes | Path,
        cwd: Path | None = None,
        environment: Mapping[str, str] | None = None,
        before: tuple[str, ...] = (),
    ) -> Answer:
        """Run `assay` to its end, by the program `before` if given; it may leave nothing behind."""
        done = subprocess.run(
            (*before, ASSAY, *args),
            cwd=cwd or self.top,
            env=self.environment(environment),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        assert list(self.temporary.iterdir()) == []
        return Answer(
            status=done.returncode, out=done.stdout, err=done.stderr.decode(errors="replace")
        )

    def assay_as_anybody(self, *args: str | bytes | Path, cwd: Path | None = None) -> Answer:
        """Run `assay` so that permission bits hold, also where the tests are run by root."""
        return self.assay(*args, cwd=cwd, before=as_anybody())

    @contextmanager
    def started(
        self, *args: str | Path, environment: Mapping[str, str] | None = None
    ) -> Iterator["subprocess.Popen[bytes]"]:
        """Start `assay` in a process group of its own; what still runs at the end is killed."""
        child = subprocess.Popen(
            (ASSAY, *args),
            cwd=self.top,
            env=self.environment(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            with child:
                yield child
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)

    def copy(self, folder: Path) -> "Site":
        """Copy all of it: what was recorded here is recorded there."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Site(folder=folder)

    def intact(self) -> int:
        """Verify the whole log by the command, and return the number of its entries."""
        answer = self.assay("log", "verify", "--json")
        assert answer.outcome == (0, "")
        return answer.document.field("size").integer()


def as_anybody() -> tuple[str, ...]:
    """Return the words before a command that make permission bits hold for it."""
    if os.geteuid() != 0:
        return ()
    if shutil.which(_AS_ANYBODY[0]) is None:
        pytest.skip(f"needs {_AS_ANYBODY[0]}, as the tests are run by root")
    return _AS_ANYBODY


def empty_site(folder: Path) -> Site:
    """Make the folders, and nothing in them."""
    site = Site(folder=folder)
    for made in (site.top, site.home, site.temporary):
        made.mkdir(parents=True)
    return site


def new_site(folder: Path, *, advisories: bool = True) -> Site:
    """Make a repository without faults, with its keys, its log, and advisories."""
    site = empty_site(folder)
    GitRepo(site.top).commit("Begin", files=TREE)
    assert site.assay("init").outcome == (0, "")
    if advisories:
        assert site.assay("vulns", "import", write_advisories(folder / "osv")).outcome == (0, "")
    return site


def write_advisories(
    folder: Path,
    *,
    package: str = "rightpad-py",
    fixed: str = "2.0.0",
    day: str = "2026-01-01",
    cve: str = "",
) -> Path:
    """Write one advisory of `day` in OSV form about a package of the index `PyPI`."""
    folder.mkdir(exist_ok=True)
    record = {
        "id": f"TEST-{package}",
        "aliases": [cve] if cve else [],
        "modified": f"{day}T00:00:00Z",
        "published": "2026-01-01T00:00:00Z",
        "summary": f"{package} pads without end",
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": package},
                "ranges": [
                    {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}
                ],
            }
        ],
    }
    (folder / f"TEST-{package}.json").write_text(json.dumps(record))
    return folder


@pytest.fixture(scope="session")
def checked_site(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Site:
    """Return a site that was checked once; read only, made once for all workers."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    folder, ready = shared / "checked-site", shared / "checked-site.ready"
    with hold_lock(shared / "checked-site.lock", seconds=SECONDS):
        if not ready.exists():
            shutil.rmtree(folder, ignore_errors=True)
            site = new_site(folder)
            answer = site.assay("check", "--json", "--save-verdict", site.saved)
            assert answer.outcome == (0, "")
            (folder / "check.json").write_bytes(answer.out)
            ready.touch()
    return Site(folder=folder)


@pytest.fixture
def site(checked_site: Site, tmp_path: Path) -> Site:
    """Return a copy of the checked site, to do anything to."""
    return checked_site.copy(tmp_path / "site")
