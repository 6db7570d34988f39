import pytest

from assay.core.errors import MalformedError
from assay.vuln.foreign.comparisons import comparison_range, range_or_unknown

READ = {
    "below": ("< 2.0", "", [("introduced", "0"), ("fixed", "2.0")]),
    "between": (">= 1.0, < 2.0", "", [("introduced", "1.0"), ("fixed", "2.0")]),
    "any-order": ("<2.0,>=1.0", "", [("introduced", "1.0"), ("fixed", "2.0")]),
    "above": ("> 1.0, <= 1.9", "", [("assay:above", "1.0"), ("last_affected", "1.9")]),
    "to-the-patch": ("<= 1.9", "2.0", [("introduced", "0"), ("fixed", "2.0")]),
    "all-up-to-the-patch": (">= 1.0", "2.0", [("introduced", "1.0"), ("fixed", "2.0")]),
    "the-range-counts": ("< 1.5", "2.0", [("introduced", "0"), ("fixed", "1.5")]),
    "a-fix-of-an-older-line": (
        ">= 1.0, <= 1.9",
        "1.5",
        [("introduced", "1.0"), ("last_affected", "1.9")],
    ),
    "a-fix-that-nobody-can-compare": (
        "<= 1.9",
        "the next",
        [("introduced", "0"), ("last_affected", "1.9")],
    ),
    "one": ("= 1.0", "2.0", [("introduced", "1.0"), ("last_affected", "1.0")]),
}


@pytest.mark.parametrize(("text", "patched", "events"), READ.values(), ids=READ)
def test_read(text: str, patched: str, events: list[tuple[str, str]]) -> None:
    found = comparison_range(text, patched=patched, scheme="pypi")
    assert [(event.kind, event.version) for event in found.events] == events


REFUSED = {
    "nothing": ("", "'' is no range"),
    "a-version": ("1.0", "'1.0' is no range"),
    "two-starts": (">= 1.0, > 2.0", "'>= 1.0, > 2.0' has two ends on one side"),
    "two-ends": ("< 1.0, <= 2.0", "'< 1.0, <= 2.0' has two ends on one side"),
    "another-sign": ("~> 1.0", "'~> 1.0' is no range"),
    "too-long": ("< 1" + "0" * 5000, "a range of 5003 characters"),
}


@pytest.mark.parametrize(("text", "what"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, what: str) -> None:
    with pytest.raises(MalformedError) as caught:
        comparison_range(text)
    assert caught.value.what == what
    assert range_or_unknown(text).type == "assay:unknown"
