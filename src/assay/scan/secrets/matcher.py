"""The two stages of the search, both linear in the bytes that they read.

1. **Hyperscan** runs the `trigger` of every rule over the bytes in one pass, in block mode and
   without start-of-match tracking: it answers with (rule, end). Most bytes end here. Rules that
   know a value by its name are many and start with common words; for them one gate, "a telling
   name and something long behind it", runs in this pass, and a second database with their
   triggers runs around its answers only.
2. **RE2** runs the `pattern` of a rule in a window around each answer, for the exact span and the
   secret in it. Nothing here runs on a backtracking engine, so no input makes it slow.

Then a match must pass: the rule's own exceptions, placeholders and references, entropy, character
classes, and the rule's validator. Of matches whose secrets overlap, the most specific one stays.

Bytes of several objects may lie in one block: stage 1 then answers for all of them at once, and
stage 2 never looks across the bounds of an object. An object that begins in UTF-16, or that holds
one of the `WIDE_WORDS` in it, is searched again without its NUL bytes, which gives ASCII of either
byte order, also in the middle of a binary file.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import re2

from assay.scan.secrets.layers import Layer, Told, layers_of
from assay.scan.secrets.permission import MARK
from assay.scan.secrets.plausible import (
    entropy_of,
    has_digits,
    is_guessable,
    is_identifier,
    is_mixed,
    is_placeholder,
    is_reference,
    is_sequence,
)
from assay.scan.secrets.rule import NAMED, Rule, Rules
from assay.scan.secrets.triggers import Hit, Triggers, windows
from assay.scan.secrets.validators import KEPT, VALIDATORS, Checked
from assay.system.packed import Budget

GUESSABLE: Final = "it is a value that anybody would try"
INVENTED: Final = "its characters count up or down, so somebody made it up"
_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")  # of UTF-16; UTF-32 is its little-endian one and NULs
LINE_BYTES: Final = 2000  # on either side of a secret in which its line is looked for
_RE2_BYTES: Final = 64 * 2**20  # above what the largest pattern needs for its automaton


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A secret in some bytes: its rule, the span and the value of the secret, what speaks for it.

    `doubt` is empty or says why it may be none; `detail` is what could be told from the value.
    `lines_before` counts the line ends in front of it; `line` is the text of its line where a
    permission stands anywhere. In `wide` text the span is that in the text without NUL bytes.
    """

    rule: Rule
    start: int
    end: int
    value: bytes = field(repr=False)
    doubt: str
    detail: str
    lines_before: int = 0
    line: bytes = field(default=b"", repr=False)
    wide: bool = False


class Matcher:
    """All rules, compiled; `serialized` is what `serialize` of another one of these rules gave."""

    def __init__(self, rules: Rules, *, serialized: tuple[bytes, bytes] | None = None) -> None:
        self._rules = rules
        self._triggers = Triggers(self._rules, serialized=serialized)
        self._options = re2.Options()
        self._options.encoding = re2.Options.Encoding.LATIN1
        self._options.max_mem = _RE2_BYTES
        self._patterns: dict[int, object] = {}
        self._allowed: dict[int, tuple[object, ...]] = {}

    @property
    def special(self) -> int:
        """Return the number from which on triggers belong to no rule."""
        return self._triggers.special

    def serialize(self) -> tuple[bytes, bytes]:
        """Return the compiled triggers, for another process on this machine."""
        return self._triggers.serialize()

    def hits(self, data: memoryview) -> list[Hit]:
        """Return (end, number) of each trigger in `data`, in order."""
        return self._triggers.hits(data)

    def matches(self, data: memoryview, hits: Sequence[Hit]) -> tuple[Match, ...]:
        """Return the secrets in `data`, one object or a piece of one, around the `hits` in it."""
        found = self._narrow_matches(data, hits)
        if is_wide(data) or any(number == self._triggers.wide for _, number in hits):
            narrow = memoryview(bytes(data).replace(b"\0", b""))
            known = {(match.rule.id, match.value) for match in found}
            again = self._narrow_matches(narrow, self.hits(narrow))
            found += tuple(
                replace(match, wide=True)
                for match in again
                if (match.rule.id, match.value) not in known
            )
        return found

    def layers(self, data: bytes, hits: Sequence[Hit], budget: Budget) -> Iterator[Layer]:
        """Yield what `data`, of which `hits` are the triggers, holds in packed or encoded form."""
        ends: dict[int, list[int]] = {}
        for end, number in hits:
            if number >= self._triggers.special:
                ends.setdefault(number, []).append(end)
        told = self._triggers
        yield from layers_of(
            data,
            Told(
                base64=ends.get(told.base64, ()),
                hex=ends.get(told.hex, ()),
                notebook=told.notebook in ends,
            ),
            budget,
        )

    def find(self, data: bytes) -> tuple[Match, ...]:
        """Return the secrets in `data`."""
        view = memoryview(data)
        return self.matches(view, self.hits(view))

    def _narrow_matches(self, data: memoryview, hits: Sequence[Hit]) -> tuple[Match, ...]:
        found: list[Match] = []
        ends_of: dict[int, list[int]] = {}
        for end, number in hits:
            if number < self._triggers.special:
                ends_of.setdefault(number, []).append(end)
        for number, ends in sorted(ends_of.items()):
            found += self._around(data, number, ends)
        return _placed(_without_overlaps(found), data)

    def _around(self, data: memoryview, number: int, ends: list[int]) -> Iterator[Match]:
        """Run one rule's pattern in the windows around `ends`, each of which is ascending."""
        rule = self._rules[number]
        pattern = self._pattern(number)
        size = len(data)
        for low, high in windows(ends, before=rule.before, after=rule.after, size=size):
            window = bytes(data[low:high])
            for match in pattern.finditer(window):  # type: ignore[attr-defined]
                start, end = _secret_span(match, rule.group)
                cut_off = (low and not match.start()) or (
                    high < size and match.end() == len(window)
                )
                if not cut_off and start < end:
                    found = self._checked(number, match.group(0), window[start:end])
                    if found is not None:
                        yield _match(rule, low + start, low + end, found, window[start:end])

    def _checked(self, number: int, whole: bytes, value: bytes) -> Checked | None:
        """Return what speaks for a match, or None where it can be no secret."""
        rule = self._rules[number]
        if any(allowed.search(whole) for allowed in self._exceptions(number)):  # type: ignore[attr-defined]
            return None
        if not _is_plausible(rule, value):
            return None
        checked = VALIDATORS[rule.validator](value, whole) if rule.validator else KEPT
        if not checked.doubt:
            checked = replace(checked, doubt=_doubt(rule, value))
        return None if checked.refused else checked

    def _pattern(self, number: int) -> object:
        found = self._patterns.get(number)
        if found is None:
            found = re2.compile(self._rules[number].pattern.encode(), self._options)
            self._patterns[number] = found
        return found

    def _exceptions(self, number: int) -> tuple[object, ...]:
        found = self._allowed.get(number)
        if found is None:
            texts = self._rules[number].allow
            found = tuple(re2.compile(text.encode(), self._options) for text in texts)
            self._allowed[number] = found
        return found


