"""Peers from the package index, each in an environment of its own under `build/peers`."""

import subprocess
import sys
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).resolve().parent.parent / "build" / "peers"


def peer(requirement: str) -> Path | None:
    """Return the folder of programs of an environment with this; None where it cannot be had."""
    folder = _FOLDER / requirement.replace("==", "-")
    programs = folder / "bin"
    if (folder / "ready").exists():
        return programs
    print(f"installing {requirement}", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    installed = subprocess.run([programs / "pip", "install", "--quiet", requirement], check=False)
    if installed.returncode != 0:
        print(f"{requirement}: not measured, it could not be installed")
        return None
    (folder / "ready").touch()
    return programs
