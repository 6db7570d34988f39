"""Asking issuers about the secrets of a report, and what came of it as a predicate.

The report holds no secrets: each is read again where the report says that it stands, and has to
have the identity that the report gives it. It goes to its issuer's fixed host, without redirects,
and is in no log, message or result. One secret is asked about once, however often it stands.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import re2

from assay.core.clock import format_time
from assay.core.errors import AssayError
from assay.findings.finding import Finding, Kind, Location
from assay.findings.identity import identity_of
from assay.scan.secrets.hit import secret_digest
from assay.scan.secrets.live.probe import Credential, Probe, Validity
from assay.scan.secrets.live.probes import PROBES
from assay.scan.secrets.matcher import Match, Matcher
from assay.system.http import FetchLimits
from assay.system.httpapi import ApiRequest, ask_api

PREDICATE_TYPE: Final = "urn:assay:predicate:secret-validity:v1"
LIMITS: Final = FetchLimits(max_bytes=2**20, seconds=15.0)
MAX_PLACES: Final = 5  # of one secret that are read to find it again
_PREFIX: Final = "secrets/"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Answered:
    """What an issuer said about one finding; `why` is empty or says why it is not known."""

    identity: str
    rule: str
    host: str
    validity: Validity
    why: str = ""

    def as_json(self) -> dict[str, object]:
        """Return one element of the member `secrets` of the predicate."""
        return {
            "identity": self.identity,
            "rule": self.rule,
            "host": self.host,
            "validity": self.validity.value,
            "why": self.why,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuers:
    """Where issuers are: `bases` are URLs in place of `https://host`, for tests."""

    bases: Mapping[str, str] = field(default_factory=dict)
    limits: FetchLimits = LIMITS

    def base(self, probe: Probe) -> tuple[str, str]:
        """Return the start of the URL and the host that it must have."""
        if probe.host in self.bases:
            return self.bases[probe.host], "127.0.0.1"
        return f"https://{probe.host}", probe.host


def probe_for(rule: str) -> Probe | None:
    """Return how the issuer of what `rule` finds is asked, if it is."""
    return next((probe for probe in PROBES if rule.removeprefix(_PREFIX) in probe.rules), None)


def validate_findings(
    findings: Iterable[Finding],
    *,
    load: Callable[[Location], bytes | None],
    matcher: Matcher,
    identity_key: bytes,
    issuers: Issuers,
    at: datetime,
) -> tuple[Answered, ...]:
    """Ask about each of the `findings` whose issuer is asked; `load` returns what is at a place."""
    asking = _Asking(load, matcher, identity_key, issuers, at)
    probed = ((finding, probe_for(finding.rule)) for finding in findings)
    return tuple(sorted(asking.ask(finding, probe) for finding, probe in probed if probe))


def render_validity(answers: tuple[Answered, ...], *, at: datetime) -> dict[str, object]:
    """Return the predicate."""
    counts = {v.value: sum(a.validity is v for a in answers) for v in Validity}
    return {
        "observedAt": format_time(at),
        "counts": counts,
        "secrets": [answer.as_json() for answer in answers],
    }


class _Asking:
    def __init__(
        self,
        load: Callable[[Location], bytes | None],
        matcher: Matcher,
        identity_key: bytes,
        issuers: Issuers,
        at: datetime,
    ) -> None:
        self._load, self._matcher, self._key = load, matcher, identity_key
        self._issuers, self._at = issuers, at

    def ask(self, finding: Finding, probe: Probe) -> Answered:
        credential, why = self._find(finding, probe)
        validity = Validity.UNKNOWN
        if credential is not None:
            validity, why = self._put(credential, probe)
        rule = finding.rule
        return Answered(
            identity=finding.identity, rule=rule, host=probe.host, validity=validity, why=why
        )

    def _find(self, finding: Finding, probe: Probe) -> tuple[Credential | None, str]:
        why = "it stands where it cannot be read again, as in an archive"
        for data, match in self._matches(finding):
            value = match.value.decode("latin-1")
            if not probe.partner:
                return Credential(value=value), ""
            if partner := _nearest(probe.partner, data, match):
                return Credential(value=value, partner=partner), ""
            why = "the id that it is used with does not stand beside it"
        return None, why

    def _matches(self, finding: Finding) -> Iterator[tuple[bytes, Match]]:
        for location in finding.locations[:MAX_PLACES]:
            data = self._load(location) or b""
            for match in self._matcher.find(data):
                digest = secret_digest(self._key, match.rule.family, match.value)
                named = identity_of(Kind.SECRET, match.rule.family, digest)
                if named == finding.identity:
                    yield data, match

    def _put(self, credential: Credential, probe: Probe) -> tuple[Validity, str]:
        base, host = self._issuers.base(probe)
        question = probe.ask(credential, base, self._at)
        request = ApiRequest(
            method=question.method,
            url=f"{base}{question.path}",
            host=host,
            headers=question.headers,
            body=question.body,
            authorities=None,
        )
        try:
            answer = ask_api(request, limits=self._issuers.limits)
        except AssayError as error:
            return Validity.UNKNOWN, f"no answer: {error.what}"
        validity = probe.judge(answer)
        unclear = validity is Validity.UNKNOWN
        return validity, f"the answer has status {answer.status}" if unclear else ""


def _nearest(pattern: str, data: bytes, match: Match) -> str:
    """Return what matches `pattern` nearest to the secret."""
    found = re2.finditer(pattern.encode(), data)
    nearest = min(found, key=lambda one: abs(one.start() - match.start), default=None)
    return nearest.group().decode("ascii") if nearest is not None else ""
