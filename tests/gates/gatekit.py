"""A gate with one rule, for tests that are not about the default pack."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from assay.core.digest import sha256_of
from assay.evidence.envelope import VerifiedStatement
from assay.evidence.statement import Subject
from assay.gates.parameters import Parameters
from assay.gates.request import GateRequest
from assay.policy.bundle import load_bundle
from tests.fakes.trust import COMMIT, NOW
from tests.policy.packs import named_rule

BODY: Final = """\
default verdict := "UNKNOWN"

verdict := "FAILED" if count(found) > 0

verdict := "PASSED" if count(reasons) == 0

found := [reason |
	some finding in input.scans.secrets.findings
	reason := {
		"what": finding.title,
		"where": finding.where,
		"remedy": finding.remedy,
		"finding": finding.id,
	}
]

blind := [reason |
	some gap in input.scans.secrets.not_checked
	gap.accepted == ""
	reason := {"what": gap.what, "where": gap.where, "remedy": "look"}
]

reasons := array.concat(found, blind)
"""
BUNDLE: Final = load_bundle(
    {
        **named_rule("no-secrets", BODY),
        **named_rule("advice", BODY.replace("secrets", "code"), effect="advise"),
    }
)
TRUST_ROOT: Final = sha256_of(b"trust root")


def request(
    *evidence: VerifiedStatement,
    parameters: Parameters = Parameters(),  # noqa: B008  # an immutable value
    at: datetime = NOW,
) -> GateRequest:
    """Return a request about `COMMIT` to the gate with `BUNDLE`."""
    return GateRequest(
        stage="source",
        subject=Subject(name="shop", digest=COMMIT),
        resource_uri="git+https://example.com/shop",
        evidence=evidence,
        bundle=BUNDLE,
        parameters=parameters,
        trust_root=TRUST_ROOT,
        at=at,
    )


def with_bundle(asked: GateRequest, files: dict[str, bytes]) -> GateRequest:
    """Return the same request to a gate with another policy."""
    return replace(asked, bundle=load_bundle(files))
