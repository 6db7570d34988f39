"""The README is short, and its demo shows what the demo prints."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, blocks_of
from tests.docs.transcript import missing_line

README = ROOT / "README.md"


def test_the_readme_has_at_most_150_lines() -> None:
    assert len(README.read_text().splitlines()) <= 150


def test_the_demo_prints_what_the_readme_shows(tmp_path: Path) -> None:
    session = next(b for b in blocks_of(README) if b.text.startswith("$ make demo\n"))
    done = subprocess.run(
        (sys.executable, ROOT / "examples" / "demo.py", tmp_path / "demo"),
        env=os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    if missing := missing_line(tuple(session.text.splitlines()[1:]), done.stdout):
        pytest.fail(
            f"the README shows:\n{missing}\nbut the demo prints:\n{done.stdout}", pytrace=False
        )
