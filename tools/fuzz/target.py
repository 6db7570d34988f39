"""A reader to be fuzzed: how it is called, and real inputs to begin with."""

import importlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Protocol

from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json

Read = Callable[[bytes], object]
Seeds = Callable[[], Sequence[bytes]]
MAX_BYTES: Final = 2**24


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One reader, under the name of the function that it is about.

    Without the public vectors some have no examples; these are left out then.
    """

    name: str  # module:function
    read: Read
    seeds: Seeds
    also: tuple[str, ...] = ()  # other functions that this call goes through
    words: tuple[bytes, ...] = ()  # pieces that mean something to the reader
    refuses_examples: bool = False  # a verifier that is asked for something else than they say


def raw(name: str, seeds: Seeds, *, words: tuple[bytes, ...] = (), **fixed: object) -> Target:
    """Return a target that is given bytes."""
    return Target(name=name, read=lambda data: named(name)(data, **fixed), seeds=seeds, words=words)


def text(name: str, seeds: Seeds, *, words: tuple[bytes, ...] = (), **fixed: object) -> Target:
    """Return a target that is given text, such as the command line has: any bytes can be in it."""
    return Target(
        name=name,
        read=lambda data: named(name)(data.decode("utf-8", "surrogateescape"), **fixed),
        seeds=seeds,
        words=words,
    )


def value(name: str, seeds: Seeds) -> Target:
    """Return a target that is given a value out of strict JSON."""
    return Target(
        name=name,
        read=lambda data: named(name)(JsonValue(parse_json(data, max_bytes=MAX_BYTES))),
        seeds=seeds,
    )


def consumed(found: object) -> object:
    """Run a reader that answers piece by piece to its end."""
    return tuple(found) if isinstance(found, Iterator) else found


class _Function(Protocol):
    def __call__(self, *given: object, **fixed: object) -> object: ...


@cache
def named(name: str) -> _Function:
    """Return the function `module:function`, loaded when it is first needed."""
    module, _, function = name.partition(":")
    found: _Function = getattr(importlib.import_module(module), function)
    return found
