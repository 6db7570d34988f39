"""A framework as data: its tasks, and for each the evidence that would show it.

* A catalogue is read strictly: an unknown key, a repeated id, an unknown role, a task that wants
  no evidence, an age that is both stated and not: each is refused.
* Every kind of evidence belongs to exactly one task, so that its name alone is its identity.
* A catalogue says what must be seen, never how to look: that is the business of the observers.
"""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final, TypeVar

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.stricttoml import parse_toml

SCHEMA: Final = "assay.catalogue/v1"
MAX_CATALOGUE_BYTES: Final = 2**20  # ten times the one that we ship; bounds memory

_Closed = TypeVar("_Closed", bound=enum.StrEnum)

_HEADER: Final = ("schema", "id", "name", "version", "title", "source", "licence")
_TABLES: Final = ("roles", "groups", "practices")
_TASK: Final = ("id", "practice", "title", "why", "proof", "drill", "evidence")
_EVIDENCE: Final = (
    *("type", "shows", "collected", "max_age_days", "bound_to_subject", "binding"),
    *("signer_role", "ends", "unproven", "next", "cost"),
)


class Collected(enum.StrEnum):
    """How evidence comes about, the cheapest to repeat first."""

    AUTOMATIC = "automatic"
    PARTLY = "partly"  # a person supplies something, a machine the rest
    STATEMENT = "statement"  # a person signs


class Binding(enum.StrEnum):
    """What evidence is about, and so when there has to be new evidence."""

    PER_COMMIT = "per_commit"
    PER_RELEASE = "per_release"
    CONTINUOUS = "continuous"
    PERIODIC = "periodic"


class Proof(enum.StrEnum):
    """Who can show a task: machines, machines and people, or people only."""

    MACHINE = "machine"
    MIXED = "mixed"
    PEOPLE = "people"


class Cost(enum.StrEnum):
    """How long it takes a prepared person to obtain evidence, the shortest first."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceWanted:
    """One kind of evidence: what it shows in full, how old it may be, and how to obtain it.

    `signer_role` is empty where a machine signs. `unproven` is empty, or says what even complete
    evidence of this kind does not show.
    """

    type: str
    shows: str
    collected: Collected
    max_age: timedelta | None  # None: bound to its subject; no end by time, one for each subject
    binding: Binding
    next: str
    cost: Cost
    signer_role: str = ""
    ends: tuple[str, ...] = ()
    unproven: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task of the framework; it is met when all of `evidence` is."""

    id: str
    group: str
    practice: str
    title: str
    why: str
    proof: Proof
    evidence: tuple[EvidenceWanted, ...]
    drill: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """A framework in one version. The mappings lead from an id to its title or description."""

    id: str
    name: str
    version: str
    title: str
    source: str
    licence: str
    roles: Mapping[str, str]
    groups: Mapping[str, str]
    practices: Mapping[str, str]
    tasks: tuple[Task, ...]

    def wanted(self, evidence_type: str) -> EvidenceWanted | None:
        """Return what the catalogue says about one kind of evidence, None where it has no such."""
        found = (e for task in self.tasks for e in task.evidence if e.type == evidence_type)
        return next(found, None)


def parse_catalogue(data: bytes) -> Catalogue:
    """Read a catalogue file: TOML, UTF-8, schema `assay.catalogue/v1`.

    The format is described at the top of `catalogues/ssdf-1.1.toml`.

    Raises:
        MalformedError: Not TOML, over `MAX_CATALOGUE_BYTES`, an unknown or missing key, a value
            outside its closed set, a repeated id, or an id that nothing defines.
    """
    document = parse_toml(data, max_bytes=MAX_CATALOGUE_BYTES)
    _refuse_unknown(document, (*_HEADER, *_TABLES, "task"))
    header = {name: _filled(document.field(name)) for name in _HEADER}
    if header["schema"] != SCHEMA:
        raise MalformedError(f"{header['schema']!r} where {SCHEMA!r} is needed", where="schema")
    tables = {name: _parse_table(document.field(name)) for name in _TABLES}
    tasks = tuple(_parse_task(item, tables) for item in document.field("task").items())
    if not tasks:
        raise MalformedError("a catalogue without tasks", where="task")
    _refuse_repeated("task", (task.id for task in tasks))
    _refuse_repeated("evidence type", (e.type for task in tasks for e in task.evidence))
    return Catalogue(
        id=header["id"],
        name=header["name"],
        version=header["version"],
        title=header["title"],
        source=header["source"],
        licence=header["licence"],
        roles=tables["roles"],
        groups=tables["groups"],
        practices=tables["practices"],
        tasks=tasks,
    )


