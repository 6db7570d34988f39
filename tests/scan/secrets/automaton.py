"""An automaton that counts its own steps: what an engine of linear time does at most for a byte.

RE2 reads a byte in one step where the set of its states is one that it has seen, and otherwise in
as many as there are states alive (Thompson's simulation). How many those are is decided by the
expression and the text, on any machine and under any load, so they are counted here. A counted
repeat is as many copies, as in RE2; edges of words and lines hold everywhere, which can only add
states.
"""

import re
import string
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from re import _constants as op  # type: ignore[attr-defined]  # nobody else reads expressions
from re import _parser as parser  # type: ignore[attr-defined]

_CLASSES = {
    op.CATEGORY_DIGIT: string.digits,
    op.CATEGORY_SPACE: " \t\n\r\f\v",
    op.CATEGORY_WORD: f"{string.ascii_letters}{string.digits}_",
}
_INVERSE = {
    op.CATEGORY_NOT_DIGIT: op.CATEGORY_DIGIT,
    op.CATEGORY_NOT_SPACE: op.CATEGORY_SPACE,
    op.CATEGORY_NOT_WORD: op.CATEGORY_WORD,
}
_ALL = frozenset(range(256))
_EMPTY = frozenset((op.AT, op.ASSERT, op.ASSERT_NOT, op.GROUPREF))  # read nothing, or little
ACCEPT = 0


