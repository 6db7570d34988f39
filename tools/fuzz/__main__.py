"""Give all readers mutated input for a while; every fault is kept in .fuzz/crashes."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fuzz.campaign import run_campaign
from fuzz.guard import try_input
from fuzz.targets import all_targets

CRASHES: Final = Path(__file__).resolve().parent.parent.parent / ".fuzz" / "crashes"


def main(arguments: Sequence[str]) -> int:
    """Run; return 1 where a reader did what it may not do."""
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0, help="for all readers together")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--target", action="append", help="only readers whose name has this in it")
    parser.add_argument("--number", type=int, default=None, help="where the chances begin")
    parser.add_argument("--again", type=Path, help="give this one file to the --target, and say")
    asked = parser.parse_args(arguments)
    named = [t for t in all_targets() if not asked.target or any(n in t.name for n in asked.target)]
    targets = [target for target in named if target.seeds()]
    if not targets:
        parser.error("no reader has such a name")
    if asked.again:
        for target in targets:
            sys.stdout.write(f"{target.name}: {try_input(target, asked.again.read_bytes())}\n")
        return 0
    number = int(time.time()) if asked.number is None else asked.number
    before = set(CRASHES.glob("*.bin"))
    tried = run_campaign(
        targets, seconds=asked.seconds, jobs=asked.jobs, number=number, crashes=CRASHES
    )
    new = sorted(set(CRASHES.glob("*.bin")) - before)
    sys.stdout.write(
        f"{len(targets)} readers, {tried} inputs in {asked.seconds:g} s (--number {number}), "
        f"{len(new)} faults\n"
    )
    return int(bool(new))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
