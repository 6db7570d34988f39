"""A commit object, read from its bytes (Git's "commit" format; gitformat-signature(5)).

* Only the header is read for signatures: a message may hold anything, a signature block included.
* The signature is that of the repository's own hash: `gpgsig` where ids are SHA-1, `gpgsig-sha256`
  where they are SHA-256. One for the other hash says nothing about this object.
* A header that two readers could read as two commits (a second tree, author or committer, a second
  signature) is `odd`: no signature on it can pass.
"""

import enum
import re
from dataclasses import dataclass
from typing import Final

from assay.core.errors import MalformedError

_PERSON: Final = re.compile(rb"(?P<name>.*?) ?<(?P<email>[^<>]*)> (?P<at>-?[0-9]+) [+-][0-9]{4}\Z")
_SIGNATURES: Final = (b"gpgsig", b"gpgsig-sha256")
_SHA256_LENGTH: Final = 64
_ONCE: Final = (b"tree", b"author", b"committer", b"encoding", *_SIGNATURES)
_ORDER: Final = (b"tree", b"parent", b"author", b"committer")
_CO_AUTHOR: Final = re.compile(rb"(?im)^co-authored-by:[^<>\n]*<([^<>\n]*)>[ \t]*$")
MAX_CO_AUTHORS: Final = 1000  # of one commit; it is a squash of at most so many people's work


class SignatureKind(enum.StrEnum):
    """With what a commit is signed, by the first line of its signature."""

    NONE = "none"
    GPG = "gpg"
    SSH = "ssh"
    X509 = "x509"
    OTHER = "other"  # of no known form, or more than one


_ARMOURS: Final = (
    (b"-----BEGIN PGP ", SignatureKind.GPG),
    (b"-----BEGIN SSH SIGNATURE-----", SignatureKind.SSH),
    (b"-----BEGIN SIGNED MESSAGE-----", SignatureKind.X509),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An author or a committer; `at` is in seconds since 1970, and any number can stand there."""

    name: bytes
    email: bytes
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """What a commit says; a person is None where the line is not of the form that Git writes.

    `signature` has its armour; it is empty where there is none. `co_authors` are the e-mails of the
    message's `Co-authored-by` lines. `odd` tells that the header is not one that Git writes.
    """

    tree: str
    parents: tuple[str, ...]
    author: Person | None
    committer: Person | None
    signature: bytes
    co_authors: tuple[bytes, ...] = ()
    odd: bool = False

    @property
    def signed_with(self) -> SignatureKind:
        """Return the kind of signature."""
        return signature_kind(self.signature)


def signature_kind(signature: bytes) -> SignatureKind:
    """Return the kind of a signature by its first line; NONE where it is empty."""
    if not signature:
        return SignatureKind.NONE
    kinds = (kind for armour, kind in _ARMOURS if signature.startswith(armour))
    return next(kinds, SignatureKind.OTHER)


def parse_person(line: bytes) -> Person | None:
    """Read `name <e-mail> seconds zone`; None where it is not of the form that Git writes."""
    found = _PERSON.match(line)
    if found is None:
        return None
    return Person(name=found["name"], email=found["email"], at=int(found["at"]))


def parse_commit(content: bytes) -> Commit:
    """Read a commit object.

    Raises:
        MalformedError: It does not begin with a tree and its parents.
    """
    headers = _headers(content)
    named = [(name, value.decode(errors="replace")) for name, value in headers]
    if not named or named[0][0] != b"tree" or not _is_id(named[0][1]):
        raise MalformedError("a commit that does not begin with its tree")
    parents = tuple(value for name, value in named if name == b"parent")
    if not all(_is_id(parent) for parent in parents):
        raise MalformedError("a commit with a parent that is no id")
    own = _SIGNATURES[len(named[0][1]) == _SHA256_LENGTH]
    signatures = [value for name, value in headers if name in _SIGNATURES]
    signed = [value for name, value in headers if name == own]
    return Commit(
        tree=named[0][1],
        parents=parents,
        author=_person(headers, b"author"),
        committer=_person(headers, b"committer"),
        signature=_only(signed) if signed or not signatures else b"for another hash",
        co_authors=co_authors_of(content.partition(b"\n\n")[2]),
        odd=_is_odd([name for name, _ in headers]),
    )


def _only(signatures: list[bytes]) -> bytes:
    if len(signatures) > 1:
        return b"several signatures"
    return signatures[0] if signatures else b""


def co_authors_of(message: bytes) -> tuple[bytes, ...]:
    """Return the addresses of the `Co-authored-by` lines of a message, each once.

    Raises:
        MalformedError: There are more than `MAX_CO_AUTHORS`.
    """
    found = dict.fromkeys(match.strip() for match in _CO_AUTHOR.findall(message))
    if len(found) > MAX_CO_AUTHORS:
        raise MalformedError(f"a commit with {len(found)} co-authors")
    return tuple(found)


def _is_odd(names: list[bytes]) -> bool:
    """Tell whether a header stands twice that may stand once, or before one that it follows."""
    if any(names.count(name) > 1 for name in _ONCE):
        return True
    places = [_ORDER.index(name) for name in names if name in _ORDER]
    return places != sorted(places) or any(name in _ORDER for name in names[len(places) :])


def signed_bytes(content: bytes) -> bytes:
    """Return what the signature of a commit is about: all of it but the headers of signatures.

    Git leaves out both: who signs for one hash does not know the signature for the other yet.
    """
    head, gap, message = content.partition(b"\n\n")
    kept: list[bytes] = []
    inside = False
    for line in head.split(b"\n"):
        inside = line.partition(b" ")[0] in _SIGNATURES or (inside and line.startswith(b" "))
        if not inside:
            kept.append(line)
    return b"\n".join(kept) + gap + message


def _headers(content: bytes) -> list[tuple[bytes, bytes]]:
    """Return the (name, value) of each header line, the lines of a folded one put together."""
    head = content.partition(b"\n\n")[0]
    found: list[tuple[bytes, list[bytes]]] = []
    for line in head.split(b"\n"):
        if line.startswith(b" ") and found:
            found[-1][1].append(line[1:])
        else:
            name, _, value = line.partition(b" ")
            found.append((name, [value]))
    return [(name, b"\n".join(values)) for name, values in found]


def _person(headers: list[tuple[bytes, bytes]], name: bytes) -> Person | None:
    lines = [value for header, value in headers if header == name]
    return parse_person(lines[0]) if len(lines) == 1 else None


def _is_id(text: str) -> bool:
    return len(text) in {40, 64} and not text.strip("0123456789abcdef")
