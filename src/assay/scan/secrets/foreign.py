"""Settings of other scanners that a repository brings: `.gitleaks.toml`, lists of exceptions.

* Their rules are searched for like ours: they can only add. One that our engines cannot run in
  linear time is named, and so is a file that it extends and that is not read.
* Their exceptions take nothing away. Anybody who writes a change can write them, they need no
  reason and have no end. A finding that such a list covers says so; a rule's own exceptions belong
  to the rule, and hold for it alone.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import hyperscan
import re2

from assay.core.errors import AssayError, MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.core.strictjson import parse_json
from assay.core.stricttoml import parse_toml
from assay.findings.finding import Severity
from assay.scan.secrets.rule import Rule

GITLEAKS: Final = ".gitleaks.toml"
GITLEAKS_IGNORE: Final = ".gitleaksignore"
BASELINE: Final = ".secrets.baseline"
FILES: Final = (GITLEAKS, GITLEAKS_IGNORE, BASELINE)
MAX_FOREIGN_BYTES: Final = 8 * 2**20
_MAX_RULES: Final = 1000
_REACH: Final = 4000  # bytes around the end of a hit in which a match of such a rule may lie
_MAX_STEPS: Final = 10_000  # of RE2 for a byte, at worst; rules of gitleaks itself have under 4,000
_NAMES: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """What was read. `listed` are the (path, line) that each file lists, 0 for any line."""

    rules: tuple[Rule, ...] = ()
    listed: Mapping[str, frozenset[tuple[str, int]]]
    patterns: tuple[str, ...] = ()  # of paths, that `.gitleaks.toml` leaves out
    exceptions: int = 0
    not_checked: tuple[NotChecked, ...] = ()
    digest: str = ""

    def lists(self, path: str, line: int) -> str:
        """Return which file lists this place, or nothing."""
        for name, places in self.listed.items():
            if (path, line) in places:
                return name
        if any(re2.search(pattern, path) for pattern in self.patterns):
            return GITLEAKS
        return ""


NO_FOREIGN: Final = Foreign(listed={})


def read_foreign(files: Mapping[str, bytes]) -> Foreign:
    """Read what there is of `FILES`; what cannot be read is named and never an error."""
    found = {name: files[name] for name in FILES if name in files}
    if not found:
        return NO_FOREIGN
    reading = _Reading()
    for name, data in found.items():
        try:
            _READERS[name](reading, data)
        except AssayError as error:
            reading.miss(name, f"it cannot be read: {error.what}")
    hashed = hashlib.sha256()
    for name, data in found.items():
        hashed.update(b"%d:%b%d:%b" % (len(name), name.encode(), len(data), data))
    return Foreign(
        rules=tuple(reading.rules),
        listed=reading.listed,
        patterns=tuple(reading.patterns),
        exceptions=reading.exceptions,
        not_checked=tuple(reading.missed),
        digest=hashed.hexdigest(),
    )


class _Reading:
    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.listed: dict[str, frozenset[tuple[str, int]]] = {}
        self.patterns: list[str] = []
        self.exceptions = 0
        self.missed: list[NotChecked] = []

    def gitleaks(self, data: bytes) -> None:
        document = parse_toml(data, max_bytes=MAX_FOREIGN_BYTES)
        extend = document.optional("extend")
        for name in ("path", "url") if extend is not None else ():
            if extend is not None and extend.optional_text(name):
                text = extend.optional_text(name)
                self.miss(f"{GITLEAKS}: extend.{name}", f"{printable(text)!r} is not read")
        items = document.optional_items("rules")
        if len(items) > _MAX_RULES:
            self.miss(GITLEAKS, f"it has over {_MAX_RULES} rules; the others are left out")
        ids: set[str] = set()
        for item in items[:_MAX_RULES]:
            self._rule(item, ids)
        for allowed in _allowlists(document):
            self.exceptions += 1
            self.patterns += [p for p in _texts(allowed, "paths") if _compiles(p)]

    def _rule(self, item: JsonValue, ids: set[str]) -> None:
        name = item.optional_text("id") or "without an id"
        where = f"{GITLEAKS}: rule {printable(name)!r}"
        if not (pattern := item.optional_text("regex")):
            self.miss(where, "it has no regex, and looks at names of files only")
            return
        rule = _rule_of(item, name, pattern)
        if rule.id in ids:
            self.miss(where, "another rule has the same id")
        elif said := _refusal(rule):
            self.miss(where, f"its regex cannot be searched for in linear time: {said}")
        else:
            ids.add(rule.id)
            self.rules.append(rule)

    def ignore(self, data: bytes) -> None:
        """Read lines of `[commit:]path:rule:line`."""
        if len(data) > MAX_FOREIGN_BYTES:
            raise MalformedError(f"{len(data)} bytes, where {MAX_FOREIGN_BYTES} are read")
        places: set[tuple[str, int]] = set()
        for number, raw in enumerate(data.decode(errors="replace").splitlines(), 1):
            line = raw.strip()
            parts = line.split(":")
            if not line or line.startswith("#"):
                continue
            if len(parts) not in {3, 4} or not parts[-1].isdecimal() or len(parts[-1]) > 9:
                self.miss(f"{GITLEAKS_IGNORE}:{number}", "it is no fingerprint")
                continue
            places.add((parts[-3], int(parts[-1])))
        self.exceptions += len(places)
        self.listed[GITLEAKS_IGNORE] = frozenset(places)

    def baseline(self, data: bytes) -> None:
        document = JsonValue(parse_json(data, max_bytes=MAX_FOREIGN_BYTES))
        places = frozenset(
            (path, entry.field("line_number").integer())
            for path, entries in document.field("results").members()
            for entry in entries.items()
        )
        self.exceptions += len(places)
        self.listed[BASELINE] = places

    def miss(self, where: str, why: str) -> None:
        """Name something that is not honoured."""
        remedy = "write it as our engines can read it, or take it out"
        self.missed.append(NotChecked(what="rule", where=where, why=why, remedy=remedy))


_READERS: Final = {
    GITLEAKS: _Reading.gitleaks,
    GITLEAKS_IGNORE: _Reading.ignore,
    BASELINE: _Reading.baseline,
}


def _rule_of(item: JsonValue, name: str, pattern: str) -> Rule:
    own = f"gitleaks-{''.join(c if c in _NAMES else '-' for c in name.lower())[:60]}"
    entropy = item.optional("entropy")
    value = 0.0 if entropy is None else entropy.value
    group = item.optional("secretGroup")
    return Rule(
        id=own,
        family=own,
        title=printable(item.optional_text("description") or name)[:100],
        severity=Severity.HIGH,
        pattern=pattern,
        trigger=pattern,
        gated=False,
        before=_REACH,
        after=_REACH,
        rank=2,
        keywords=tuple(_texts(item, "keywords")),
        entropy=float(value) if isinstance(value, (int, float)) else 0.0,
        validator="",
        allow=tuple(_own_exceptions(item)),
        digits=False,
        mixed=False,
        guessable=False,
        access=f"what the rule {printable(name)[:60]!r} of {GITLEAKS} is about",
        revoke="Revoke it where it was made.",
        positive=(),
        negative=(),
        group=0 if group is None else group.integer(),
    )


def _allowlists(item: JsonValue) -> Iterator[JsonValue]:
    single = item.optional("allowlist")
    if single is not None:
        yield single
    yield from item.optional_items("allowlists")


def _own_exceptions(item: JsonValue) -> Iterator[str]:
    for allowed in _allowlists(item):
        yield from (pattern for pattern in _texts(allowed, "regexes") if _compiles(pattern))
        for word in _texts(allowed, "stopwords"):
            yield f"(?i){re2.escape(word)}"


def _texts(item: JsonValue, name: str) -> Iterable[str]:
    return [member.text() for member in item.optional_items(name)]


def _compiles(pattern: str) -> bool:
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error:
        return False
    return True


def _refusal(rule: Rule) -> str:
    """Return why one of the two engines does not take the rule, or nothing."""
    if not _compiles(rule.pattern):
        return "RE2 does not know a part of it"
    compiled = re2.compile(rule.pattern)
    if not 0 <= rule.group <= compiled.groups:
        return f"it has no group {rule.group}"
    if compiled.programsize > _MAX_STEPS:
        return f"each byte may take {compiled.programsize} steps, where {_MAX_STEPS} are allowed"
    try:
        hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK).compile(
            expressions=[rule.pattern.encode()], ids=[0], elements=1, flags=[0]
        )
    except hyperscan.HyperscanError as error:
        return printable(str(error))[:200]
    return ""
