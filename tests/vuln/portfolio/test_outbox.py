from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assay.core.errors import UsageError
from assay.evidence.storage.connecting import connect
from assay.vuln.portfolio.outbox import Message, Outbox, Told
from assay.vuln.portfolio.store import Portfolio
from tests.fakes.backends import Backend

AT = datetime(2026, 3, 1, tzinfo=UTC)
FIRST = Message(target="psirt", name="a1", body="{}")
AFFECTED = Told(
    log="log", product="shop", subject="gitCommit:00", vulnerability="CVE-1", state="affected"
)


@pytest.fixture
def portfolio(backend: Backend) -> Iterator[Portfolio]:
    with Portfolio(connect(backend.location, origin="portfolio", create=True)) as opened:
        yield opened


def _waiting(outbox: Outbox) -> list[Message]:
    found, last = [], 0
    while (message := outbox.after(last)) is not None:
        found.append(message)
        last = message.number
    return found


def test_messages_wait_in_their_order_until_they_arrived(portfolio: Portfolio) -> None:
    second = replace(FIRST, name="b2", body='{"n":2}')
    with portfolio.transaction():
        portfolio.outbox.add([FIRST, second], at=AT)
    one, two = _waiting(portfolio.outbox)
    assert (one.name, two.name, two.body) == ("a1", "b2", '{"n":2}')
    with portfolio.transaction():
        portfolio.outbox.failed(one, "nobody there")
        portfolio.outbox.delivered(two)
    [left] = _waiting(portfolio.outbox)
    assert (left.name, left.attempts, left.problem) == ("a1", 1, "nobody there")
    assert portfolio.outbox.waiting() == 1


def test_what_arrived_for_one_is_not_taken_for_another(portfolio: Portfolio) -> None:
    """Numbers come again when the outbox was empty: a late word about the old one is not heard."""
    with portfolio.transaction():
        portfolio.outbox.add([FIRST], at=AT)
    [old] = _waiting(portfolio.outbox)
    with portfolio.transaction():
        portfolio.outbox.delivered(old)
        portfolio.outbox.add([replace(FIRST, name="c3")], at=AT)
    with portfolio.transaction():
        portfolio.outbox.delivered(old)
    assert [one.name for one in _waiting(portfolio.outbox)] == ["c3"]


def test_a_state_is_told_once_until_it_is_another_one(portfolio: Portfolio) -> None:
    outbox, cleared = portfolio.outbox, replace(AFFECTED, state="cleared")
    assert outbox.untold([AFFECTED]) == (AFFECTED,)
    with portfolio.transaction():
        outbox.note_told([AFFECTED])
    assert outbox.untold([AFFECTED]) == ()
    assert outbox.untold([cleared, replace(AFFECTED, product="till")]) == (
        cleared,
        replace(AFFECTED, product="till"),
    )
    with portfolio.transaction():
        outbox.note_told([cleared])
    assert outbox.untold([AFFECTED]) == (AFFECTED,)


def test_what_was_to_be_told_and_what_waits_are_both_there_or_neither(
    portfolio: Portfolio,
) -> None:
    def broken() -> Iterator[Message]:
        yield FIRST
        raise KeyboardInterrupt

    def put() -> None:
        with portfolio.transaction():
            portfolio.outbox.note_told([AFFECTED])
            portfolio.outbox.add(broken(), at=AT)

    with pytest.raises(KeyboardInterrupt):
        put()
    assert portfolio.outbox.untold([AFFECTED]) == (AFFECTED,)
    assert portfolio.outbox.waiting() == 0


def test_what_waits_stays_when_the_tables_are_made_anew(backend: Backend) -> None:
    made = connect(backend.location, origin="portfolio", create=True)
    with Portfolio(made) as opened, opened.transaction():
        opened.outbox.add([FIRST], at=AT)
        opened.outbox.note_told([AFFECTED])
    with backend.editor(origin="portfolio") as run:
        run("UPDATE portfolio_version SET version = 0", ())
    with Portfolio(connect(backend.location, origin="portfolio", create=False)) as opened:
        assert opened.outbox.waiting() == 1
        assert opened.outbox.untold([AFFECTED]) == ()


def test_an_outbox_of_a_newer_version_is_refused(backend: Backend) -> None:
    with Portfolio(connect(backend.location, origin="portfolio", create=True)):
        pass
    with backend.editor(origin="portfolio") as run:
        run("UPDATE portfolio_outbox_version SET version = 99", ())
    database = connect(backend.location, origin="portfolio", create=False)
    with pytest.raises(UsageError) as caught:
        Portfolio(database)
    assert str(caught.value) == (
        f"[usage] the portfolio is of another version of Assay, at {database.place} "
        "(use the newest one everywhere)"
    )
