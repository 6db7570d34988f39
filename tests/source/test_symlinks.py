import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.source.symlinks import leaves_tree

LEAVES = {
    "absolute": {"a": "/etc/passwd"},
    "up": {"a": "../x"},
    "up-from-a-folder": {"d/a": "../../x"},
    "up-and-down": {"a": "b/../../x"},
    "git-folder": {"a": ".git/config"},
    "git-folder-capitals": {"d/a": "../.GIT/config"},
    "by-another-link": {"a": "b/x", "b": ".."},
    "by-an-absolute-link": {"a": "d/b/x", "d/b": "/srv"},
    # Read as text this stays inside: d/e/b/../x is d/e/x. The system follows b first.
    "behind-a-link-upwards": {"a": "d/e/b/../x", "d/e/b": "../.."},
    "root": {"a": "/"},
}
STAYS = {
    "file": {"a": "b"},
    "folder": {"d/a": "../e/f"},
    "up-and-back": {"d/e/a": "../../x"},
    "dots": {"a": "./b/./c//d"},
    "itself": {"a": "a"},
    "circle": {"a": "b", "b": "a"},
    "nothing": {"a": "absent/x"},
    "empty": {"a": ""},
    "git-in-a-name": {"a": ".gitignore"},
    "through-a-link-inside": {"a": "d/b/x", "d/b": "../e"},
}


@pytest.mark.parametrize("targets", LEAVES.values(), ids=LEAVES)
def test_leaves(targets: dict[str, str]) -> None:
    assert leaves_tree("a" if "a" in targets else "d/a", targets)


@pytest.mark.parametrize("targets", STAYS.values(), ids=STAYS)
def test_stays(targets: dict[str, str]) -> None:
    path = next(path for path in ("a", "d/a", "d/e/a") if path in targets)
    assert not leaves_tree(path, targets)


STEPS = st.lists(st.sampled_from(["..", ".", "a", "b", "c"]), min_size=1, max_size=8)


@given(folder=st.lists(st.sampled_from("xyz"), max_size=4), steps=STEPS)
def test_without_other_links_it_is_what_the_text_says(folder: list[str], steps: list[str]) -> None:
    path = "/".join((*folder, "link"))
    target = "/".join(steps)
    depth = len(folder)
    lowest = depth
    for step in steps:
        depth += {"..": -1, ".": 0}.get(step, 1)
        lowest = min(lowest, depth)
    assert leaves_tree(path, {path: target}) == (lowest < 0)
    if lowest >= 0:
        assert not posixpath.normpath("/".join((*folder, target))).startswith("..")


@given(st.dictionaries(st.sampled_from(["a", "b", "a/c", "d"]), STEPS.map("/".join), min_size=1))
def test_any_links_come_to_an_end(targets: dict[str, str]) -> None:
    for path in targets:
        assert leaves_tree(path, targets) in {True, False}
