"""Path patterns match as `.gitignore` users expect, and cannot be made slow."""

import pytest

from assay.core.errors import AssayError
from assay.core.pathpattern import check_pattern, is_match

MATCHES = [
    ("docs/*.md", "docs/a.md", True),
    ("docs/*.md", "docs/sub/a.md", False),
    ("docs/**", "docs/sub/a.md", True),
    ("docs/**", "docs", False),
    ("docs/**", "docs-old/a.md", False),
    ("**/test_*.py", "test_a.py", True),
    ("**/test_*.py", "tests/deep/test_a.py", True),
    ("**/test_*.py", "tests/deep/a.py", False),
    ("a?c", "abc", True),
    ("a?c", "a/c", False),
    ("a.c", "abc", False),
    ("*", "one\ntwo", True),
    ("[ab]", "a", False),
    ("a**", "a/b/c", True),
    ("a**z", "abc/xyz", True),
    ("**", "", True),
    ("docs/**", "docs/one\ntwo", True),
    ("?" * 8, "x" * 8, True),
    ("a" * 256, "a" * 256, True),
]


@pytest.mark.parametrize(("pattern", "path", "expected"), MATCHES)
def test_match(pattern: str, path: str, *, expected: bool) -> None:
    assert is_match(pattern, path) is expected


REFUSED = {
    "empty": ("", "[malformed] a path pattern has 1 to 256 characters: ''"),
    "absolute": ("/etc", "[malformed] a path pattern is relative to the top: '/etc'"),
    "wildcards": ("*a" * 9, f"[malformed] a path pattern has at most 8 wildcards: {'*a' * 9!r}"),
}


@pytest.mark.parametrize(("pattern", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(pattern: str, message: str) -> None:
    for refuse in (lambda: is_match(pattern, "x"), lambda: check_pattern(pattern)):
        with pytest.raises(AssayError) as caught:
            refuse()
        assert str(caught.value) == message


def test_too_long_is_refused() -> None:
    with pytest.raises(AssayError, match="1 to 256 characters"):
        is_match("a" * 257, "x")
