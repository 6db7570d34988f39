"""`python -m bench` runs every benchmark, each in a process of its own; `python -m bench NAME` one.

Each says what was measured, on what, and the ratio to a limit or a peer in the same run. Quote the
ratios: seconds depend on the machine.
"""

import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from assay import __version__

NAMES = sorted(
    path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_")
)


def main(wanted: list[str]) -> int:
    unknown = sorted(set(wanted) - set(NAMES))
    if unknown:
        print(f"No benchmark {unknown[0]!r}; there are {', '.join(NAMES)}")
        return 2
    print(
        f"Assay {__version__}, Python {platform.python_version()}, {platform.machine()}, "
        f"{datetime.now(UTC):%Y-%m-%d}"
    )
    failed = 0
    for name in wanted or NAMES:
        print(f"\n== {name}", flush=True)
        failed |= subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
