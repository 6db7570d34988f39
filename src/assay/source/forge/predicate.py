"""The predicate about what a forge said at one moment, read back.

`ForgeState.as_json` writes it; every member is required, also where it is null.
"""

import enum
from datetime import datetime
from typing import Final, TypeVar

from assay.core.clock import parse_time
from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import parse_not_checked
from assay.source.forge.facts import (
    Account,
    ChangeRequest,
    Control,
    ForgeKind,
    ForgeRepository,
    ForgeReview,
    ForgeState,
    Member,
    Permission,
    RefRules,
    ReviewState,
    rules_from,
)

MAX_COUNT: Final = 10**9  # hours and looks among them: no calendar has more
STATE_TYPE: Final = "urn:assay:predicate:forge-state:v1"

_Choice = TypeVar("_Choice", bound=enum.Enum)


def parse_forge_state(value: JsonValue) -> ForgeState:
    """Read a predicate that `ForgeState.as_json` wrote.

    Raises:
        MalformedError: A member is missing, of another type, or outside its set.
    """
    source = value.field("source")
    if source.text() != "forge":
        raise MalformedError(f"the word of {source.text()!r}, not of a forge", where=source.where)
    members, requests = nullable(value, "members"), nullable(value, "requests")
    return ForgeState(
        repository=parse_forge_repository(value.field("repository")),
        observed_at=parse_time(value.field("observedAt").text()),
        default_branch=value.field("defaultBranch").text(),
        branches=tuple(parse_ref_rules(item) for item in value.field("branches").items()),
        tags=tuple(parse_ref_rules(item) for item in value.field("tags").items()),
        members=None if members is None else tuple(parse_member(m) for m in members.items()),
        commit=value.field("commit").text(),
        requests=None if requests is None else tuple(parse_request(r) for r in requests.items()),
        not_checked=tuple(parse_not_checked(item) for item in value.field("notChecked").items()),
    )


def parse_forge_repository(value: JsonValue) -> ForgeRepository:
    """Read what `ForgeRepository.as_json` wrote.

    Raises:
        MalformedError: A member is missing, of another type, or outside its set.
    """
    return ForgeRepository(
        kind=choice(ForgeKind, value.field("forge")).value,
        url=value.field("url").text(),
        path=value.field("path").text(),
    )


def parse_ref_rules(value: JsonValue) -> RefRules:
    """Read what `RefRules.as_json` wrote.

    Raises:
        MalformedError: A member is missing, of another type, or outside its set.
    """
    controls = value.field("controls")
    answers: dict[Control, bool | None] = {
        control: _answer(controls, control.value) for control in Control
    }
    return rules_from(
        value.field("ref").text(),
        answers,
        approvals=count(value, "approvals"),
        checks=_texts(value.field("checks")),
        bypass=_texts(value.field("bypass")),
    )


def parse_member(value: JsonValue) -> Member:
    """Read what `Member.as_json` wrote.

    Raises:
        MalformedError: A member is missing, of another type, or outside its set.
    """
    return Member(
        kind=value.field("kind").text(),
        name=value.field("name").text(),
        permission=choice(Permission, value.field("permission")).value,
        number=count(value, "id"),
    )


def parse_request(value: JsonValue) -> ChangeRequest:
    """Read what `ChangeRequest.as_json` wrote.

    Raises:
        MalformedError: A member is missing, of another type, or outside its set.
    """
    return ChangeRequest(
        number=count(value, "number"),
        author=_parse_account(value.field("author")),
        base=value.field("base").text(),
        head=value.field("head").text(),
        merged=value.field("merged").boolean(),
        merge_commit=value.field("mergeCommit").text(),
        merged_by=_parse_account(value.field("mergedBy")),
        merged_at=nullable_time(value, "mergedAt"),
        pusher=_parse_account(value.field("pusher")),
        authors=tuple(_parse_account(item) for item in value.field("authors").items()),
        reviews=tuple(_parse_review(item) for item in value.field("reviews").items()),
    )


def _parse_review(value: JsonValue) -> ForgeReview:
    return ForgeReview(
        by=_parse_account(value.field("by")),
        state=choice(ReviewState, value.field("state")),
        commit=value.field("commit").text(),
        submitted_at=nullable_time(value, "submittedAt"),
    )


def _parse_account(value: JsonValue) -> Account:
    return Account(
        number=count(value, "id"),
        name=value.field("name").text(),
        bot=value.field("bot").boolean(),
        email=value.field("email").text(),
    )


def choice(kind: type[_Choice], value: JsonValue) -> _Choice:
    """Return the member of the enum `kind` that has this value.

    Raises:
        MalformedError: None has it.
    """
    try:
        return kind(value.text())
    except ValueError as error:
        known = ", ".join(str(one.value) for one in kind)
        raise MalformedError(f"{value.text()!r} is none of {known}", where=value.where) from error


def count(value: JsonValue, name: str) -> int:
    """Return the whole number `name`, from 0 to `MAX_COUNT`.

    Raises:
        MalformedError: It is another, or no number.
    """
    member = value.field(name)
    if not 0 <= member.integer() <= MAX_COUNT:
        raise MalformedError(f"{member.integer()} is no count", where=member.where)
    return member.integer()


def nullable(value: JsonValue, name: str) -> JsonValue | None:
    """Return the member `name`, None where it is null; it may not be absent.

    Raises:
        MalformedError: It is absent.
    """
    if name not in {key for key, _ in value.members()}:
        value.field(name)  # raises, naming the place
    return value.optional(name)


def nullable_time(value: JsonValue, name: str) -> datetime | None:
    """Return the time `name`, None where it is null; it may not be absent.

    Raises:
        MalformedError: It is absent, or no time.
    """
    member = nullable(value, name)
    return None if member is None else parse_time(member.text())


def _answer(controls: JsonValue, name: str) -> bool | None:
    member = nullable(controls, name)
    return None if member is None else member.boolean()


def _texts(value: JsonValue) -> tuple[str, ...]:
    return tuple(item.text() for item in value.items())
