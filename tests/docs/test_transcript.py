"""What runs the documentation finds what is wrong in it."""

from pathlib import Path

import pytest

from tests.docs.pages import Block
from tests.docs.transcript import complaints, missing_line, run_steps, steps_of


def session(text: str, *, language: str = "console", file: str = "") -> Block:
    return Block(language=language, text=text, line=7, file=file, not_run="")


def complaints_about(*blocks: Block, home: Path) -> list[str]:
    steps = tuple(steps_of("page.md", blocks))
    return list(complaints(steps, run_steps(steps, setup=(), home=home)))


def test_a_page_that_tells_the_truth(tmp_path: Path) -> None:
    """One shell for the whole page: its folder and variables stay."""
    told = (
        session("mkdir a\ncd a\nname=x\n", language="sh"),
        session("one line\n", language="text", file="sub/b.txt"),
        session("$ cat sub/b.txt\none line\n$ ls /absent\n…absent…\n$ echo $?\n2\n"),
        session('$ echo "$name" \\\n> more\nx more\n$ pwd\n…/a\n'),
    )
    assert complaints_about(*told, home=tmp_path) == []


def test_a_command_that_fails(tmp_path: Path) -> None:
    assert complaints_about(session("$ sh -c 'echo no; exit 4'\n"), home=tmp_path) == [
        "page.md:7: $ sh -c 'echo no; exit 4'\nended 4:\nno\n"
    ]


def test_a_command_that_fails_in_the_middle_of_a_block(tmp_path: Path) -> None:
    [found] = complaints_about(session("false\ntrue\n", language="sh"), home=tmp_path)
    assert found.endswith("ended 1:\n")


def test_a_command_that_prints_something_else(tmp_path: Path) -> None:
    assert complaints_about(session("$ echo yes\nno\n"), home=tmp_path) == [
        "page.md:7: $ echo yes\nshows:\nno\nbut prints:\nyes\n"
    ]


def test_a_command_that_ends_the_shell(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="the shell ended early"):
        complaints_about(session("$ exit 0\n$ echo more\n"), home=tmp_path)


def test_a_setup_that_fails(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="the setup failed"):
        run_steps((), setup=("absent",), home=tmp_path)


@pytest.mark.parametrize(
    ("shown", "missing"),
    {
        "all of it": ("a\nbc\nd", ""),
        "a part of a line": ("a\nb…\nd", ""),
        "the end left out": ("a\n…", ""),
        "the start left out": ("…\nd", ""),
        "the middle left out": ("a\n…\nd", ""),
        "nothing where something may be": ("a\n…\nbc\n…\nd\n…", ""),
        "another line": ("a\nx\nd", "a"),
        "another order": ("…\nd\n…\na", "a"),
        "not the start": ("bc\n…", "bc"),
        "not the end": ("a\nbc", "the end, after: bc"),
        "not the end, after a gap": ("…\nbc", "the end, after: bc"),
        "more than there is": ("a\nbc\nd\ne", "a"),
    }.values(),
)
def test_what_is_shown_is_compared(shown: str, missing: str) -> None:
    assert missing_line(tuple(shown.split("\n")), "a\nbc\nd\n") == missing


def test_the_last_line_may_stand_there_before() -> None:
    assert missing_line(("…", "x"), "x\ny\nx\n") == ""
