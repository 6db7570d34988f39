"""sigstore-python, asked the same question: does this bundle hold for this identity?"""

import json

from sigstore.errors import Error
from sigstore.hashes import Hashed
from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier, policy
from sigstore_models.common.v1 import HashAlgorithm
from sigstore_models.trustroot import v1 as trustroot

from assay.evidence.sigstore.expectation import Claim, KeylessSigner
from tests.evidence.sigstore.case import Case

KINDS = frozenset({("hashedrekord", "0.0.1"), ("hashedrekord", "0.0.2"), ("dsse", "0.0.1")})


def accepts(case: Case) -> bool:
    """Tell what sigstore-python says. It does not look into the statement."""
    assert isinstance(case.signer, KeylessSigner)
    identity = case.signer.identity
    expected = policy.AllOf(
        [policy.Identity(identity=identity.subject), policy.OIDCIssuerV2(identity.issuer)]
    )
    try:
        root = TrustedRoot(trustroot.TrustedRoot.from_json(case.signer.trusted_root))
        bundle = Bundle.from_json(json.dumps(case.bundle))
        verifier = Verifier(trusted_root=root)
        if isinstance(case.expected, Claim):
            verifier.verify_dsse(bundle, expected)
        else:
            digest = case.expected.artifact.digest("sha256")
            hashed = Hashed(algorithm=HashAlgorithm.SHA2_256, digest=digest)
            verifier.verify_artifact(hashed, bundle, expected)
    except (Error, ValueError, TypeError, AttributeError):  # some of its refusals are crashes
        return False
    return True
