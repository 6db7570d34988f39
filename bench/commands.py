"""How long whole commands take, from a cold start to the exit.

* `assay --help` beside a Python that does nothing: the start that every command pays.
* `assay check` on the demo's shop, beside the two scanners that it runs, run alone.

Each figure is the median of several runs, in turn with what it is compared with.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
BIN: Final = Path(sys.executable).parent
ROUNDS: Final = 7


def main() -> None:
    start = compare([BIN / "assay", "--help"], [sys.executable, "-c", "pass"], cwd=ROOT)
    print(f"assay --help: {start[0] * 1000:.0f} ms, {start[0] / start[1]:.1f} x an empty Python")
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
        shop = make_shop(Path(folder))
        alone = f"{BIN}/zizmor --offline -q . ; {BIN}/bandit -q -r ."
        check = compare([BIN / "assay", "check", shop], ["sh", "-c", alone], cwd=shop)
        print(
            f"assay check, the demo's shop: {check[0]:.2f} s (aim: under 10 s), "
            f"{check[0] / check[1]:.1f} x its two scanners alone, one after the other"
        )


def compare(ours: list[str | Path], theirs: list[str | Path], *, cwd: Path) -> tuple[float, float]:
    """Return the median seconds of two commands that are run in turn."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for command, into in ((ours, times[0]), (theirs, times[1])):
            began = time.perf_counter()
            subprocess.run(command, cwd=cwd, env=environment(cwd), capture_output=True, check=False)
            into.append(time.perf_counter() - began)
    return statistics.median(times[0]), statistics.median(times[1])


def make_shop(folder: Path) -> Path:
    """Make a repository of the demo's shop, with keys, a log and advisories."""
    shop = folder / "shop"
    person = ("-c", "user.name=Ada", "-c", "user.email=ada@shop.example")
    commands: tuple[tuple[str | Path, ...], ...] = (
        ("cp", "-r", ROOT / "examples" / "shop", shop),
        ("git", "-C", shop, "init", "--quiet"),
        ("git", "-C", shop, "add", "--all"),
        ("git", "-C", shop, *person, "commit", "--quiet", "--message", "Start"),
        (BIN / "assay", "init", shop),
        (BIN / "assay", "vulns", "import", ROOT / "examples" / "advisories"),
    )
    for command in commands:
        subprocess.run(command, env=environment(shop), check=True, stdout=subprocess.DEVNULL)
    return shop


def environment(cwd: Path) -> dict[str, str]:
    """Return an environment with an Assay home beside the repository."""
    return os.environ | {"ASSAY_HOME": str(cwd.parent / "home")}


if __name__ == "__main__":
    main()
