"""Fills the templates of rules: no secret-shaped string stands in the repository, they are made.

`{hex:40}` is forty random digits of that kind, from a generator whose seed is the template.
"""

import base64
import json
import random
import re
import string
import uuid
import zlib
from typing import TYPE_CHECKING

from assay.scan.secrets.validators import crc32_base62

if TYPE_CHECKING:
    from collections.abc import Callable

ALPHABETS = {
    "AN": string.ascii_uppercase + string.digits,
    "HEX": "0123456789ABCDEF",
    "alpha": string.ascii_letters,
    "an": string.ascii_lowercase + string.digits,
    "b32": string.ascii_uppercase + "234567",
    "b32l": string.ascii_lowercase + "234567",
    "b62": string.ascii_letters + string.digits,
    "b64": string.ascii_letters + string.digits + "+/",
    "b64u": string.ascii_letters + string.digits + "-_",
    "bechl": "qpzry9x8gf2tvdw0s3jn54khce6mua7l",
    "bech": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
    "cryptb": string.ascii_letters + string.digits + "./",
    "dig": string.digits,
    "hex": "0123456789abcdef",
    "low": string.ascii_lowercase,
    "mixed": string.ascii_letters + string.digits,
}
_PART = re.compile(r"\{([A-Za-z0-9]+)(?::([0-9]+))?\}")


def fill(template: str) -> str:
    """Return the template with each part in braces made up."""
    return Filling(template).text()


class Filling:
    def __init__(self, template: str) -> None:
        self._template = template
        self._chance = random.Random(template)  # noqa: S311  # nothing secret is made
        self._last = ""
        self._words: dict[str, Callable[[], str]] = {
            "b64pair": self._pair,
            "crc": lambda: crc32_base62(self._last.encode()).decode(),
            "discordid": self._discord_id,
            "jwt": self._jwt,
            "private": lambda: "PRIVATE",
            "pypi": self._pypi,
            "routable": self._routable,
            "uuid": lambda: str(uuid.UUID(int=self._chance.getrandbits(128), version=4)),
        }

    def text(self) -> str:
        return _PART.sub(self._made, self._template)

    def _made(self, part: re.Match[str]) -> str:
        name, length = part.groups()
        if length is None:
            return self._words[name]() if name in self._words else part.group()
        self._last = self._digits(name, int(length))
        return self._last

    def _digits(self, name: str, length: int) -> str:
        while True:
            made = "".join(self._chance.choices(ALPHABETS[name], k=length))
            if name != "mixed" or _is_mixed(made):
                return made

    def _pair(self) -> str:
        return base64.b64encode(f"ada:{self._digits('mixed', 14)}".encode()).decode()

    def _discord_id(self) -> str:
        number = self._digits("dig", 18)
        return base64.b64encode(number.encode()).decode().rstrip("=")

    def _jwt(self) -> str:
        parts = ({"alg": "HS256", "typ": "JWT"}, {"sub": "ada", "iat": 1516239022})
        encoded = [_urlsafe(json.dumps(part).encode()) for part in parts]
        return ".".join((*encoded, self._digits("b64u", 43)))

    def _routable(self) -> str:
        """Return what stands behind the prefix of a GitLab token; the checksum is of "glpat-"."""
        raw = b"o:1\np:2n9c\nu:x" + self._chance.randbytes(16) + b"\x10"
        body = _urlsafe(raw)
        head = f"{body}.{_base36(len(body), 2)}"
        return head + _base36(zlib.crc32(f"glpat-{head}".encode()), 7)

    def _pypi(self) -> str:
        location = b"packages.example"
        body = b"\x02\x01" + bytes((len(location),)) + location + self._chance.randbytes(90)
        return "pypi-" + _urlsafe(body)


def _is_mixed(text: str) -> bool:
    kinds = (str.isupper, str.islower, str.isdigit)
    return all(any(kind(c) for c in text) for kind in kinds)


def _base36(number: int, digits: int) -> str:
    text = ""
    for _ in range(digits):
        number, digit = divmod(number, 36)
        text = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + text
    return text


def _urlsafe(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
