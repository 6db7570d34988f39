"""A key service behind an HTTP interface that speaks JSON, and the tokens that it wants to see."""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from assay.core.errors import MalformedError, UnavailableError, UsageError
from assay.core.jsonvalue import JsonValue
from assay.core.secret import Secret
from assay.core.strictjson import parse_json, render_canonical_json
from assay.system.environment import get_variable
from assay.system.files import load_private_file
from assay.system.http import FetchLimits
from assay.system.httpapi import ApiAnswer, ApiRequest, ask_api

LIMITS: Final = FetchLimits(max_bytes=2**20, seconds=30)
NEAR_LIMITS: Final = FetchLimits(max_bytes=2**16, seconds=5)  # a metadata service is there or not
_MAX_TOKEN_BYTES: Final = 16 * 2**10
_MAX_SAID: Final = 200
_DENIED: Final = frozenset({401, 403})


@dataclass(frozen=True, slots=True, kw_only=True)
class RestService:
    """Where the service is, and how it is asked. `headers` is called for each request anew."""

    url: str
    headers: Callable[[], Mapping[str, str | Secret]] = field(repr=False)
    authorities: Path | None = None
    limits: FetchLimits = LIMITS

    def get(self, path: str) -> JsonValue:
        """Return the document at `path`."""
        return self._ask("GET", path, None)

    def post(self, path: str, document: Mapping[str, object]) -> JsonValue:
        """Return what is answered to `document` at `path`.

        Raises:
            UsageError: There is no such thing there, or it is not for us, or the call is wrong.
            MalformedError: The answer is not strict JSON.
            UnavailableError: No answer, or the service has a fault of its own.
        """
        return self._ask("POST", path, render_canonical_json(document))

    def _ask(self, method: str, path: str, body: bytes | None) -> JsonValue:
        given = self.headers()
        secrets = tuple(value for value in given.values() if isinstance(value, Secret))
        headers = {
            name: value.reveal() if isinstance(value, Secret) else value
            for name, value in given.items()
        }
        if body is not None:
            headers["Content-Type"] = "application/json"
        request = ApiRequest(
            method=method,
            url=self.url + path,
            host=urlsplit(self.url).hostname or "",
            headers=headers,
            body=body,
            authorities=self.authorities,
        )
        answer = ask_api(request, limits=self.limits)
        if answer.status != 200:
            raise _refusal(answer, request.url, secrets)
        return JsonValue(parse_json(answer.body, max_bytes=self.limits.max_bytes))


def _refusal(
    answer: ApiAnswer, url: str, secrets: tuple[Secret, ...]
) -> UsageError | UnavailableError:
    said = f"the service answers {answer.status}{_said(answer.body, secrets)}"
    where = repr(url)
    if answer.status in _DENIED:
        return UsageError(
            said, where=where, hint="may this token use the key, and has it not run out?"
        )
    if answer.status == 404:
        return UsageError(said, where=where, hint="is there such a key?")
    if 400 <= answer.status < 500 and answer.status not in {408, 429}:
        return UsageError(said, where=where)
    return UnavailableError(said, where=where)


def _said(body: bytes, secrets: tuple[Secret, ...]) -> str:
    """Return the first words of an error, with none of what we sent along: it may be an echo."""
    text = body.decode(errors="replace")
    for secret in secrets:
        text = text.replace(secret.reveal(), "…")
    text = " ".join(text.split())[:_MAX_SAID]
    return f": {text!r}" if text else ""


def service_url(text: str) -> str:
    """Return the address of a service, without a slash at its end.

    Raises:
        UsageError: Not an address with a host, or one with more than a path.
    """
    try:
        parts = urlsplit(text)
        sound = bool(parts.hostname) and not (parts.query or parts.fragment or "@" in parts.netloc)
    except ValueError:
        sound = False
    if not sound:
        raise UsageError("the address of a service is to be https://host[:port][/path]")
    return text.rstrip("/")


def token_from(file: str | None, *variables: str) -> Secret | None:
    """Return the token in the private file `file`, else in the first variable that is set.

    Raises:
        UsageError: The file is not there, or others may read it; or there is no token in it.
    """
    if file is None:
        found = next((value for name in variables if (value := get_variable(name))), None)
        return None if found is None else Secret(found.strip())
    data = load_private_file(Path(file), max_bytes=_MAX_TOKEN_BYTES)
    token = data.decode(errors="replace").strip()
    if not token:
        raise UsageError("no token in the file", where=repr(file))
    return Secret(token)


def decode_value(value: JsonValue, *, urlsafe: bool = False) -> bytes:
    """Decode a member in base64; `urlsafe` is the alphabet of JOSE, without padding.

    Raises:
        MalformedError: It is none.
    """
    text = value.text()
    if urlsafe:
        text = text.translate(_FROM_JOSE) + "=" * (-len(text) % 4)
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedError("not base64", where=value.where) from error


_FROM_JOSE: Final = str.maketrans("-_", "+/")
