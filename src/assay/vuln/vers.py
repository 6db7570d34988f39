"""Version ranges as `vers` texts (the VERS specification): `vers:npm/>=1.0.0|<2.0.0`.

* Constraints are a sequence along the line of versions; `|` means neither "and" nor "or".
* Where the versions cannot be compared (an unknown type, a version that is none), nobody can tell
  whether a version is inside: the answer is UNKNOWN.
"""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from assay.core.errors import MalformedError
from assay.vuln.order.keys import VersionKey
from assay.vuln.ranges import Answer
from assay.vuln.versions import scheme_key

MAX_VERS: Final = 2**16  # characters; ranges with a version for each release are long
MAX_CONSTRAINTS: Final = 4096
_TYPE: Final = re.compile(r"[A-Za-z][A-Za-z0-9.-]{0,63}\Z", re.ASCII)
_CONSTRAINT: Final = re.compile(r"(!=|<=|>=|<|>|)([^<>=!*|]+)\Z")
_BROKEN_ESCAPE: Final = re.compile("%(?![0-9A-Fa-f]{2})")
_PLAIN: Final = "".join(map(chr, range(0x21, 0x7F))).translate({ord(c): None for c in "<>=!*|%"})
_ABOVE: Final = frozenset({">", ">="})
_BELOW: Final = frozenset({"<", "<="})


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """A comparator (`=` is written as nothing) and a version."""

    comparator: str
    version: str


NO_VERSION: Final = "none"  # the type of an empty range
EVERY_VERSION: Final = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRange:
    """A range of versions of `scheme`; no constraints mean every version, of `none` no version."""

    scheme: str
    constraints: tuple[Constraint, ...] = ()

    @property
    def is_every(self) -> bool:
        """Tell whether every version is inside."""
        return not self.constraints and self.scheme != NO_VERSION

    def judge(self, version: str) -> Answer:
        """Tell whether `version` is inside (AFFECTED); UNKNOWN where that cannot be compared."""
        if not self.constraints:
            return Answer.AFFECTED if self.is_every else Answer.NOT_AFFECTED
        keyed = _keyed(self)
        key = scheme_key(self.scheme, version)
        if key is None or keyed is None:
            return Answer.UNKNOWN
        return Answer.AFFECTED if _contains(keyed, key) else Answer.NOT_AFFECTED


Keyed = list[tuple[VersionKey, str]]


def parse_vers(text: str) -> VersionRange:
    """Read a `vers` text.

    Raises:
        MalformedError: No `vers:`, no type (or the type `invalid`), no constraint, a constraint
            that is none, or `*` among others.
    """
    if len(text) > MAX_VERS or not text.isascii() or not text.isprintable() or " " in text:
        raise MalformedError(f"{text[:40]!r} is no version range", hint="printable ASCII, no blank")
    scheme, colon, rest = text.partition(":")
    kind, slash, constraints = rest.partition("/")
    if scheme != "vers" or not colon or not slash or not _TYPE.match(kind):
        raise MalformedError(f"{text[:80]!r} is no version range", hint="vers:TYPE/CONSTRAINTS")
    kind = kind.lower()
    if kind == "invalid":
        raise MalformedError("a version range of the type 'invalid'")
    if constraints == "*":
        return VersionRange(scheme=kind)
    if kind in {NO_VERSION, EVERY_VERSION}:
        raise MalformedError(f"{text[:80]!r} is no version range", hint=f"vers:{kind}/*")
    parts = constraints.split("|", MAX_CONSTRAINTS)
    return VersionRange(scheme=kind, constraints=tuple(map(_constraint, parts)))


def render_vers(versions: VersionRange) -> str:
    """Return the canonical text: constraints in the order of versions, where there is one."""
    if not versions.constraints:
        return f"vers:{versions.scheme}/*"
    keyed = [(scheme_key(versions.scheme, one.version), one) for one in versions.constraints]
    ordered = list(versions.constraints)
    sortable = [(key, one.comparator or "=", one) for key, one in keyed if key is not None]
    if len(sortable) == len(keyed):
        ordered = [one for _, _, one in sorted(sortable, key=lambda item: item[:2])]
    parts = (f"{one.comparator}{quote(one.version, safe=_PLAIN)}" for one in ordered)
    return f"vers:{versions.scheme}/{'|'.join(parts)}"


def _constraint(text: str) -> Constraint:
    match = _CONSTRAINT.match(text)
    if match is None:
        raise MalformedError(f"{text[:80]!r} is no constraint", hint="such as >=1.2.3")
    return Constraint(comparator=match.group(1), version=_unquote(match.group(2)))


def _unquote(text: str) -> str:
    if _BROKEN_ESCAPE.search(text):
        raise MalformedError(f"{text[:80]!r} is not percent-encoded")
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeDecodeError as error:
        raise MalformedError(f"{text[:80]!r} is not percent-encoded UTF-8") from error


def _keyed(versions: VersionRange) -> Keyed | None:
    keyed: Keyed = []
    for one in versions.constraints:
        key = scheme_key(versions.scheme, one.version)
        if key is None:
            return None
        keyed.append((key, one.comparator or "="))
    return sorted(keyed)


def _contains(keyed: Keyed, key: VersionKey) -> bool:
    """Tell whether `key` is inside: single versions first, then the ends of intervals."""
    at = {comparator for place, comparator in keyed if place == key}
    if "!=" in at:
        return False
    if at & {"=", "<=", ">="}:
        return True
    ends = _simplified([pair for pair in keyed if pair[1] not in {"=", "!="}])
    if not ends:  # exclusions alone leave everything else
        return all(comparator == "!=" for _, comparator in keyed)
    if ends[0][1] in _BELOW and key < ends[0][0]:
        return True
    if ends[-1][1] in _ABOVE and key > ends[-1][0]:
        return True
    return any(
        left[1] in _ABOVE and right[1] in _BELOW and left[0] < key < right[0]
        for left, right in pairwise(ends)
    )


def _simplified(ends: Keyed) -> Keyed:
    """Of lower ends in a row keep the first, of upper ends in a row the last."""
    kept: Keyed = []
    for end in ends:
        if kept and kept[-1][1] in _ABOVE and end[1] in _ABOVE:
            continue
        if kept and kept[-1][1] in _BELOW and end[1] in _BELOW:
            kept.pop()
        kept.append(end)
    return kept
