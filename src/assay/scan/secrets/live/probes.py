"""The issuers that are asked. To add one: a fixed host, a question that changes nothing, a test."""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import quote

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.scan.secrets.live.probe import (
    Credential,
    Probe,
    Question,
    Validity,
    bearer,
    by_status,
    get,
)
from assay.scan.secrets.live.sigv4 import AwsKey, AwsScope, sign_post
from assay.system.httpapi import ApiAnswer

_MAX_ANSWER: Final = 2**20
_SLACK_REFUSALS: Final = frozenset(
    ("invalid_auth", "token_revoked", "token_expired", "account_inactive", "not_authed")
)
_AWS_REFUSALS: Final = (b"<Code>InvalidClientTokenId</Code>", b"<Code>SignatureDoesNotMatch</Code>")
_STS_BODY: Final = b"Action=GetCallerIdentity&Version=2011-06-15"
_PYPI_BOUNDARY: Final = "assay-asks-only"


def _basic(user: str, password: str) -> Mapping[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}


def _ask_slack(credential: Credential, _base: str, _at: datetime) -> Question:
    return Question(method="POST", path="/api/auth.test", headers=bearer(credential), body=b"")


def _judge_slack(answer: ApiAnswer) -> Validity:
    """Slack answers 200 to everything, and says in the body what it thinks."""
    try:
        document = JsonValue(parse_json(answer.body, max_bytes=_MAX_ANSWER))
        if document.field("ok").boolean():
            return Validity.LIVE
        refused = document.field("error").text() in _SLACK_REFUSALS
    except MalformedError:
        return Validity.UNKNOWN
    return Validity.REFUSED if refused else Validity.UNKNOWN


def _ask_pypi(credential: Credential, _base: str, _at: datetime) -> Question:
    """Begin an upload of nothing: who may upload is checked before what."""
    kind = f"multipart/form-data; boundary={_PYPI_BOUNDARY}"
    return Question(
        method="POST",
        path="/legacy/",
        headers={**_basic("__token__", credential.value), "Content-Type": kind},
        body=f"--{_PYPI_BOUNDARY}--\r\n".encode(),
    )


def _ask_twilio(credential: Credential, _base: str, _at: datetime) -> Question:
    return Question(
        method="GET",
        path=f"/2010-04-01/Accounts/{quote(credential.partner)}.json",
        headers=_basic(credential.partner, credential.value),
    )


def _ask_sts(credential: Credential, base: str, at: datetime) -> Question:
    headers = sign_post(
        f"{base}/",
        _STS_BODY,
        key=AwsKey(id=credential.partner, secret=credential.value),
        scope=AwsScope(region="us-east-1", service="sts"),
        at=at,
    )
    return Question(method="POST", path="/", headers=headers, body=_STS_BODY)


def _judge_sts(answer: ApiAnswer) -> Validity:
    if answer.status == 200:
        return Validity.LIVE
    said_no = any(code in answer.body for code in _AWS_REFUSALS)
    return Validity.REFUSED if answer.status == 403 and said_no else Validity.UNKNOWN


PROBES: Final = (
    Probe(
        rules=("github-token", "github-fine-grained-token"),
        host="api.github.com",
        ask=get("/rate_limit", bearer),  # which every valid token may ask for
        judge=by_status(live=(200,)),
    ),
    Probe(
        rules=("gitlab-token",),
        host="gitlab.com",
        ask=get(
            "/api/v4/personal_access_tokens/self", lambda token: {"PRIVATE-TOKEN": token.value}
        ),
        judge=by_status(live=(200, 403), refused=()),  # it may be one of another instance
    ),
    Probe(
        rules=("slack-bot-token", "slack-user-token", "slack-legacy-bot-token"),
        host="slack.com",
        ask=_ask_slack,
        judge=_judge_slack,
    ),
    Probe(
        rules=("stripe-key", "stripe-test-key"),
        host="api.stripe.com",
        ask=get("/v1/balance", lambda key: _basic(key.value, "")),
        judge=by_status(live=(200, 403)),
    ),
    Probe(
        rules=("npm-token",),
        host="registry.npmjs.org",
        ask=get("/-/whoami", bearer),
        judge=by_status(live=(200,)),
    ),
    Probe(
        rules=("pypi-token",),
        host="upload.pypi.org",
        ask=_ask_pypi,
        judge=by_status(live=(400,), refused=(401, 403)),
    ),
    Probe(
        rules=("openai-key",),
        host="api.openai.com",
        ask=get("/v1/models", bearer),
        judge=by_status(live=(200, 403)),
    ),
    Probe(
        rules=("anthropic-key",),
        host="api.anthropic.com",
        ask=get(
            "/v1/models",
            lambda key: {"x-api-key": key.value, "anthropic-version": "2023-06-01"},
        ),
        judge=by_status(live=(200, 403)),
    ),
    Probe(
        rules=("huggingface-token",),
        host="huggingface.co",
        ask=get("/api/whoami-v2", bearer),
        judge=by_status(live=(200,)),
    ),
    Probe(
        rules=("sendgrid-key",),
        host="api.sendgrid.com",
        ask=get("/v3/scopes", bearer),
        judge=by_status(live=(200,)),
    ),
    Probe(
        rules=("digitalocean-token",),
        host="api.digitalocean.com",
        ask=get("/v2/account", bearer),
        judge=by_status(live=(200, 403)),
    ),
    Probe(
        rules=("twilio-auth-token",),
        host="api.twilio.com",
        ask=_ask_twilio,
        judge=by_status(live=(200,)),
        partner=r"\bAC[0-9a-f]{32}\b",
    ),
    Probe(
        rules=("aws-secret-access-key", "aws-secret-near-key-id"),
        host="sts.us-east-1.amazonaws.com",
        ask=_ask_sts,
        judge=_judge_sts,
        partner=r"\bAKIA[A-Z0-9]{16}\b",  # one of a session needs a third part
    ),
)
