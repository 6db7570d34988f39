"""Whose VEX counts about which finding: pure, from documents whose signatures were verified.

An author's newer word takes the place of the older one. A newer version of a document ends what the
older one took away, and a withdrawal as well; "affected" ends by its author's own word alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assay.core.clock import ALLOWED_SKEW, format_time
from assay.core.notchecked import NotChecked
from assay.findings.finding import Finding
from assay.vuln.vex.account import TAKING, UNREAD, VexWord
from assay.vuln.vex.matching import Coverage, is_about
from assay.vuln.vex.meaning import (
    Asked,
    asked_of,
    coverage_of,
    may_be_about,
    why_doubted,
    why_not_meant,
)
from assay.vuln.vex.signed import SignedVex, speaks_for_others, who_answers
from assay.vuln.vex.statement import Status, UnreadStatement, VexStatement, VexTarget

MAX_TEXT: Final = 2_000  # characters, as of the reason of a waiver; the document has all of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Believed:
    """The words that count about some findings, and what was not believed, with why."""

    words: tuple[VexWord, ...]
    not_checked: tuple[NotChecked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """A word before it is compared with others: from which document, and by whom."""

    word: VexWord
    source: SignedVex
    asked: Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """What a statement says, whoever says it."""

    status: str
    vulnerability: str
    justification: str
    because: str
    expires_at: datetime | None


def believe(
    documents: Sequence[SignedVex], findings: Iterable[Finding], *, product: VexTarget
) -> Believed:
    """Return what `documents` say of `findings` in `product`, by those who may say it."""
    words: list[VexWord] = []
    gaps: set[NotChecked] = set()
    for asked in (asked_of(finding, product) for finding in findings):
        said = () if asked is None else _all_said(documents, asked, gaps)
        for one in said:
            if any(_repeats(other, one) for other in said):
                continue
            if why := _overtaken(one, said, documents):
                gaps.add(_gap(one.source, one.word.status, one.asked, why))
            else:
                words.append(one.word)
    return Believed(words=tuple(words), not_checked=tuple(sorted(gaps)))


def _all_said(
    documents: Sequence[SignedVex], asked: Asked, gaps: set[NotChecked]
) -> tuple[_Said, ...]:
    """Return all that is said of one finding, each word once; `gaps` get what is not believed."""
    found: dict[VexWord, _Said] = {}
    for source in documents:
        for item in _of_document(source, asked):
            if isinstance(item, NotChecked):
                gaps.add(item)
            else:
                found[item.word] = item
    return tuple(found.values())


def _of_document(source: SignedVex, asked: Asked) -> Iterator["_Said | NotChecked"]:
    names = {name.upper() for name in (asked.vulnerability, *asked.aliases)}
    about = [
        one
        for one in source.candidates(names)
        if is_about(one.vulnerability, vulnerability=asked.vulnerability, aliases=asked.aliases)
    ]
    meant = [one for one in about if not why_not_meant(one, asked)]
    for statement in meant:
        if coverage_of(statement, asked) is not Coverage.NOT_COVERED:
            item = _judged(source, statement, asked)
            yield item
            if isinstance(item, _Said) and (why := why_doubted(statement, asked)):
                yield _doubt(source, asked, why)
    # Documents list one vulnerability for many products: said is only that none of them is ours.
    for statement in () if any(one.status in TAKING for one in meant) else about:
        if why := why_not_meant(statement, asked):
            yield _gap(source, statement.status.value, asked, why)
    for entry in source.document.unread:
        if may_be_about(entry, asked):
            yield _judged_unread(source, entry, asked)


def _judged(source: SignedVex, statement: VexStatement, asked: Asked) -> "_Said | NotChecked":
    said = _Words(
        status=statement.status.value,
        vulnerability=statement.vulnerability.name,
        justification=statement.raw_justification or str(statement.justification or ""),
        because=statement.impact_statement or statement.action_statement or statement.notes,
        expires_at=statement.expires_at,
    )
    return _said(source, said, asked, said_at=statement.dated_at or source.said_at)


def _judged_unread(source: SignedVex, entry: UnreadStatement, asked: Asked) -> "_Said | NotChecked":
    said = _Words(
        status=UNREAD,
        vulnerability=asked.vulnerability,
        justification="",
        because=f"{entry.where}: {entry.why}",
        expires_at=None,
    )
    return _said(source, said, asked, said_at=source.said_at)


def _said(
    source: SignedVex, words: _Words, asked: Asked, *, said_at: datetime | None
) -> "_Said | NotChecked":
    """Return the word if those who signed may say it, and say when."""
    signers, why = who_answers(source, asked.purl)
    if why:
        return _gap(source, words.status, asked, why)
    if said_at is None:
        return _gap(source, words.status, asked, "it does not say when it was said")
    if said_at > source.reliance.at + ALLOWED_SKEW:
        why = f"dated {format_time(said_at)}, after it was recorded"
        return _gap(source, words.status, asked, why)
    word = VexWord(
        finding=asked.finding,
        vulnerability=words.vulnerability[:MAX_TEXT],
        component=asked.purl,
        status=words.status,
        justification=words.justification[:MAX_TEXT],
        because=words.because[:MAX_TEXT],
        said_at=said_at,
        expires_at=words.expires_at,
        author=source.document.author,
        signed_by=signers,
        vouched=speaks_for_others(source, signers),
        document=source.reliance.statement,
    )
    return _Said(word=word, source=source, asked=asked)


def _overtaken(one: _Said, said: Sequence[_Said], documents: Sequence[SignedVex]) -> str:
    """Say by what a word was ended; empty where it was not."""
    if one.source.withdrawn:
        return "withdrawn by its author"
    if one.source.ended and one.word.status != Status.AFFECTED:
        return "withdrawn"
    newer = [other for other in said if _is_same_voice(one, other) and _is_newer(other, one)]
    if newer:
        return f"its author said otherwise on {format_time(max(n.word.said_at for n in newer))}"
    if one.word.status != Status.AFFECTED and any(_replaces(d, one.source) for d in documents):
        return "a newer version of the document took its place"
    return ""


def _repeats(newer: _Said, one: _Said) -> bool:
    """Tell whether an author said the same again: then the older word has nothing to add."""
    same = newer.word.status == one.word.status
    return same and _is_same_voice(one, newer) and _is_newer(newer, one)


def _is_same_voice(one: _Said, other: _Said) -> bool:
    """Tell whether it is the same author's word, by the same signers."""
    return one.word.author == other.word.author and set(one.word.signed_by) <= {
        *other.word.signed_by
    }


