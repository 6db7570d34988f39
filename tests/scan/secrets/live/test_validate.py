"""Asking issuers, on the loopback: what they are sent, and what their answers mean."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from assay.findings.finding import Finding, Location
from assay.scan.secrets.foreign import NO_FOREIGN
from assay.scan.secrets.live.probe import Validity
from assay.scan.secrets.live.probes import PROBES
from assay.scan.secrets.live.validate import (
    Answered,
    Issuers,
    probe_for,
    render_validity,
    validate_findings,
)
from assay.scan.secrets.matcher import Matcher
from assay.scan.secrets.provenance import HeadTree, Traced
from assay.scan.secrets.report import Places, describe_hits
from assay.scan.secrets.rule import load_rules
from assay.scan.secrets.search import Search
from assay.system.http import FetchLimits
from tests.fakes.restserver import Answered as Answer
from tests.fakes.restserver import Asked, RestServer, serving
from tests.scan.secrets.generate import fill

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

AT = datetime(2026, 6, 30, tzinfo=UTC)
KEY = b"k" * 32
LIMITS = FetchLimits(max_bytes=2**16, seconds=30)
WANTED = frozenset(rule for probe in PROBES for rule in probe.rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """A secret of one issuer, and how it answers where the secret works and where it does not."""

    text: str
    secret: str
    path: str
    sent: Callable[[Asked], str]  # the part of the request that carries the secret
    carries: str
    yes: Answer
    no: Answer | None


def status(number: int) -> Answer:
    return Answer(status=number, body=b"{}")


def always(answer: Answer) -> Callable[[Asked], Answer]:
    return lambda _: answer


def says(**document: object) -> Answer:
    return Answer(status=200, body=json.dumps(document).encode())


def authorization(asked: Asked) -> str:
    return asked.headers.get("authorization", "")


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def token(template: str, path: str, *, yes: int = 200, no: int = 401) -> Issuer:
    secret = fill(template)
    return Issuer(
        text=f"token {secret} end",
        secret=secret,
        path=path,
        sent=authorization,
        carries=f"Bearer {secret}",
        yes=status(yes),
        no=status(no),
    )


def slack(template: str) -> Issuer:
    issuer = token(template, "/api/auth.test")
    return Issuer(
        text=issuer.text,
        secret=issuer.secret,
        path=issuer.path,
        sent=issuer.sent,
        carries=issuer.carries,
        yes=says(ok=True, team="x"),
        no=says(ok=False, error="token_revoked"),
    )


def in_header(template: str, path: str, name: str, no: int | None) -> Issuer:
    secret = fill(template)
    return Issuer(
        text=f"token {secret} end",
        secret=secret,
        path=path,
        sent=lambda asked: asked.headers.get(name, ""),
        carries=secret,
        yes=status(200),
        no=None if no is None else status(no),
    )


def with_name(template: str, path: str, *, user: str, yes: int, no: int) -> Issuer:
    secret = fill(template)
    pair = basic(secret, "") if not user else basic(user, secret)
    return Issuer(
        text=f"token {secret} end",
        secret=secret,
        path=path,
        sent=authorization,
        carries=pair,
        yes=status(yes),
        no=status(no),
    )


def twilio() -> Issuer:
    account, secret = fill("AC{hex:32}"), fill("{hex:32}")
    return Issuer(
        text=f"TWILIO_ACCOUNT_SID={account}\nTWILIO_AUTH_TOKEN={secret}\n",
        secret=secret,
        path=f"/2010-04-01/Accounts/{account}.json",
        sent=authorization,
        carries=basic(account, secret),
        yes=status(200),
        no=status(401),
    )


def aws() -> Issuer:
    key, secret = fill("AKIA{b32:16}"), fill("{b64:40}")
    refusal = b"<ErrorResponse><Error><Code>InvalidClientTokenId</Code></Error></ErrorResponse>"
    return Issuer(
        text=f"aws_access_key_id = {key}\naws_secret_access_key = {secret}\n",
        secret=secret,
        path="/",
        sent=lambda asked: authorization(asked).partition("/")[0],
        carries=f"AWS4-HMAC-SHA256 Credential={key}",
        yes=status(200),
        no=Answer(status=403, body=refusal),
    )


ISSUERS = {
    "api.github.com": token("ghp_{b62:30}{crc}", "/rate_limit"),
    "gitlab.com": in_header(
        "glpat-{b62:20}", "/api/v4/personal_access_tokens/self", "private-token", None
    ),
    "slack.com": slack("xoxb-{dig:12}-{dig:12}-{b62:24}"),
    "api.stripe.com": with_name("sk_live_{b62:24}", "/v1/balance", user="", yes=403, no=401),
    "registry.npmjs.org": token("npm_{b62:30}{crc}", "/-/whoami"),
    "upload.pypi.org": with_name("{pypi}", "/legacy/", user="__token__", yes=400, no=403),
    "api.openai.com": token("sk-proj-{b62:20}T3BlbkFJ{b62:20}", "/v1/models"),
    "api.anthropic.com": in_header("sk-ant-api03-{b64u:93}AA", "/v1/models", "x-api-key", 401),
    "huggingface.co": token("hf_{alpha:34}", "/api/whoami-v2"),
    "api.sendgrid.com": token("SG.{b64u:22}.{b64u:43}", "/v3/scopes"),
    "api.digitalocean.com": token("dop_v1_{hex:64}", "/v2/account"),
    "api.twilio.com": twilio(),
    "sts.us-east-1.amazonaws.com": aws(),
}


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    """Return a matcher of the rules that are asked about: compiling all takes a second."""
    return Matcher([rule for rule in load_rules().rules if rule.id in WANTED])


def findings(matcher: Matcher, text: str) -> tuple[Finding, ...]:
    search = Search(matcher, identity_key=KEY, at=AT)
    search.file("conf", text.encode())
    portion = search.take()
    places = Places(
        head=HeadTree(paths={}, submodules=()),
        traced=Traced(places={}),
        excluded=(),
        foreign=NO_FOREIGN,
        at=AT,
    )
    return describe_hits(portion.hits, (), rules=load_rules().rules, places=places).findings


def ask(
    matcher: Matcher, issuer: Issuer, host: str, served: RestServer, *, text: str | None = None
) -> tuple[Answered, ...]:
    def load(_location: Location) -> bytes:
        return (issuer.text if text is None else text).encode()

    return validate_findings(
        findings(matcher, issuer.text),
        load=load,
        matcher=matcher,
        identity_key=KEY,
        issuers=Issuers(bases={host: served.url}, limits=LIMITS),
        at=AT,
    )


def test_there_is_a_case_for_each_probe() -> None:
    assert ISSUERS.keys() == {probe.host for probe in PROBES}
    assert {rule.id for rule in load_rules().rules} >= WANTED


@pytest.mark.parametrize("host", ISSUERS)
def test_what_an_issuer_says(host: str, matcher: Matcher) -> None:
    issuer = ISSUERS[host]
    cases = {Validity.LIVE: issuer.yes, Validity.UNKNOWN: status(500)}
    if issuer.no is not None:
        cases[Validity.REFUSED] = issuer.no
    with serving(lambda _: status(500)) as served:
        for expected, answer in cases.items():
            served.answering = always(answer)
            (said,) = ask(matcher, issuer, host, served)
            assert (said.validity, said.host) == (expected, host)
            assert said.why == ("the answer has status 500" if answer.status == 500 else "")
            assert issuer.secret not in repr(said) + json.dumps(said.as_json())
        assert {asked.path for asked in served.asked} == {issuer.path}
        assert {issuer.sent(asked) for asked in served.asked} == {issuer.carries}


def test_a_redirect_is_not_followed(matcher: Matcher) -> None:
    issuer = ISSUERS["api.github.com"]
    with serving(lambda _: status(200)) as other, serving(lambda _: status(200)) as served:
        served.answering = lambda _: Answer(
            status=302, body=b"", headers={"Location": f"{other.url}/"}
        )
        (said,) = ask(matcher, issuer, "api.github.com", served)
        assert (said.validity, said.why) == (Validity.UNKNOWN, "the answer has status 302")
        assert other.asked == []


def test_no_answer_is_not_known(matcher: Matcher) -> None:
    issuer = ISSUERS["api.github.com"]
    with serving(lambda _: status(200)) as served:
        gone = RestServer(url=served.url, answering=served.answering)
    (said,) = ask(matcher, issuer, "api.github.com", gone)
    assert said.validity is Validity.UNKNOWN
    assert said.why.startswith("no answer: cannot ask: ")
    assert issuer.secret not in said.why


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"ok": 1}', b'{"ok": false, "error": "ratelimited"}']
)
def test_an_answer_of_slack_that_says_neither(body: bytes, matcher: Matcher) -> None:
    with serving(lambda _: Answer(status=200, body=body)) as served:
        (said,) = ask(matcher, ISSUERS["slack.com"], "slack.com", served)
    assert said.validity is Validity.UNKNOWN


def test_a_refusal_of_aws_that_is_about_something_else(matcher: Matcher) -> None:
    """Such as a clock that is wrong: that says nothing about the key."""
    late = Answer(status=403, body=b"<Code>RequestExpired</Code>")
    host = "sts.us-east-1.amazonaws.com"
    with serving(lambda _: late) as served:
        (said,) = ask(matcher, ISSUERS[host], host, served)
    assert said.validity is Validity.UNKNOWN


def test_without_the_id_beside_it_nothing_is_sent(matcher: Matcher) -> None:
    issuer, host = ISSUERS["api.twilio.com"], "api.twilio.com"
    alone = issuer.text.splitlines()[1]
    with serving(lambda _: status(200)) as served:
        (said,) = ask(matcher, issuer, host, served, text=alone)
        assert said.why == "the id that it is used with does not stand beside it"
        assert served.asked == []


def test_another_secret_at_the_place_is_not_sent(matcher: Matcher) -> None:
    issuer, host = ISSUERS["registry.npmjs.org"], "registry.npmjs.org"
    with serving(lambda _: status(200)) as served:
        (said,) = ask(matcher, issuer, host, served, text=fill("npm_{b62:30}{crc} other"))
        assert said.why == "it stands where it cannot be read again, as in an archive"
        assert served.asked == []


def test_a_secret_at_many_places_is_asked_about_once(matcher: Matcher) -> None:
    issuer, host = ISSUERS["registry.npmjs.org"], "registry.npmjs.org"
    with serving(lambda _: status(200)) as served:
        ask(matcher, issuer, host, served, text=issuer.text * 3)
        assert len(served.asked) == 1


def test_only_its_own_host_is_asked() -> None:
    for probe in PROBES:
        assert Issuers().base(probe) == (f"https://{probe.host}", probe.host)


def test_a_rule_without_a_probe() -> None:
    assert probe_for("secrets/quoted-password") is None


def test_the_predicate_counts_and_names() -> None:
    said = Answered(
        identity="secret/v1:ab", rule="secrets/npm-token", host="h", validity=Validity.LIVE
    )
    assert render_validity((said,), at=AT) == {
        "observedAt": "2026-06-30T00:00:00Z",
        "counts": {"live": 1, "refused": 0, "unknown": 0},
        "secrets": [
            {
                "identity": "secret/v1:ab",
                "rule": "secrets/npm-token",
                "host": "h",
                "validity": "live",
                "why": "",
            }
        ],
    }
