"""The trusted root of a Sigstore instance: its logs, certificate and timestamp authorities.

Specification: protobuf-specs, `sigstore_trustroot.proto`. Every window is closed at both ends and
has a start; a root that leaves one out is refused, whichever log or authority it is of.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar
from urllib.parse import urlsplit

from cryptography.x509 import Certificate

from assay.core.errors import MalformedError, inside
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.evidence.sigstore.expectation import MAX_TRUSTED_ROOT_BYTES
from assay.evidence.sigstore.keys import LogKey, load_log_key
from assay.evidence.sigstore.protojson import bounded, bytes_of, refuse_unknown, time_of
from assay.evidence.sigstore.x509 import load_certificate

MAX_INSTANCES: Final = 256  # of each kind

_T = TypeVar("_T")

_MEDIA_TYPES: Final = frozenset(
    {
        "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        "application/vnd.dev.sigstore.trustedroot.v0.1+json",
        "application/vnd.dev.sigstore.trustedroot.v0.2+json",
    }
)
_LOG_MEMBERS: Final = frozenset(
    {"baseUrl", "hashAlgorithm", "publicKey", "logId", "checkpointKeyId", "operator"}
)
_AUTHORITY_MEMBERS: Final = frozenset({"subject", "uri", "certChain", "validFor", "operator"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From `start` to `end`, both included; None where no end is set."""

    start: datetime
    end: datetime | None

    def covers(self, at: datetime) -> bool:
        """Tell whether `at` lies in it."""
        return self.start <= at and (self.end is None or at <= self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogInstance:
    """A log of signatures or of certificates: its URL, its id and its key."""

    name: str
    key_id: bytes
    key: LogKey
    period: Period

    @property
    def origins(self) -> frozenset[str]:
        """Return the names that its checkpoints may have: its URL without the scheme."""
        url = urlsplit(self.name)
        whole = f"{url.netloc}{url.path}".rstrip("/")
        return frozenset({whole, url.netloc, url.hostname or ""}) - {""}

    def may_sign_as(self, name: str) -> bool:
        """Tell whether a note signed under `name` can be of this log.

        A key id of Ed25519 is a hash over name and key (C2SP signed-note); one of another kind
        does not depend on the name.
        """
        return self.key.note_id(name) in {None, self.key_id[:4]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A certificate or timestamp authority: its chain, the trust anchor last."""

    name: str
    chain: tuple[Certificate, ...] = field(repr=False)
    period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedRoot:
    """Whom a Sigstore instance is made of."""

    logs: tuple[LogInstance, ...]
    certificate_logs: tuple[LogInstance, ...]
    authorities: tuple[Authority, ...]
    timestamp_authorities: tuple[Authority, ...]


def parse_trusted_root(data: bytes) -> TrustedRoot:
    """Read a trusted root.

    Raises:
        MalformedError: Not strict JSON, another media type, a member that is missing, unknown or
            of another type, a window without a start, a certificate that cannot be read.
    """
    document = JsonValue(parse_json(data, max_bytes=MAX_TRUSTED_ROOT_BYTES))
    media_type = document.field("mediaType").text()
    if media_type not in _MEDIA_TYPES:
        raise MalformedError(f"media type {media_type!r} is no trusted root", where="mediaType")
    names = ("tlogs", "ctlogs", "certificateAuthorities", "timestampAuthorities")
    refuse_unknown(document, frozenset({"mediaType", *names}))
    return TrustedRoot(
        logs=_each(document, "tlogs", _log),
        certificate_logs=_each(document, "ctlogs", _log),
        authorities=_each(document, "certificateAuthorities", _authority),
        timestamp_authorities=_each(document, "timestampAuthorities", _authority),
    )


def _each(document: JsonValue, name: str, parse: Callable[[JsonValue], _T]) -> tuple[_T, ...]:
    items = bounded(document.optional_items(name), most=MAX_INSTANCES, what=name)
    return tuple(parse(item) for item in items)


def _log(value: JsonValue) -> LogInstance:
    refuse_unknown(value, _LOG_MEMBERS)
    key, log_id = value.field("publicKey"), value.field("logId")
    refuse_unknown(key, frozenset({"rawBytes", "keyDetails", "validFor"}))
    refuse_unknown(log_id, frozenset({"keyId"}))
    algorithm = value.field("hashAlgorithm")
    if algorithm.text() != "SHA2_256":
        raise MalformedError(f"a log with {algorithm.text()!r}", where=algorithm.where)
    return LogInstance(
        name=_url(value.field("baseUrl")),
        key_id=bytes_of(log_id.field("keyId")),
        key=load_log_key(bytes_of(key.field("rawBytes")), details=key.field("keyDetails").text()),
        period=_period(key.field("validFor")),
    )


def _url(value: JsonValue) -> str:
    try:
        urlsplit(value.text())
    except ValueError as error:
        raise MalformedError(f"no URL: {error}", where=value.where) from error
    return value.text()


def _authority(value: JsonValue) -> Authority:
    refuse_unknown(value, _AUTHORITY_MEMBERS)
    chain = value.field("certChain")
    refuse_unknown(chain, frozenset({"certificates"}))
    found = []
    for item in chain.field("certificates").items():
        refuse_unknown(item, frozenset({"rawBytes"}))
        with inside(item.where):
            found.append(load_certificate(bytes_of(item.field("rawBytes"))))
    if not found:
        raise MalformedError("no certificates", where=chain.where)
    return Authority(
        name=value.optional_text("uri"), chain=tuple(found), period=_period(value.field("validFor"))
    )


def _period(value: JsonValue) -> Period:
    refuse_unknown(value, frozenset({"start", "end"}))
    end = value.optional("end")
    return Period(start=time_of(value.field("start")), end=None if end is None else time_of(end))
