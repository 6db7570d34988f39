r"""The table that holds one foreign feed: what it says about a package, a product, or an id.

A line is `KEY TAB VALUE`, where KEY is one of

* `a:` and the id of an advisory; the value is when it was modified, its keys, and the record.
* `i:` and another name of it, `p:` with `ECOSYSTEM/NAME` of a package that it is about, or `c:`
  with `VENDOR:PRODUCT` of one, `*` where that is a pattern; the value is the record's id.
* `u:` and the name of a record that could not be read; the value says why.

The same records give the same bytes, so the table's digest names them. A record is there once,
however many packages it is about, so that a newer one takes its place in one step.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.vuln.advisory import Advisory, Unreadable
from assay.vuln.foreign.draft import ANY_PRODUCT
from assay.vuln.foreign.record import MAX_RECORD_BYTES, parse_record
from assay.vuln.table.reading import Table

_ANY_PRODUCT: Final = b"c:%b\t" % ANY_PRODUCT.encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignContent:
    """The records of one foreign feed. Whatever is read of them was compared with its digest."""

    name: str
    table: Table

    def about_package(self, ecosystem: str, name: str) -> tuple[Advisory, ...]:
        """Return the records about a package, by its normal name."""
        return self._records(b"p:%b\t" % f"{ecosystem}/{name}".encode())

    def about_product(self, key: str) -> tuple[Advisory, ...]:
        """Return the records that may be about a product, by `vendor:product`."""
        found = (*self._records(b"c:%b\t" % key.encode()), *self._records(_ANY_PRODUCT))
        return tuple({one.id: one for one in found}.values())

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
        return frozenset(self._keys(b"c:")) - {ANY_PRODUCT}

    def unreadable(self) -> tuple[Unreadable, ...]:
        """Return the records that could not be read."""
        values = (
            JsonValue(parse_json(value, max_bytes=MAX_RECORD_BYTES))
            for value in self.table.values(b"u:")
        )
        return tuple(
            Unreadable(
                ecosystem=self.name, name=one.field("name").text(), why=one.field("why").text()
            )
            for one in values
        )

    def settled(self) -> Iterator[bytes]:
        """Yield the line of each record, and of each that could not be read."""
        yield from self.table.lines(b"a:")
        yield from self.table.lines(b"u:")

    def _keys(self, prefix: bytes) -> Iterator[str]:
        lines = self.table.lines(prefix)
        return (line.partition(b"\t")[0][len(prefix) :].decode() for line in lines)

    def _records(self, prefix: bytes) -> tuple[Advisory, ...]:
        return tuple(
            advisory for own in self.table.values(prefix) for advisory in self._record(own)
        )

    def _record(self, own: bytes) -> tuple[Advisory, ...]:
        found = self.table.values(b"a:%b\t" % own)
        return tuple(parse_record(line.split(b"\t", 2)[2], source=self.name) for line in found)
