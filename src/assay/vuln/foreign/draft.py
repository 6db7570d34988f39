r"""A foreign feed while it is collected: its records on the disk, in the order that they came.

What came is sorted by id and by turn; of the records with one id the newest is taken, and a line
that could not be read takes what is known of it from before away: what it says now may be the
opposite of what it said.

A settled record is one line, `a:ID TAB MODIFIED TAB KEYS TAB RECORD`: its keys are with it, so that
an update need not read what did not change.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Final

from assay.core.clock import parse_time
from assay.core.digest import Digest
from assay.core.errors import MalformedError
from assay.core.printable import printable
from assay.core.strictjson import render_canonical_json
from assay.system.largefiles import NewFile
from assay.vuln.advisory import Advisory, Unreadable
from assay.vuln.cpe.matching import has_wildcard
from assay.vuln.cpe.name import ANY, CpeName
from assay.vuln.ecosystems import base_of
from assay.vuln.foreign.forms import Read
from assay.vuln.foreign.record import parse_record, render_record
from assay.vuln.package import normal_name
from assay.vuln.table.sorting import LineSorter
from assay.vuln.table.writing import write_table

ANY_PRODUCT: Final = "*"  # the key of records about products whose name is a pattern
BETWEEN: Final = "\x1f"  # between the keys of a record; no key has it, for it is not printable
_EPOCH: Final = "1970-01-01T00:00:00.000000"


@dataclass(slots=True, kw_only=True)
class Tally:
    """What a feed came to: how many records, how many that nobody could read, and the newest."""

    advisories: int = 0
    unreadable: int = 0
    newest: str = _EPOCH

    @property
    def newest_modified(self) -> datetime | None:
        """Return when the newest record was modified, in whole seconds, if there is one."""
        whole = f"{self.newest.partition('.')[0]}Z"
        return None if self.newest == _EPOCH else parse_time(whole)


@dataclass(slots=True, kw_only=True)
class ForeignDraft:
    """The records of the feed `name` while they are collected: in memory and in `folder`.

    Whoever makes one closes it.
    """

    name: str
    folder: Path
    _arrived: LineSorter = field(init=False)
    _turn: int = 0

    def __post_init__(self) -> None:
        """Begin with nothing."""
        self._arrived = LineSorter(folder=self.folder)

    def add(self, advisory: Advisory) -> None:
        """Take in a record.

        Raises:
            MalformedError: It could not be read back: whoever reads the feed would be stopped.
        """
        record = render_record(advisory)
        parse_record(record, source=self.name)
        keys = BETWEEN.join(sorted({_checked(key) for key in _keys(advisory)}))
        modified = _stamp(advisory.modified)
        _checked(advisory.id)
        self._arrive(advisory.id.encode(), b"a\t%b\t%b\t%b" % (modified, keys.encode(), record))

    def add_unreadable(self, item: Unreadable) -> None:
        """Note a record that could not be read."""
        value = render_canonical_json({"name": item.name, "why": item.why})
        self._arrive(_checked(item.name).encode(), b"u\t%b" % value)

    def take_settled(self, lines: Iterable[bytes]) -> None:
        """Take in the lines of a feed that was written before."""
        for line in lines:
            name, _, rest = line[2:].partition(b"\t")
            self._arrive(name, b"%b\t%b" % (line[:1], rest))

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing came."""
        return self._turn == 0

    def write(self, file: NewFile, *, at: datetime) -> tuple[Digest, Tally]:
        """Write the feed into `file`; return what names its table, and what it came to.

        Raises:
            UnavailableError: The disk is full.
        """
        tally = Tally()
        with closing(LineSorter(folder=self.folder)) as beside:
            lines = self._lines(beside, tally, at=at)
            return write_table(lines, file, name=self.name), tally

    def close(self) -> None:
        """Drop what lies on the disk."""
        self._arrived.close()

    def _lines(self, beside: LineSorter, tally: Tally, *, at: datetime) -> Iterator[bytes]:
        """Yield all lines of the feed; what sorts behind the records waits in `beside`."""
        for line in self._settled():
            if line.startswith(b"u:"):
                tally.unreadable += 1
                beside.add(line)
                continue
            _count(tally, line, at=at)
            for key in _key_lines(line):
                beside.add(key)
            yield line
        yield from beside.in_order()

    def _arrive(self, name: bytes, rest: bytes) -> None:
        self._turn += 1
        self._arrived.add(b"%b\t%012d\t%b" % (name, self._turn, rest))

    def _settled(self) -> Iterator[bytes]:
        """Yield one line for each id: the record that counts, or that it could not be read."""
        for name, lines in groupby(
            self._arrived.in_order(), key=lambda one: one.split(b"\t", 1)[0]
        ):
            known, modified, unread = b"", b"", b""
            for line in lines:
                kind, _, rest = line[len(name) + 14 :].partition(b"\t")
                if kind == b"u":
                    known, modified, unread = b"", b"", rest
                elif not known or modified <= rest[:_STAMP]:
                    known, modified = rest, rest[:_STAMP]
            yield b"a:%b\t%b" % (name, known) if known else b"u:%b\t%b" % (name, unread)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafts:
    """The feeds that are being collected, by name; what memory cannot hold lies in `folder`.

    Whoever makes them closes them.
    """

    folder: Path
    found: dict[str, ForeignDraft] = field(default_factory=dict)

    def of(self, name: str) -> ForeignDraft:
        """Return the draft of a feed, a new one where there is none."""
        if name not in self.found:
            self.found[name] = ForeignDraft(name=name, folder=self.folder)
        return self.found[name]

    def names(self) -> frozenset[str]:
        """Return the feeds that anything was found for."""
        return frozenset(name for name, draft in self.found.items() if not draft.is_empty)

    def close(self) -> None:
        """Drop what lies on the disk."""
        for draft in self.found.values():
            draft.close()

    def collect(self, found: Read) -> frozenset[str]:
        """Put what was found into the drafts of the feeds that it names; return those."""
        touched = set()
        for item in found:
            if isinstance(item, Unreadable):
                touched.add(item.ecosystem)
                self.of(item.ecosystem).add_unreadable(item)
                continue
            touched.add(item.source)
            try:
                self.of(item.source).add(item)
            except MalformedError as error:
                why, name = printable(str(error)), printable(item.id)
                self.of(item.source).add_unreadable(Unreadable(ecosystem="", name=name, why=why))
        return frozenset(touched)


