"""Resolve the dependencies again and pin each with its hashes, into `requirements/`.

`run.txt` is what `assay` needs to run; `dev.txt` adds the extras, and what its developers need.
Needs `uv`.
"""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = (
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-header",
    "--no-annotate",
    "--quiet",
)


def main() -> int:
    """Write both files; return an exit status."""
    uv = shutil.which("uv")
    if uv is None:
        print("This needs uv: pipx install uv")
        return 2
    for name, groups in (("run", ()), ("dev", ("--group=dev", "--all-extras"))):
        target = ROOT / "requirements" / f"{name}.txt"
        command = (
            uv,
            "pip",
            "compile",
            *OPTIONS,
            "pyproject.toml",
            *groups,
            f"--output-file={target}",
        )
        if status := subprocess.run(command, cwd=ROOT, check=False).returncode:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
