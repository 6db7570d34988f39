"""Assay's own gate on Assay: signed, logged and replayed, with keys of its own outside the clone.

Usage: dogfood.py [ADVISORIES ...]. Each argument is a folder or zip for `assay vulns import`;
without one, the few advisories of the examples are taken, and the output says so.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ASSAY = Path(sys.executable).with_name("assay")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "assay-dogfood"


def main(advisories: list[str]) -> int:
    """Check, verify and replay; return the exit status of the first that is not 0."""
    shutil.rmtree(CACHE, ignore_errors=True)
    state = ROOT / ".assay"
    shutil.rmtree(state, ignore_errors=True)  # a log of this run alone: its keys are new as well
    CACHE.mkdir(parents=True)
    if not advisories:
        print("No advisories named: only the few of the examples are matched.")
        advisories = [str(ROOT / "examples" / "advisories")]
    saved, report = CACHE / "verdict.json", CACHE / "report.html"
    steps: list[tuple[str | Path, ...]] = [("init", ROOT)]
    steps += [("vulns", "import", source) for source in advisories]
    steps += [
        ("check", ROOT, "--output", report, "--save-verdict", saved),
        ("log", "verify", "--repository", ROOT),
        ("replay", saved, "--repository", ROOT),
    ]
    for step in steps:
        environment = os.environ | {"ASSAY_HOME": str(CACHE / "home")}
        status = subprocess.run([ASSAY, *step], env=environment, check=False).returncode
        if status:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
