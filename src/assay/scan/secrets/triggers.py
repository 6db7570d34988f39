"""Stage 1 of the search: Hyperscan, all triggers in one pass, in block mode.

It answers with (end, number), without the start of a match: telling that would cost speed and
memory, and stage 2 finds it in the few places where anything was found.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import hyperscan

from assay.core.errors import UnavailableError
from assay.scan.secrets.encoded import base64_triggers, hex_triggers
from assay.scan.secrets.rule import GATE, GATE_AFTER, GATE_BEFORE, Rules

WIDE_WORDS: Final = (
    *("password", "passwd", "secret", "token", "api_key", "apikey", "AccountKey", "AccessKey"),
    *("credential", "PRIVATE KEY", "AKIA", "ghp_", "github_pat_", "glpat-", "xoxb-", "sk_live_"),
    *("AIza", "npm_", "pypi-", "hooks.slack.com", "://", "Bearer ", "PWD="),
)
_TAR: Final = r"ustar(?:\x00|\x20\x20)"
_NEVER: Final = r"\x00never\x00"

Hit = tuple[int, int]


class Triggers:
    """The compiled triggers of `rules`, numbered in their order, and of text in UTF-16."""

    def __init__(self, rules: Rules, *, serialized: tuple[bytes, bytes] | None = None) -> None:
        self.special = len(rules)  # the first number that is no rule
        self.wide, self.tar, self.notebook, self.base64, self.hex, self._gate = range(
            self.special, self.special + 6
        )
        if serialized is None:
            self._first, self._second = self._compiled(rules)
        else:
            self._first, self._second = (_loaded(part) for part in serialized)

    def serialize(self) -> tuple[bytes, bytes]:
        """Return the compiled form, for another process on this machine."""
        return bytes(hyperscan.dumpb(self._first)), bytes(hyperscan.dumpb(self._second))

    def hits(self, data: memoryview) -> list[Hit]:
        """Return (end, number) of each trigger in `data`, in order; some tell of another layer."""
        found = _scan(self._first, data)
        gates = [end for end, number in found if number == self._gate]
        if gates:
            found = [hit for hit in found if hit[1] != self._gate]
            size = len(data)
            for low, high in windows(gates, before=GATE_BEFORE, after=GATE_AFTER, size=size):
                found += [(low + end, n) for end, n in _scan(self._second, data[low:high])]
        found.sort()
        return found

    def _compiled(self, rules: Rules) -> tuple[hyperscan.Database, hyperscan.Database]:
        """Compile what runs over everything, and what runs around matches of the gate."""
        numbered = list(enumerate(rules))
        free = [(number, rule.trigger) for number, rule in numbered if not rule.gated]
        free += [(self._gate, GATE), *((self.wide, _wide_text(word)) for word in WIDE_WORDS)]
        free += [(self.tar, _TAR), (self.notebook, '"nbformat"')]
        free += [(self.base64, base64_triggers()), (self.hex, hex_triggers())]
        gated = [(number, rule.trigger) for number, rule in numbered if rule.gated]
        return _compiled(free), _compiled(gated or [(self.wide, _NEVER)])


def windows(
    ends: Sequence[int], *, before: int, after: int, size: int
) -> Iterator[tuple[int, int]]:
    """Merge the windows around ascending `ends`, inside 0 to `size`, where they touch."""
    low, high = max(0, ends[0] - before), min(size, ends[0] + after)
    for end in ends[1:]:
        if end - before > high:
            yield low, high
            low = end - before
        high = min(size, end + after)
    yield low, high


def _compiled(expressions: Sequence[tuple[int, str]]) -> hyperscan.Database:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    try:
        database.compile(
            expressions=[text.encode() for _, text in expressions],
            ids=[number for number, _ in expressions],
            elements=len(expressions),
            flags=[0] * len(expressions),
        )
    except hyperscan.HyperscanError as error:
        raise UnavailableError(f"the rules do not compile: {error}") from error
    return database


def _loaded(serialized: bytes) -> hyperscan.Database:
    database = hyperscan.loadb(serialized, hyperscan.HS_MODE_BLOCK)
    database.scratch = hyperscan.Scratch(database)
    return database


def _scan(database: hyperscan.Database, data: memoryview) -> list[Hit]:
    found: list[Hit] = []
    add = found.append

    def seen(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
        add((end, number))

    database.scan(data, match_event_handler=seen)  # type: ignore[type-var]  # any buffer will do
    return found


def _wide_text(word: str) -> str:
    """Return the expression for `word` in UTF-16, of either byte order."""
    return "(?i:" + r"\x00".join(f"\\x{ord(c):02x}" for c in word) + ")"
