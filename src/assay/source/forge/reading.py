"""What the three forges have in common: reading one after the other, and naming what could not be.

A part that a forge does not tell becomes a `NotChecked` with the way to change that; the other
parts are read all the same. Names come from outside, and go on as printable text.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Protocol, TypeVar
from urllib.parse import urlsplit

from assay.core.clock import parse_time
from assay.core.errors import AssayError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.source.commit import co_authors_of
from assay.source.forge.client import ForbiddenError, RepositoryApi
from assay.source.forge.facts import (
    NOBODY,
    Account,
    ChangeRequest,
    Member,
    Permission,
    RefRules,
    digest_address,
)

MAX_NAME: Final = 200  # characters of an account, a branch or a check
MAX_REQUESTS: Final = 10  # for one commit: it belongs to one, or to a few backports

_Part = TypeVar("_Part")


class ForgeReader(Protocol):
    """One forge's way to tell each part; all of them raise `AssayError` where it cannot be told."""

    def default_branch(self) -> str:
        """Return the name of the branch that a clone checks out."""

    def branch(self, name: str) -> RefRules:
        """Return what is enforced on a branch."""

    def tags(self) -> tuple[RefRules, ...]:
        """Return what is enforced on tags, by patterns."""

    def members(self) -> tuple[Member, ...]:
        """Return who may do what."""

    def requests(self, commit: str) -> tuple[ChangeRequest, ...]:
        """Return the requests that brought `commit` in, or are to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryReader:
    """What the readers of all forges have: the repository that they ask about."""

    api: RepositoryApi

    def default_branch(self) -> str:
        """Return the name of the branch that a clone checks out."""
        return text_of(self.api.get().field("default_branch"))


@dataclass(slots=True)
class Parts:
    """Reads parts, and keeps what could not be read."""

    gaps: list[NotChecked] = field(default_factory=list)

    def read(self, what: str, name: str, part: Callable[[], _Part], otherwise: _Part) -> _Part:
        """Return what `part` returns, or `otherwise` and a gap where it cannot be told."""
        try:
            return part()
        except AssayError as error:
            where = f" at {error.where}" if error.where else ""
            remedy = error.hint or (
                "Use a token that may read the administration of the repository."
                if isinstance(error, ForbiddenError)
                else "Run `assay forge record` again."
            )
            gap = NotChecked(what=what, where=name, why=f"{error.what}{where}", remedy=remedy)
            self.gaps.append(gap)
            return otherwise


def name_of(value: JsonValue | None, member: str) -> str:
    """Return the name of an account, empty where the forge has none (any more)."""
    return "" if value is None else text_of(value.field(member))


def account_of(user: JsonValue | None, login: str, *, bot: bool = False) -> Account:
    """Return an account, whose name is in the member `login`; NOBODY where there is none."""
    if user is None:
        return NOBODY
    return Account(number=count_of(user, "id"), name=text_of(user.field(login)), bot=bot)


def people_of(commit: JsonValue, api: RepositoryApi, *, button: str = "") -> Iterator[Account]:
    """Yield whom a commit names, in the form in which GitHub and Gitea tell commits.

    `button` is the login by which the forge itself commits what somebody clicked.
    """
    git = commit.field("commit")
    for who in ("author", "committer"):
        account = account_of(commit.optional(who), "login")
        if button and account.name == button:
            continue
        by_address = address_of(git.field(who).optional_text("email"), api)
        yield replace(account, email=by_address.email) if account.number else by_address
    yield from co_authors(git.optional_text("message"), api)


def co_authors(message: str, api: RepositoryApi) -> tuple[Account, ...]:
    """Return the co-authors whom the message of a commit names."""
    emails = co_authors_of(message.encode())
    return tuple(address_of(email.decode(errors="replace"), api) for email in emails)


def address_of(email: str, api: RepositoryApi) -> Account:
    """Return whom an address in a commit stands for; the forge's own have the number in them."""
    host = (urlsplit(api.client.url).hostname or "").removeprefix("api.")
    found = re.fullmatch(rf"([0-9]{{1,15}})[+-][^@]*@users\.noreply\.{re.escape(host)}", email)
    return Account(
        number=int(found[1]) if found else 0,
        name="",
        email=digest_address(email) if email else "",
    )


def deploy_key(key: JsonValue, *, writes: bool) -> Member:
    """Return a key that belongs to the repository."""
    number, title = key.field("id").integer(), text_of(key.field("title"))
    permission = Permission.WRITE if writes else Permission.READ
    return Member(kind="key", name=f"{number} {title}", permission=permission.value, number=number)


def text_of(value: JsonValue) -> str:
    """Return a text as it may be shown and kept."""
    return printable(value.text(), limit=MAX_NAME)


def flag_of(value: JsonValue | None, member: str) -> bool | None:
    """Return a boolean, None where it is absent or null."""
    found = None if value is None else value.optional(member)
    return None if found is None else found.boolean()


def count_of(value: JsonValue, member: str) -> int:
    """Return a whole number, 0 where it is absent, null or below."""
    found = value.optional(member)
    return 0 if found is None else max(0, found.integer())


def time_of(value: JsonValue, member: str) -> datetime | None:
    """Return a time, None where it is absent, null or empty."""
    text = value.optional_text(member)
    return parse_time(text) if text else None


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """Combine what several rules say: enforced by one is enforced; else one unknown is unknown."""
    seen = set(answers)
    return True if True in seen else (None if None in seen else False)
