"""One question to an issuer: what is sent to which host, and what its answers mean.

* The host is part of the probe. Nothing that was found in a repository decides where a secret goes.
* A question changes nothing: it asks who the caller is, or for a list.
* "Refused" is said only where the issuer itself says so. Anything else, also a redirect or an
  answer that we do not know, is unknown.
"""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

from assay.system.httpapi import ApiAnswer

NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})


class Validity(enum.StrEnum):
    """What an issuer said about a secret."""

    LIVE = "live"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A secret, and what stands beside it that it is used with (an id of a key or an account)."""

    value: str = field(repr=False)
    partner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is sent."""

    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """How the issuer of some rules' secrets is asked.

    `ask` gets the credential, the base of the URL and the time. `partner` is an expression for what
    has to stand in the same file, or empty.
    """

    rules: tuple[str, ...]
    host: str
    ask: Callable[[Credential, str, datetime], Question]
    judge: Callable[[ApiAnswer], Validity]
    partner: str = ""


def by_status(
    *, live: tuple[int, ...], refused: tuple[int, ...] = (401,)
) -> Callable[[ApiAnswer], Validity]:
    """Judge by the status alone."""
    meaning = dict.fromkeys(live, Validity.LIVE) | dict.fromkeys(refused, Validity.REFUSED)
    return lambda answer: meaning.get(answer.status, Validity.UNKNOWN)


def get(
    path: str, headers: Callable[[Credential], Mapping[str, str]]
) -> Callable[[Credential, str, datetime], Question]:
    """Ask with GET, with the secret in a header."""
    return lambda credential, _base, _at: Question(
        method="GET", path=path, headers=headers(credential)
    )


def bearer(credential: Credential) -> Mapping[str, str]:
    """Return the header of a bearer token (RFC 6750)."""
    return {"Authorization": f"Bearer {credential.value}"}
