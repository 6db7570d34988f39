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

    Where one is listed twice (by itself and by a group), its widest permission counts.
    """
    was, now = _widest(before), _widest(after)
    none = Permission.NONE.value
    return tuple(
        PermissionChange(
            kind=kind, name=name, was=was.get((kind, name), none), now=now.get((kind, name), none)
        )
        for kind, name in sorted({*was, *now})
        if was.get((kind, name), none) != now.get((kind, name), none)
    )


def _widest(members: Iterable[Member]) -> dict[tuple[str, str], str]:
    widest: dict[tuple[str, str], str] = {}
    for member in sorted(members, key=lambda m: Permission(m.permission).rank):
        widest[member.kind, member.name] = member.permission
    return widest