class Automaton:
    """The states of `expression`: each reads one byte out of a set, or is an empty step.

    A repeat of more than `widest` times is one without end: few states, and more than there are.
    """

    def __init__(self, expression: str, *, flags: int = 0, widest: int = 10_000) -> None:
        self._widest = widest
        self._reads: list[frozenset[int] | None] = [frozenset()]  # ACCEPT reads nothing
        self._next: list[list[int]] = [[]]
        self._folded = [False]
        tree = parser.parse(expression, flags)
        self._folded[0] = bool(tree.state.flags & re.IGNORECASE)
        self._start = self._sequence(tree, [ACCEPT])

    def run(self, text: bytes, *, most: int) -> tuple[int, bool]:
        """Return the steps of a search through `text`, up to `most`, and whether it matched."""
        steps, matched = 0, False
        alive = self._closure(self._start)
        for byte in text:
            reached = (
                state
                for source in alive
                if byte in (self._reads[source] or ())
                for state in self._next[source]
            )
            alive = self._closure([*reached, *self._start])
            steps += len(alive)
            matched = matched or ACCEPT in alive
            if steps > most:
                break
        return steps, matched

    def ambiguous(self) -> bool:
        """Tell whether a text can be read in two ways around one loop: an engine tries them all.

        So it is where a pair of equal states and a pair of unequal ones reach each other, or where
        two empty paths lead from a state to another one in a loop.
        """
        steps = {s: self._steps(s) for s, reads in enumerate(self._reads) if reads}
        pairs: dict[tuple[int, int], set[tuple[int, int]]] = {}
        waiting = [(state, state) for state in steps]
        while waiting:
            pair = waiting.pop()
            if pair not in pairs:
                found = {
                    (one, two)
                    for one in steps[pair[0]]
                    for two in steps[pair[1]]
                    if (self._reads[one] or _ALL) & (self._reads[two] or _ALL)
                }
                pairs[pair] = {(one, two) for one, two in found if one in steps and two in steps}
                waiting += pairs[pair]
        for loop in _loops(pairs):
            equal = {one for one, two in loop if one == two}
            if equal and len(equal) < len(loop):
                return True
            if any(steps[one][two] > 1 for one in equal for two in equal):
                return True
        return False

    def _steps(self, state: int) -> Counter[int]:
        """Return the states that read after `state`, with the number of empty paths to each."""
        found = Counter[int]()

        def walk(states: list[int], passed: frozenset[int]) -> None:
            for one in states:
                if self._reads[one] is not None:
                    found[one] += 1
                elif one not in passed:
                    walk(self._next[one], passed | {one})

        walk(self._next[state], frozenset())
        return found

    def _closure(self, states: Iterable[int]) -> set[int]:
        found: set[int] = set()
        waiting = list(states)
        while waiting:
            state = waiting.pop()
            if state not in found:
                found.add(state)
                if self._reads[state] is None:
                    waiting += self._next[state]
        return found

    def _state(self, reads: frozenset[int] | None, then: list[int]) -> list[int]:
        self._reads.append(reads)
        self._next.append(then)
        return [len(self._reads) - 1]

    def _sequence(self, items: object, then: list[int]) -> list[int]:
        for kind, value in reversed(list(items)):  # type: ignore[call-overload]
            then = self._item(kind, value, then)
        return then

    def _item(self, kind: object, value: object, then: list[int]) -> list[int]:
        if kind in {op.MAX_REPEAT, op.MIN_REPEAT}:
            return self._repeat(value, then)
        if kind in {op.POSSESSIVE_REPEAT, op.ATOMIC_GROUP}:
            return self._once(value if kind is op.ATOMIC_GROUP else _parts(value)[2], then)
        if kind is op.SUBPATTERN:
            _, added, removed, inner = _parts(value)
            folded = self._folded[-1] or bool(_number(added) & re.IGNORECASE)
            folded = folded and not _number(removed) & re.IGNORECASE
            self._folded.append(folded)
            then = self._sequence(inner, then)
            self._folded.pop()
            return then
        if kind is op.BRANCH:
            return [first for way in value[1] for first in self._sequence(way, then)]  # type: ignore[index]
        if kind is op.AT and value is op.AT_END_STRING:
            return [ACCEPT]  # nothing is read behind it
        return then if kind in _EMPTY else self._state(self._bytes(kind, value), then)

    def _once(self, inner: object, then: list[int]) -> list[int]:
        """Add what is read in one way only: any text, and what is inside for itself."""
        self._sequence(inner, [ACCEPT])
        again = list(then)
        again += self._state(_ALL, again)
        return again

    def _repeat(self, value: object, then: list[int]) -> list[int]:
        least, most, inner = _parts(value)
        least = min(_number(least), self._widest)
        if _number(most) > self._widest:
            again: list[int] = []
            loop = self._state(None, again)
            again += [*self._sequence(inner, loop), *then]
            first = loop
        else:
            first = then
            for _ in range(_number(most) - least):
                first = self._state(None, [*self._sequence(inner, first), *then])
        for _ in range(least):
            first = self._sequence(inner, first)
        return first

    def _bytes(self, kind: object, value: object) -> frozenset[int]:
        found = self._raw(kind, value)
        if not self._folded[-1]:
            return found
        letters = {chr(byte) for byte in found if chr(byte) in string.ascii_letters}
        return found | {ord(letter.swapcase()) for letter in letters}

    def _raw(self, kind: object, value: object) -> frozenset[int]:
        if kind is op.LITERAL:
            return frozenset((value,))  # type: ignore[arg-type]
        if kind is op.NOT_LITERAL:
            return _ALL - {value}
        if kind is op.ANY:
            return _ALL - {10}
        if kind is op.RANGE:
            return frozenset(range(value[0], value[1] + 1))  # type: ignore[index]
        if kind is op.CATEGORY:
            inverse = _INVERSE.get(value)
            named = frozenset(map(ord, _CLASSES[inverse or value]))
            return _ALL - named if inverse else named
        if kind is op.IN:
            parts = list(value)  # type: ignore[call-overload]
            negated = parts[0][0] is op.NEGATE
            found = frozenset[int]().union(*(self._raw(*part) for part in parts[negated:]))
            return _ALL - found if negated else found
        raise ValueError(kind)


Pair = tuple[int, int]


def _loops(edges: Mapping[Pair, Collection[Pair]]) -> Iterator[set[Pair]]:
    """Yield, for each pair of equal states that leads back to itself, the pairs on the way."""
    back: dict[Pair, list[Pair]] = {pair: [] for pair in edges}
    for pair, targets in edges.items():
        for target in targets:
            back[target].append(pair)
    for pair in edges:
        if pair[0] == pair[1]:
            loop = _behind(pair, edges) & _behind(pair, back)
            if loop:
                yield loop


def _behind(first: Pair, edges: Mapping[Pair, Collection[Pair]]) -> set[Pair]:
    found = set[Pair]()
    waiting = list(edges[first])
    while waiting:
        pair = waiting.pop()
        if pair not in found:
            found.add(pair)
            waiting += edges[pair]
    return found


def _parts(value: object) -> tuple[object, ...]:
    assert isinstance(value, tuple)
    return value


def _number(value: object) -> int:
    assert isinstance(value, int)
    return value
