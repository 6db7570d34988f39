"""Whose VEX counts, for tests: a finding, documents about it, and principals that signed them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from assay.core.digest import Digest, sha256_of
from assay.core.reliance import Reliance
from assay.findings.finding import Finding, Kind, Severity
from assay.findings.identity import SCHEME
from assay.findings.observation import Location, Observation, traits_of
from assay.signing.principals import VEX_AUTHOR, Principal, PrincipalKind, RoleGrant
from assay.vuln.vex.account import VexWord
from assay.vuln.vex.believing import Believed, believe
from assay.vuln.vex.signed import SignedVex
from assay.vuln.vex.statement import VexDocument, VexTarget
from tests.fakes.trust import ALICE, BOB, principal
from tests.vuln.vex.vexes import CVE, openvex

AT: Final = datetime(2026, 6, 2, tzinfo=UTC)  # a day after the documents of `vexes`
DAY: Final = timedelta(days=1)
PURL: Final = "pkg:npm/a@1.2.3"
PRODUCT: Final = VexTarget(ids=("urn:assay:product:shop", "gitCommit:" + "c0" * 20), name="shop")
SEEN: Final = Observation(
    tool="osv",
    rule=CVE,
    message="m",
    location=Location(path="package-lock.json"),
    traits=traits_of({"component": PURL, "cluster": CVE}),
)
FINDING: Final = Finding(
    identity=SCHEME.identity(Kind.VULNERABILITY, SEEN),
    kind=Kind.VULNERABILITY,
    rule=f"osv/{CVE}",
    title=f"{CVE} in a 1.2.3",
    severity=Severity.HIGH,
    message="m",
    remedy="Upgrade.",
    locations=(SEEN.location,),
    references=(CVE, "GHSA-aaaa-bbbb-cccc"),
    observations=(SEEN,),
)


def author(
    name: str = "Example Ltd",
    *,
    components: tuple[str, ...] = (),
    authors: tuple[str, ...] = (),
    kind: PrincipalKind = PrincipalKind.PERSON,
) -> Principal:
    """Return a principal that is a vex-author within these limits."""
    made = principal(name, BOB if name == "bob" else ALICE, kind=kind)
    grant = RoleGrant(role=VEX_AUTHOR, window=made.window, components=components, authors=authors)
    return replace(made, roles=(grant,))


def statement_of(name: str) -> Digest:
    """Return the digest of the envelope that is called so here."""
    return sha256_of(name.encode())


def signed(
    document: VexDocument,
    *signers: Principal,
    name: str = "one",
    vouched: bool = False,
    place: int = 0,
    recorded: datetime = AT,
) -> SignedVex:
    """Return a document as the log has it."""
    return SignedVex(
        document=document,
        reliance=Reliance(statement=statement_of(name), keys=("ab",), role=VEX_AUTHOR, at=recorded),
        place=place,
        signers=signers or (author(),),
        vouched=vouched,
    )


def own(**members: object) -> dict[str, object]:
    """Return an OpenVEX statement about the component in our product; None takes a member away."""
    whole: dict[str, object] = {
        "vulnerability": {"name": CVE},
        "products": [{"@id": "urn:assay:product:shop", "subcomponents": [{"@id": PURL}]}],
        "status": "not_affected",
        "justification": "vulnerable_code_not_in_execute_path",
    }
    return {name: value for name, value in (whole | members).items() if value is not None}


def supplied(purl: str = PURL, **members: object) -> dict[str, object]:
    """Return a supplier's statement: its product is our component."""
    return own(products=[{"@id": purl}], **members)


def affected(**members: object) -> dict[str, object]:
    """Return a statement that confirms."""
    changes = {"status": "affected", "justification": None, "action_statement": "Wait."}
    return own(**(changes | members))


def asked(*documents: SignedVex, findings: Iterable[Finding] = (FINDING,)) -> Believed:
    """Return what the documents say of the findings in our product."""
    return believe(documents, findings, product=PRODUCT)


def told(*statements: dict[str, object], **members: object) -> Believed:
    """Return what one document, signed by its author, comes to."""
    return asked(signed(openvex(*statements, **members)))


def statuses(believed: Believed) -> list[str]:
    """Return what is said, in order."""
    return sorted(word.status for word in believed.words)


def reasons(believed: Believed) -> list[str]:
    """Return why something was not applied, without what it is about."""
    return sorted(
        gap.why.partition("which is not applied: ")[2] or gap.why for gap in believed.not_checked
    )


def word_of(believed: Believed) -> VexWord:
    """Return the one word."""
    [word] = believed.words
    return word
