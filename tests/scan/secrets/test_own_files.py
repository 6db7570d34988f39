"""Assay finds nothing in its own files: no secret-shaped string stands whole in the repository.

A guessable word in the place of a password is no secret, and is reported as low.
"""

from pathlib import Path

import pytest

from assay.scan.secrets.matcher import GUESSABLE, Matcher
from assay.scan.secrets.rule import load_rules

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = ("src", "tests", "bench", "docs", "examples", "tools")


def test_our_own_files() -> None:
    if not (ROOT / "pyproject.toml").is_file():
        pytest.skip("not in a checkout")
    matcher = Matcher(load_rules().rules)
    files = [
        path
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ]
    assert len(files) > 50
    found = [
        f"{path.relative_to(ROOT)}:{match.lines_before + 1} {match.rule.id}"
        for path in files
        for match in matcher.find(path.read_bytes())
        if match.doubt != GUESSABLE
    ]
    assert found == []
