"""Both stages together: windows, overlaps, UTF-16, blocks of several objects."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import UnavailableError
from assay.scan.secrets.matcher import GUESSABLE, Matcher
from assay.scan.secrets.rule import load_rules, parse_rules
from assay.scan.secrets.triggers import windows
from tests.scan.secrets.generate import fill

RULES = load_rules().rules
MATCHER = Matcher(RULES)


def names(text: str | bytes) -> list[str]:
    data = text if isinstance(text, bytes) else text.encode()
    return [match.rule.id for match in MATCHER.find(data)]


def test_the_span_is_that_of_the_secret() -> None:
    token = fill("npm_{b62:30}{crc}")
    (match,) = MATCHER.find(f"one\ntwo = '{token}' three\n".encode())
    assert match.value == token.encode()
    assert (match.start, match.end) == (11, 51)
    assert match.lines_before == 1
    assert match.line == b""


def test_the_line_is_there_for_a_permission() -> None:
    line = f"two = '{fill('npm_{b62:30}{crc}')}' # " + "assay" + ":allow"
    (match,) = MATCHER.find(f"one\n{line}\nthree".encode())
    assert match.line == line.encode()


def test_the_most_specific_rule_stays() -> None:
    assert names("api_token = '" + fill("ghp_{b62:30}{crc}") + "'") == ["github-token"]


def test_a_value_is_found_wherever_it_begins_and_ends() -> None:
    token = fill("glpat-{b62:20}").encode()
    for before in (b"", b"\n", b" " * 5000, b"\xff\xfe\x00"):
        for after in (b"", b"\n", b" " * 5000, b"\x00"):
            assert names(before + token + after) == ["gitlab-token"]


def test_the_same_secret_twice_is_two_matches() -> None:
    token = fill("glpat-{b62:20}")
    assert names(f"{token}\n{'x ' * 4000}\n{token}") == ["gitlab-token"] * 2


def test_a_guessable_password_is_doubted() -> None:
    (match,) = MATCHER.find(b"postgresql://app:" + b"postgres" + b"@db/app")
    assert match.doubt == GUESSABLE


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16(encoding: str) -> None:
    token = fill("npm_{b62:30}{crc}")
    (match,) = MATCHER.find(f"first\n{token}\n".encode(encoding))
    assert (match.rule.id, match.value, match.lines_before) == ("npm-token", token.encode(), 1)
    assert match.wide


def test_utf_16_inside_a_binary_file() -> None:
    wide = ("password = '" + fill("{mixed:14}") + "'").encode("utf-16-le")
    assert names(bytes(range(256)) * 9 + b"\x01" + wide + b"\x02" * 99) == ["quoted-password"]


def test_a_serialized_matcher_is_the_same() -> None:
    other = Matcher(RULES, serialized=MATCHER.serialize())
    text = (fill("npm_{b62:30}{crc}") + "\nAPI_KEY='" + fill("{hex:32}") + "'\n").encode()
    assert other.find(text) == MATCHER.find(text)
    assert len(other.find(text)) == 2


def test_a_rule_that_does_not_compile_is_named() -> None:
    (rule,) = parse_rules(
        b"[[rule]]\nid='x'\ntitle='x'\nseverity='low'\npattern='(?<=a)b'\naccess=''\nrevoke=''"
    )
    with pytest.raises(UnavailableError, match="the rules do not compile"):
        Matcher((rule,))


@given(
    ends=st.lists(st.integers(0, 200), min_size=1).map(sorted),
    before=st.integers(0, 50),
    after=st.integers(0, 50),
)
def test_windows_cover_every_end_and_do_not_overlap(
    ends: list[int], before: int, after: int
) -> None:
    cut = list(windows(ends, before=before, after=after, size=200))
    for end in ends:
        low, high = max(0, end - before), min(200, end + after)
        assert any(first <= low and high <= last for first, last in cut)
    assert all(one[1] < other[0] for one, other in pairwise(cut))


@given(st.binary(max_size=400))
def test_any_bytes_are_searched(data: bytes) -> None:
    for match in MATCHER.find(data):
        assert 0 <= match.start < match.end <= len(data)
