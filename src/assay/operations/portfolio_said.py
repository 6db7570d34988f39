"""What a log says of the vulnerabilities of one commit, read for the portfolio.

How near the product comes to each, by every match that was recorded, and what VEX takes away by
the newest account: as at the gate, and as far as what was signed counts now. Of what cannot be read
nothing is taken away.
"""

from collections.abc import Iterator
from typing import Final

from assay.core.digest import Digest
from assay.core.errors import AssayError
from assay.core.printable import printable
from assay.findings.finding import Finding, Kind
from assay.findings.reach import Reach, join_reach
from assay.gates.reading import COLLECTOR, VEX_TYPE, VULNS_TYPE
from assay.operations.commit_configuration import load_configuration
from assay.operations.ledger import Ledger
from assay.source.repository import Repository
from assay.source.tree import list_tree
from assay.vuln.portfolio.said import Said
from assay.vuln.predicate import parse_vulns, vulnerability_of
from assay.vuln.vex.account import parse_vex_account
from assay.vuln.vex.judging import NOTHING, VexJudgement, judge_vex

_MAX_WORDS: Final = 500  # characters


def load_said(ledger: Ledger, repository: Repository, subject: Digest) -> tuple[Said, ...]:
    """Return what the log says of the findings of a commit, where it says anything."""
    judged = _judged(ledger, repository, subject)
    found: dict[str, Said] = {}
    for identity, finding, reach in _matched(ledger, subject):
        if reach is not None or identity in judged.set_aside:
            found[identity] = _said(finding, reach, judged)
    for identity, aside in judged.set_aside.items():
        if identity not in found:  # of what somebody else's scanner found
            word = aside.word
            found[identity] = Said(
                finding=identity,
                vulnerability=word.vulnerability,
                component=word.component,
                ends=aside.expires,
                words=_words(judged, identity),
            )
    return tuple(found.values())


def _said(finding: Finding, reach: Reach | None, judged: VexJudgement) -> Said:
    aside = judged.set_aside.get(finding.identity)
    return Said(
        finding=finding.identity,
        vulnerability=vulnerability_of(finding),
        component=finding.observations[0].trait("component") if finding.observations else "",
        level="" if reach is None else reach.level.word,
        reach="" if reach is None else printable(reach.sentence),
        ends=None if aside is None else aside.expires,
        words="" if aside is None else _words(judged, finding.identity),
    )


def _words(judged: VexJudgement, identity: str) -> str:
    aside = judged.set_aside[identity]
    return printable(f"it {aside.words}: {aside.reason}", limit=_MAX_WORDS)


def _matched(ledger: Ledger, subject: Digest) -> Iterator[tuple[str, Finding, Reach | None]]:
    """Yield each vulnerability that was found, once, and how near the product comes to it."""
    known: dict[str, Finding] = {}
    reached: dict[str, list[Reach]] = {}
    try:
        for verified in ledger.verified(subject=subject, role=COLLECTOR, predicate_type=VULNS_TYPE):
            for finding in parse_vulns(verified.predicate()).findings:
                if finding.kind is not Kind.VULNERABILITY:
                    continue
                known[finding.identity] = finding
                if finding.reach is not None:
                    reached.setdefault(finding.identity, []).append(finding.reach)
    except AssayError:  # no reach is shown; that the log cannot be read is told by who reads it
        return
    for identity, finding in known.items():
        yield identity, finding, join_reach(reached.get(identity, ()))


def _judged(ledger: Ledger, repository: Repository, subject: Digest) -> VexJudgement:
    try:
        told = ledger.verified(subject=subject, role=COLLECTOR, predicate_type=VEX_TYPE)
        if not told:
            return NOTHING
        accounts = [parse_vex_account(verified.predicate()) for verified in told]
        configuration = load_configuration(repository, list_tree(repository, subject.hex))
    except AssayError:  # all of it stays affected
        return NOTHING
    return judge_vex(accounts, max_age=configuration.source.vex_max_age, at=ledger.at)
