"""What `cargo auditable` writes into a program: the crates that it was built from.

Section `.dep-v0` (ELF, PE) or `rust-deps-v0` (Mach-O): JSON, packed with zlib (cargo-auditable,
PARSING.md). A crate that was only needed to build says so.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.sbom.binaries.sections import Load, Program
from assay.sbom.lockfiles.reading import purl_of

MAX_PACKED_BYTES: Final = 8 * 2**20
MAX_LIST_BYTES: Final = 8 * 2**20  # as the format's own reader has it
_SECTIONS: Final = frozenset({".dep-v0", "rust-deps-v0"})
_KINDS: Final = {"runtime": False, "build": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Crate:
    """A crate of a program; `needs` are places in the same list."""

    purl: str
    name: str
    version: str
    development: bool
    root: bool
    needs: tuple[int, ...]


def read_crates(load: Load, program: Program) -> tuple[Crate, ...] | None:
    """Return the crates of a program, or None where it lists none.

    Raises:
        MalformedError: The section is there, and holds no such list.
    """
    for section in program.sections:
        if section.name in _SECTIONS:
            if section.size > MAX_PACKED_BYTES:
                raise MalformedError(f"{section.size} bytes, where {MAX_PACKED_BYTES} are read")
            return parse_crates(load(section.offset, section.size))
    return None


def parse_crates(data: bytes) -> tuple[Crate, ...]:
    """Read the packed list of crates.

    Raises:
        MalformedError: Not zlib, over `MAX_LIST_BYTES`, not strict JSON, or an edge to nowhere.
    """
    inflating = zlib.decompressobj()
    try:
        text = inflating.decompress(data, MAX_LIST_BYTES)
    except zlib.error as error:
        raise MalformedError("not packed with zlib") from error
    if not inflating.eof:
        raise MalformedError(f"cut off, or over {MAX_LIST_BYTES} bytes")
    document = JsonValue(parse_json(text, max_bytes=MAX_LIST_BYTES))
    items = document.field("packages").items()
    return tuple(_crate(item, items) for item in items)


def _crate(item: JsonValue, items: Sequence[JsonValue]) -> Crate:
    name, version = item.field("name").text(), item.field("version").text()
    kind = item.optional_text("kind", "runtime")
    if kind not in _KINDS:
        raise MalformedError(f"{kind!r} is not known", where=f"{item.where}.kind")
    needs = tuple(place.integer() for place in item.optional_items("dependencies"))
    if any(not 0 <= place < len(items) for place in needs):
        raise MalformedError("a dependency that is not in the list", where=item.where)
    root = item.optional("root")
    is_local = item.field("source").text() == "local"
    return Crate(
        # A folder is somebody's own source, whatever crate of the registry has its name.
        purl=purl_of("generic" if is_local else "cargo", name, version),
        name=name,
        version=version,
        development=_KINDS[kind],
        root=root is not None and root.boolean(),
        needs=needs,
    )