def is_wide(data: memoryview) -> bool:
    """Tell whether `data` begins with the mark of UTF-16, or with two letters in it."""
    start = bytes(data[:4])
    if start[:2] in _MARKS:
        return True
    return len(start) == 4 and (start[::2] == b"\0\0") != (start[1::2] == b"\0\0")


def _is_code(rule: Rule, value: bytes) -> bool:
    """Tell whether what stands behind a telling name is the name of something else.

    A password may be made of words, so there only a path of names counts.
    """
    if rule.guessable:
        return b"." in value and is_identifier(value)
    return (rule.rank < NAMED or not has_digits(value)) and is_identifier(value)


def _doubt(rule: Rule, value: bytes) -> str:
    """Return why a value of the right form may be none that anybody has to change."""
    if rule.guessable:
        return GUESSABLE if is_guessable(value) else ""
    return INVENTED if is_sequence(value) else ""


def _is_plausible(rule: Rule, value: bytes) -> bool:
    """Tell whether a value can be a secret by the measures that its rule sets."""
    return not (
        is_placeholder(value)
        or (0 < rule.rank <= NAMED and (is_reference(value) or _is_code(rule, value)))
        or (0 < rule.rank <= NAMED and not rule.guessable and is_sequence(value))
        or (rule.entropy and entropy_of(value) < rule.entropy)
        or (rule.digits and not has_digits(value))
        or (rule.mixed and not is_mixed(value))
    )


def _secret_span(match: object, group: int) -> tuple[int, int]:
    """Return the span of `group`, of the first group that took part, or of the whole match."""
    if group and match.span(group)[0] >= 0:  # type: ignore[attr-defined]
        start, end = match.span(group)  # type: ignore[attr-defined]
        return start, end
    for number in range(1, match.re.groups + 1):  # type: ignore[attr-defined]
        start, end = match.span(number)  # type: ignore[attr-defined]
        if start >= 0:
            return start, end
    start, end = match.span()  # type: ignore[attr-defined]
    return start, end


def _match(rule: Rule, start: int, end: int, checked: Checked, value: bytes) -> Match:
    return Match(
        rule=rule,
        start=start,
        end=end,
        value=checked.value or value,
        doubt=checked.doubt,
        detail=checked.detail,
    )


def _without_overlaps(found: list[Match]) -> tuple[Match, ...]:
    """Keep, of secrets that overlap, the most specific, then the longest, then the first."""
    kept: list[Match] = []
    starts: list[int] = []  # of `kept`, which is in their order
    for match in sorted(
        found, key=lambda m: (-m.rule.rank, bool(m.doubt), m.start - m.end, m.start, m.rule.id)
    ):
        place = bisect_left(starts, match.start)
        free_before = not place or kept[place - 1].end <= match.start
        free_behind = place == len(kept) or match.end <= starts[place]
        if free_before and free_behind:
            kept.insert(place, match)
            starts.insert(place, match.start)
    return tuple(kept)


def _placed(matches: tuple[Match, ...], data: memoryview) -> tuple[Match, ...]:
    """Add line numbers and lines; `matches` are in ascending order."""
    if not matches:
        return ()
    content = bytes(data)
    wants_line = MARK in content  # nobody else reads it, and of many matches it is much
    placed: list[Match] = []
    lines = counted = 0
    for match in matches:
        lines += content.count(b"\n", counted, match.start)
        counted = max(counted, match.start)
        line = _line_around(content, match) if wants_line else b""
        placed.append(replace(match, lines_before=lines, line=line))
    return tuple(placed)


def _line_around(content: bytes, match: Match) -> bytes:
    start = content.rfind(b"\n", max(0, match.start - LINE_BYTES), match.start) + 1
    end = content.find(b"\n", match.end, match.end + LINE_BYTES)
    return content[start : end if end >= 0 else match.end + LINE_BYTES]
