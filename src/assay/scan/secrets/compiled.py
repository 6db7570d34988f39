"""The compiled triggers, kept from one run to the next: making them costs 200 MB of search.

They are made for one kind of processor. Hyperscan checks version, processor and a CRC of what it
loads, none of which stops somebody who wants it to read wild: that is what the seal is for. The
rules themselves are kept beside them, and each is read when it is needed.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

import hyperscan

from assay.core.errors import UnavailableError
from assay.scan.secrets.keptrules import KeptRules, keep_rules, kept_rules
from assay.scan.secrets.matcher import Matcher
from assay.scan.secrets.rule import Rule, load_rules, rules_digest
from assay.system.processor import processor_kind
from assay.system.sealed import SealedFolder

FILE: Final = "secrets-rules"
_LENGTH_BYTES: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """The rules, and their triggers as `Matcher` serialises them."""

    rules: KeptRules
    digest: str  # of the files of our own rules
    serialized: tuple[bytes, bytes]


def compile_rules(
    *, more: tuple[Rule, ...] = (), sealed: SealedFolder | None, name: str
) -> Compiled:
    """Return our rules and `more`, and their compiled triggers; `name` is what they depend on.

    Raises:
        UnavailableError: A rule does not compile.
    """
    if sealed is None:
        return _compiled(more)
    of = hashlib.sha256(name.encode()).hexdigest()[:8] if more else "own"
    file = f"{FILE}-{processor_kind()[:16]}-{of}"
    name = f"rules for {processor_kind()}, {name}"
    body = sealed.load(file, name=name)
    if body is not None:
        kept = _read(body)
        if _loads(kept):
            return kept
    made = _compiled(more)
    sealed.save(file, _written(made), name=name)
    return made


def _compiled(more: tuple[Rule, ...]) -> Compiled:
    own = load_rules()
    rules = (*own.rules, *more)
    return Compiled(
        rules=keep_rules(rules), digest=own.digest, serialized=Matcher(rules).serialize()
    )


def _written(compiled: Compiled) -> bytes:
    parts = (*compiled.serialized, compiled.rules.written())
    return b"".join(len(part).to_bytes(_LENGTH_BYTES, "big") + part for part in parts)


def _read(body: bytes) -> Compiled:
    parts: list[bytes] = []
    start = 0
    while start < len(body):
        end = start + _LENGTH_BYTES
        start = end + int.from_bytes(body[start:end], "big")
        parts.append(body[end:start])
    first, second, rules = parts
    return Compiled(rules=kept_rules(rules), digest=rules_digest(), serialized=(first, second))


def _loads(compiled: Compiled) -> bool:
    """Tell whether the library takes it: it may have been built anew under the same version."""
    try:
        Matcher(compiled.rules, serialized=compiled.serialized)
    except (hyperscan.HyperscanError, UnavailableError):
        return False
    return True
