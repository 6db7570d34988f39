"""What a statement stands on: another one, whose keys signed that, and when it was recorded.

So whoever has the newest trust root can tell that it fell, without the log.
"""

from dataclasses import dataclass
from datetime import datetime

from assay.core.clock import format_time, parse_time
from assay.core.digest import Digest, parse_digest
from assay.core.jsonvalue import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Reliance:
    """One statement that counts: whose keys signed it, in which role, and its time of record."""

    statement: Digest
    keys: tuple[str, ...]  # sorted
    role: str
    at: datetime

    def as_json(self) -> dict[str, object]:
        """Return the object that `parse_reliance` reads."""
        return {
            "statement": str(self.statement),
            "keys": list(self.keys),
            "role": self.role,
            "recordedAt": format_time(self.at),
        }


def parse_reliance(value: JsonValue) -> Reliance:
    """Read what `Reliance.as_json` wrote; other members may be beside it.

    Raises:
        MalformedError: A member is missing or of another type.
    """
    return Reliance(
        statement=value.field("statement").parsed(parse_digest),
        keys=tuple(key.text() for key in value.field("keys").items()),
        role=value.field("role").text(),
        at=value.field("recordedAt").parsed(parse_time),
    )
