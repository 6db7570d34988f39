"""Kits that somebody has damaged, and what both verifiers say of them."""

import base64
import copy
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hypothesis import strategies as st

from tests.operations.auditing import Answers, Kit, audit, canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A kit, an older one of the same log, what they are about, and whom they rest on."""

    folder: Path
    data: bytes
    older: bytes
    subject: str
    trust: Path
    anchor: Path  # the checkpoint that the older kit ends with

    def ask(self, data: bytes | None = None, **changed: object) -> Answers:
        """Ask both verifiers."""
        expected = {"subject": self.subject, "trust_root": self.trust, **changed}
        return audit(self.folder, self.data if data is None else data, **expected)  # type: ignore[arg-type]


def flip(text: str) -> str:
    """Change one bit in the middle of base64."""
    data = bytearray(base64.b64decode(text))
    data[len(data) // 2] ^= 1
    return base64.b64encode(bytes(data)).decode()


def entry_of(kit: Kit, index: int) -> dict[str, object]:
    return next(item for item in kit["entries"] if item["index"] == index)


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the path of every value in a document."""
    found = [path]
    if isinstance(value, dict):
        for name in value:
            found.extend(places(value[name], (*path, name)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found.extend(places(item, (*path, index)))
    return found


def mutate(document: object, path: tuple[str | int, ...], how: int, number: int) -> None:
    """Change the value at `path` in one of several ways."""
    *front, last = path
    parent = document
    for part in front:
        parent = parent[part]  # type: ignore[index]
    if isinstance(parent, list) and how < 2:
        change_list(parent, int(last), how, number)
    elif how == 2:
        del parent[last]  # type: ignore[attr-defined]
    else:
        parent[last] = changed(parent[last], how, number)  # type: ignore[index]


def change_list(parent: list[object], last: int, how: int, number: int) -> None:
    """Repeat an element, or exchange it with another one."""
    if how == 0:
        parent.append(copy.deepcopy(parent[last]))
    else:
        other = number % len(parent)
        parent[last], parent[other] = parent[other], parent[last]


def changed(value: object, how: int, number: int) -> object:
    """Return another value: nearly the same, or of another type."""
    if how == 3 and isinstance(value, str) and value:
        at = number % len(value)
        return value[:at] + chr(ord(value[at]) ^ 1 << number % 5) + value[at + 1 :]
    if how == 4 and isinstance(value, str):
        return value[: number % (len(value) + 1)]
    if how == 5 and isinstance(value, int):
        return value + (number % 5 - 2 or 7)
    return (None, "", [], {}, True, -1, "x", [1], 2**53)[number % 9]


def damaged(data: bytes, steps: list[tuple[int, int, int]]) -> bytes:
    """Return a kit in which some values were changed."""
    document = json.loads(data)
    for where, how, number in steps:
        known = places(document)[1:]
        if known:
            mutate(document, known[where % len(known)], how, number)
    return canonical(document)


def agree(exported: Exported, steps: list[tuple[int, int, int]]) -> None:
    data = damaged(exported.data, steps)
    answers = exported.ask(data)
    assert answers.ours == answers.second, (steps, answers)
    assert answers.ours == (0 if data == exported.data else 1), (steps, answers)


STEPS: Final = st.lists(
    st.tuples(st.integers(0, 2**20), st.integers(0, 6), st.integers(0, 2**20)),
    min_size=1,
    max_size=3,
)
