"""Real programs of others, where they are: in `PATH`, or in an environment under `build/peers`."""

import os
from pathlib import Path

import pytest

from assay.system.process import find_program

_PEERS = Path(__file__).resolve().parents[2] / "build" / "peers"


def put_in_path(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the program `name` one that is found; skip the test where it is not here.

    `python -m bench._peers NAME` makes an environment with it.
    """
    if find_program(name):
        return
    found = sorted(_PEERS.glob(f"{name}*/bin/{name}"))
    if not found:
        pytest.skip(f"{name}: not installed")
    monkeypatch.setenv("PATH", f"{found[-1].parent}{os.pathsep}{os.environ['PATH']}")
