"""Make the virtual environment with the locked, hash-checked dependencies and Assay itself.

Runs on a plain Python 3.11 or later, with nothing installed. Usage: bootstrap.py VENV
"""

import importlib.util
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUIET = ("--quiet", "--disable-pip-version-check")


def main(folder: Path) -> int:
    """Create `folder` and install into it; return an exit status."""
    if sys.version_info < (3, 11):  # noqa: UP036  # says it in words, where pip would not
        print(f"Assay needs Python 3.11 or later; this is {sys.version.split()[0]}.")
        print("Name another one: make PYTHON=python3.12 …")
        return 2
    if shutil.which("git") is None:
        print("Assay needs git: install the package `git`.")
        return 2
    if importlib.util.find_spec("ensurepip") is None:
        print("This Python cannot make virtual environments with pip.")
        print("On Debian and Ubuntu: install the package `python3-venv`, then run this again.")
        return 2
    print(f"Setting up {folder} (once; about a minute)", file=sys.stderr)
    venv.create(folder, with_pip=True, clear=True)
    pip = (str(folder / "bin" / "python"), "-m", "pip", "install", *QUIET)
    steps = (
        (*pip, "--require-hashes", "--only-binary=:all:", "-r", str(ROOT / "requirements/dev.txt")),
        (*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)),
    )
    statuses = (subprocess.run(step, check=False).returncode for step in steps)
    return next((status for status in statuses if status), 0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
