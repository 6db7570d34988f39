import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.findings.fixes.pins import learn_pins, parse_pins

ONE, TWO = "1" * 40, "2" * 40
NAME = ("actions/checkout", "v4")


def test_a_pin_with_its_tag_is_known() -> None:
    text = f"      - uses: Actions/Checkout@{ONE} # v4\n"
    assert learn_pins([text], listed={}) == {NAME: ONE}


@pytest.mark.parametrize(
    "line",
    [
        f"      - uses: 'actions/checkout@{ONE}' # v4",
        f"    uses: actions/checkout/sub/path@{ONE}  #v4",
        f"- uses: actions/checkout@{ONE} # tag=v4",
    ],
    ids=["quoted", "below", "tag"],
)
def test_ways_to_write_it(line: str) -> None:
    assert learn_pins([line], listed={}) == {NAME: ONE}


@pytest.mark.parametrize(
    "line",
    [
        f"- uses: actions/checkout@{ONE}",
        f"- uses: actions/checkout@{ONE} # v4, which is the newest",
        f"# the docs say: actions/checkout@{ONE} # v4",
        f"- uses: actions/checkout@{ONE[:39]} # v4",
    ],
    ids=["no-tag", "a-sentence", "no-use", "short"],
)
def test_what_tells_nothing(line: str) -> None:
    assert learn_pins([line], listed={}) == {}


def test_two_commits_of_one_tag_are_not_guessed_between() -> None:
    texts = [f"- uses: actions/checkout@{commit} # v4" for commit in (ONE, TWO)]
    assert learn_pins(texts, listed={}) == {}
    assert learn_pins(texts[:1], listed={NAME: TWO}) == {}
    assert learn_pins(texts[:1], listed={NAME: ONE}) == {NAME: ONE}


def test_a_list() -> None:
    data = f"# ours\n\nactions/checkout@v4 {ONE}\no/r@release/v1\t{TWO}\r\n".encode()
    assert parse_pins(data) == {NAME: ONE, ("o/r", "release/v1"): TWO}


REFUSED = {
    "no-commit": (b"a/b@v1\n", ("[malformed] not a pin, at line 1 "
                  "(owner/repo@tag and a commit of 40 hex digits)")),
    "short": (b"\na/b@v1 1234\n", ("[malformed] not a pin, at line 2 "
              "(owner/repo@tag and a commit of 40 hex digits)")),
    "two": (f"a/b@v1 {ONE}\nA/b@v1 {TWO}\n".encode(),
            "[malformed] another commit than above, at line 2"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(data: bytes, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_pins(data)
    assert str(caught.value) == message


@given(st.binary(max_size=60))
def test_any_bytes_are_a_list_or_none(data: bytes) -> None:
    try:
        pins = parse_pins(data)
    except MalformedError:
        return
    assert all(len(commit) == 40 for commit in pins.values())
