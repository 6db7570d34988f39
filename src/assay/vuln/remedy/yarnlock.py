"""A yarn.lock of Yarn 1 as a `Lock`, and its edits.

Every request (`name@range`) has one block. A block that goes to another version keeps its requests,
which all have to let it in; what the new version asks for is answered by blocks that are there.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.sbom.lockfiles.yarnclassic import parse_yarn_classic
from assay.sbom.manifest import MAX_MANIFEST_BYTES
from assay.vuln.remedy.changes import Rewrite
from assay.vuln.remedy.model import NPM, Ask, Lock, Pin, Requirement
from assay.vuln.remedy.named import npm_pin
from assay.vuln.remedy.registries import registry_of
from assay.vuln.remedy.workspaces import own_manifests, wishes_of
from assay.vuln.remedy.yarnblocks import (
    TABLES,
    Block,
    YarnFile,
    descriptors,
    parse_yarn_file,
    render_yarn_blocks,
)

KIND: Final = "yarn"
FORCED: Final = "resolutions"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewYarn:
    """What a block becomes; `tables` are what the new version asks for, by kind."""

    version: str
    resolved: str
    integrity: str
    tables: Mapping[str, Mapping[str, str]]


def read_yarn_lock(data: bytes, path: str, files: Mapping[str, bytes]) -> Lock:
    """Read the lock file at `path`; `files` are those of the commit, by path.

    Raises:
        MalformedError: Not UTF-8, or not laid out as Yarn does.
    """
    file = parse_yarn_file(data.decode("utf-8", "replace"))
    answers = file.answers
    found = (npm_pin(one) for one in parse_yarn_classic(data, path).components)
    known = {pin.key: pin for pin in found if pin is not None}
    pins: dict[str, Pin] = {}
    asks: dict[str, tuple[Ask, ...]] = dict(_own_asks(path, files, answers))
    own = {ask.target for told in asks.values() for ask in told}
    for block in file.blocks:
        pin = known.get(block.key)
        if pin is None:
            continue
        registry = registry_of(block.members.get("resolved", ""), pin.name)
        pins[pin.key] = replace(pin, registry=registry, direct=pin.key in own)
        asks[pin.key] = tuple(
            Ask(name=name, range=range_, target=answers[f"{name}@{range_}"].key)
            for name, range_ in block.wishes
            if f"{name}@{range_}" in answers
        )
    finder = _Finder(pins=pins, asks=asks, answers=answers)
    return Lock(path=path, ecosystem=NPM, kind=KIND, pins=pins, asks=asks, find=finder.find)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finder:
    pins: Mapping[str, Pin]
    asks: Mapping[str, tuple[Ask, ...]]
    answers: Mapping[str, Block]

    def find(self, key: str, one: Requirement) -> str:
        """Return who answers a request: its own block, that of before, or the only one."""
        block = self.answers.get(f"{one.name}@{one.range}")
        if block is not None:
            return block.key if block.key in self.pins else ""
        before = next((ask.target for ask in self.asks.get(key, ()) if ask.name == one.name), "")
        same = [pin.key for pin in self.pins.values() if pin.name == one.name]
        return before or (same[0] if len(same) == 1 else "")


def edit_yarn_lock(
    text: str, wanted: Mapping[str, NewYarn], rewrites: tuple[Rewrite, ...], lock: Lock
) -> str:
    """Return the lock file with the new blocks by key, and with the product's new ranges.

    Raises:
        MalformedError: Another layout than Yarn's own, or more would have to change.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    file = parse_yarn_file(text)
    blocks = [_changed(block, wanted.get(block.key)) for block in file.blocks]
    keys = [block.key for block in blocks]
    if len(set(keys)) != len(keys):
        raise MalformedError("the new version is in the file already: Yarn would join the two")
    renamed = {_request(one): f"{one.ask.name}@{one.range}" for one in rewrites}
    blocks = _answering(file, blocks, wanted, renamed, lock)
    made = render_yarn_blocks(replace(file, blocks=tuple(blocks)))
    parse_yarn_file(made)
    return made.replace("\n", end)


def _changed(block: Block, new: NewYarn | None) -> Block:
    if new is None:
        return block
    told = {"version": new.version, "resolved": new.resolved, "integrity": new.integrity}
    members = {name: told[name] for name in block.members}
    return replace(block, members=members, tables=new.tables)


def _answering(
    file: YarnFile,
    blocks: list[Block],
    wanted: Mapping[str, NewYarn],
    renamed: Mapping[str, str],
    lock: Lock,
) -> list[Block]:
    """Return the blocks with the requests that there are now, each answered by one of them."""
    before = descriptors(pair for block in file.blocks for pair in block.wishes)
    after = descriptors(pair for block in blocks for pair in block.wishes)
    own = {
        f"{ask.name}@{ask.range}" for by, a in lock.asks.items() if by not in lock.pins for ask in a
    }
    gone = {one for one in before - after if one not in own} | (renamed.keys() - after)
    places = {old.key: place for place, old in enumerate(file.blocks)}
    requests = [{renamed.get(one, one) for one in block.requests} - gone for block in blocks]
    for key, new in wanted.items():
        for name, range_ in (pair for table in new.tables.values() for pair in table.items()):
            target = lock.find(key, Requirement(name=name, range=range_)) if lock.find else ""
            if not target:
                raise MalformedError(f"the file has no {name} {range_}")
            requests[places[target]].add(f"{name}@{range_}")
    if not all(requests):
        raise MalformedError("a package would be left that nobody asks for any more")
    return [
        replace(block, requests=tuple(sorted(asked)))
        for block, asked in zip(blocks, requests, strict=True)
    ]


def _request(rewrite: Rewrite) -> str:
    return f"{rewrite.ask.name}@{rewrite.ask.range}"


def _own_asks(
    path: str, files: Mapping[str, bytes], answers: Mapping[str, Block]
) -> Iterator[tuple[str, tuple[Ask, ...]]]:
    """Yield what the product and its workspaces ask for, by the folder of each."""
    for manifest in own_manifests(path, files):
        asks = tuple(_asks(files[manifest], manifest, answers))
        yield f"./{posixpath.dirname(manifest)}", asks


def _asks(data: bytes, manifest: str, answers: Mapping[str, Block]) -> Iterator[Ask]:
    for table, name, range_ in wishes_of(data):
        block = answers.get(f"{name}@{range_}")
        if block is not None:
            yield Ask(name=name, range=range_, target=block.key, manifest=manifest, kind=table)
    document = JsonValue(parse_json(data, max_bytes=MAX_MANIFEST_BYTES))
    for written, wanted in _members(document, FORCED):
        name = re.split(r"/(?=@[^/]+/[^/]+\Z|[^/@]+\Z)", written)[-1]
        for key in {block.key for block in answers.values() if block.name == name}:
            yield Ask(name=written, range=wanted.text(), target=key, manifest=manifest, kind=FORCED)


def _members(document: JsonValue, name: str) -> tuple[tuple[str, JsonValue], ...]:
    table = document.optional(name)
    return () if table is None or not isinstance(table.value, dict) else table.members()


def new_tables(entry: Mapping[str, object]) -> dict[str, dict[str, str]]:
    """Return what a release asks for as Yarn keeps it: what is optional is there once."""
    optional = _texts(entry.get(TABLES[1]))
    needed = {k: v for k, v in _texts(entry.get(TABLES[0])).items() if k not in optional}
    return {name: t for name, t in zip(TABLES, (needed, optional), strict=True) if t}


def _texts(table: object) -> dict[str, str]:
    if not isinstance(table, dict):
        return {}
    return {str(name): str(range_) for name, range_ in table.items()}
