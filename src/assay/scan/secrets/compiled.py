"""The compiled triggers, kept from one run to the next: making them costs 200 MB of search.

They are made for one kind of processor. Hyperscan checks version, processor and a CRC of what it
loads, none of which stops somebody who wants it to read wild: that is what the seal is for. The
rules themselves are kept beside them, in JSON, which is read ten times as fast as their TOML.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Final

import hyperscan

from assay.core.errors import UnavailableError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.findings.finding import Severity
from assay.scan.secrets.matcher import Matcher
from assay.scan.secrets.rule import Rule, RuleSet, load_rules, rules_digest
from assay.scan.secrets.sealed import MAX_SEALED_BYTES, SealedFolder
from assay.system.processor import processor_kind

FILE: Final = "secrets-rules"
_LENGTH_BYTES: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """The rules, and their triggers as `Matcher` serialises them."""

    rules: RuleSet
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
    rules = RuleSet(rules=(*own.rules, *more), digest=own.digest)
    return Compiled(rules=rules, serialized=Matcher(rules.rules).serialize())


def _written(compiled: Compiled) -> bytes:
    rules = json.dumps([asdict(rule) for rule in compiled.rules.rules]).encode()
    first, second = compiled.serialized
    parts = (first, second, rules)
    return b"".join(len(part).to_bytes(_LENGTH_BYTES, "big") + part for part in parts)


def _read(body: bytes) -> Compiled:
    parts: list[bytes] = []
    start = 0
    while start < len(body):
        end = start + _LENGTH_BYTES
        start = end + int.from_bytes(body[start:end], "big")
        parts.append(body[end:start])
    first, second, rules = parts
    items = JsonValue(parse_json(rules, max_bytes=MAX_SEALED_BYTES)).items()
    return Compiled(
        rules=RuleSet(rules=tuple(_rule(item) for item in items), digest=rules_digest()),
        serialized=(first, second),
    )


def _rule(item: JsonValue) -> Rule:
    fields = {name: _field(name, member) for name, member in item.members()}
    return Rule(**fields)  # type: ignore[arg-type]  # sealed: exactly what `_written` wrote


def _field(name: str, member: JsonValue) -> object:
    if name == "severity":
        return Severity(member.text())
    return tuple(member.value) if isinstance(member.value, list) else member.value


def _loads(compiled: Compiled) -> bool:
    """Tell whether the library takes it: it may have been built anew under the same version."""
    try:
        Matcher(compiled.rules.rules, serialized=compiled.serialized)
    except (hyperscan.HyperscanError, UnavailableError):
        return False
    return True
