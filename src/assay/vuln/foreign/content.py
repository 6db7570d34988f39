r"""The file that holds one foreign feed: sorted lines, found by binary search.

A line is `KEY TAB VALUE`, where KEY is one of

* `r:` and the id of a record; the value is the record.
* `i:` and another name of it, `p:` with `ECOSYSTEM/NAME` of a package that it is about, or `c:`
  with `VENDOR:PRODUCT` of one; the value is the record's id.
* `u:` and the name of a record that could not be read; the value says why.

The same records give the same bytes, so the file's digest names them. A record is there once,
however many packages it is about, so that a newer one takes its place in one step.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json, render_canonical_json
from assay.vuln.advisory import Advisory, Unreadable
from assay.vuln.ecosystems import base_of
from assay.vuln.feedfile import records_of
from assay.vuln.foreign.record import MAX_RECORD_BYTES, parse_record, render_record
from assay.vuln.package import normal_name

_HEADER: Final = b"assay-foreign/1\t"  # sorts before every key
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class ForeignDraft:
    """The records of the foreign feed `name` while they are collected: their lines, by id."""

    name: str
    lines: dict[str, tuple[bytes, ...]] = field(default_factory=dict)
    unreadable: dict[str, bytes] = field(default_factory=dict)
    newest: datetime | None = None

    def add(self, advisory: Advisory, *, at: datetime) -> None:
        """Take in a record, unless a newer one with its id is here.

        Raises:
            MalformedError: It could not be read back: whoever reads the feed would be stopped.
        """
        lines = tuple(_lines(advisory))
        parse_record(lines[0].partition(b"\t")[2], source=self.name)
        known = self.lines.get(advisory.id)
        if known is not None and _modified(known[0], self.name) > advisory.modified:
            return
        self.lines[advisory.id] = lines
        # A date to come must not make a dead feed look alive.
        if (self.newest or _EPOCH) < advisory.modified <= at:
            self.newest = advisory.modified.replace(microsecond=0)  # as every record writes it

    def add_unreadable(self, item: Unreadable) -> None:
        """Note a record that could not be read; what is known of it from before goes.

        What it says now may be the opposite of what it said.
        """
        self.lines.pop(item.name, None)
        self.unreadable[item.name] = _line(
            "u", item.name, render_canonical_json({"name": item.name, "why": item.why})
        )

    def merge(self, other: "ForeignDraft") -> None:
        """Take in all of `other`; of two records with one id, the one that was modified last."""
        for name, lines in other.lines.items():
            known = self.lines.get(name)
            if known is None or _modified(known[0], self.name) <= _modified(lines[0], self.name):
                self.lines[name] = lines
        self.unreadable |= other.unreadable
        times = (time for time in (self.newest, other.newest) if time is not None)
        self.newest = max(times, default=None)

    def unread(self) -> frozenset[bytes]:
        """Return the lines of the records that could not be read, and of which no other is here."""
        return frozenset(line for name, line in self.unreadable.items() if name not in self.lines)

    def render(self) -> bytes:
        """Return the file of the feed."""
        lines = {line for lines in self.lines.values() for line in lines} | self.unread()
        return b"\n".join([_HEADER + self.name.encode(), *sorted(lines), b""])


def _lines(advisory: Advisory) -> Iterator[bytes]:
    """Yield the lines of a record, that with the record itself first."""
    own = advisory.id.encode()
    yield _line("r", advisory.id, render_record(advisory))
    for name in advisory.aliases:
        yield _line("i", name, own)
    for item in advisory.affected:
        base = base_of(item.ecosystem)
        yield _line("p", f"{base}/{normal_name(base, item.name)}", own)
    for node in advisory.configurations:
        for one in node.criteria():
            if one.vulnerable:
                yield _line("c", one.name.key, own)


def _line(kind: str, key: str, value: bytes) -> bytes:
    if not key.isprintable():
        raise MalformedError(f"{key[:80]!r} as a name")
    return b"%b:%b\t%b" % (kind.encode(), key.encode(), value)


def _modified(line: bytes, name: str) -> datetime:
    return parse_record(line.partition(b"\t")[2], source=name).modified


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignContent:
    """The file of one foreign feed, whose digest was compared."""

    name: str
    data: bytes = field(repr=False)

    def about_package(self, ecosystem: str, name: str) -> tuple[Advisory, ...]:
        """Return the records about a package, by its normal name."""
        return self._records(b"p:%b\t" % f"{ecosystem}/{name}".encode())

    def about_product(self, key: str) -> tuple[Advisory, ...]:
        """Return the records about a product, by `vendor:product`."""
        return self._records(b"c:%b\t" % key.encode())

    def named(self, identifier: str) -> tuple[Advisory, ...]:
        """Return the records of this id, or with this alias."""
        own = self._record(identifier.encode())
        return (*own, *self._records(b"i:%b\t" % identifier.encode()))

    def packages(self) -> frozenset[tuple[str, str]]:
        """Return all packages that it has records about, by ecosystem and normal name."""
        keys = (key.partition("/") for key in self._keys(b"p:"))
        return frozenset((ecosystem, name) for ecosystem, _, name in keys)

    def products(self) -> frozenset[str]:
        """Return all products that it has records about, `vendor:product`."""
        return frozenset(self._keys(b"c:"))

    def unreadable(self) -> tuple[Unreadable, ...]:
        """Return the records that could not be read."""
        values = (
            JsonValue(parse_json(value, max_bytes=MAX_RECORD_BYTES))
            for value in records_of(self.data, b"u:")
        )
        return tuple(
            Unreadable(
                ecosystem=self.name, name=one.field("name").text(), why=one.field("why").text()
            )
            for one in values
        )

    def draft(self, *, newest: datetime | None) -> ForeignDraft:
        """Return all of it as a draft, for newer records to go in; `newest` is the feed's own."""
        draft = ForeignDraft(name=self.name, newest=newest)
        found: dict[str, list[bytes]] = {}
        for line in self.data.splitlines()[1:]:
            key, _, value = line.partition(b"\t")
            if key.startswith(b"r:"):
                found.setdefault(key[2:].decode(), []).insert(0, line)
            elif key.startswith(b"u:"):
                draft.unreadable[key[2:].decode()] = line
            else:
                found.setdefault(value.decode(), []).append(line)
        draft.lines = {name: tuple(lines) for name, lines in found.items()}
        return draft

    def _keys(self, prefix: bytes) -> Iterator[str]:
        lines = self.data.splitlines()
        return (
            line.partition(b"\t")[0][len(prefix) :].decode()
            for line in lines
            if line.startswith(prefix)
        )

    def _records(self, prefix: bytes) -> tuple[Advisory, ...]:
        return tuple(
            advisory for own in records_of(self.data, prefix) for advisory in self._record(own)
        )

    def _record(self, own: bytes) -> tuple[Advisory, ...]:
        found = records_of(self.data, b"r:%b\t" % own)
        return tuple(parse_record(record, source=self.name) for record in found)


def check_content(data: bytes, *, name: str) -> ForeignContent:
    """Return the file of the feed `name`.

    Raises:
        MalformedError: It is of another feed, or of another format.
    """
    if data.partition(b"\n")[0] != _HEADER + name.encode():
        raise MalformedError(f"no records of {name}, in the form that is read here")
    return ForeignContent(name=name, data=data)
