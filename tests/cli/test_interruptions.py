"""Ctrl-C and a full disk, at whatever moment: the log stays whole, and nothing else is left.

* Ctrl-C reaches the whole process group, as from a terminal.
* Nothing left: no process that has this site's TMPDIR, and no file in it.
* A full disk is a real one, of a few hundred kB, where this machine lets us mount it; a limit on the
  size of files stands in for it everywhere else.
"""

import os
import shlex
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Final

import pytest

from tests.operations.run import ENTRIES
from tests.operations.site import ASSAY, SECONDS, Answer, Site

STOPPED: Final = "[interrupted] stopped; what was recorded before stays recorded\n"
RECORDED: Final = ENTRIES  # after the first check
ROOM: Final = (
    "[unavailable] no room left on the disk, at {}/.assay/log.sqlite "
    "(make room; nothing was lost, try again)"
)


def processes_of(site: Site) -> list[str]:
    """Return the command lines of all processes that were started for this site."""
    mark = f"TMPDIR={site.temporary}".encode()
    found = []
    for process in Path("/proc").iterdir():
        try:
            if mark in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:  # it has ended, or is not a process
            continue
    return found


def interrupt(site: Site, number: signal.Signals, *, after: float) -> Answer:
    """Start a check, send the signal to its process group after some seconds, await its end."""
    with site.started("check", "--json", "--workers", "2") as child:
        time.sleep(after)
        os.killpg(child.pid, number)
        out, errors = child.communicate(timeout=SECONDS)
    assert processes_of(site) == []
    assert list(site.temporary.iterdir()) == []
    return Answer(status=child.returncode, out=out, err=errors.decode())


@pytest.fixture(scope="module")
def large_site(checked_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return a site whose history is searched by more than one worker."""
    site = checked_site.copy(tmp_path_factory.mktemp("large") / "site")
    for number in range(40):
        site.repo.write(f"data/{number}.bin", os.urandom(2**20))
    site.repo.commit("Add data")
    return site


@pytest.mark.parametrize("after", [0.3, 0.7, 1.1, 1.5, 1.9, 2.4])
def test_ctrl_c(large_site: Site, tmp_path: Path, after: float) -> None:
    site = large_site.copy(tmp_path / "site")
    answer = interrupt(site, signal.SIGINT, after=after)
    assert answer.outcome in {(130, STOPPED.rstrip()), (0, "")}  # the latter on a fast machine
    assert answer.document.field("schema").text() in {"assay.error/v1", "assay.check/v1"}
    assert site.intact() >= RECORDED


def test_a_second_ctrl_c(site: Site) -> None:
    with site.started("check") as child:
        for _ in range(6):
            time.sleep(0.25)
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGINT)
        child.communicate(timeout=SECONDS)
    assert child.returncode in {130, 1, -signal.SIGINT}
    assert processes_of(site) == []
    assert site.intact() >= RECORDED


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_signals(site: Site, number: signal.Signals) -> None:
    answer = interrupt(site, number, after=1.0)
    assert answer.outcome == (128 + number, STOPPED.rstrip())
    assert answer.document.field("code").text() == "interrupted"
    assert site.intact() >= RECORDED


def test_killed_alone(large_site: Site, tmp_path: Path) -> None:
    """What it had started notices that nobody is there any more, and ends."""
    site = large_site.copy(tmp_path / "site")
    with site.started("check", "--workers", "2") as child:
        time.sleep(1.5)
        child.kill()
        child.communicate(timeout=SECONDS)
        deadline = time.monotonic() + 20
        while processes_of(site) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert processes_of(site) == []


@pytest.mark.parametrize("size", [1, 40_000])
def test_files_cannot_grow(site: Site, size: int) -> None:
    """A limit on the size of files stops the append in different places."""
    if shutil.which("prlimit") is None:
        pytest.skip("needs prlimit")
    answer = site.assay(
        "check",
        "--json",
        before=("prlimit", f"--fsize={size}"),
        environment={
            "PYTHONDONTWRITEBYTECODE": "1"
        },  # an interpreter would cut its own cache short
    )
    assert answer.outcome == (
        3,
        (
            f"[unavailable] the disk does not answer as it should, at {site.log} "
            "(check the disk and its quota)"
        ),
    )
    assert answer.document.field("code").text() == "unavailable"
    assert site.intact() >= RECORDED  # the evidence may be recorded before its verdict is not
    assert site.assay("check").status == 0


def on_small_disk(site: Site, script: str) -> list[str]:
    """Run a shell script in a mount namespace of its own; return its output as lines."""
    words = ("unshare", "-m") if os.geteuid() == 0 else ("unshare", "-Urm")
    (site.folder / "disk").mkdir(exist_ok=True)
    environment = site.environment({"PYTHONDONTWRITEBYTECODE": "1"})
    probe = "mount -t tmpfs none disk"
    if (
        shutil.which("unshare") is None
        or subprocess.run(
            (*words, "sh", "-c", probe), cwd=site.folder, capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("needs unshare, and the right to mount a tmpfs with it")
    done = subprocess.run(
        (*words, "sh", "-c", script.replace("assay", shlex.quote(str(ASSAY)))),
        cwd=site.folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=SECONDS,
        check=False,
    )
    return done.stdout.decode().splitlines()


def test_no_room_for_the_log(site: Site) -> None:
    used = sum(f.stat().st_blocks * 512 for f in site.top.rglob("*"))
    lines = on_small_disk(
        site,
        f"mount -t tmpfs -o size={used + 80_000} none disk && cp -a shop disk && cd disk/shop"
        " && assay check > ../../out; echo $?; assay log verify",
    )
    assert lines[:2] == [ROOM.format(site.folder / "disk" / "shop"), "3"]
    assert int(lines[2].removeprefix("PASSED: all ").split()[0]) >= RECORDED
    assert (site.folder / "out").read_bytes() == b""


def test_no_room_for_temporary_files(site: Site) -> None:
    site.repo.commit("Grow", files={"large.py": "x = 1\n" * 100_000})
    lines = on_small_disk(
        site, "mount -t tmpfs -o size=300k none tmp && cd shop && assay check; echo $?; ls ../tmp"
    )
    assert lines[1:] == ["3"]
    assert lines[0].startswith(
        "[unavailable] cannot write 'large.py': No space left on device, at "
    )
    assert site.intact() == RECORDED


def test_no_room_for_the_anchor(site: Site) -> None:
    """The log is ahead of its anchor then, which is as it should be: it extends it."""
    lines = on_small_disk(
        site,
        "mount -t tmpfs -o size=200k none disk && rm -rf home/cache && cp -a home disk && "
        "head -c 1000000 /dev/zero > disk/filling 2> out; cd shop; "
        "ASSAY_HOME=$(cd ../disk/home && pwd) assay check; echo $?; assay log verify",
    )
    assert lines[0].startswith("[unavailable] cannot write: No space left on device, at ")
    assert lines[1] == "3"
    assert lines[2].startswith("PASSED: all ")
    assert site.assay("check").status == 0
