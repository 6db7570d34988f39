"""The statement's predicate about a repository, read back: `urn:assay:predicate:source:v1`.

`SourceFacts.as_json` writes it; every member is required, also where it is null.
"""

from typing import Final

from assay.core.clock import parse_time
from assay.core.digest import parse_digest
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import parse_not_checked
from assay.source.content import parse_content
from assay.source.documents import parse_document
from assay.source.facts import Clone, Head, Signatory, SourceFacts, WorkTree
from assay.source.history import count_at, parse_history
from assay.source.signature import parse_head_signature

PREDICATE_TYPE: Final = "urn:assay:predicate:source:v1"
_FORMATS: Final = ("sha1", "sha256")


def parse_source_facts(value: JsonValue) -> SourceFacts:
    """Read a predicate that `SourceFacts.as_json` wrote.

    Raises:
        MalformedError: A member is missing, of another type, or at odds with another one.
    """
    work_tree = _nullable(value, "workTree")
    return SourceFacts(
        observed_at=parse_time(value.field("observedAt").text()),
        clone=_parse_clone(value.field("clone")),
        head=_parse_head(value.field("head")),
        history=parse_history(value.field("history")),
        files=count_at(value, "files"),
        content=parse_content(value.field("content")),
        documents=tuple(parse_document(item) for item in value.field("documents").items()),
        work_tree=None if work_tree is None else _parse_work_tree(work_tree),
        not_checked=tuple(parse_not_checked(item) for item in value.field("notChecked").items()),
    )


def _parse_clone(value: JsonValue) -> Clone:
    object_format = value.field("objectFormat")
    if object_format.text() not in _FORMATS:
        raise MalformedError(
            f"unknown object format {object_format.text()!r}", where=object_format.where
        )
    return Clone(
        git=value.field("git").text(),
        object_format=object_format.text(),
        bare=value.field("bare").boolean(),
        shallow=value.field("shallow").boolean(),
        partial=value.field("partial").boolean(),
        linked_worktree=value.field("linkedWorktree").boolean(),
        replace_refs=count_at(value, "replaceRefs"),
        grafts=value.field("grafts").boolean(),
        alternates=count_at(value, "alternates"),
        branches=count_at(value, "branches"),
        tags=count_at(value, "tags"),
        remotes=tuple(
            (item.field("name").text(), item.field("url").text())
            for item in value.field("remotes").items()
        ),
    )


def _parse_head(value: JsonValue) -> Head:
    branch = _nullable(value, "branch")
    return Head(
        commit=_parse_id(value.field("commit"), "gitCommit"),
        tree=_parse_id(value.field("tree"), "gitTree"),
        branch=None if branch is None else branch.text(),
        parents=count_at(value, "parents"),
        author=_parse_signatory(_nullable(value, "author")),
        committer=_parse_signatory(_nullable(value, "committer")),
        signature=parse_head_signature(value.field("signature")),
    )


def _parse_id(value: JsonValue, algorithm: str) -> str:
    return parse_digest(f"{algorithm}:{value.text()}").hex


def _parse_signatory(value: JsonValue | None) -> Signatory | None:
    if value is None:
        return None
    date = _nullable(value, "date")
    return Signatory(
        name=value.field("name").text(),
        email_digest=str(parse_digest(value.field("emailDigest").text())),
        date=None if date is None else parse_time(date.text()),
    )


def _parse_work_tree(value: JsonValue) -> WorkTree:
    work_tree = WorkTree(
        modified=count_at(value, "modified"),
        untracked=count_at(value, "untracked"),
        hidden=count_at(value, "hidden"),
    )
    clean = value.field("clean")
    if clean.boolean() is not work_tree.clean:
        raise MalformedError("clean and changed at once", where=clean.where)
    return work_tree


def _nullable(value: JsonValue, name: str) -> JsonValue | None:
    """Return the member `name`, None where it is null; it may not be absent.

    Raises:
        MalformedError: It is absent.
    """
    if name not in {key for key, _ in value.members()}:
        value.field(name)  # raises, naming the place
    return value.optional(name)
