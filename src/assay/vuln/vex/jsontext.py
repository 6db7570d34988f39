"""JSON changed in its text: members are put in, and every other byte stays as it is."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json, render_canonical_json
from assay.vuln.vex.documentversion import version_number

_TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]|[^\s"\[\]{}:,]+')
_OPENING: Final = frozenset({b"{", b"["})
_CLOSING: Final = frozenset({b"}", b"]"})
_LIST: Final = "vulnerabilities"


def splice_members(data: bytes, bom: JsonValue, entries: Sequence[dict[str, object]]) -> bytes:
    """Return the BOM `data` with `entries` at the end of its vulnerabilities.

    `bom` is what strict JSON read of `data`. The version is one more where it has a serial number:
    there would be two different BOMs of one name else.
    """
    places = dict(_members(data))
    text = b",".join(map(render_canonical_json, entries))
    changes = list[tuple[int, int, bytes]]()
    more = list[bytes]()
    if _LIST in places:
        _, end = places[_LIST]
        comma = b"," if bom.field(_LIST).items() else b""
        changes.append((end - 1, end - 1, comma + text))
    else:
        more.append(b'"vulnerabilities":[' + text + b"]")
    if bom.optional_text("serialNumber"):
        number = b"%d" % (version_number(bom.optional("version")) + 1)
        if "version" in places:
            changes.append((*places["version"], number))
        else:
            more.append(b'"version":' + number)
    if more:
        close = data.rindex(b"}")
        last = max((end for _, end in places.values()), default=close)
        changes.append((last, last, b"".join(b"," + one for one in more)))
    return _changed(data, changes)


def _changed(data: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    for start, end, text in sorted(changes, reverse=True):
        data = data[:start] + text + data[end:]
    return data


def _members(data: bytes) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the members of the outermost object, and where their values begin and end."""
    depth, start, name = 0, 0, ""
    is_value = False
    for match in _TOKEN.finditer(data):
        token = match.group()
        depth -= token in _CLOSING
        if depth == 1 and token in _OPENING:
            start = match.start()
        elif depth == 1 and is_value:
            yield name, (start if token in _CLOSING else match.start(), match.end())
            is_value = False
        elif depth == 1:
            name, is_value = JsonValue(parse_json(token, max_bytes=len(token))).text(), True
        depth += token in _OPENING
