"""An acceptance ends at its end, however old the evidence is that carries it."""

from datetime import timedelta

import pytest

from assay.gates.acceptance import render_acceptance, renew_acceptance
from tests.fakes.trust import NOW
from tests.gates.evidencekit import ACCEPTED, GAP

SECOND = timedelta(seconds=1)


def accepted(text: str) -> str:
    """Return what is left of the acceptance `text` at `NOW`."""
    gap = type(GAP)(what="file", where="x", why="excluded", accepted=text)
    return renew_acceptance(gap, at=NOW).accepted


def test_it_holds_until_its_end() -> None:
    text = render_acceptance("samples", until=NOW + SECOND)
    assert text == "samples, until 2026-06-01T00:00:01Z"
    assert accepted(text) == text


@pytest.mark.parametrize(
    "text",
    [
        render_acceptance("samples", until=NOW),
        render_acceptance("samples", until=NOW - SECOND),
        "samples, until 2026-05-31",
        "samples, until 2026-13-01",
        "samples, until tomorrow",
        "samples, until ",
        "until the end, until 2026-01-01T00:00:00Z",
        "holds, until 2099-01-01T00:00:00Z, until 2026-01-01T00:00:00Z",
    ],
)
def test_it_has_ended(text: str) -> None:
    assert accepted(text) == ""


def test_a_day_is_the_last_on_which_it_holds() -> None:
    assert accepted("samples, until 2026-06-01") == "samples, until 2026-06-01"


def test_what_ended_is_told() -> None:
    gap = renew_acceptance(ACCEPTED, at=NOW + timedelta(days=365))
    assert gap.accepted == ""
    assert gap.why == "excluded; it was accepted: samples, until 2026-12-31T00:00:00Z"


@pytest.mark.parametrize("text", ["", "a marker in the line above says why"])
def test_what_names_no_end_stays_what_it_is(text: str) -> None:
    assert accepted(text) == text
