"""The part of YAML that JSON can say, read so that two readers cannot see two documents.

* Aliases, anchors and tags are refused: they are how a small file becomes a large value, or code.
* Repeated keys, keys that are not text, and a second document are refused.
* Scalars stay text, so that the version `1.10` does not become 1.1 and the hash `0123` not 83;
  only a bare `true`, `false`, `null` or `~`, and nothing at all, mean what they say.
"""

from collections.abc import Iterator
from typing import Final

import yaml

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue

MAX_YAML_BYTES: Final = 64 * 2**20  # above any lock file that we have seen; bounds memory
MAX_DEPTH: Final = 32  # lock files have five levels or so
_BARE: Final[dict[str, object]] = {"": None, "~": None, "null": None, "true": True, "false": False}


def parse_yaml(data: bytes, *, max_bytes: int = MAX_YAML_BYTES) -> JsonValue:
    """Return the one document in `data`.

    Raises:
        MalformedError: Over `max_bytes` bytes or `MAX_DEPTH` levels, not UTF-8, not YAML, or
            one of the things that this reader refuses.
    """
    if len(data) > max_bytes:
        raise MalformedError(f"{len(data)} bytes, where at most {max_bytes} are read")
    try:
        events = yaml.parse(data.decode(), Loader=yaml.CSafeLoader)
        return JsonValue(_read_document(events))
    except (yaml.YAMLError, ValueError) as error:
        raise MalformedError(f"not YAML: {' '.join(str(error).split())}") from error


def _read_document(events: Iterator[yaml.Event]) -> object:
    next(events)  # the start of the stream
    if isinstance(next(events), yaml.StreamEndEvent):
        return None
    value = _read_value(next(events), events, 0)
    next(events)  # the end of the document
    if not isinstance(next(events), yaml.StreamEndEvent):
        raise MalformedError("more than one YAML document")
    return value


def _read_value(event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> object:
    if depth > MAX_DEPTH:
        raise MalformedError(f"more than {MAX_DEPTH} levels")
    if isinstance(event, yaml.AliasEvent):
        raise _refused("an alias", event)
    if not isinstance(event, yaml.NodeEvent) or event.anchor is not None:
        raise _refused("an anchor", event)
    if isinstance(event, yaml.ScalarEvent):
        return _read_scalar(event)
    if isinstance(event, yaml.CollectionStartEvent) and event.tag is not None:
        raise _refused("a tag", event)
    if isinstance(event, yaml.SequenceStartEvent):
        return _read_sequence(events, depth)
    return _read_mapping(events, depth)


def _read_scalar(event: yaml.ScalarEvent) -> object:
    if event.tag is not None:
        raise _refused("a tag", event)
    text: str = event.value
    text.encode()  # a lone surrogate is a ValueError
    return _BARE.get(text, text) if event.implicit[0] else text


def _read_sequence(events: Iterator[yaml.Event], depth: int) -> list[object]:
    items: list[object] = []
    while not isinstance(event := next(events), yaml.SequenceEndEvent):
        items.append(_read_value(event, events, depth + 1))
    return items


def _read_mapping(events: Iterator[yaml.Event], depth: int) -> dict[str, object]:
    members: dict[str, object] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        if not isinstance(event, yaml.ScalarEvent) or event.anchor is not None:
            raise _refused("a key that is not plain text", event)
        _read_scalar(event)  # for its refusals; a key is text whatever it looks like
        key: str = event.value
        if key in members:
            raise _refused(f"the repeated key {key!r}", event)
        members[key] = _read_value(next(events), events, depth + 1)
    return members


def _refused(what: str, event: yaml.Event) -> MalformedError:
    line = event.start_mark.line + 1 if event.start_mark else 0
    return MalformedError(f"{what}, which is not read", where=f"line {line}")