def _parse_table(value: JsonValue) -> Mapping[str, str]:
    return MappingProxyType({name: _filled(text) for name, text in value.members()})


def _parse_task(value: JsonValue, tables: Mapping[str, Mapping[str, str]]) -> Task:
    _refuse_unknown(value, _TASK)
    practice = _known(value.field("practice"), "practice", tables["practices"])
    group = practice.partition(".")[0]
    if group not in tables["groups"]:
        raise MalformedError(f"unknown group {group!r}", where=f"{value.where}.practice")
    task_id = _filled(value.field("id"))
    if not task_id.startswith(f"{practice}."):
        raise MalformedError(f"{task_id!r} is no task of {practice!r}", where=f"{value.where}.id")
    evidence = tuple(_parse_wanted(e, tables["roles"]) for e in value.field("evidence").items())
    if not evidence:  # it would be met by nothing
        raise MalformedError("a task that wants no evidence", where=f"{value.where}.evidence")
    return Task(
        id=task_id,
        group=group,
        practice=practice,
        title=_filled(value.field("title")),
        why=_filled(value.field("why")),
        proof=_member(value.field("proof"), Proof),
        evidence=evidence,
        drill=_optional(value, "drill"),
    )


def _parse_wanted(value: JsonValue, roles: Mapping[str, str]) -> EvidenceWanted:
    _refuse_unknown(value, _EVIDENCE)
    collected = _member(value.field("collected"), Collected)
    signer = value.optional("signer_role")
    if signer is None and collected is Collected.STATEMENT:
        raise MalformedError("a statement that no role signs", where=value.where)
    return EvidenceWanted(
        type=_filled(value.field("type")),
        shows=_filled(value.field("shows")),
        collected=collected,
        max_age=_parse_age(value),
        binding=_member(value.field("binding"), Binding),
        next=_filled(value.field("next")),
        cost=_member(value.field("cost"), Cost),
        signer_role="" if signer is None else _known(signer, "role", roles),
        ends=tuple(_filled(end) for end in value.optional_items("ends")),
        unproven=_optional(value, "unproven"),
    )


def _parse_age(value: JsonValue) -> timedelta | None:
    """Return the maximum age, or None where the file says in so many words that there is none."""
    days, bound = value.optional("max_age_days"), value.optional("bound_to_subject")
    if (days is None) is (bound is None):
        raise MalformedError("one of max_age_days and bound_to_subject", where=value.where)
    if days is not None:
        if not 1 <= days.integer() <= 3650:
            raise MalformedError(f"{days.integer()} days", where=days.where, hint="1 to 3650")
        return timedelta(days=days.integer())
    if bound is not None and not bound.boolean():
        raise MalformedError("false", where=bound.where, hint="state max_age_days instead")
    return None


def _known(value: JsonValue, what: str, defined: Mapping[str, str]) -> str:
    if value.text() not in defined:
        raise MalformedError(f"unknown {what} {value.text()!r}", where=value.where)
    return value.text()


def _member(value: JsonValue, closed: type[_Closed]) -> _Closed:
    try:
        return closed(value.text())
    except ValueError as error:
        names = ", ".join(closed)
        raise MalformedError(f"{value.text()!r}", where=value.where, hint=names) from error


def _filled(value: JsonValue) -> str:
    if not value.text().strip():
        raise MalformedError("empty text", where=value.where)
    return value.text()


def _optional(value: JsonValue, name: str) -> str:
    member = value.optional(name)
    return "" if member is None else _filled(member)


def _refuse_unknown(value: JsonValue, known: tuple[str, ...]) -> None:
    for name, member in value.members():
        if name not in known:
            raise MalformedError(f"unknown key {name!r}", where=member.where)


def _refuse_repeated(what: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise MalformedError(f"repeated {what} {one!r}", where="task")
        seen.add(one)
