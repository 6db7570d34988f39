import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.scan.pins import Pins, count_pins

COMMIT = "0123456789abcdef" * 2 + "01234567"
IMAGE = "docker://alpine@sha256:" + "0123456789abcdef" * 4
USES = {
    f"actions/checkout@{COMMIT}": Pins(1, 1),
    f"actions/checkout/sub@{COMMIT.upper()}": Pins(1, 1),
    f"actions/checkout@{'0' * 64}": Pins(1, 1),
    IMAGE: Pins(1, 1),
    "actions/checkout@v4": Pins(1, 0),
    "actions/checkout": Pins(1, 0),
    f"actions/checkout@{COMMIT[:-1]}": Pins(1, 0),
    f"actions/checkout@x{COMMIT}": Pins(1, 0),
    f"actions/checkout@{COMMIT}-dirty": Pins(1, 0),
    "docker://alpine:3": Pins(1, 0),
    "./.github/actions/greet": Pins(0, 0),
    "$/.github/actions/greet": Pins(0, 0),
}


@pytest.mark.parametrize(("uses", "pins"), USES.items(), ids=USES)
def test_step_job_and_action_count_alike(uses: str, pins: Pins) -> None:
    assert count_pins(f"jobs: {{a: {{steps: [{{uses: '{uses}'}}]}}}}".encode()) == pins
    assert count_pins(f"jobs: {{a: {{uses: '{uses}'}}}}".encode()) == pins
    assert count_pins(f"runs: {{steps: [{{run: ls}}, {{uses: '{uses}'}}]}}".encode()) == pins


def test_uses_elsewhere_is_no_use() -> None:
    text = "env: {uses: x@v1}\njobs: {a: {env: {uses: x@v1}, steps: [{with: {uses: x@v1}}]}}"
    assert count_pins(text.encode()) == Pins()


def test_what_is_written_once_counts_once() -> None:
    text = "jobs: {a: &a {steps: &s [&x {uses: a@v1}, *x]}, b: *a, c: {steps: *s}}"
    assert count_pins(text.encode()) == Pins(1, 0)


def test_aliases_of_aliases_do_not_multiply() -> None:
    """A list of lists of lists …, each ten times: 10^12 steps if it were written out."""
    levels = ["l0: &l0 [{uses: a@v1}]"]
    levels += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 12)]
    text = "\n".join(levels) + "\njobs: {a: {steps: *l11}}"
    assert count_pins(text.encode()) == Pins()


@pytest.mark.parametrize(
    "text", ["", "~", "3", "[]", "jobs: 3", "jobs: [a]", "jobs: {a: 3}", "jobs: {a: {steps: 3}}"]
)
def test_other_shapes_use_nothing(text: str) -> None:
    assert count_pins(text.encode()) == Pins()


def test_keys_may_be_lists() -> None:
    assert count_pins(b"? [a, b]\n: 1\njobs: {a: {uses: a/b@v1}}") == Pins(1, 0)


MALFORMED = {
    "broken": b"jobs: [",
    "two-documents": b"a: 1\n---\nb: 2\n",
    "not-utf-8": b"\xff\xff",
    "deep": b"[" * 100_000,
    "control": b"a: \x00",
}


@pytest.mark.parametrize("document", MALFORMED.values(), ids=MALFORMED)
def test_malformed(document: bytes) -> None:
    with pytest.raises(MalformedError) as caught:
        count_pins(document)
    why = "more than 100 levels" if document.startswith(b"[[[") else "not YAML"
    assert str(caught.value) == f"[malformed] {why}"


@given(st.binary(max_size=200))
def test_any_bytes_are_counted_or_malformed(document: bytes) -> None:
    try:
        pins = count_pins(document)
    except MalformedError:
        return
    assert 0 <= pins.pinned <= pins.uses


def test_counts_add_up() -> None:
    assert Pins(2, 1) + Pins(3, 3) == Pins(5, 4)
