"""The URI that says where a private key is: `kind:path?name=value&…`.

* A text without a kind is the path of a file.
* Every parameter is known, and there once: one that is ignored could have been a restriction.
* A secret does not belong into a URI, which is shown in errors, lists and the process table.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from assay.core.errors import UsageError

MAX_URI_BYTES: Final = 4096
_KIND: Final = re.compile(r"([a-z][a-z0-9+-]*):", re.ASCII)
_PIN: Final = re.compile(r"((?:^|[:?&;])pin-value=)[^&;]*")
_PASSWORD: Final = re.compile(r"//[^/@?]*@")
_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SignerUri:
    """A URI taken apart, not yet decoded: `path` is all up to the question mark."""

    kind: str
    path: str
    query: str

    def __str__(self) -> str:
        """Return the URI, without what should not have been in it: a PIN, or a password."""
        text = f"{self.kind}:{self.path}" + (f"?{self.query}" if self.query else "")
        return _PASSWORD.sub("//…@", _PIN.sub(r"\1…", text))

    def __repr__(self) -> str:
        """Show the URI as `str` does."""
        return f"SignerUri({str(self)!r})"

    @property
    def where(self) -> str:
        """Return the URI for a message."""
        return repr(str(self))

    def parameters(self, *known: str) -> dict[str, str]:
        """Return the parameters behind the question mark, decoded.

        Raises:
            UsageError: One that is not in `known`, is there twice, or has no value.
        """
        found = dict[str, str]()
        for part in self.query.split("&") if self.query else ():
            name, _, value = part.partition("=")
            if name not in known:
                raise UsageError(
                    f"no parameter {name!r} of {self.kind}:",
                    hint=f"it has {', '.join(known) or 'none'}",
                )
            if name in found or not value:
                raise UsageError(f"the parameter {name!r} twice, or without a value")
            found[name] = decode_percent(value)
        return found


def parse_signer_uri(text: str) -> SignerUri:
    """Take a URI apart; a text that begins with no kind is a path, whatever is in it.

    Raises:
        UsageError: Too long, empty, or with characters that no URI or path has.
    """
    if not text or len(text.encode(errors="replace")) > MAX_URI_BYTES or not text.isprintable():
        raise UsageError(f"{len(text)} characters that do not say where a key is")
    found = _KIND.match(text)
    if found is None:
        return SignerUri(kind="file", path=text.replace("%", "%25").replace("?", "%3F"), query="")
    rest, _, query = text[found.end() :].partition("?")
    return SignerUri(kind=found[1], path=rest, query=query)


def decode_percent(text: str) -> str:
    """Decode `%41` to `A` (RFC 3986, section 2.1); a plus stays a plus.

    Raises:
        UsageError: A percent sign with no two hexadecimal digits, or bytes that are no text.
    """
    try:
        if _PERCENT.search(text):
            raise UsageError(f"a stray % in {text!r}", hint="write %25")
        decoded = unquote_to_bytes(text).decode()
    except UnicodeError as error:
        raise UsageError(f"{text!r} is no text in UTF-8") from error
    if not decoded.isprintable():
        raise UsageError(f"{decoded!r} has characters that cannot be shown")
    return decoded


def path_of(uri: SignerUri) -> Path:
    """Return the path of `file:PATH`, `file:///PATH`, or a bare path.

    Raises:
        UsageError: No path, or one on another machine.
    """
    text = uri.path
    if text.startswith("//"):
        host, slash, rest = text[2:].partition("/")
        if host not in {"", "localhost"}:
            raise UsageError(f"a key on another machine: {host!r}", hint="file:///path")
        text = slash + rest
    path = decode_percent(text)
    if not path:
        raise UsageError("no path", where=uri.where)
    return Path(path)


def uri_of_path(path: Path) -> str:
    """Return the `file:` URI of `path`, also of one with a question mark or a colon in it."""
    return f"file:{quote(str(path))}"
