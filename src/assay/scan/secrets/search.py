"""What each worker does: read its portion of the objects, search them, and return hits.

Secrets do not leave this module: hits hold keyed digests.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from assay.core.notchecked import NotChecked
from assay.scan.secrets.hit import Gap, Hit, secret_digest, shown_part
from assay.scan.secrets.layers import Layer
from assay.scan.secrets.matcher import Match, Matcher
from assay.scan.secrets.permission import MARK, Permission, permission_on
from assay.scan.secrets.rule import Rules
from assay.scan.secrets.triggers import Hit as Found
from assay.source.git import GitPlace
from assay.source.objects import Block, ObjectReader, id_of, size_of
from assay.source.tree import load_blob
from assay.system.packed import FIRST_BYTES, MAX_UNPACKED, Budget, format_of

_WIDE_STARTS: Final = frozenset((0x00, 0xFE, 0xFF))
MAX_DEPTH: Final = 4  # layers in layers: an archive in an archive, in base64, in a Secret
MAX_SECRETS: Final = 1000  # in one object; bounds memory, and nobody reads more


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSettings:
    """What every worker needs; `serialized` are the compiled rules."""

    repository: GitPlace
    rules: Rules
    serialized: tuple[bytes, bytes]
    identity_key: bytes
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """What one portion of the objects gave."""

    hits: tuple[Hit, ...]
    not_checked: tuple[NotChecked, ...]
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where bytes stand: in an object or file, in which layer of it, and the lines before them."""

    kind: str
    where: str
    inside: str = ""
    line: int = 0  # of the whole layer, or 0
    lines_before: int = 0
    depth: int = 0

    def within(self, layer: Layer) -> "_Place":
        """Return the place of a layer in this one."""
        inside = f"{self.inside}!{layer.name}" if layer.name else self.inside
        line = self.line or (layer.line and layer.line + self.lines_before)
        return replace(self, inside=inside, line=line, lines_before=0, depth=self.depth + 1)


class Search:
    """Searches bytes and remembers hits, one for each secret in each object."""

    def __init__(
        self,
        matcher: Matcher,
        *,
        identity_key: bytes,
        at: datetime,
        load: Callable[[str, int], bytes] | None = None,
    ) -> None:
        """Search with `matcher`; `load` returns a whole object, by its id and size."""
        self._matcher, self._identity_key, self._at = matcher, identity_key, at
        self._load = load
        self._gaps: set[Gap] = set()
        self._found: dict[tuple[str, str, str, str], Hit] = {}
        self._counts: dict[str, int] = {}
        self._full: list[NotChecked] = []

    def block(self, block: Block) -> None:
        """Search the objects of one block."""
        by_object = _by_object(self._matcher.hits(block.data), block)
        for number, start in enumerate(block.starts):
            # One byte rules out nearly every object that could begin in UTF-16, or be packed.
            first = block.data[start]
            if (
                first in _WIDE_STARTS
                or (start + 1 < block.ends[number] and not block.data[start + 1])
                or (first in FIRST_BYTES and format_of(bytes(block.data[start : start + 16])))
            ):
                by_object.setdefault(number, [])
        for number, hits in by_object.items():
            self._object(block, number, hits)

    def file(self, path: str, content: bytes) -> None:
        """Search one file of the working tree, and what is packed in it."""
        self._content(_Place(kind="file", where=path), content, Budget())

    def take(self) -> Portion:
        """Return what was found since the last time, in a fixed order."""
        portion = Portion(
            hits=tuple(sorted(self._found.values())),
            not_checked=tuple(self._full),
            gaps=tuple(sorted(self._gaps)),
        )
        self._found, self._counts, self._full, self._gaps = {}, {}, [], set()
        return portion

    def _object(self, block: Block, number: int, hits: list[tuple[int, int]]) -> None:
        data = block.data[block.starts[number] : block.ends[number]]
        header = block.headers[number]
        kind = header.split(b" ")[1].decode()
        matches = self._matcher.matches(data, hits)
        if len(block.headers) == 1:  # it may be a piece, and what it does not own another one has
            matches = tuple(
                m for m in matches if m.wide or block.own_start <= m.start < block.own_end
            )
        before = block.first_line if kind == "blob" else -_lines_of_header(bytes(data))
        place = _Place(kind=kind, where=id_of(header), lines_before=before)
        whole = size_of(header) == len(data)
        packed = format_of(bytes(data[:262])) if whole or not block.own_start else ""
        if packed and not whole:
            self._packed_object(place, header)
        elif packed or any(number >= self._matcher.special for _, number in hits):
            self._layers(place, bytes(data), hits, Budget())
        self._remember(matches, place)

    def _packed_object(self, place: _Place, header: bytes) -> None:
        """Look into an archive that came in pieces: it has to be read as a whole."""
        size = size_of(header)
        if self._load is None or size > MAX_UNPACKED:
            self._gap(place, f"it has {size} bytes, and archives over {MAX_UNPACKED} are not read")
            return
        data = self._load(place.where, size)
        self._layers(place, data, (), Budget())

    def _content(self, place: _Place, content: bytes, budget: Budget) -> None:
        """Search some bytes, and what they hold in another form."""
        hits = self._matcher.hits(memoryview(content))
        self._layers(place, content, hits, budget)  # first: it says better where a secret stands
        self._remember(self._matcher.matches(memoryview(content), hits), place)

    def _layers(self, place: _Place, content: bytes, hits: Sequence[Found], budget: Budget) -> None:
        for layer in self._matcher.layers(content, hits, budget):
            inner = place.within(layer)
            if layer.gap:
                self._gap(inner, layer.gap)
            elif inner.depth > MAX_DEPTH:
                self._gap(inner, f"it is packed more than {MAX_DEPTH}-fold")
            else:
                self._content(inner, layer.data, budget)

    def _gap(self, place: _Place, why: str) -> None:
        self._gaps.add(Gap(kind=place.kind, where=place.where, inside=place.inside, why=why))

    def _remember(self, matches: tuple[Match, ...], place: _Place) -> None:
        for match in matches:
            digest = secret_digest(self._identity_key, match.rule.family, match.value)
            permission = Permission()
            if MARK in match.line:
                permission = permission_on(match.line, rule=match.rule.id, at=self._at)
            key = (place.where, match.rule.id, digest, permission.accepted)
            known = self._found.get(key)
            if known is not None:
                self._found[key] = replace(known, lines=known.lines + 1)
            elif self._has_room(place.kind, place.where):
                line = place.line or max(1, 1 + place.lines_before + match.lines_before)
                self._found[key] = _hit(match, digest, place, line, permission)

    def _has_room(self, kind: str, where: str) -> bool:
        count = self._counts[where] = self._counts.get(where, 0) + 1
        if count == MAX_SECRETS + 1:
            self._full.append(
                NotChecked(
                    what=kind,
                    where=where,
                    why=f"it has over {MAX_SECRETS} different secrets; the others are not listed",
                    remedy="take it out, or exclude it with a reason",
                )
            )
        return count <= MAX_SECRETS


