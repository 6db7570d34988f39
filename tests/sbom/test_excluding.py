"""What somebody asked to leave out of a tree: it is gone, and it is named."""

import pytest

from assay.core.errors import UsageError
from assay.sbom.excluding import leave_out
from assay.system.filetree import MemoryTree, TreeGap

TREE = MemoryTree(
    contents=dict.fromkeys(["a.jar", "lib/a.jar", "lib/deep/b.jar", "x.txt"], b"xyz"),
    gaps=(TreeGap(path="lib/link", why="a link"), TreeGap(path="link", why="a link")),
)
CASES = {
    "a-folder": (["lib"], ["a.jar", "x.txt"], [("lib", 3)]),
    "a-folder-with-slash": (["lib/"], ["a.jar", "x.txt"], [("lib/", 3)]),
    "everywhere": (["**/*.jar"], ["x.txt"], [("**/*.jar", 3)]),
    "one-level": (["*.jar"], ["lib/a.jar", "lib/deep/b.jar", "x.txt"], [("*.jar", 1)]),
    "the-first-counts": (["lib", "**/a.jar"], ["x.txt"], [("**/a.jar", 1), ("lib", 3)]),
    "nothing": (["absent"], ["a.jar", "lib/a.jar", "lib/deep/b.jar", "x.txt"], []),
}


@pytest.mark.parametrize(("patterns", "kept", "noted"), CASES.values(), ids=CASES)
def test_left_out(patterns: list[str], kept: list[str], noted: list[tuple[str, int]]) -> None:
    found = leave_out(TREE, patterns)
    assert [file.path for file in found.files] == kept
    said = [(gap.path, gap.why) for gap in found.gaps if gap.why != "a link"]
    assert said == [(path, f"left out, as was asked: {count} files") for path, count in noted]
    assert found.load("x.txt", max_bytes=3) == b"xyz"
    assert found.load_part("x.txt", 1, 1) == b"y"


def test_without_a_pattern_it_is_the_same() -> None:
    assert leave_out(TREE, []) is TREE


@pytest.mark.parametrize("pattern", ["", "/lib"])
def test_what_is_no_pattern(pattern: str) -> None:
    with pytest.raises(UsageError, match=", at --exclude"):
        leave_out(TREE, [pattern])
