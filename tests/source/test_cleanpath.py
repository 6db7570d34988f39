import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.source.cleanpath import path_fault

GIT = "a part that some system takes for .git"
FAULTS = {
    "empty": ("", "an absolute or empty path"),
    "absolute": ("/etc/passwd", "an absolute or empty path"),
    "nul": ("a\0b", "a NUL in the name"),
    "up": ("../a", "a part '..' in the path"),
    "up-inside": ("a/../../b", "a part '..' in the path"),
    "up-last": ("a/..", "a part '..' in the path"),
    "dot": ("./a", "a part '.' in the path"),
    "double-slash": ("a//b", "a part '' in the path"),
    "trailing-slash": ("a/", "a part '' in the path"),
    "backslash": (
        "..\\a",
        "a backslash in the name, which separates folders on some systems",
    ),
    "git": (".git", GIT),
    "git-config": (".git/config", GIT),
    "git-below": ("a/.git/config", GIT),
    "git-capitals": (".GiT/config", GIT),
    "git-dotted-i": (".G\u0131t".replace("\u0131", "I") + "/hooks", GIT),
    "git-space": (".git /config", GIT),
    "git-dots": (".git.../config", GIT),
    "git-stream": (".git::$INDEX_ALLOCATION/config", GIT),
    "git-short-name": ("git~1/config", GIT),
    "git-short-name-capitals": ("GIT~12", GIT),
    "git-ignored-character": (".g\u200cit/config", GIT),
    "git-byte-order-mark": ("\ufeff.git/config", GIT),
    "git-wide-letters": ("\uff0egit/config", GIT),
}


@pytest.mark.parametrize(("path", "fault"), FAULTS.values(), ids=FAULTS)
def test_refused(path: str, fault: str) -> None:
    assert path_fault(path) == fault


@pytest.mark.parametrize(
    "path",
    [
        "a",
        "a/b.py",
        ".gitignore",
        ".github/workflows/ci.yml",
        "git",
        ".gitmodules",
        "a.git/b",
        "..a/b..",
        "...",
        " ",
        "\x1b[31m",
        "od\udcff",
        "line\nend",
        "-rf",
        "git~",
        "C:x",
    ],
)
def test_accepted(path: str) -> None:
    assert not path_fault(path)


@given(st.lists(st.sampled_from(["a", "..", ".", "", ".git", "/", "b\\", "ok"]), max_size=6))
def test_what_is_accepted_stays_below(parts: list[str]) -> None:
    """A clean path, split where any system splits, has only plain names."""
    path = "/".join(parts)
    if not path_fault(path):
        split = path.replace("\\", "/").split("/")
        assert not {"", ".", "..", ".git"} & set(split)
