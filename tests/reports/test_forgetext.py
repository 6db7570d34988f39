"""What a forge says, as a terminal shows it: each thing that somebody has to act upon is there."""

import pytest

from assay.operations.record_forge import ShownForge
from assay.reports.forgetext import print_shown
from assay.source.forge.facts import NOBODY, Member
from tests.fakes.forgefacts import DAY, account, request, review, rules, state
from tests.fakes.trust import NOW

ANN = Member(kind="user", name="ann", permission="admin", number=5)
KEY = Member(kind="key", name="9 deploy", permission="write", number=9)


def shown(capsys: pytest.CaptureFixture[str], *seen: object) -> str:
    print_shown(ShownForge(accounts=(account(*seen),), not_checked=()))  # type: ignore[arg-type]
    return capsys.readouterr().out


def test_who_may_change_what_and_who_gained_it(capsys: pytest.CaptureFixture[str]) -> None:
    before, after = state(rules(), at=NOW - DAY, members=(KEY,)), state(rules(), members=(KEY, ANN))
    text = shown(capsys, before, after)
    assert "  may admin: ann (5)\n  may write: key 9 deploy\n" in text
    assert "  user ann gained: none to admin\n" in text


def test_a_long_list_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    many = (
        Member(kind="bot", name=f"b{number:02}", permission="write", number=number + 1)
        for number in range(22)
    )
    text = " ".join(shown(capsys, state(rules(), members=tuple(many))).split())
    assert "may write: bot b00 (1), bot b01 (2)," in text
    assert "bot b19 (20) and 2 more" in text


def test_whose_approval_counts_and_what_is_not_known(capsys: pytest.CaptureFixture[str]) -> None:
    asked = request(review(), review("stranger"), review("alice"), pusher=NOBODY)
    text = " ".join(shown(capsys, state(rules(), requests=(asked,))).split())
    assert "request 7 by alice: approved by bob" in text
    assert "alice does not count: it is by somebody who wrote, opened or pushed" in text
    assert (
        "stranger may not count: the trust root does not say whose account stranger is "
        "(number 77 at https://api.github.com)"
    ) in text
    assert "so two people are needed: the forge does not tell who pushed the last commit" in text
