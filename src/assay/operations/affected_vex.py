"""What VEX takes away of the places that a vulnerability is in, by the accounts in their logs.

The newest account of each release counts, as it did at the gate, and as far as its words still hold
now. VEX that was recorded since is not in it yet: the next `assay check` puts it there.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from assay.core.digest import Digest
from assay.core.errors import AssayError
from assay.findings.finding import Kind
from assay.findings.identity import identity_of
from assay.gates.reading import COLLECTOR, VEX_TYPE
from assay.gates.vexfacts import NOTHING, VexJudgement, VexSetAside, judge_vex
from assay.operations.commit_configuration import load_configuration
from assay.operations.ledger import open_ledger
from assay.source.repository import open_repository
from assay.source.tree import list_tree
from assay.vuln.portfolio.asking import Found
from assay.vuln.ranges import Answer
from assay.vuln.vex.account import parse_vex_account


def taken_away(
    found: Sequence[Found], logs: Mapping[str, str], *, at: datetime
) -> tuple[tuple[VexSetAside, ...], ...]:
    """Return for each of `found` the words that take all of it away; none where any of it is left.

    `logs` are where each log lies, by its origin. Of what cannot be read nothing is taken away.
    """
    known: dict[tuple[str, Digest], VexJudgement] = {}
    for one in found:
        name = (one.release.log, one.release.subject)
        if one.answer is Answer.AFFECTED and name not in known:
            known[name] = _judged(logs.get(one.release.log, ""), one.release.subject, at)
    return tuple(_words(one, known) for one in found)


def _words(one: Found, known: Mapping[tuple[str, Digest], VexJudgement]) -> tuple[VexSetAside, ...]:
    if one.answer is not Answer.AFFECTED or not one.vulnerabilities:
        return ()
    judged = known[one.release.log, one.release.subject].set_aside
    names = [identity_of(Kind.VULNERABILITY, one.purl, name) for name in one.vulnerabilities]
    return tuple(judged[name] for name in names) if all(n in judged for n in names) else ()


def _judged(place: str, subject: Digest, at: datetime) -> VexJudgement:
    try:
        repository = open_repository(Path(place))
        with open_ledger(repository, at=at) as ledger:
            told = ledger.verified(subject=subject, role=COLLECTOR, predicate_type=VEX_TYPE)
        if not told:
            return NOTHING
        accounts = [parse_vex_account(verified.predicate()) for verified in told]
        configuration = load_configuration(repository, list_tree(repository, subject.hex))
    except AssayError:  # it stays affected; that the log cannot be read is told by who reads it
        return NOTHING
    return judge_vex(accounts, max_age=configuration.source.vex_max_age, at=at)
