"""A JSON document as it is printed: canonical, and harmless on a terminal.

Canonical JSON writes C1 controls, direction overrides and the like as they are. Inside a string an
escape means the same character, so that every reader gets the same value; and outside strings
canonical JSON has none of them.
"""

import re
from typing import Final

from assay.core.strictjson import render_canonical_json

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def render_json(document: object) -> bytes:
    r"""Return `document` in one line that ends in a line end.

    Names that are not UTF-8 (lone surrogates), which no strict reader would take, come out as text
    like `\udcff`.

    Raises:
        TypeError, ValueError: As `render_canonical_json`.
    """
    try:
        text = render_canonical_json(document).decode()
    except UnicodeEncodeError:
        text = render_canonical_json(_readable(document)).decode()
    odd = "".join(sorted(c for c in set(text) if not c.isprintable()))
    if odd:  # a search, for what is left as it is is nearly all of the text
        text = re.sub(f"[{re.escape(odd)}]", lambda found: _escaped(found[0]), text)
    return f"{text}\n".encode()


def _readable(value: object) -> object:
    match value:
        case str() if _SURROGATE.search(value):
            return value.encode("utf-8", "backslashreplace").decode()
        case dict():
            return {_readable(key): _readable(member) for key, member in value.items()}
        case list() | tuple():
            return [_readable(item) for item in value]
        case _:
            return value


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be")
    pairs = (units[i : i + 2] for i in range(0, len(units), 2))
    return "".join(f"\\u{pair.hex()}" for pair in pairs)
