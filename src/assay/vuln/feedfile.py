r"""The file that holds one ecosystem's advisories: sorted lines, found by binary search.

A line is `KEY TAB RECORD`, where KEY is `p:` and a package's normal name, or `u:` and the name
of a record that could not be read, or `i:` and an id, whose record is one package's name. An
advisory about several packages has a line for each, about that package alone. The same advisories
give the same bytes, so the file's digest names them.

Reading costs what was asked for: opening ten thousand advisories to look up fifty packages parses
those of the fifty. No pickle: bytes from a disk must not be able to run.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json, render_canonical_json
from assay.vuln.advisory import Advisory, Affected, Unreadable
from assay.vuln.osv import MAX_ADVISORY_BYTES, parse_advisory, render_advisory

_HEADER: Final = b"assay-advisories/2\t"  # sorts before every key


def render_package_line(package: str, advisory: Advisory, affected: Iterable[Affected]) -> bytes:
    """Return the line of `advisory` under the normal name `package`."""
    return b"p:%b\t%b" % (package.encode(), render_advisory(advisory, affected))


def render_id_lines(package: str, advisory: Advisory) -> Iterator[bytes]:
    """Yield a line for each name of what `advisory` is about, its own and its aliases."""
    named = render_canonical_json(package)
    for name in (advisory.id, *advisory.aliases):
        yield b"i:%b\t%b" % (name.encode(), named)


def render_unreadable_line(item: Unreadable) -> bytes:
    """Return the line of a record that could not be read."""
    record = {"name": item.name, "why": item.why, "packages": list(item.packages)}
    return b"u:%b\t%b" % (item.name.encode(), render_canonical_json(record))


def render_feed(ecosystem: str, lines: Iterable[bytes]) -> bytes:
    """Return the file of `ecosystem` with `lines`, each of them once."""
    return b"\n".join([_HEADER + ecosystem.encode(), *sorted(set(lines)), b""])


def check_feed(data: bytes, *, ecosystem: str) -> None:
    """Refuse a file of another format, or of another ecosystem.

    Raises:
        MalformedError: It is not what `render_feed` writes for `ecosystem`.
    """
    first = data.partition(b"\n")[0]
    if first != _HEADER + ecosystem.encode():
        raise MalformedError(f"no advisories of {ecosystem}, in the form that is read here")


def find_advisories(data: bytes, package: str) -> tuple[Advisory, ...]:
    """Return the advisories about the package with the normal name `package`.

    Raises:
        MalformedError: A line is not what `render_package_line` writes.
    """
    return tuple(
        parse_advisory(record) for record in records_of(data, b"p:%b\t" % package.encode())
    )


def find_packages(data: bytes, identifier: str) -> tuple[str, ...]:
    """Return the normal names of the packages that the vulnerability of this id is about.

    Raises:
        MalformedError: A line is not what `render_id_lines` writes.
    """
    return tuple(
        JsonValue(parse_json(record, max_bytes=MAX_ADVISORY_BYTES)).text()
        for record in records_of(data, b"i:%b\t" % identifier.encode())
    )


def find_unreadable(data: bytes, *, ecosystem: str) -> tuple[Unreadable, ...]:
    """Return the records that could not be read.

    Raises:
        MalformedError: A line is not what `render_unreadable_line` writes.
    """
    return tuple(
        Unreadable(
            ecosystem=ecosystem,
            name=value.field("name").text(),
            why=value.field("why").text(),
            packages=tuple(item.text() for item in value.field("packages").items()),
        )
        for record in records_of(data, b"u:")
        for value in (JsonValue(parse_json(record, max_bytes=MAX_ADVISORY_BYTES)),)
    )


def list_packages(data: bytes) -> tuple[str, ...]:
    """Return the normal names of all packages that have an advisory, in order.

    Raises:
        MalformedError: A name that is not UTF-8, which `render_package_line` does not write.
    """
    lines = data[_first_not_before(data, b"p:") :].splitlines()
    keys = (line.partition(b"\t")[0] for line in lines if line.startswith(b"p:"))
    try:
        return tuple(dict.fromkeys(key[2:].decode() for key in keys))
    except UnicodeDecodeError as error:
        raise MalformedError("a package whose name is not UTF-8") from error


def records_of(data: bytes, prefix: bytes) -> Iterator[bytes]:
    """Yield the records of the lines that begin with `prefix`."""
    start = _first_not_before(data, prefix)
    while data.startswith(prefix, start):
        end = data.find(b"\n", start)
        yield data[start:end].partition(b"\t")[2]
        start = end + 1


def _first_not_before(data: bytes, prefix: bytes) -> int:
    """Return where the first line begins that does not sort before `prefix`."""
    low, high = 0, len(data)
    while low < high:
        middle = (low + high) // 2
        start = data.rfind(b"\n", low, middle) + 1 or low
        if data[start : start + len(prefix)] < prefix:
            low = data.find(b"\n", middle) + 1 or len(data)
        else:
            high = start
    return low
