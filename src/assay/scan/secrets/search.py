"""What each worker does: read its portion of the objects, search them, and return hits.

Secrets do not leave this module: hits hold keyed digests.
"""

from bisect import bisect_left
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from assay.core.notchecked import NotChecked
from assay.scan.secrets.hit import Hit, secret_digest, shown_part
from assay.scan.secrets.matcher import Match, Matcher
from assay.scan.secrets.permission import MARK, permission_on
from assay.scan.secrets.rule import Rule
from assay.source.git import GitPlace
from assay.source.objects import Block, ObjectReader, id_of

_WIDE_STARTS: Final = frozenset((0x00, 0xFE, 0xFF))
MAX_SECRETS: Final = 1000  # in one object; bounds memory, and nobody reads more


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSettings:
    """What every worker needs; `serialized` are the compiled rules."""

    repository: GitPlace
    rules: tuple[Rule, ...]
    serialized: tuple[bytes, bytes]
    identity_key: bytes
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """What one portion of the objects gave."""

    hits: tuple[Hit, ...]
    not_checked: tuple[NotChecked, ...]


class Search:
    """Searches bytes and remembers hits, one for each secret in each object."""

    def __init__(self, matcher: Matcher, *, identity_key: bytes, at: datetime) -> None:
        self._matcher, self._identity_key, self._at = matcher, identity_key, at
        self._found: dict[tuple[str, str, str, str], Hit] = {}
        self._counts: dict[str, int] = {}
        self._full: list[NotChecked] = []

    def block(self, block: Block) -> None:
        """Search the objects of one block."""
        by_object = _by_object(self._matcher.hits(block.data), block)
        for number, start in enumerate(block.starts):
            # One byte rules out nearly every object that could begin in UTF-16.
            if block.data[start] in _WIDE_STARTS or (
                start + 1 < block.ends[number] and not block.data[start + 1]
            ):
                by_object.setdefault(number, [])
        for number, hits in by_object.items():
            self._object(block, number, hits)

    def file(self, path: str, content: bytes) -> None:
        """Search one file of the working tree."""
        matches = self._matcher.find(content)
        self._remember(matches, kind="file", where=path, lines_before=0)

    def take(self) -> Portion:
        """Return what was found since the last time, in a fixed order."""
        portion = Portion(hits=tuple(sorted(self._found.values())), not_checked=tuple(self._full))
        self._found, self._counts, self._full = {}, {}, []
        return portion

    def _object(self, block: Block, number: int, hits: list[tuple[int, int]]) -> None:
        data = block.data[block.starts[number] : block.ends[number]]
        matches = self._matcher.matches(data, hits)
        if len(block.headers) == 1:  # it may be a piece, and what it does not own another one has
            matches = tuple(
                m for m in matches if m.wide or block.own_start <= m.start < block.own_end
            )
        if matches:
            header = block.headers[number]
            kind = header.split(b" ")[1].decode()
            before = block.first_line if kind == "blob" else -_lines_of_header(bytes(data))
            self._remember(matches, kind=kind, where=id_of(header), lines_before=before)

    def _remember(
        self, matches: tuple[Match, ...], *, kind: str, where: str, lines_before: int
    ) -> None:
        for match in matches:
            digest = secret_digest(self._identity_key, match.rule.family, match.value)
            accepted = ""
            if MARK in match.line:
                accepted = permission_on(match.line, rule=match.rule.id, at=self._at)
            key = (where, match.rule.id, digest, accepted)
            known = self._found.get(key)
            if known is not None:
                self._found[key] = replace(known, lines=known.lines + 1)
            elif self._has_room(kind, where):
                line = max(1, 1 + lines_before + match.lines_before)
                self._found[key] = _hit(match, digest, kind, where, line, accepted)

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
    return settings, Search(matcher, identity_key=settings.identity_key, at=settings.at)


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
    return Portion(hits=portion.hits, not_checked=(*reader.not_checked, *portion.not_checked))


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


def _hit(  # one value of each field
    match: Match, digest: str, kind: str, where: str, line: int, accepted: str
) -> Hit:
    return Hit(
        rule=match.rule.id,
        secret=digest,
        kind=kind,
        where=where,
        line=line,
        lines=1,
        shown=shown_part(match),
        length=len(match.value),
        doubt=match.doubt,
        detail=match.detail,
        accepted=accepted,
    )
