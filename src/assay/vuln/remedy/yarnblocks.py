"""The blocks of a yarn.lock of Yarn 1, with what an edit needs, and how Yarn writes them.

Only for what `assay.sbom.lockfiles.yarnclassic` has read. What Yarn itself would not write this way
is refused: then an edit would change more than it should.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from assay.core.errors import MalformedError
from assay.sbom.lockfiles.npmsource import split_descriptor

TABLES: Final = ("dependencies", "optionalDependencies")
_MEMBERS: Final = ("version", "resolved", "integrity")
_PAIR: Final = re.compile(r'("(?:[^"\\]|\\.)*"|[^\s"]+) ("(?:[^"\\]|\\.)*"|\S+)\Z')
_REQUESTS: Final = re.compile(r'"((?:[^"\\]|\\.)*)"|([^\s",]+)')
_WRAPPED: Final = re.compile(r'true|false|[^a-zA-Z]|.*[:\s\n\\",\[\]]', re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What answers some requests; `tables` are the wishes by name, of each of `TABLES`."""

    requests: tuple[str, ...]
    members: Mapping[str, str]
    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return the package's own name: an alias (`a@npm:b@^1`) is for another one."""
        name, wanted = split_descriptor(self.requests[0])
        if wanted.startswith("npm:"):
            return split_descriptor(f"{wanted.removeprefix('npm:')}@")[0]
        return name

    @property
    def key(self) -> str:
        """Return the key of the pin that this is."""
        return f"{self.name}@{self.members.get('version', '')}"

    @property
    def wishes(self) -> tuple[tuple[str, str], ...]:
        """Return names and ranges of what it asks for."""
        return tuple(pair for table in self.tables.values() for pair in table.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class YarnFile:
    """A whole file: what stands before the first block, and the blocks in their order."""

    head: str
    blocks: tuple[Block, ...]

    @property
    def by_key(self) -> dict[str, Block]:
        """Return the blocks by the key of their pin."""
        return {block.key: block for block in self.blocks}

    @property
    def answers(self) -> dict[str, Block]:
        """Return the block that answers each request."""
        return {request: block for block in self.blocks for request in block.requests}


def parse_yarn_file(text: str) -> YarnFile:
    """Read a yarn.lock of Yarn 1 that Yarn wrote itself, with line ends of either kind.

    Raises:
        MalformedError: Another layout than Yarn's own.
    """
    if "\r\n" in text:
        if text.count("\r") != text.count("\n"):
            raise MalformedError("lines of it end in two ways")
        text = text.replace("\r\n", "\n")
    head, first, rest = text.partition("\n\n\n")
    parts = [part for part in rest.split("\n\n") if part.strip()] if first else []
    file = YarnFile(head=head, blocks=tuple(_block(part.strip("\n")) for part in parts))
    if render_yarn_blocks(file) != text:
        raise MalformedError("it is laid out in another way than Yarn does")
    return file


def render_yarn_blocks(file: YarnFile) -> str:
    """Return the file as Yarn writes it: in the order of the first requests."""
    ordered = sorted(file.blocks, key=lambda block: block.requests[0])
    blocks = "\n".join("\n".join(_lines(block)) + "\n" for block in ordered)
    return f"{file.head}\n\n\n{blocks}"


def _block(part: str) -> Block:
    first, *lines = part.split("\n")
    requests = tuple(
        _unescaped(quoted) if quoted else bare for quoted, bare in _REQUESTS.findall(first[:-1])
    )
    members: dict[str, str] = {}
    tables: dict[str, dict[str, str]] = {}
    table = members
    for line in lines:
        depth, text = len(line) - len(line.lstrip(" ")), line.strip()
        if depth == 2 and text.endswith(":") and text[:-1] in TABLES:
            table = tables.setdefault(text[:-1], {})
            continue
        pair = _PAIR.match(text)
        if pair is None or (depth == 2 and table is not members):
            raise MalformedError(f"{text[:80]!r} is no member of a block")
        table[_plain(pair[1])] = _plain(pair[2])
    if not requests or not set(members) <= set(_MEMBERS):
        raise MalformedError(f"{first[:80]!r} is a block of another form")
    return Block(requests=requests, members=members, tables=tables)


def _lines(block: Block) -> Iterator[str]:
    yield f"{', '.join(_written(one) for one in sorted(block.requests))}:"
    for name in _MEMBERS:
        if name in block.members:
            yield f"  {name} {_written(block.members[name])}"
    for table in TABLES:
        if block.tables.get(table):
            yield f"  {table}:"
            yield from (
                f"    {_written(name)} {_written(range_)}"
                for name, range_ in sorted(block.tables[table].items())
            )


def _written(text: str) -> str:
    """Return a text with quotes where Yarn sets them."""
    if not text or _WRAPPED.match(text):
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return text


def _plain(text: str) -> str:
    return _unescaped(text[1:-1]) if text.startswith('"') else text


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def descriptors(wishes: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Return the requests that wishes are."""
    return frozenset(f"{name}@{range_}" for name, range_ in wishes)
