"""Secrets in the full history of a large repository, against Git's own reading of it.

The repository is made here, the same one each time: text in the shape of code, with many versions
of each file, and binary files. Each round times `git cat-file --batch-all-objects --batch` into
/dev/null and then the real entry point on the same repository; what is reported is the ratio. Then
one commit is added, and the scan is run again with what the last one kept.

With `--peers FOLDER`, the programs `kingfisher` and `detect-secrets` in it run on the same: the
first on the history, the second on the files of HEAD alone, for it reads no history.

Run `python -m bench.history [--rounds N] [--keep FOLDER] [--peers FOLDER]`.
"""

import argparse
import hashlib
import os
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from assay.scan.secrets.foreign import NO_FOREIGN
from assay.scan.secrets.scan import scan_secrets
from assay.source.repository import open_repository

GIT = shutil.which("git") or "git"
FILES = 400
COMMITS = 4000
CHANGED = 6  # files in each commit
BINARIES = 60
BINARY_BYTES = 2**20
SEED = 20261121
WORDS = tuple(
    """
    account address after amount append async await before buffer bytes cache call check
    class client close code column config connection content count create data date default
    delete encode entry error event except export field file filter find float format from
    function get group handler hash header import index input insert item join key kind
    length level limit line list load local lock map match merge message method model module
    name next node number object offset open option order output page parse path pattern
    print process query queue range read record remove render reply report request reset
    result return row save schema search select self send server session set size sort
    source split start state status step store stream string table task test text time title
    token trace tree type update user value version view wait write yield
    """.split()  # noqa: SIM905  # read as a text, not as a table
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    arguments.add_argument("--keep", type=Path, help="folder in which the repository is kept")
    arguments.add_argument("--peers", type=Path, help="folder of programs to compare with")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as scratch:
        place = chosen.keep or Path(scratch)
        top = place / "history"
        if not (top / "HEAD").exists():
            make_repository(top)
        measure(top, rounds=chosen.rounds, workers=chosen.workers)
        measure_again(top, Path(scratch), workers=chosen.workers)
        if chosen.peers:
            measure_peers(top, Path(scratch), chosen.peers.resolve())


def measure(top: Path, *, rounds: int, workers: int) -> None:
    """Print the times of each round and the median of their ratios."""
    ratios, costs = [], []
    for number in range(rounds + 1):
        git = time_git(top)
        scan, about = time_scan(top, workers)
        if number == 0:
            print(f"{about}; {workers} workers; the first round only warms the caches")
            continue
        ratios.append(scan.wall / git.wall)
        costs.append(scan.processor / git.processor)
        print(
            f"round {number}: git {git.wall:.2f} s, scan {scan.wall:.2f} s, "
            f"ratio {ratios[-1]:.2f}; processor {git.processor:.2f} s, {scan.processor:.2f} s, "
            f"ratio {costs[-1]:.2f}"
        )
    print(f"median ratio {statistics.median(ratios):.2f} (aim: at most 1.3)")
    print(f"median ratio of processor time {statistics.median(costs):.2f}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Seconds on the clock, and seconds of all processors in this program and its children."""

    wall: float
    processor: float


def spent() -> Times:
    """Return the times up to now; another program on the machine moves only the first."""
    used = os.times()
    processor = used.user + used.system + used.children_user + used.children_system
    return Times(wall=time.perf_counter(), processor=processor)


def since(began: Times) -> Times:
    now = spent()
    return Times(wall=now.wall - began.wall, processor=now.processor - began.processor)


def time_git(top: Path) -> Times:
    """Return what Git alone takes to write every object."""
    command = (GIT, "cat-file", "--batch-all-objects", "--batch")
    began = spent()
    subprocess.run(command, cwd=top, stdout=subprocess.DEVNULL, check=True)
    return since(began)


def measure_again(top: Path, scratch: Path, *, workers: int) -> None:
    """Print the time of a second scan after one commit, in a copy that shares the objects."""
    copy, cache = scratch / "copy.git", scratch / "cache"
    subprocess.run((GIT, "clone", "-q", "--bare", "--local", top, copy), check=True)
    first, _ = time_scan(copy, workers, cache)
    times = []
    for number in range(5):
        add_commit(copy, number)
        times.append(time_scan(copy, workers, cache)[0])
    wall = statistics.median(took.wall for took in times)
    processor = statistics.median(took.processor for took in times)
    print(
        f"after one commit: {wall:.2f} s (aim: under 0.3 s), processor {processor:.2f} s; "
        f"the first scan {first.wall:.2f} s"
    )


def add_commit(top: Path, number: int) -> None:
    """Add a commit with one new file, and nothing else."""
    commit = (
        b"commit refs/heads/main\ncommitter Ada <ada@example.org> %d +0000\n"
        % (1_700_000_000 + number)
        + data(b"One more\n")
        + b"from refs/heads/main^0\nM 100644 inline one/more%d.py\n" % number
        + data(b"value = %d\n" % number)
    )
    subprocess.run((GIT, "fast-import", "--quiet"), cwd=top, input=commit, check=True)


def measure_peers(top: Path, scratch: Path, programs: Path) -> None:
    """Print what other scanners take; they look for other things, and one at HEAD only."""
    files = scratch / "files"
    subprocess.run((GIT, "clone", "-q", top, files), check=True)
    kingfisher = ("scan", top, "--no-validate", "--no-update-check", "--output", scratch / "found")
    for name, arguments, cwd in (
        ("kingfisher", kingfisher, scratch),
        ("detect-secrets", ("scan", "--all-files", "."), files),
    ):
        program = programs / name
        if not program.exists():
            print(f"{name}: not in {programs}")
            continue
        began = spent()
        subprocess.run((program, *arguments), cwd=cwd, capture_output=True, check=False)
        took = since(began)
        about = "files of HEAD alone" if cwd == files else "history"
        print(f"{name}, {about}: {took.wall:.2f} s, processor {took.processor:.2f} s")


def time_scan(top: Path, workers: int, cache: Path | None = None) -> tuple[Times, str]:
    """Return what the whole scan takes, the opening of the repository included."""
    began = spent()
    report = scan_secrets(
        open_repository(top),
        identity_key=b"\0" * 32,
        at=datetime(2026, 1, 1, tzinfo=UTC),
        workers=workers,
        worktree_files=(),
        excluded=(),
        foreign=NO_FOREIGN,
        cache=cache,
    )
    took = since(began)
    seen = report.examined
    return took, (
        f"{seen['blobs']} blobs, {seen['commits']} commits, {seen['bytes'] / 1e6:.0f} MB, "
        f"{len(report.findings)} findings, {len(report.not_checked)} not checked"
    )


def make_repository(top: Path) -> None:
    """Write the history with `git fast-import`, and pack it as a server would."""
    top.mkdir(parents=True)
    subprocess.run((GIT, "init", "-q", "--bare", "-b", "main", "."), cwd=top, check=True)
    command = (GIT, "fast-import", "--quiet")
    with subprocess.Popen(command, cwd=top, stdin=subprocess.PIPE) as child:
        assert child.stdin is not None
        for part in history(random.Random(SEED)):  # noqa: S311  # nothing secret is made
            child.stdin.write(part)
        child.stdin.close()
        assert child.wait() == 0
    subprocess.run((GIT, "repack", "-adfq", "--depth=50", "--window=10"), cwd=top, check=True)


def history(chance: random.Random) -> Iterator[bytes]:
    """Yield the commands of fast-import: commits that each change some files a little."""
    contents = [[line(chance) for _ in range(chance.randrange(50, 1600))] for _ in range(FILES)]
    for number in range(COMMITS):
        yield b"commit refs/heads/main\n"
        yield b"committer Ada <ada@example.org> %d +0000\n" % (1_600_000_000 + 600 * number)
        yield data(f"Change number {number}: {' '.join(chance.sample(WORDS, 6))}\n".encode())
        changed = range(FILES) if not number else chance.sample(range(FILES), CHANGED)
        for file in changed:
            lines = contents[file]
            for _ in range(chance.randrange(1, 12)):
                lines[chance.randrange(len(lines))] = line(chance)
            yield b"M 100644 inline src/part%d/module%d.py\n" % (file % 20, file)
            yield data("".join(lines).encode())
        if number < BINARIES:
            yield b"M 100644 inline assets/file%d.bin\n" % number
            yield data(noise(number))


def line(chance: random.Random) -> str:
    """Return one line in the shape of code."""
    words = chance.choices(WORDS, k=chance.randrange(1, 9))
    indent = "    " * chance.randrange(4)
    shape = chance.randrange(6)
    if shape == 0:
        return f"{indent}{words[0]} = {words[-1]}({', '.join(words[1:-1])})\n"
    if shape == 1:
        return f'{indent}self.{words[0]}["{words[-1]}"] = "{" ".join(words)}"\n'
    if shape == 2:
        return f"{indent}# {' '.join(words)} {chance.getrandbits(64):016x}\n"
    if shape == 3:
        return f"{indent}if {words[0]}_{words[-1]} > {chance.randrange(10_000)}:\n"
    if shape == 4:
        return f"{indent}{words[0]}: {words[-1]} = {chance.random():.6f}\n"
    return f"{indent}return {'.'.join(words)}\n"


def noise(number: int) -> bytes:
    """Return bytes that do not compress, as those of an image or an archive."""
    return b"".join(
        hashlib.sha512(b"%d %d" % (number, block)).digest() for block in range(BINARY_BYTES // 64)
    )


def data(content: bytes) -> bytes:
    """Return a data command of fast-import."""
    return b"data %d\n%b\n" % (len(content), content)


if __name__ == "__main__":
    main()
