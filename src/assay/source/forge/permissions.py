"""Who gained and who lost which permission between two states: least privilege, as a difference."""

from collections.abc import Iterable
from dataclasses import dataclass

from assay.core.jsonvalue import JsonValue
from assay.source.forge.facts import Member, Permission
from assay.source.forge.predicate import choice


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class PermissionChange:
    """One account, team or key whose permission is another one than before."""

    kind: str
    name: str
    was: str  # values of Permission
    now: str

    @property
    def widened(self) -> bool:
        """Tell whether it may do more than before."""
        return Permission(self.now).rank > Permission(self.was).rank

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {
            "kind": self.kind,
            "name": self.name,
            "was": self.was,
            "now": self.now,
            "widened": self.widened,
        }


def parse_permission_change(value: JsonValue) -> PermissionChange:
    """Read what `PermissionChange.as_json` wrote; `widened` follows from the rest.

    Raises:
        MalformedError: A member is missing, of another type, or outside its set.
    """
    return PermissionChange(
        kind=value.field("kind").text(),
        name=value.field("name").text(),
        was=choice(Permission, value.field("was")).value,
        now=choice(Permission, value.field("now")).value,
    )


def compare_members(
    before: Iterable[Member], after: Iterable[Member]
) -> tuple[PermissionChange, ...]:
    """Return the changes between two complete lists of members, in a fixed order.

    Where one is listed twice (by itself and by a group), its widest permission counts. An account
    is who has its number: a new login changes nothing, and who takes an old one is somebody else.
    """
    was, now = _widest(before), _widest(after)
    changes = (_change(was.get(who), now.get(who)) for who in {*was, *now})
    return tuple(sorted(change for change in changes if change.was != change.now))


def _change(was: Member | None, now: Member | None) -> PermissionChange:
    """Return the change of one of whom at least one list tells."""
    named = now or was
    none = Permission.NONE.value
    return PermissionChange(
        kind=named.kind if named else "",
        name=named.name if named else "",
        was=was.permission if was else none,
        now=now.permission if now else none,
    )


def _widest(members: Iterable[Member]) -> dict[tuple[str, str], Member]:
    widest: dict[tuple[str, str], Member] = {}
    for member in sorted(members, key=lambda m: Permission(m.permission).rank):
        who = str(member.number) if member.number else f"@{member.name}"
        widest[member.kind, who] = member
    return widest
