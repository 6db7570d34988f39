"""How long a verification takes, from a cold start to the exit.

* A saved verdict, as a deployment would check it, beside a Python that only loads `cryptography`.
* A Sigstore bundle, keyless, offline, from the shared vectors: beside the `sigstore` command on the
  same bundle; it is left out where the vectors are absent.
* in-toto-verify on nothing but its `--help`: what its users wait for before it begins.

Each figure is the median of several runs, in turn with what it is compared with. Processor time is
given as well: it says the same on a machine that has other work.

Run `python -m bench.verify`.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from bench._peers import peer
from bench.commands import BIN, ROOT, environment, make_shop

ROUNDS: Final = 9
VECTORS: Final = ROOT.parent / "shared" / "data" / "vectors" / "sigstore"
CASE: Final = VECTORS / "happy-path-v0.3" / "bundle.sigstore.json"
AIM: Final = 0.2

Command = Sequence[str | Path]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """The median seconds of a command: by the clock, and of the processor."""

    wall: float
    processor: float


def timed(commands: Sequence[Command], folder: Path) -> list[Timed]:
    """Run the commands in turn, several times; each has to succeed."""
    taken: list[list[tuple[float, float]]] = [[] for _ in commands]
    for _ in range(ROUNDS):
        for command, into in zip(commands, taken, strict=True):
            before, began = _children(), time.perf_counter()
            subprocess.run(
                command,
                cwd=folder,
                env=environment(folder) | {"HOME": str(folder)},
                check=True,
                capture_output=True,
            )
            into.append((time.perf_counter() - began, _children() - before))
    return [
        Timed(
            wall=statistics.median(wall for wall, _ in runs),
            processor=statistics.median(processor for _, processor in runs),
        )
        for runs in taken
    ]


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def show(name: str, ours: Timed, peer_name: str, theirs: Timed) -> None:
    print(
        f"{name}: {ours.wall * 1000:.0f} ms, processor {ours.processor * 1000:.0f} ms "
        f"(aim: under {AIM * 1000:.0f} ms)\n"
        f"  {peer_name}: {theirs.wall * 1000:.0f} ms, processor {theirs.processor * 1000:.0f} ms; "
        f"ours is {ours.processor / theirs.processor:.2f} x"
    )


def verdict(folder: Path) -> None:
    """Verify a verdict of the demo's shop."""
    shop = make_shop(folder)
    saved = folder / "verdict.json"
    check: Command = (BIN / "assay", "check", shop, "--save-verdict", saved)
    ended = subprocess.run(check, env=environment(shop), capture_output=True, check=False)
    assert ended.returncode in {0, 1}, ended.stderr.decode()  # the shop's faults are planted
    [trust] = (Path(environment(shop)["ASSAY_HOME"]) / "trust").iterdir()
    head = ["git", "-C", str(shop), "rev-parse", "HEAD"]
    commit = subprocess.run(head, check=True, capture_output=True, text=True).stdout.strip()
    asked: Command = ("--subject", f"gitCommit:{commit}", "--trust-root", trust)
    bare = "from cryptography.hazmat.primitives.asymmetric import ec, ed25519"
    ours, theirs = timed(
        [
            ["sh", "-c", '"$@"; test $? -le 1', "sh", BIN / "assay", "verify", saved, *asked],
            [sys.executable, "-c", bare],
        ],
        shop,
    )
    show("assay verify, a verdict", ours, "Python that loads cryptography", theirs)


def bundle(folder: Path) -> None:
    """Verify a keyless bundle, beside sigstore's own command."""
    if not CASE.exists():
        print(f"assay verify, a bundle: not measured, there is no {CASE}")
        return
    given = JsonValue(parse_json((VECTORS / "index.json").read_bytes(), max_bytes=2**20))
    default = given.field("defaults")
    artifact, root = (VECTORS / default.field(n).text() for n in ("artifact", "trusted_root"))
    identity, issuer = (default.field(n).text() for n in ("identity", "issuer"))
    ours: Command = (
        *(BIN / "assay", "verify", artifact, "--bundle", CASE, "--trusted-root", root),
        *("--identity", identity, "--issuer", issuer),
    )
    theirs: Command = (
        *(BIN / "sigstore", "verify", "identity", "--offline", "--bundle", CASE, artifact),
        *("--cert-identity", identity, "--cert-oidc-issuer", issuer),
    )
    show("assay verify, a bundle", *_named(timed([ours, theirs], folder), "sigstore verify"))


def _named(pair: list[Timed], name: str) -> tuple[Timed, str, Timed]:
    return pair[0], name, pair[1]


def help_of_in_toto(folder: Path) -> None:
    programs = peer("in-toto==3.1.0")
    if programs is None:
        return
    pair = timed([[BIN / "assay", "--help"], [programs / "in-toto-verify", "--help"]], folder)
    show("assay --help", *_named(pair, "in-toto-verify --help"))


def main() -> None:
    for measure in (verdict, bundle, help_of_in_toto):
        with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
            measure(Path(folder))


if __name__ == "__main__":
    main()
