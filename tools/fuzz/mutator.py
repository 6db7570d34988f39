"""New inputs out of real ones: bytes, lines, numbers, base64, and the values of a JSON document."""

import base64
import binascii
import json
import re
from collections.abc import Sequence
from random import Random
from typing import Final

MAX_INPUT: Final = 256 * 1024  # most faults need few bytes; sizes beyond are a test of their own
_NUMBERS: Final = (
    b"0", b"-1", b"00", b"1e999", b"2147483648", b"9007199254740993", b"18446744073709551616",
    b"-9223372036854775809", b"1" * 400, b"0.1", b"NaN", b"1_000", "٣".encode(),
)  # fmt: skip
_WORDS: Final = (
    b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\xaf", b"\xef\xbb\xbf", b"\r\n", b"\n\n",
    b"\x1b[2J",
    "\u202e".encode(), "\u0130".encode(), "\u00df".encode(), "\u2028".encode(), b"../", b"//", b"%",
    b"%2e%2e%2f", b"%00", b"%zz", b"'", b'"', b"\\", b"{", b"[", b"&a", b"*a", b"!!python/object",
    b"<<: *a", b"---\n", b"=", b"#", b"@", b":", b";", b"- ", b"null", b"true", b"__proto__",
)  # fmt: skip
_NUMBER: Final = re.compile(rb"\d+")
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/]{16,}={0,2}")
_ODD_VALUES: Final[tuple[object, ...]] = (
    None, True, False, 0, -1, 1.5, 2**53, -(2**63), 2**64, 10**300, "", "0", "\x00", "\ud800",
    "a/../b",
    "x" * 5000, "\u202e", "2026-02-30T00:00:00Z", "9999-12-31T23:59:60Z", "sha256:", [], {}, [[]],
    [None], {"": None}, {"a": {"a": {"a": {}}}}, ["x"] * 300,
)  # fmt: skip