def prepare_search(settings: SearchSettings) -> tuple[SearchSettings, Search]:
    """Load the compiled rules, once in each worker."""
    matcher = Matcher(settings.rules, serialized=settings.serialized)

    def load(oid: str, size: int) -> bytes:
        return load_blob(settings.repository, oid, max_bytes=size)

    return settings, Search(matcher, identity_key=settings.identity_key, at=settings.at, load=load)


def search_objects(state: tuple[SearchSettings, Search], headers: tuple[bytes, ...]) -> Portion:
    """Read and search one portion of the objects.

    Raises:
        UnavailableError: Git cannot be started, or answers something else than was asked.
    """
    settings, search = state
    reader = ObjectReader(settings.repository, headers)
    for block in reader.blocks():
        search.block(block)
    portion = search.take()
    return replace(portion, not_checked=(*reader.not_checked, *portion.not_checked))


def _by_object(hits: list[tuple[int, int]], block: Block) -> dict[int, list[tuple[int, int]]]:
    """Sort ascending hits in a block by the number of their object, with their ends in it."""
    found: dict[int, list[tuple[int, int]]] = {}
    number = 0
    for end, rule in hits:
        # A trigger may end in the line end that stands behind every object.
        number = bisect_left(block.ends, end - 1, lo=number)
        if number == len(block.ends):
            break
        start, stop = block.starts[number], block.ends[number]
        if end > start:  # else it lies in the header
            found.setdefault(number, []).append((min(end, stop) - start, rule))
    return found


def _lines_of_header(content: bytes) -> int:
    """Return how many lines stand in front of the message of a commit or tag."""
    return content.count(b"\n", 0, content.find(b"\n\n") + 2)


def _hit(match: Match, digest: str, place: _Place, line: int, permission: Permission) -> Hit:
    void = permission.void and f"the comment on its line accepts nothing: {permission.void}"
    return Hit(
        rule=match.rule.id,
        secret=digest,
        kind=place.kind,
        where=place.where,
        line=line,
        lines=1,
        shown=shown_part(match),
        length=len(match.value),
        doubt=match.doubt,
        detail=" and ".join(filter(None, (match.detail, void))),
        accepted=permission.accepted,
        inside=place.inside,
    )
