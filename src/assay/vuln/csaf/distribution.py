"""A folder of CSAF documents as a publisher distributes them (section 7.1), held against itself.

* Each document: the digests and the signature beside it, its name, the specification's tests.
* The lists: what they name must be here, what is here must be in them, and dates must agree.
* A signature counts by a key that the caller gives. What provider-metadata.json says about keys is
  the publisher's word in the same folder, and proves nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import unquote

from assay.core.clock import ALLOWED_SKEW
from assay.core.errors import AssayError, MalformedError, RejectedError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.core.strictjson import parse_json
from assay.core.verdict import Verdict
from assay.signing.openpgp import PgpKey
from assay.source.pgpsig import PgpSignature, parse_pgp_signature, verify_pgp_signature
from assay.vuln.beside import check_digest_file
from assay.vuln.csaf.providing import Listed
from assay.vuln.csaf.rules.texts import file_name
from assay.vuln.csaf.urls import url_parts
from assay.vuln.csaf.validate import MAX_CSAF_BYTES, validate_csaf
from assay.vuln.csaf.view import time_of

SIGNATURE_SUFFIX: Final = ".asc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong in a folder, and where."""

    where: str
    what: str

    def __str__(self) -> str:
        """Render the one form that it has in a line."""
        return f"{self.where}: {self.what}"

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value in reports."""
        return {"where": self.where, "what": self.what}


Found = Problem | NotChecked


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document in a folder by its path there, and the files beside it by their suffixes."""

    path: str
    data: bytes
    beside: dict[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """The keys whose signatures count, none where none was given; and the time that it is."""

    keys: tuple[PgpKey, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A document's path, what it says of itself, and what was found."""

    path: str
    released_at: datetime | None
    namespace: str
    found: tuple[Found, ...]


def hold_document(document: Document, *, trusted: Trusted) -> Held:
    """Hold a document against what stands beside it, its name, and the specification."""
    found = [
        *_digests(document),
        *_signature(document, trusted),
        *_content(document),
    ]
    root = _readable(document.data)
    return Held(
        path=document.path,
        released_at=_released_at(root),
        namespace=_text(root, "publisher", "namespace"),
        found=tuple(found),
    )


def hold_lists(
    listed: Iterable[Listed], held: Iterable[Held], *, where: str, complete: bool
) -> Iterator[Found]:
    """Hold the documents of a folder against a list there, whose path is `where`.

    In a list that is `complete` every document must be; each entry is a path in the folder, or a
    URL that ends in one.
    """
    here = {_short(one.path): one for one in held}
    named: set[str] = set()
    for entry in listed:
        path = _short(unquote(url_parts(entry.path).path))
        named.add(path)
        one = here.get(path)
        if one is None:
            yield NotChecked(
                what="CSAF document",
                where=path,
                why=f"{where} lists it, and it is not here",
                remedy="fetch the folder again",
            )
        elif entry.changed_at is not None and one.released_at not in {None, entry.changed_at}:
            yield Problem(where=one.path, what=f"{where} has another date for it")
    for path in sorted(here.keys() - named if complete else ()):
        yield Problem(where=here[path].path, what=f"{where} does not list it")


def verdict_of(found: Iterable[Found], *, keyed: bool) -> Verdict:
    """Return FAILED for any problem, UNKNOWN where a list or a test could not be held.

    Where no key was given, that signatures were not checked is listed and no more: the answer is
    then about the folder, and not about who made it.
    """
    every = tuple(found)
    if any(isinstance(one, Problem) for one in every):
        return Verdict.FAILED
    optional = frozenset({"signature"} if not keyed else ())
    open_ = [one for one in every if isinstance(one, NotChecked) and one.what not in optional]
    return Verdict.UNKNOWN if open_ else Verdict.PASSED


def _digests(document: Document) -> Iterator[Found]:
    present = [suffix for suffix in document.beside if suffix != SIGNATURE_SUFFIX]
    for suffix in present:
        try:
            check_digest_file(
                document.beside[suffix], document.data, name=document.path, suffix=suffix
            )
        except RejectedError as error:
            yield Problem(where=document.path, what=str(error))
    if not present:
        yield NotChecked(
            what="digest",
            where=document.path,
            why="neither .sha256 nor .sha512 is beside it",
            remedy="fetch them too",
        )


def _signature(document: Document, trusted: Trusted) -> Iterator[Found]:
    armoured = document.beside.get(SIGNATURE_SUFFIX)
    if armoured is None or not trusted.keys:
        yield NotChecked(
            what="signature",
            where=document.path,
            why="no .asc is beside it" if armoured is None else "no key was given",
            remedy="fetch it too" if armoured is None else "give the publisher's key with --key",
        )
        return
    try:
        _check_signature(armoured, document.data, trusted)
    except RejectedError as error:
        yield Problem(where=document.path, what=f"{document.path}{SIGNATURE_SUFFIX}: {error}")


def _check_signature(armoured: bytes, data: bytes, trusted: Trusted) -> None:
    signature = parse_pgp_signature(armoured)
    if signature.made_at > trusted.at + ALLOWED_SKEW:
        raise RejectedError("the signature is of a time to come")
    if signature.expires_at is not None and signature.expires_at <= trusted.at:
        raise RejectedError("the signature has ended")
    if not any(_signed(key, signature, data) for key in trusted.keys):
        raise RejectedError("signed by none of the keys that were given")


def _signed(key: PgpKey, signature: PgpSignature, data: bytes) -> bool:
    try:
        verify_pgp_signature(signature, data, spki=key.public.spki)
    except RejectedError:
        return False
    return True


def _content(document: Document) -> Iterator[Found]:
    try:
        found = validate_csaf(document.data)
    except MalformedError as error:
        yield Problem(where=document.path, what=str(error))
        return
    for failure in found.failures:
        yield Problem(where=document.path, what=str(failure))
    for gap in found.undecided:
        yield NotChecked(
            what=gap.what, where=f"{document.path}: {gap.where}", why=gap.why, remedy=gap.remedy
        )
    name = document.path.rpartition("/")[2]
    if found.id and name != file_name(found.id):
        what = f"its id {found.id!r} gives the name {file_name(found.id)!r}"
        yield Problem(where=document.path, what=what)


def _readable(data: bytes) -> JsonValue:
    try:
        return JsonValue(parse_json(data, max_bytes=MAX_CSAF_BYTES))
    except MalformedError:
        return JsonValue(None)  # told by its tests


def _released_at(root: JsonValue) -> datetime | None:
    try:
        return time_of(root.field("document").field("tracking").field("current_release_date"))
    except AssayError:
        return None  # told by its tests


def _text(root: JsonValue, *path: str) -> str:
    try:
        value = root.field("document")
        for name in path:
            value = value.field(name)
        return value.text()
    except MalformedError:
        return ""


def _short(path: str) -> str:
    """Return the folder of the year and the name, which are the same wherever a folder stands."""
    return "/".join(path.strip("/").split("/")[-2:])