class Mutator:
    """Makes inputs out of `seeds`; the same `number` makes the same ones."""

    def __init__(self, seeds: Sequence[bytes], *, words: Sequence[bytes], number: int) -> None:
        self.corpus = list(dict.fromkeys(seeds))
        self.words = (*_WORDS, *words)
        self.random = Random(number)  # noqa: S311  # nothing secret: it must repeat

    def next(self) -> bytes:
        """Return another input."""
        data = self.random.choice(self.corpus)
        for _ in range(1 + int(self.random.expovariate(0.8))):
            data = self._changed(data)
        return data[:MAX_INPUT]

    def keep(self, data: bytes) -> None:
        """Go on from `data` too: the reader answered something new to it."""
        if len(self.corpus) < 2000:
            self.corpus.append(data)

    def _changed(self, data: bytes) -> bytes:
        roll = self.random.random()
        if roll < 0.5 and data[:1] in {b"{", b"["}:
            return self._changed_json(data)
        if roll < 0.6:
            return self._changed_base64(data)
        if roll < 0.7:
            return self._changed_number(data)
        if roll < 0.8:
            return self._changed_lines(data)
        return self._changed_bytes(data)

    def _changed_bytes(self, data: bytes) -> bytes:
        pick, at = self.random, self.random.randint(0, len(data))
        end = min(len(data), at + int(pick.expovariate(0.1)))
        other = pick.choice(self.corpus)
        cut = pick.randint(0, len(other))
        made = (
            data[:at] + pick.choice(self.words) + data[at:],
            data[:at] + pick.choice(self.words) + data[end:],
            data[:at] + data[end:],
            data[:at] + data[at:end] * pick.choice((2, 3, 300)) + data[end:],
            data[:at] + pick.randbytes(pick.randint(1, 4)) + data[at + 1 :],
            data[:at],
            data[:at] + other[cut:],
            bytes([*data[:at], data[at] ^ (1 << pick.randrange(8)), *data[at + 1 :]])
            if at < len(data) <= 4096
            else data[at:],
        )
        return pick.choice(made)

    def _changed_lines(self, data: bytes) -> bytes:
        lines = data.split(b"\n")
        at, other = self.random.randrange(len(lines)), self.random.choice(self.corpus).split(b"\n")
        match self.random.randrange(5):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, self.random.choice(lines))
            case 2:
                lines.insert(at, self.random.choice(other))
            case 3:
                lines[at] = self.random.choice((b" ", b"  ", b"\t")) + lines[at]
            case _:
                self.random.shuffle(lines)
        return b"\n".join(lines)

    def _changed_number(self, data: bytes) -> bytes:
        found = list(_NUMBER.finditer(data))
        if not found:
            return self._changed_bytes(data)
        place = self.random.choice(found)
        return data[: place.start()] + self.random.choice(_NUMBERS) + data[place.end() :]

    def _changed_base64(self, data: bytes) -> bytes:
        """Change what is inside base64, so that its reader gets to see it."""
        found = list(_BASE64.finditer(data))
        if not found:
            return self._changed_bytes(data)
        place = self.random.choice(found)
        try:
            inner = base64.b64decode(place[0], validate=True)
        except binascii.Error:
            return self._changed_bytes(data)
        changed = base64.b64encode(self._changed(inner)[:MAX_INPUT])
        return data[: place.start()] + changed + data[place.end() :]

    def _changed_json(self, data: bytes) -> bytes:
        try:
            whole: object = json.loads(data)
        except (ValueError, RecursionError):
            return self._changed_bytes(data)
        places = list(_places(whole, []))
        path = self.random.choice(places)
        made = self._edited(whole, path)
        return json.dumps(made, ensure_ascii=self.random.random() < 0.5).encode("utf-8", "replace")

    def _edited(self, whole: object, path: Sequence[str | int]) -> object:
        """Return `whole` with the value at `path` changed."""
        if not path:
            return self._other_value(whole)
        parent = whole
        for step in path[:-1]:
            parent = parent[step]  # type: ignore[index]  # `_places` found it there
        last = path[-1]
        if isinstance(parent, dict):
            self._edit_object(parent, str(last))
        elif isinstance(parent, list):
            self._edit_array(parent, int(last))
        return whole

    def _edit_object(self, parent: dict[str, object], name: str) -> None:
        match self.random.randrange(5):
            case 0:
                del parent[name]
            case 1:
                parent[f"{name}{self.random.choice(('', 's', '_', ' '))}x"] = parent.pop(name)
            case 2:
                parent[name] = parent[self.random.choice(list(parent))]
            case _:
                parent[name] = self._other_value(parent[name])

    def _edit_array(self, parent: list[object], at: int) -> None:
        match self.random.randrange(5):
            case 0:
                del parent[at]
            case 1:
                parent.insert(at, parent[self.random.randrange(len(parent))])
            case 2:
                parent.extend([parent[at]] * self.random.choice((1, 2, 200)))
            case _:
                parent[at] = self._other_value(parent[at])

    def _other_value(self, old: object) -> object:
        roll = self.random.random()
        if isinstance(old, str) and roll < 0.6:
            changed = self._changed(old.encode("utf-8", "surrogatepass"))[:MAX_INPUT]
            return changed.decode("utf-8", "replace")
        if isinstance(old, int) and roll < 0.4:
            return old + self.random.choice((-1, 1, 2**31, -(2**31)))
        if roll < 0.7:
            return self.random.choice(_ODD_VALUES)
        return [old] if roll < 0.85 else {"value": old}


def _places(node: object, path: list[str | int]) -> list[list[str | int]]:
    """Return the paths of all values of a document."""
    found = [path]
    if isinstance(node, dict):
        for name, child in node.items():
            found.extend(_places(child, [*path, name]))
    elif isinstance(node, list):
        for at, child in enumerate(node[:50]):
            found.extend(_places(child, [*path, at]))
    return found
