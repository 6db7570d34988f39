"""Our properties as the text of annotations, for formats that have no properties."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from assay.core.errors import MalformedError, inside
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json, render_canonical_json
from assay.sbom.formats.properties import PREFIX, Properties, Property

COMMENT: Final = "assay properties: "  # how an annotation of ours begins
MAX_COMMENT_BYTES: Final = 2**25  # all that was not checked in a large image
_PAIR: Final = 2


def render_comment(properties: list[Property]) -> str:
    """Return properties as the text of an annotation."""
    return COMMENT + render_canonical_json([list(pair) for pair in properties]).decode()


def parse_comments(texts: Iterable[JsonValue]) -> Properties:
    """Read what `render_comment` wrote, in one or several texts; others hold no properties.

    Raises:
        MalformedError: A text that begins as one of ours, and is of another form.
    """
    found: dict[str, tuple[JsonValue, ...]] = defaultdict(tuple)
    for text in texts:
        if text.text().startswith(COMMENT):
            for name, value in _parse_comment(text):
                found[name] += (value,)
    return found


def _parse_comment(text: JsonValue) -> Iterator[tuple[str, JsonValue]]:
    with inside(text.where):
        data = text.text().removeprefix(COMMENT).encode()
        pairs = parse_json(data, max_bytes=MAX_COMMENT_BYTES)
    for pair in JsonValue(pairs, text.where).items():
        if len(pair.items()) != _PAIR:
            raise MalformedError("not a name and a value", where=pair.where)
        name, value = pair.items()
        yield name.text().removeprefix(PREFIX), value
