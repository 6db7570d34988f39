"""What a verdict stands on.

A verdict says by which keys each statement that it relied on was signed, and when that was
recorded. So whoever has the verdict and the newest trust root can tell that it fell, without the
log.
"""

from contextlib import suppress
from typing import Final

from assay.core.errors import MalformedError
from assay.core.reliance import Reliance
from assay.evidence.envelope import VerifiedStatement
from assay.findings.waiveraccount import PREDICATE_TYPE as WAIVER_ACCOUNT_TYPE
from assay.findings.waiveraccount import parse_waiver_account
from assay.signing.standing import why_not
from assay.signing.trust import TrustRoot
from assay.source.coverage import COVERAGE_TYPE, parse_coverage

# `assay.vuln.vex.account.PREDICATE_TYPE`, which whoever verifies a log does not load.
_VEX_ACCOUNT_TYPE: Final = "urn:assay:predicate:vex:v1"


def reliance_on(verified: VerifiedStatement) -> Reliance:
    """Return how to name `verified` as something that others stand on."""
    return Reliance(
        statement=verified.digest,
        keys=tuple(sorted(verified.keys)),
        role=verified.role,
        at=verified.at,
    )


def relied_on(evidence: tuple[VerifiedStatement, ...]) -> tuple[Reliance, ...]:
    """Return what a decision from `evidence` stands on, each statement once, in order.

    That is each piece of evidence, and what it was made from itself: the reviews, waivers and VEX
    documents that others signed. Where one of those falls, a collector's account of it does not
    hold it up.
    """
    found: set[Reliance] = set()
    for verified in evidence:
        found.add(reliance_on(verified))
        with suppress(MalformedError):  # it is a gap of the decision, and holds nothing up
            found.update(_behind(verified))
    return tuple(sorted(found))


def why_behind_fallen(verified: VerifiedStatement, trust: TrustRoot) -> tuple[str, ...]:
    """Say why what people signed, and `verified` is an account of, does not count under `trust`.

    A collector's own signature holds also where the key of a reviewer or of a risk owner was lost
    since. By whose keys they signed is its word, as all that it accounts for.
    """
    try:
        behind = _behind(verified)
    except MalformedError:  # whoever reads it for a decision refuses it
        return ()
    fallen = []
    for item in behind:
        why = [why_not(trust, key, role=item.role, at=item.at) for key in item.keys]
        if all(why):  # also where it names no key
            fallen.append(f"statement {item.statement}: {'; '.join(why) or 'nobody signed it'}")
    return tuple(fallen)


def _behind(verified: VerifiedStatement) -> tuple[Reliance, ...]:
    """Return what an account was made from."""
    if verified.predicate_type == COVERAGE_TYPE:
        return parse_coverage(verified.predicate()).reviews
    if verified.predicate_type == WAIVER_ACCOUNT_TYPE:
        waivers = parse_waiver_account(verified.predicate()).waivers
        return tuple(one.reliance for one in waivers)
    if verified.predicate_type == _VEX_ACCOUNT_TYPE:
        from assay.vuln.vex.account import (  # noqa: PLC0415  # who verifies a log needs no vuln
            parse_vex_account,
        )

        return parse_vex_account(verified.predicate()).documents
    return ()
