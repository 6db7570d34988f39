"""Assay's own gate on a clone of Assay: signed, logged and replayed, with keys made for this run.

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
    CACHE.mkdir(parents=True)
    clone = CACHE / "assay"  # a log of this run alone, and nobody's own log touched
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", ROOT, clone], check=True)
    if not advisories:
        print("No advisories named: only the few of the examples are matched.")
        advisories = [str(ROOT / "examples" / "advisories")]
    saved, report = CACHE / "verdict.json", CACHE / "report.html"
    steps: list[tuple[str | Path, ...]] = [("init", clone)]
    steps += [("vulns", "import", source) for source in advisories]
    steps += [
        ("check", clone, "--output", report, "--save-verdict", saved),
        ("log", "verify", "--repository", clone),
        ("replay", saved, "--repository", clone),
    ]
    for step in steps:
        environment = os.environ | {"ASSAY_HOME": str(CACHE / "home")}
        status = subprocess.run([ASSAY, *step], env=environment, check=False).returncode
        if status:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
