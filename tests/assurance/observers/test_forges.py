"""What looks at a forge show of a framework's task."""

from dataclasses import replace

from assay.assurance.observers.forges import ref_protection_state_and_continuity
from assay.assurance.record import Read, Record, read_record
from assay.core.digest import sha256_of
from assay.core.verdict import Verdict
from assay.source.forge.account import ForgeAccount
from assay.source.forge.facts import Control
from tests.fakes.forgefacts import DAY, HOUR, account, forge, rules, state
from tests.fakes.trust import COMMIT, NOW
from tests.gates.evidencekit import supersession

ONE = sha256_of(b"one")
NOT_SEEN = "the event log of the platform, other branches"


def seen(found: ForgeAccount) -> tuple[Verdict, str]:
    read = Read(value=found, statement=ONE, observed_at=found.protection.observed_at)
    [sight] = ref_protection_state_and_continuity(Record(subject=COMMIT, forges=(read,)))
    assert sight.statements == (ONE,)
    return sight.answer.verdict, sight.answer.reason


def test_nothing_was_looked_at() -> None:
    assert ref_protection_state_and_continuity(Record(subject=COMMIT)) == ()


def test_rules_that_hold_are_a_part() -> None:
    assert seen(account(state(rules(), at=NOW - DAY), state(rules()))) == (
        Verdict.UNKNOWN,
        (
            "seen: the rules of team/shop refs/heads/main in 2 looks without a break since "
            f"2026-05-31T00:00:00Z; not seen: {NOT_SEEN}"
        ),
    )


def test_a_rule_that_is_off_is_a_no() -> None:
    assert seen(account(state(rules(Control.NO_FORCE, Control.ADMINS)))) == (
        Verdict.FAILED,
        (
            "team/shop refs/heads/main: the forge does not enforce administrators-included, "
            "no-force-push"
        ),
    )


def test_what_is_not_told_and_what_was_weakened_is_named() -> None:
    mended = account(
        state(rules(), at=NOW - 2 * DAY),
        state(rules(Control.NO_FORCE), at=NOW - DAY),
        state(rules(unknown=(Control.ADMINS,))),
    )
    assert seen(mended) == (
        Verdict.UNKNOWN,
        (
            "seen: the rules of team/shop refs/heads/main in 3 looks without a break since "
            "2026-06-01T00:00:00Z; not seen: what the forge does not tell (administrators-included), "
            "why it was weakened (administrators-included, no-force-push), "
            f"{NOT_SEEN}"
        ),
    )


def test_an_old_look_shows_no_row() -> None:
    old = account(state(rules(), at=NOW - 30 * DAY))
    assert "without a break" not in seen(replace(old, observed_at=NOW))[1]


def test_accounts_are_read_as_old_as_their_newest_look_and_may_be_superseded() -> None:
    old = forge(state(rules(), at=NOW - DAY))
    new = forge(state(rules(), at=NOW - DAY), state(rules(), at=NOW - HOUR))
    replaced = supersession((old, "observed again with other inputs: states"))
    record = read_record((old, new, replaced), subject=COMMIT, at=NOW)
    assert [(read.statement, read.observed_at) for read in record.forges] == [
        (new.digest, NOW - HOUR)
    ]
    assert (record.not_checked, record.unread) == ((), ())
