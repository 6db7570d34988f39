"""Where the values of a JSON text stand in it, and edits that leave everything else as it is.

Only for texts that `assay.core.strictjson` has read: this locates, it does not judge.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from assay.core.errors import MalformedError
from assay.core.strictjson import parse_json

Span = tuple[int, int, str]  # from, to, and what takes its place

_BLANK: Final = re.compile(r"[ \t\r\n]*")
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_BARE: Final = re.compile(r"[^\s,\]}]+")


@dataclass(slots=True, kw_only=True)
class Node:
    """A value from `start` up to `end`. `keys` tells where the name of each member begins."""

    start: int
    end: int = 0
    members: dict[str, "Node"] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    is_object: bool = False

    def at(self, *path: str) -> "Node | None":
        """Return the value that `path` leads to, or None."""
        node: Node | None = self
        for name in path:
            node = node.members.get(name) if node is not None else None
        return node


def locate_json(text: str) -> Node:
    """Return the tree of places of the JSON text `text`.

    Raises:
        MalformedError: It is no JSON after all.
    """
    try:
        return _value(text, _skip(text, 0))
    except (IndexError, ValueError, RecursionError) as error:
        raise MalformedError("no JSON") from error


def _skip(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return at if found is None else found.end()


def _value(text: str, at: int) -> Node:
    if text[at] == "{":
        return _object(text, at)
    if text[at] == "[":
        return _array(text, at)
    found = (_STRING if text[at] == '"' else _BARE).match(text, at)
    if found is None:
        raise ValueError
    return Node(start=at, end=found.end())


def _object(text: str, at: int) -> Node:
    node = Node(start=at, is_object=True)
    at = _skip(text, at + 1)
    while text[at] != "}":
        key = _STRING.match(text, at)
        if key is None:
            raise ValueError
        name = _name(key[0])
        colon = _skip(text, key.end())
        node.keys[name] = at
        node.members[name] = _value(text, _skip(text, colon + 1))
        at = _next(text, node.members[name].end)
    node.end = at + 1
    return node


def _name(written: str) -> str:
    if "\\" not in written:
        return written[1:-1]
    return str(parse_json(written.encode(), max_bytes=len(written) * 4))


def _array(text: str, at: int) -> Node:
    node = Node(start=at)
    at = _skip(text, at + 1)
    while text[at] != "]":
        at = _next(text, _value(text, at).end)
    node.end = at + 1
    return node


def _next(text: str, at: int) -> int:
    at = _skip(text, at)
    return _skip(text, at + 1) if text[at] == "," else at


def set_members(text: str, node: Node, updates: Mapping[str, object]) -> list[Span]:
    """Return the edits that give members of the object `node` other values; None takes one away.

    New members come last. Values are laid out as the text is.
    """
    spans: list[Span] = []
    added: list[str] = []
    if not node.members:
        raise MalformedError("an object without members, where an entry is expected")
    before = _margin(text, node)
    gone = frozenset(name for name, value in updates.items() if value is None)
    for name, value in updates.items():
        member = node.members.get(name)
        if member is None:
            if value is not None:
                added.append(
                    f"{json.dumps(name, ensure_ascii=False)}: {_laid(text, value, before)}"
                )
        elif value is None:
            spans.append(_without(node, name, gone))
        else:
            spans.append((member.start, member.end, _laid(text, value, before)))
    if added:
        spans.append(_inserted(node, before, added))
    return spans


def _margin(text: str, node: Node) -> str:
    """Return the white space in front of each member."""
    first = min(node.keys.values(), default=None)
    return "" if first is None else text[node.start + 1 : first]


def _laid(text: str, value: object, margin: str) -> str:
    root = re.search(r"\{\r?\n([ \t]+)", text)
    if not isinstance(value, dict | list) or root is None or "\n" not in margin:
        return json.dumps(value, ensure_ascii=False)
    end = "\r\n" if "\r\n" in margin else "\n"
    laid = json.dumps(value, ensure_ascii=False, indent=root[1])
    return laid.replace("\n", end + margin.rpartition("\n")[2])


def _inserted(node: Node, margin: str, added: list[str]) -> Span:
    last = max(member.end for member in node.members.values())
    return (last, last, "".join(f",{margin}{one}" for one in added))


def _without(node: Node, name: str, gone: frozenset[str]) -> Span:
    """Return the edit that takes a member away, with the comma that it leaves over.

    `gone` are all that go: the first one that stays has no comma in front.
    """
    order = sorted(node.keys, key=lambda key: node.keys[key])
    place = order.index(name)
    if any(one not in gone for one in order[:place]):
        return (node.members[order[place - 1]].end, node.members[name].end, "")
    if place + 1 < len(order):
        return (node.keys[name], node.keys[order[place + 1]], "")
    return (node.keys[name], node.members[name].end, "")


def replace_spans(text: str, spans: list[Span]) -> str:
    """Return `text` with each span replaced.

    Raises:
        MalformedError: Two of them overlap.
    """
    made, end = [], 0
    for first, last, new in sorted(set(spans)):
        if first < end:
            raise MalformedError("two edits of one place", where=f"character {first}")
        made += [text[end:first], new]
        end = last
    return "".join((*made, text[end:]))
