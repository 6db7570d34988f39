"""PKCS #11 URIs (RFC 7512): which module, which token, which key.

* An attribute that is not known is refused: ignored, it could have told two keys apart.
* `pin-value` is refused. A URI is shown in errors, lists and the process table; a PIN is not.
* `module-name` is refused: it would be looked for in places that are not ours to choose.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote_to_bytes

from assay.core.errors import UsageError
from assay.signing.signeruri import SignerUri, decode_percent

_TEXTS: Final = frozenset(
    {
        "token",
        "manufacturer",
        "serial",
        "model",
        "slot-description",
        "slot-manufacturer",
        "object",
    }
)
_KNOWN: Final = (*sorted(_TEXTS), "id", "slot-id", "type")
_SLOT: Final = re.compile(r"[0-9]{1,19}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pkcs11Uri:
    """What the attributes of a URI ask for; None where it does not say.

    `texts` holds the attributes that are compared as text, by their names in RFC 7512.
    """

    texts: tuple[tuple[str, str], ...]
    id: bytes | None
    slot: int | None
    module: Path | None
    pin_source: str | None

    def text(self, name: str) -> str | None:
        """Return the attribute `name`, or None where the URI does not say."""
        return dict(self.texts).get(name)


def parse_pkcs11(uri: SignerUri) -> Pkcs11Uri:
    """Read the attributes of a `pkcs11:` URI (RFC 7512, section 2.3).

    Raises:
        UsageError: An attribute that is not known, is there twice, or whose value is none; a PIN.
    """
    if re.search(r"(^|[?&;])pin-value\b", f"{uri.path}?{uri.query}"):
        raise UsageError(
            "a PIN in a URI, which is shown in many places",
            hint="pin-source=file:/path or pin-source=env:NAME",
        )
    attributes = _attributes(uri.path)
    query = uri.parameters("module-path", "pin-source")
    if attributes.get("type", "private") != "private":
        raise UsageError(f"an object of type {attributes['type']!r}", hint="type=private")
    module = query.get("module-path")
    if module is not None and not module.startswith("/"):
        raise UsageError(f"module-path {module!r} is not absolute")
    return Pkcs11Uri(
        texts=tuple(
            (name, decode_percent(value)) for name, value in attributes.items() if name in _TEXTS
        ),
        id=None if "id" not in attributes else unquote_to_bytes(attributes["id"]),
        slot=_slot(attributes.get("slot-id")),
        module=None if module is None else Path(module),
        pin_source=query.get("pin-source"),
    )


def _attributes(path: str) -> dict[str, str]:
    found = dict[str, str]()
    for part in path.split(";") if path else ():
        name, _, value = part.partition("=")
        if name not in _KNOWN:
            raise UsageError(
                f"no attribute {name!r} of pkcs11:", hint=f"it has {', '.join(_KNOWN)}"
            )
        if name in found or not value:
            raise UsageError(f"the attribute {name!r} twice, or without a value")
        found[name] = value
    return found


def _slot(text: str | None) -> int | None:
    if text is None:
        return None
    if not _SLOT.fullmatch(text):
        raise UsageError(f"slot-id {text!r} is no number")
    return int(text)
