import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.scan.dockerfile.parse import Dockerfile, parse_dockerfile
from assay.scan.dockerfile.shell import split_commands


def read(text: str) -> Dockerfile:
    return parse_dockerfile(text.encode())


def names(text: str) -> list[tuple[str, str, tuple[int, int]]]:
    return [(one.name, one.rest, one.lines) for one in read(text).instructions]


def test_lines_go_on_behind_the_escape_character() -> None:
    text = "FROM a\nrun one \\\n\n  # not the end\n  two \\  \n three\nUSER x"
    assert names(text) == [
        ("FROM", "a", (1, 1)),
        ("RUN", "one two three", (2, 6)),
        ("USER", "x", (7, 7)),
    ]


def test_escape_directive() -> None:
    text = "# escape=`\nFROM a\nCOPY x c:\\\nRUN one `\n two\n"
    assert [rest for _, rest, _ in names(text)] == ["a", "x c:\\", "one two"]


def test_directive_behind_a_line_is_a_comment() -> None:
    assert [rest for _, rest, _ in names("FROM a\n# escape=`\nRUN a \\\n b\n")] == ["a", "a b"]


def test_windows_lines_and_a_byte_order_mark() -> None:
    file = parse_dockerfile(b"\xef\xbb\xbfFROM a\r\nRUN x \\\r\n y\r\n")
    assert [one.rest for one in file.instructions] == ["a", "x y"]


def test_heredocs() -> None:
    text = "FROM a\nRUN <<A cat - <<-'B' > f\none\nFROM b\nA\n\ttwo\n\tB\nUSER x\n"
    one = read(text).instructions[1]
    assert one.heredocs == ("one\nFROM b", "two")
    assert one.lines == (2, 7)
    assert names(text)[-1] == ("USER", "x", (8, 8))


def test_heredocs_are_of_three_instructions_only() -> None:
    assert names("FROM a\nENV A=<<B\nLABEL x=<<C\n")[1:] == [
        ("ENV", "A=<<B", (2, 2)),
        ("LABEL", "x=<<C", (3, 3)),
    ]


def test_stages() -> None:
    file = read("ARG V=1\nFROM --platform=linux/amd64 a:$V AS Build\nRUN x\nfrom build as two\n")
    assert [one.name for one in file.arguments] == ["ARG"]
    assert [(s.image, s.name, len(s.instructions)) for s in file.stages] == [
        ("a:$V", "build", 1),
        ("build", "two", 0),
    ]
    assert file.stages[0].start.flags == (("platform", "linux/amd64"),)


def test_flags_and_both_forms() -> None:
    text = 'FROM a\nCOPY --from=b --chmod=755 ["a b", "c"]\nRUN --mount=type=cache x --y\nCMD [1]\n'
    copy, run, cmd = read(text).instructions[1:]
    assert (copy.flags, copy.words) == ((("from", "b"), ("chmod", "755")), ("a b", "c"))
    assert (run.flags, run.words) == ((("mount", "type=cache"),), ("x", "--y"))
    assert cmd.words == ("[1]",)  # no list of texts: Docker hands it to a shell


def test_onbuild() -> None:
    one = read("FROM a\nONBUILD RUN x\n").instructions[1]
    assert (one.name, one.rest, one.onbuild) == ("RUN", "x", True)


REFUSED = {
    "nothing": (b"", "[malformed] no FROM, at line 1"),
    "no stage": (b"ARG A\n", "[malformed] no FROM, at line 1"),
    "before the stage": (b"\nRUN x\nFROM a\n", "[malformed] RUN before FROM, at line 2"),
    "no image": (b"FROM --platform=x\n", "[malformed] FROM without an image, at line 1"),
    "no instruction": (b"FROM a\nRAN x\n", "[malformed] no instruction: 'RAN x', at line 2"),
    "an escape alone": (b"FROM a\n\\\n", "[malformed] no instruction: '', at line 2"),
    "onbuild of nothing": (
        b"FROM a\nONBUILD NO x\n",
        "[malformed] no instruction: 'NO x', at line 2",
    ),
    "no end": (b"FROM a\nRUN <<E\nx\n", "[malformed] no end of <<E, at line 2"),
    "not UTF-8": (b"FROM \xff\n", "[malformed] not UTF-8"),
    "an odd escape": (b"# escape=x\nFROM a\n", "[malformed] no escape character: 'x', at line 1"),
    "too long": (
        b"#" * (2**20 + 1),
        "[malformed] 1048577 bytes, where at most 1048576 are read",
    ),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(data: bytes, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_dockerfile(data)
    assert str(caught.value) == message


LINE = st.text(alphabet='FROMRUNa \\<EOF-"[]=#`\t$', max_size=20)


@given(st.lists(LINE, max_size=12))
def test_any_lines_are_read_or_malformed(lines: list[str]) -> None:
    text = "\n".join(["FROM a", *lines])
    try:
        file = read(text)
    except MalformedError:
        return
    numbers = [number for one in file.instructions for number in one.lines]
    assert numbers == sorted(numbers)
    for one in file.instructions:
        split_commands(one.script)


def test_commands_of_a_script() -> None:
    script = 'A=1 sudo -E \'a b\' "c\\"d" e\\ f | /bin/sh -x && # no | comment\n(g; h)'
    found = split_commands(script)
    assert [one.words for one in found] == [
        ("A=1", "sudo", "-E", "a b", 'c\\"d', "e f"),
        ("/bin/sh", "-x"),
        ("g",),
        ("h",),
    ]
    assert [one.joined_by for one in found] == ["|", "&&", ";", ")"]
    assert found[1].name == "sh"