_STAMP: Final = len(_EPOCH)


def _stamp(at: datetime) -> bytes:
    """Return a time so that texts compare as times do."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds").encode()


def _count(tally: Tally, line: bytes, *, at: datetime) -> None:
    tally.advisories += 1
    modified = line.split(b"\t", 2)[1].decode()
    # A date to come must not make a dead feed look alive.
    if tally.newest < modified <= _stamp(at).decode():
        tally.newest = modified


def keys_of(line: bytes) -> list[str]:
    """Return the keys of a settled record: `i:ALIAS`, `p:ECOSYSTEM/NAME`, `c:VENDOR:PRODUCT`."""
    keys = line.split(b"\t", 3)[2].decode()
    return keys.split(BETWEEN) if keys else []


def _key_lines(line: bytes) -> Iterator[bytes]:
    name = line[2:].partition(b"\t")[0]
    return (b"%b\t%b" % (key.encode(), name) for key in keys_of(line))


def _keys(advisory: Advisory) -> Iterator[str]:
    for name in advisory.aliases:
        yield f"i:{name}"
    for item in advisory.affected:
        base = base_of(item.ecosystem)
        yield f"p:{base}/{normal_name(base, item.name)}"
    for node in advisory.configurations:
        for one in node.criteria():
            if one.vulnerable:
                yield f"c:{ANY_PRODUCT if _is_open(one.name) else one.name.key}"


def _is_open(name: CpeName) -> bool:
    """Tell whether a name is of no one product: it would be looked up by none."""
    return any(part == ANY or has_wildcard(part) for part in (name.vendor, name.product))


def _checked(key: str) -> str:
    if not key.isprintable():
        raise MalformedError(f"{key[:80]!r} as a name")
    return key