def _is_newer(one: _Said, other: _Said) -> bool:
    """Tell whether `one` ends `other`; of one moment the worse one counts.

    An entry that cannot be read ends nothing, and is ended by a newer document alone.
    """
    if one.source.withdrawn or UNREAD in {one.word.status, other.word.status}:
        return False
    if one.word.said_at != other.word.said_at:
        return one.word.said_at > other.word.said_at
    return other.word.status in TAKING and one.word.status not in TAKING


def _replaces(newer: SignedVex, older: SignedVex) -> bool:
    """Tell whether one document is a later version of the other, by the same signers."""
    same = newer.document.id == older.document.id != ""
    same = same and newer.document.author == older.document.author
    names = ({p.name for p in one.signers} for one in (older, newer))
    if not same or not set.issubset(*names):
        return False
    return _age(newer) > _age(older)


def _age(source: SignedVex) -> tuple[bool, str, int, int]:
    said = source.said_at
    told = format_time(said) if said is not None else ""
    return (said is not None, told, source.document.version, source.place)


def _doubt(source: SignedVex, asked: Asked, why: str) -> NotChecked:
    """Return that a word is applied, and what speaks against it."""
    return NotChecked(
        what="VEX",
        where=str(source.reliance.statement),
        why=f"{source.document.author} says not_affected of {asked.vulnerability} in {asked.purl}, "
        f"in doubt: {why}",
        remedy="Ask its author to look again, or withdraw it: assay vex withdraw.",
    )


def _gap(source: SignedVex, status: str, asked: Asked, why: str) -> NotChecked:
    return NotChecked(
        what="VEX",
        where=str(source.reliance.statement),
        why=f"{source.document.author} says {status} of {asked.vulnerability} in {asked.purl}, "
        f"which is not applied: {why}",
        remedy="See the documents and whose word counts: assay vex list, assay trust show.",
    )
