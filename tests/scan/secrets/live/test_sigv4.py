"""Our signature is the one that the library of the issuer makes."""

from datetime import UTC, datetime

import pytest

from assay.scan.secrets.live.sigv4 import AwsKey, AwsScope, sign_post
from tests.scan.secrets.generate import fill

AT = datetime(2026, 6, 30, 1, 2, 3, tzinfo=UTC)
URL = "https://sts.us-east-1.amazonaws.com/"
BODY = b"Action=GetCallerIdentity&Version=2011-06-15"
KEY = AwsKey(id=fill("AKIA{b32:16}"), secret=fill("{b64:40}"))


def test_the_signature_is_that_of_the_issuers_library() -> None:
    auth = pytest.importorskip("botocore.auth")
    request_of = pytest.importorskip("botocore.awsrequest").AWSRequest
    credentials = pytest.importorskip("botocore.credentials").Credentials
    made = sign_post(URL, BODY, key=KEY, scope=AwsScope(region="us-east-1", service="sts"), at=AT)
    theirs = auth.SigV4Auth(credentials(KEY.id, KEY.secret), "sts", "us-east-1")
    request = request_of(
        method="POST",
        url=URL,
        data=BODY,
        headers={name: value for name, value in made.items() if name != "Authorization"},
    )
    request.context["timestamp"] = made["X-Amz-Date"]
    text = theirs.string_to_sign(request, theirs.canonical_request(request))
    assert made["Authorization"].endswith(f"Signature={theirs.signature(text, request)}")
    assert f"Credential={KEY.id}/20260630/us-east-1/sts/aws4_request," in made["Authorization"]


def test_the_key_is_in_no_printed_form() -> None:
    assert KEY.secret not in repr(KEY)
