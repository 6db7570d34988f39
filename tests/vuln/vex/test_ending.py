"""Which word ends which, and when: by its date, by a later version, by a withdrawal, by its voice."""

from dataclasses import replace
from datetime import timedelta

from assay.vuln.vex.ending import LastWords, SaidWord
from assay.vuln.vex.statement import VexDocument, VexTarget
from tests.vuln.vex.trusted import (
    AT,
    DAY,
    affected,
    asked,
    own,
    reasons,
    signed,
    statuses,
    told,
    word_of,
)
from tests.vuln.vex.vexes import AT as SAID
from tests.vuln.vex.vexes import openvex

ALONE = replace(openvex(own()).statements[0].products[0], target=VexTarget(name="shop", version=""))


def test_a_product_of_the_same_name_is_not_ours() -> None:
    """A supplier may have a shop too."""
    said = replace(openvex(own()).statements[0], products=(ALONE,))
    believed = asked(signed(replace(openvex(), statements=(said,))))
    assert believed.words == ()
    assert reasons(believed) == [
        "'shop' alone does not say which product it means: "
        "ours is called urn:assay:product:shop or gitCommit:" + "c0" * 20
    ]
    loud = replace(openvex(affected()).statements[0], products=(ALONE,))
    believed = asked(signed(replace(openvex(), statements=(loud,))))
    assert statuses(believed) == ["unclear"]
    assert word_of(believed).told == "says affected of what may be this"


def undated(document: VexDocument) -> VexDocument:
    """Return the document without any time."""
    said = tuple(replace(one, issued_at=None, updated_at=None) for one in document.statements)
    return replace(document, issued_at=None, updated_at=None, statements=said)


def test_what_takes_nothing_away_needs_no_date() -> None:
    """It was said when it was recorded, at the latest; also what is dated ahead of that."""
    loud = undated(openvex(affected()))
    assert word_of(asked(signed(loud))).said_at == AT
    unread = undated(openvex(own(status="perhaps", justification=None)))
    assert (statuses(asked(signed(unread))), word_of(asked(signed(unread))).said_at) == (
        ["unread"],
        AT,
    )
    ahead = openvex(affected(timestamp="2027-01-01T00:00:00Z"))
    assert word_of(asked(signed(ahead))).said_at == AT
    waiting = openvex(own(status="under_investigation", justification=None))
    both = asked(signed(openvex(own())), signed(undated(waiting), name="b", place=1))
    assert statuses(both) == ["under_investigation"]


def test_a_document_dated_ahead_is_no_later_than_it_was_recorded() -> None:
    """Else no later version would ever count."""
    ahead = replace(openvex(own()), updated_at=SAID + 500 * DAY)
    mended = replace(openvex(own()), version=2, updated_at=AT + DAY)
    later = signed(mended, name="b", place=1, recorded=AT + DAY)
    assert statuses(asked(signed(ahead), later)) == ["not_affected"]


def test_of_what_was_withdrawn_nobody_needs_to_hear_that_it_meant_something_else() -> None:
    other = signed(openvex(own(products=[{"@id": "pkg:npm/a@9.9.9"}])))
    assert len(reasons(asked(other))) == 1
    assert reasons(asked(replace(other, ended=True))) == []


def test_an_entry_that_nobody_understood_is_not_ended_by_somebody_else() -> None:
    """It may say "affected": as with that, its author's own word ends it."""
    unread = signed(openvex(own(status="perhaps", justification=None)))
    assert statuses(asked(replace(unread, ended=True))) == ["unread"]
    assert asked(replace(unread, ended=True, withdrawn=True)).words == ()


def test_a_later_version_by_number_alone_ends_what_the_older_took_away() -> None:
    """Where number and time disagree on which is later, nothing is taken away by either."""
    first = replace(openvex(own()), updated_at=SAID + DAY)
    second = replace(openvex(own()), version=2)
    believed = asked(signed(first), signed(second, name="b", place=1))
    assert believed.words == ()
    assert set(reasons(believed)) == {"a newer version of the document took its place"}


def test_a_word_repeated_without_end_is_held_against_what_was_said_last() -> None:
    """Against each other they would be held some sixty million times."""
    word = word_of(told(own()))
    times = [word.said_at + timedelta(seconds=number) for number in range(8_000)]
    source = signed(openvex(own()))
    said = [SaidWord(word=replace(word, said_at=at), source=source) for at in times]
    last = LastWords(said, replaced=frozenset())
    assert [one.word.said_at for one in said if not last.is_repeated(one)] == times[-1:]
