"""Signed tags: who says that this name is that commit (Git's "tag" format).

* The tag object names itself, and the name is signed. A ref of another name that points to it says
  something that nobody signed: the tag was renamed, or an old one put in a new one's place.
* A tag may point to a tag. Whoever signed the outermost one named all that is inside, by its hash.
* The signature stands at the end of the message in the repository's own hash; one for the other
  hash is in the header.
"""

import os
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from assay.core.errors import MalformedError
from assay.core.verdict import Verdict
from assay.source.commit import Person, SignatureKind, parse_person, signature_kind
from assay.source.git import GitPlace, run_git
from assay.source.judging import CommitTrust, date_of, judge_signature
from assay.source.reader import MAX_COMMIT_BYTES, open_reader
from assay.source.signature import HeadSignature, Signed

_HEADER: Final = (b"object", b"type", b"tag", b"tagger")
_SIGNATURE: Final = re.compile(rb"(?m)^-----BEGIN (PGP|SSH|SIGNED)[^\n]*-----$")
_PREFIX: Final = "refs/tags/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """What a tag object says; `signature` is empty where there is none."""

    target: str
    kind: str  # of the object that it points to
    name: bytes
    tagger: Person | None
    message: bytes = field(repr=False)  # all that is signed
    signature: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TagAnswer:
    """What a tag's ref shows: PASSED where somebody who may has signed this very name.

    `tag` is the tag object, `commit` what it leads to; empty where it leads to no commit.
    """

    ref: str
    tag: str
    commit: str
    verdict: Verdict
    reason: str
    signature: HeadSignature


def parse_tag(content: bytes) -> Tag:
    """Read a tag object.

    Raises:
        MalformedError: Its header is not the one that Git writes.
    """
    head, gap, message = content.partition(b"\n\n")
    lines = [line.partition(b" ") for line in head.split(b"\n") if not line.startswith(b" ")]
    names = tuple(name for name, _, _ in lines)
    extra = names[len(_HEADER) :]
    if not gap or names[: len(_HEADER)] != _HEADER or set(extra) - {b"gpgsig", b"gpgsig-sha256"}:
        raise MalformedError("a tag with a header that Git would not write")
    found = [value for _, _, value in lines]
    begins = [match.start() for match in _SIGNATURE.finditer(message)]
    cut = len(message) if not begins else begins[0]
    return Tag(
        target=_object_id(found[0]),
        kind=found[1].decode(errors="replace"),
        name=found[2],
        tagger=parse_person(found[3]),
        message=_without_signatures(head) + gap + message[:cut],
        signature=message[cut:].rstrip(b"\n"),
    )


def check_tags(repository: GitPlace, *, trust: CommitTrust, at: datetime) -> tuple[TagAnswer, ...]:
    """Tell of each tag who says that it is the commit that it leads to, in the order of names.

    Raises:
        RejectedError: An object is missing, damaged or malformed.
        UnavailableError: Git did not answer.
    """
    listed = run_git(
        repository, "for-each-ref", "--format=%(objectname) %(objecttype) %(refname)", "refs/tags/"
    )
    refs = [line.split(" ", 2) for line in os.fsdecode(listed).splitlines()]
    commits = _commits(repository, [oid for oid, _, _ in refs])
    objects = [oid for oid, kind, _ in refs if kind == "tag"]
    with open_reader(repository) as reader:
        contents = reader.read_many(objects, kind="tag", max_bytes=MAX_COMMIT_BYTES)
        read = dict(zip(objects, contents, strict=True))
    return tuple(
        _answer(ref, oid, commits[oid], _signed(oid, read.get(oid), trust, at))
        for oid, _, ref in refs
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signed:
    """The name that a tag gives itself, None where it is only a ref, and who signed it."""

    name: str | None
    signature: HeadSignature


def _signed(oid: str, content: bytes | None, trust: CommitTrust, at: datetime) -> _Signed:
    if content is None:
        reason = "a tag without an object"
        unsigned = HeadSignature(kind=SignatureKind.NONE, verdict=Verdict.FAILED, reason=reason)
        return _Signed(name=None, signature=unsigned)
    tag = parse_tag(content)
    return _Signed(name=os.fsdecode(tag.name), signature=_judge(tag, oid, trust, at))


def _commits(repository: GitPlace, oids: list[str]) -> dict[str, str]:
    """Return the commit that each object leads to, however many tags are in between."""
    asked = "".join(f"{oid}^{{commit}}\n" for oid in oids).encode()
    told = run_git(repository, "cat-file", "--batch-check=%(objectname)", stdin=asked).decode()
    words = [line.split() for line in told.splitlines()]
    return {
        oid: found[0] if len(found) == 1 else "" for oid, found in zip(oids, words, strict=True)
    }


def _judge(tag: Tag, oid: str, trust: CommitTrust, at: datetime) -> HeadSignature:
    kind = signature_kind(tag.signature)
    if kind in {SignatureKind.NONE, SignatureKind.OTHER}:
        reason = "unsigned" if kind is SignatureKind.NONE else "the signature is of no known form"
        return HeadSignature(kind=kind, verdict=Verdict.FAILED, reason=reason)
    signed = Signed(
        message=tag.message,
        signature=tag.signature,
        dated=date_of(tag.tagger),
        recorded=trust.recorded.get(oid),
        at=at,
    )
    return judge_signature(kind, signed, signers=trust.signers)


def _answer(ref: str, oid: str, commit: str, found: _Signed) -> TagAnswer:
    verdict, reason = found.signature.verdict, found.signature.reason
    if found.name is not None and found.name != ref.removeprefix(_PREFIX):
        verdict, reason = Verdict.FAILED, f"the tag calls itself {found.name!r}"
    return TagAnswer(
        ref=ref,
        tag=oid,
        commit=commit,
        verdict=verdict,
        reason=reason,
        signature=found.signature,
    )


def _without_signatures(head: bytes) -> bytes:
    kept: list[bytes] = []
    inside = False
    for line in head.split(b"\n"):
        inside = line.startswith(b"gpgsig") or (inside and line.startswith(b" "))
        if not inside:
            kept.append(line)
    return b"\n".join(kept)


def _object_id(value: bytes) -> str:
    text = value.decode(errors="replace")
    if len(text) not in {40, 64} or text.strip("0123456789abcdef"):
        raise MalformedError("a tag of an object that is no id")
    return text
