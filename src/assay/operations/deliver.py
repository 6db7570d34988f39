"""Sending what waits in the outbox: at least once, each message under its own name.

* A webhook gets the message as JSON by POST, signed as Standard Webhooks says: `webhook-id`,
  `webhook-timestamp`, and `webhook-signature` with `v1,` and the HMAC-SHA256 over all three.
* Only a 2xx is "taken". Nothing is redirected: an answer must not send our messages elsewhere.
* A target that does not answer is left alone until the next run; one that refuses a message still
  gets the others. Neither loses anything.
* URLs may be secrets themselves: of one, nothing but the host is ever said.
"""

import base64
import binascii
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from assay.core.clock import Clock
from assay.core.errors import AssayError, RejectedError, UnavailableError, UsageError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.operations.notifysettings import Target
from assay.system.appending import append_line
from assay.system.environment import get_variable
from assay.system.files import load_private_file
from assay.system.http import FetchLimits
from assay.system.httpapi import ApiRequest, ask_api
from assay.vuln.portfolio.outbox import Message
from assay.vuln.portfolio.store import Portfolio

MIN_SECRET_BYTES: Final = 24  # Standard Webhooks: 24 to 64
MAX_SECRET_BYTES: Final = 4096
_LIMITS: Final = FetchLimits(max_bytes=2**20, seconds=30.0)
_PREFIX: Final = "whsec_"
_OK: Final = range(200, 300)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """How many messages arrived, how many wait, and why."""

    arrived: int
    waiting: int
    problems: tuple[NotChecked, ...]


class _RefusedError(RejectedError):
    """The target answered, and took this message not."""


def deliver_waiting(portfolio: Portfolio, targets: Iterable[Target], *, clock: Clock) -> Delivered:
    """Send each message that waits, in their order; what does not arrive stays."""
    by_name = {target.name: target for target in targets}
    problems: dict[str, str] = {}
    silent: set[str] = set()
    arrived, last = 0, 0
    while (message := portfolio.outbox.after(last)) is not None:
        last = message.number
        if message.target in silent:
            continue
        problem = _problem(by_name.get(message.target), message, silent, clock)
        with portfolio.transaction():
            if problem:
                portfolio.outbox.failed(message, problem)
                problems[message.target] = problem
            else:
                portfolio.outbox.delivered(message)
                arrived += 1
    return Delivered(
        arrived=arrived,
        waiting=portfolio.outbox.waiting(),
        problems=tuple(
            NotChecked(
                what="notification",
                where=printable(name),
                why=f"not delivered: {why}",
                remedy="it waits; run: assay vulns push"
                if name in by_name
                else "name it in notify.toml again, or run: assay vulns push --drop TARGET",
            )
            for name, why in sorted(problems.items())
        ),
    )


def _problem(target: Target | None, message: Message, silent: set[str], clock: Clock) -> str:
    """Send one message; return why it did not arrive, or an empty text."""
    if target is None:
        silent.add(message.target)
        return "no target of this name is configured"
    try:
        send(target, message, clock=clock)
    except _RefusedError as error:
        return error.what
    except AssayError as error:
        silent.add(message.target)
        return error.what
    return ""


def send(target: Target, message: Message, *, clock: Clock) -> None:
    """Send one message to a target.

    Raises:
        UsageError: Its secret or URL is not there.
        RejectedError: The URL is of another scheme than https, or the target refuses.
        UnavailableError: It does not answer, or cannot be written.
    """
    if target.kind == "file":
        append_line(Path(target.where), message.body.encode())
    else:
        _post(target, message, int(clock().timestamp()))


def _post(target: Target, message: Message, timestamp: int) -> None:
    url = _secret(target.where) if target.where.startswith(("env:", "file:")) else target.where
    body = message.body.encode()
    signed = f"{message.name}.{timestamp}.".encode() + body
    mac = hmac.digest(_key(_secret(target.secret)), signed, "sha256")
    request = ApiRequest(
        method="POST",
        url=url,
        host=_host(url),
        headers={
            "Content-Type": "application/json",
            "webhook-id": message.name,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
        },
        body=body,
        authorities=None,
    )
    try:
        answer = ask_api(request, limits=_LIMITS)
    except UnavailableError as error:  # without the URL, which may be a secret
        raise UnavailableError(error.what, where=request.host) from None
    except RejectedError as error:
        raise RejectedError(error.what, where=request.host) from None
    if answer.status in _OK:
        return
    if answer.status in {408, 429} or answer.status >= 500:
        raise UnavailableError(f"{request.host} answers {answer.status}")
    raise _RefusedError(f"{request.host} answers {answer.status}")


def _host(url: str) -> str:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    if not host:
        raise UsageError("the target's URL has no host")
    return host


def _secret(reference: str) -> str:
    """Return what is kept under `env:NAME` or `file:PATH`.

    Raises:
        UsageError: There is nothing.
    """
    kind, _, name = reference.partition(":")
    if kind == "env":
        found = get_variable(name)
    else:
        data = load_private_file(Path(name), max_bytes=MAX_SECRET_BYTES)
        found = data.decode(errors="replace")
    if not found.strip():
        raise UsageError(f"nothing in {reference}")
    return found.strip()


def _key(secret: str) -> bytes:
    """Return the key of a secret: base64 behind `whsec_`, else its own bytes.

    Raises:
        UsageError: It is too short to keep anybody from guessing it, or not base64.
    """
    try:
        given = secret.removeprefix(_PREFIX)
        key = base64.b64decode(given, validate=True) if given != secret else secret.encode()
    except binascii.Error:
        raise UsageError("the target's secret is not base64 behind whsec_") from None
    if len(key) < MIN_SECRET_BYTES:
        raise UsageError(f"the target's secret has {len(key)} bytes, at least {MIN_SECRET_BYTES}")
    return key
