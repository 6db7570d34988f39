"""What the search for secrets finds, wrongly finds and costs, beside three other scanners.

* kingfisher and detect-secrets come from the package index, each into an environment of its own;
  gitleaks is built from the Go module proxy where Go is installed. What cannot be had is named.
* Found: each example of `--examples` (a document of `rules` with `positive` and `negative` texts)
  is a file of its own, and all tools get the same folder. A file is hit where a tool reports
  anything in it. Many negatives hold a real form of another issuer, which the same document lists
  as a positive; they are left out of the second figure.
* Cost: the modules of this Python's standard library, as files. Assay reads them as a repository of
  one commit. The second time is that with what the first run kept.

Nobody is asked whether a secret works. Times are of the wall and of all processors; say what else
the machine did. Run `python -m bench.secrets [--examples FILE] [--rounds N]`.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench._peers import peer
from bench.history import GIT, Times, since, spent

DETECT: Final = "detect-secrets==1.5.0"
KINGFISHER: Final = "kingfisher-bin==2.14.0"
GITLEAKS: Final = "github.com/zricethezav/gitleaks/v8@v8.28.0"
EXAMPLES: Final = Path(__file__).resolve().parents[2] / "shared/data/secrets/examples.json"
_LONG: Final = 12  # characters of what may be a secret, and no name of a setting
_DIGITS: Final = 3
PEERS: Final = Path(__file__).resolve().parent.parent / "build" / "peers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """How a tool is run on a folder, and which names of files its answer has."""

    name: str
    command: Callable[[Path, Path], tuple[str | Path, ...]]
    hit: Callable[[bytes, Path], set[str]]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--examples", type=Path, default=EXAMPLES)
    arguments.add_argument("--rounds", type=int, default=3)
    chosen = arguments.parse_args()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    tools = tuple(available())
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as scratch:
        os.environ["ASSAY_HOME"] = str(Path(scratch) / "home")
        if chosen.examples.exists():
            measure_found(tools, chosen.examples, Path(scratch))
        else:
            print(f"no examples: {chosen.examples}")
        measure_cost(tools, Path(scratch), rounds=chosen.rounds)
    print(f"load {os.getloadavg()[0]:.1f}")


def available() -> Iterator[Tool]:
    """Yield the tools that can be had here, ours first."""
    yield OURS
    if programs := peer(KINGFISHER):
        yield kingfisher(programs / "kingfisher")
    if programs := peer(DETECT):
        yield detect_secrets(programs / "detect-secrets")
    if program := build_gitleaks():
        yield gitleaks(program)


OURS: Final = Tool(
    name="assay",
    command=lambda folder, _out: (assay(), "secrets", "scan", folder, "--json"),
    hit=lambda told, _out: {
        place["path"] for finding in json.loads(told)["findings"] for place in finding["locations"]
    },
)


def kingfisher(program: Path) -> Tool:
    return Tool(
        name=KINGFISHER,
        command=lambda folder, out: (
            *(program, "scan", folder, "--git-history", "none", "--no-dedup"),
            *("--no-validate", "--no-update-check", "--format", "jsonl", "--output", out),
        ),
        hit=lambda _told, out: {Path(path).name for path in _lines(out)},
    )


def detect_secrets(program: Path) -> Tool:
    return Tool(
        name=DETECT,
        command=lambda folder, _out: (
            *(program, "-C", folder, "scan", "--all-files", "--no-verify", "."),
        ),
        hit=lambda told, _out: {Path(path).name for path in json.loads(told)["results"]},
    )


def gitleaks(program: Path) -> Tool:
    return Tool(
        name=f"gitleaks {GITLEAKS.rpartition('@')[2]}",
        command=lambda folder, out: (
            *(program, "dir", folder, "--no-banner", "--exit-code", "0"),
            *("--report-format", "json", "--report-path", out),
        ),
        hit=lambda _told, out: {Path(item["File"]).name for item in json.loads(out.read_bytes())},
    )


def _lines(out: Path) -> Iterator[str]:
    for line in out.read_text().splitlines():
        found = json.loads(line).get("finding") if line.startswith("{") else None
        if found:
            yield found["path"]


def assay() -> Path:
    """Return the command that is installed beside this Python."""
    return Path(sys.executable).with_name("assay")


def build_gitleaks() -> Path | None:
    """Build gitleaks, if there is a Go toolchain and the module proxy answers."""
    folder = PEERS / GITLEAKS.replace("/", "-")
    program = folder / "gitleaks"
    if program.exists():
        return program
    go = shutil.which("go")
    if go is None:
        print("gitleaks: not measured, there is no Go toolchain")
        return None
    folder.mkdir(parents=True, exist_ok=True)
    built = subprocess.run(
        (go, "install", GITLEAKS), env={**os.environ, "GOBIN": str(folder)}, check=False
    )
    if built.returncode or not program.exists():
        print("gitleaks: not measured, it could not be built")
        return None
    return program


def measure_found(tools: tuple[Tool, ...], examples: Path, scratch: Path) -> None:
    """Print how many positives and negatives each tool hits."""
    rules = json.loads(examples.read_text())["rules"]
    texts = {
        kind: [text for rule in rules for text in rule[kind]] for kind in ("positive", "negative")
    }
    folder = scratch / "examples"
    folder.mkdir()
    for kind, all_of_it in texts.items():
        for number, text in enumerate(all_of_it):
            (folder / f"{kind}-{number:04}.txt").write_text(f"{text}\n")
    commit(folder)
    known = "\n".join(texts["positive"])
    for tool in tools:
        hit = run(tool, folder, scratch / "out")[1]
        found = sum(name.startswith("positive-") for name in hit)
        wrong = [int(name[9:13]) for name in hit if name.startswith("negative-")]
        others = listed_values(texts["negative"], known)
        unlisted = [number for number in wrong if number not in others]
        judged = len(texts["negative"]) - len(others & set(wrong))
        print(
            f"{tool.name}: {found} of {len(texts['positive'])} positives "
            f"({found / len(texts['positive']):.1%}); {len(wrong)} of {len(texts['negative'])} "
            f"negatives, {len(unlisted)} of {judged} without positives of another rule"
        )


def listed_values(negatives: list[str], known: str) -> set[int]:
    """Return which negatives hold a long word with digits in it that is in a positive too."""
    return {
        number
        for number, text in enumerate(negatives)
        if any(_is_long(word) and word in known for word in _words(text))
    }


def _is_long(word: str) -> bool:
    return len(word) >= _LONG and sum(map(str.isdigit, word)) >= _DIGITS


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() or c in "-_.=+/:@" else " " for c in text).split()


def measure_cost(tools: tuple[Tool, ...], scratch: Path, *, rounds: int) -> None:
    """Print what each tool takes for the same files, and the ratio to ours."""
    folder = scratch / "files"
    shutil.copytree(
        sysconfig.get_path("stdlib"),
        folder,
        ignore=shutil.ignore_patterns("__pycache__", "site-packages", "*.so", "*.a"),
        symlinks=True,
    )
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    commit(folder)
    print(f"{size / 1e6:.0f} MB of files")
    ours: Times | None = None
    for tool in tools:
        runs = [run(tool, folder, scratch / "out") for _ in range(rounds)]
        print(f"{tool.name}: {len(runs[-1][1])} files with findings")
        best = min((took for took, _ in runs[1:] or runs), key=lambda took: took.processor)
        ours = ours or best
        print(
            f"  first {runs[0][0].wall:.2f} s; then {best.wall:.2f} s, processor "
            f"{best.processor:.2f} s, {best.processor / ours.processor:.1f} x ours"
        )


def commit(folder: Path) -> None:
    """Make `folder` a repository of one commit."""
    for arguments in (
        ("init", "-q"),
        ("add", "-A", "-f"),
        ("-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-qm", "All"),
    ):
        subprocess.run((GIT, *arguments), cwd=folder, check=True)


def run(tool: Tool, folder: Path, out: Path) -> tuple[Times, set[str]]:
    """Return what a run took, and the files that it reports."""
    out.unlink(missing_ok=True)
    began = spent()
    done = subprocess.run(tool.command(folder, out), capture_output=True, check=False)
    took = since(began)
    return took, tool.hit(done.stdout, out)


if __name__ == "__main__":
    main()
