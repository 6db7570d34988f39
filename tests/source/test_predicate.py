import copy
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from assay.core.digest import Digest
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.core.strictjson import parse_json, render_canonical_json
from assay.core.verdict import Verdict
from assay.source.commit import SignatureKind
from assay.source.content import Content, LargeFile
from assay.source.documents import Document, Role
from assay.source.elsewhere import Submodule
from assay.source.facts import Clone, Head, Signatory, SourceFacts, WorkTree
from assay.source.history import History
from assay.source.predicate import PREDICATE_TYPE, parse_source_facts
from assay.source.signature import HeadSignature

AT = datetime(2026, 6, 1, tzinfo=UTC)
PERSON = Signatory(name="Ann", email_digest="sha256:" + "ab" * 32, date=AT)
FACTS = SourceFacts(
    observed_at=AT,
    clone=Clone(
        git="2.39.5",
        object_format="sha1",
        bare=False,
        shallow=True,
        partial=False,
        linked_worktree=True,
        replace_refs=1,
        grafts=True,
        alternates=2,
        branches=3,
        tags=4,
        remotes=(("origin", "https://example.org/x"),),
    ),
    head=Head(
        commit="12" * 20,
        tree="34" * 20,
        branch="main",
        parents=2,
        author=PERSON,
        committer=PERSON,
        signature=HeadSignature(
            kind=SignatureKind.SSH,
            verdict=Verdict.PASSED,
            reason="",
            key="SHA256:x",
            principal="alice",
            algorithm="ssh-ed25519",
        ),
    ),
    history=History(
        commits=9,
        merges=2,
        roots=1,
        boundary=1,
        first_parent=5,
        first_parent_merges=2,
        authors=3,
        committers=2,
        author_is_not_committer=1,
        dates_backwards=1,
        dates_ahead=1,
        malformed=1,
        signatures={kind: number for number, kind in enumerate(SignatureKind)},
    ),
    files=7,
    content=Content(
        size=100,
        executables=1,
        symlinks=2,
        leaving_symlinks=("out",),
        leaving_symlink_count=1,
        submodules=(Submodule(path="sub", commit="56" * 20, url="https://example.org/s"),),
        submodule_count=1,
        large=(LargeFile(path="big", size=6_000_000),),
        large_count=1,
    ),
    documents=(Document(role=Role.LICENCE, path="LICENSE", digest=Digest("gitBlob", "78" * 20)),),
    work_tree=WorkTree(modified=1, untracked=2, hidden=3),
    not_checked=(NotChecked(what="submodule", where="sub", why="elsewhere", remedy="look"),),
)


def parse(document: object) -> SourceFacts:
    return parse_source_facts(JsonValue(document))


def json_of(facts: SourceFacts) -> object:
    return parse_json(render_canonical_json(facts.as_json()), max_bytes=1 << 20)


def members(value: object, where: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every member of every object in a document."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield (*where, name)
            yield from members(member, (*where, name))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from members(item, (*where, number))


def written(where: tuple[str | int, ...]) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in where)
    return "".join(steps).removeprefix(".")


def changed(where: tuple[str | int, ...], value: object) -> object:
    """Return the document with one member set to `value`; `...` takes it away."""
    document = copy.deepcopy(json_of(FACTS))
    inner = document
    for step in where[:-1]:
        inner = inner[step]  # type: ignore[index]  # a path that `members` gave
    if value is ...:
        del inner[where[-1]]  # type: ignore[attr-defined]  # the same
    else:
        inner[where[-1]] = value  # type: ignore[index]  # the same
    return document


MEMBERS = {written(where): where for where in members(json_of(FACTS))}


def test_the_type() -> None:
    assert PREDICATE_TYPE == "urn:assay:predicate:source:v1"


def test_what_was_written_is_read() -> None:
    assert parse(json_of(FACTS)) == FACTS


@pytest.mark.parametrize(
    "where",
    [
        ("workTree",),
        ("head", "branch"),
        ("head", "author"),
        ("head", "committer"),
        ("head", "author", "date"),
    ],
)
def test_a_member_that_may_be_null(where: tuple[str | int, ...]) -> None:
    document = changed(where, None)
    assert json_of(parse(document)) == document


@pytest.mark.parametrize("where", MEMBERS.values(), ids=MEMBERS)
def test_every_member_is_required(where: tuple[str | int, ...]) -> None:
    with pytest.raises(MalformedError) as caught:
        parse(changed(where, ...))
    assert str(caught.value) == f"[malformed] no {where[-1]}, at {written(where)}"


@pytest.mark.parametrize("where", MEMBERS.values(), ids=MEMBERS)
def test_no_member_may_be_of_another_type(where: tuple[str | int, ...]) -> None:
    with pytest.raises(MalformedError):
        parse(changed(where, [[1.5]]))


WRONG = {
    "count-below-zero": (("files",), -1, "-1 where a count is needed, at files"),
    "count-truth-value": (("files",), True, "bool where a whole number is needed, at files"),
    "object-format": (
        ("clone", "objectFormat"),
        "md5",
        "unknown object format 'md5', at clone.objectFormat",
    ),
    "commit": (("head", "commit"), "HEAD", "'HEAD' is no gitCommit digest"),
    "tree": (("head", "tree"), "12", "'12' is no gitTree digest"),
    "verdict": (
        ("head", "signature", "verdict"),
        "YES",
        "'YES' is not a valid Verdict, at head.signature",
    ),
    "kind": (
        ("head", "signature", "kind"),
        "pgp",
        "'pgp' is not a valid SignatureKind, at head.signature",
    ),
    "first-parent": (
        ("history", "firstParentDirect"),
        4,
        "merges and direct commits are not the whole line, at history",
    ),
    "clean": (("workTree", "clean"), True, "clean and changed at once, at workTree.clean"),
    "time": (("observedAt",), "yesterday", "'yesterday' is no RFC 3339 time"),
}


@pytest.mark.parametrize(("where", "value", "message"), WRONG.values(), ids=WRONG)
def test_refused(where: tuple[str | int, ...], value: object, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse(changed(where, value))
    assert str(caught.value) == f"[malformed] {message}"
