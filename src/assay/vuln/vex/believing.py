"""Whose VEX counts about which finding: pure, from documents whose signatures were verified.

The same for documents that are taken at their word: `vuln.vex.source`. What is said is dated by its
author, and no later than it was recorded; what takes something away has to have such a date.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assay.core.clock import ALLOWED_SKEW, format_time
from assay.core.notchecked import NotChecked
from assay.findings.finding import Finding
from assay.vuln.vex.account import TAKING, UNCLEAR, UNREAD, VexWord
from assay.vuln.vex.ending import LastWords, SaidWord, replaced_documents
from assay.vuln.vex.matching import Coverage, is_about
from assay.vuln.vex.meaning import (
    Asked,
    asked_of,
    coverage_of,
    may_be_about,
    why_doubted,
    why_not_meant,
)
from assay.vuln.vex.source import VexSource, said_at
from assay.vuln.vex.statement import Status, UnreadStatement, VexStatement, VexTarget

MAX_TEXT: Final = 2_000  # characters, as of the reason of a waiver; the document has all of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Believed:
    """The words that count about some findings, and what was not believed, with why."""

    words: tuple[VexWord, ...]
    not_checked: tuple[NotChecked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """What a statement says, whoever says it."""

    status: str
    vulnerability: str
    justification: str
    because: str
    said_at: datetime | None
    expires_at: datetime | None


def believe(
    documents: Sequence[VexSource], findings: Iterable[Finding], *, product: VexTarget
) -> Believed:
    """Return what `documents` say of `findings` in `product`, by those who may say it."""
    asked = (asked_of(finding, product) for finding in findings)
    return believe_about(documents, (one for one in asked if one is not None))


def believe_about(documents: Sequence[VexSource], questions: Iterable[Asked]) -> Believed:
    """Return what `documents` say of each question, by those who may say it."""
    words: list[VexWord] = []
    gaps: set[NotChecked] = set()
    replaced = replaced_documents(documents)
    for asked in questions:
        said = _all_said(documents, asked, gaps)
        last = LastWords(said, replaced=replaced)
        for one in said:
            if last.is_repeated(one):
                continue
            if why := last.why_ended(one):
                gaps.add(_gap(one.source, one.word.status, asked, why))
            else:
                words.append(one.word)
    return Believed(words=tuple(words), not_checked=tuple(sorted(gaps)))


def _all_said(
    documents: Sequence[VexSource], asked: Asked, gaps: set[NotChecked]
) -> tuple[SaidWord, ...]:
    """Return all that is said of one finding, each word once; `gaps` get what is not believed."""
    found: dict[VexWord, SaidWord] = {}
    for source in documents:
        for item in _of_document(source, asked):
            if isinstance(item, NotChecked):
                gaps.add(item)
            else:
                found[item.word] = item
    return tuple(found.values())


def _of_document(source: VexSource, asked: Asked) -> Iterator[SaidWord | NotChecked]:
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
            if isinstance(item, SaidWord) and (why := why_doubted(statement, asked)):
                yield _doubt(source, asked, why)
    # Documents list one vulnerability for many products: said is only that none of them is ours.
    # And of what was withdrawn, nobody needs to hear that it meant something else.
    told = source.ended or any(one.status in TAKING for one in meant)
    for statement in () if told else about:
        if why := why_not_meant(statement, asked):
            yield _gap(source, statement.status.value, asked, why)
    for entry in source.document.unread:
        if may_be_about(entry, asked):
            yield _judged_unread(source, entry, asked)


def _judged(source: VexSource, statement: VexStatement, asked: Asked) -> SaidWord | NotChecked:
    clear = coverage_of(statement, asked) is Coverage.COVERED
    words = _Words(
        status=UNCLEAR
        if statement.status is Status.AFFECTED and not clear
        else statement.status.value,
        vulnerability=statement.vulnerability.name,
        justification=statement.raw_justification or str(statement.justification or ""),
        because=statement.impact_statement or statement.action_statement or statement.notes,
        said_at=statement.dated_at or said_at(source),
        expires_at=statement.expires_at,
    )
    return _said(source, words, asked)


def _judged_unread(
    source: VexSource, entry: UnreadStatement, asked: Asked
) -> SaidWord | NotChecked:
    words = _Words(
        status=UNREAD,
        vulnerability=asked.vulnerability,
        justification="",
        because=f"{entry.where}: {entry.why}",
        said_at=said_at(source),
        expires_at=None,
    )
    return _said(source, words, asked)


def _said(source: VexSource, words: _Words, asked: Asked) -> SaidWord | NotChecked:
    """Return the word if those who signed may say it, and say when."""
    signers, why = source.who_answers(asked.purl)
    at, undated = _date_of(words, source)
    if why or undated:
        return _gap(source, words.status, asked, why or undated)
    word = VexWord(
        finding=asked.finding,
        vulnerability=words.vulnerability[:MAX_TEXT],
        component=asked.purl,
        status=words.status,
        justification=words.justification[:MAX_TEXT],
        because=words.because[:MAX_TEXT],
        said_at=at,
        expires_at=words.expires_at,
        author=source.author,
        signed_by=signers,
        vouched=source.vouches(signers),
        document=source.name,
    )
    return SaidWord(word=word, source=source)


def _date_of(words: _Words, source: VexSource) -> tuple[datetime, str]:
    """Return when a word was said, and why it cannot take anything away by that date.

    What takes nothing away needs no date to count: at the latest it was said when it was recorded.
    """
    said, latest = words.said_at, source.recorded_at
    if said is not None and said <= latest + ALLOWED_SKEW:
        return said, ""
    if words.status not in TAKING:
        return latest, ""
    if said is None:
        return latest, "it does not say when it was said"
    return latest, f"dated {format_time(said)}, after it was recorded"


def _doubt(source: VexSource, asked: Asked, why: str) -> NotChecked:
    """Return that a word is applied, and what speaks against it."""
    return NotChecked(
        what="VEX",
        where=str(source.name),
        why=f"{source.author} says not_affected of {asked.vulnerability} in {asked.purl}, "
        f"in doubt: {why}",
        remedy="Ask its author to look again, or withdraw it: assay vex withdraw.",
    )


def _gap(source: VexSource, status: str, asked: Asked, why: str) -> NotChecked:
    return NotChecked(
        what="VEX",
        where=str(source.name),
        why=f"{source.author} says {status} of {asked.vulnerability} in {asked.purl}, "
        f"which is not applied: {why}",
        remedy="See the documents and whose word counts: assay vex list, assay trust show.",
    )
