"""What goes up in one lock file, and what the product asks for anew: a plan in the making."""

from dataclasses import dataclass, field

from assay.vuln.remedy.model import Ask, Pin


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A pin that goes to another version; `because` is the key of the one that needs it."""

    pin: Pin
    to: str
    because: str = ""
    missing: tuple[str, ...] = ()  # what the new version asks for, and the file has not


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """A wish of the product that is written anew; `by` is the key of the product's own part."""

    by: str
    ask: Ask
    range: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How something is tried: with others raised beside it, and without knowing what it needs."""

    with_others: bool
    unseen: bool


@dataclass(slots=True, kw_only=True)
class Draft:
    """Changes by the key of their pin, and wishes of the product by what they are about."""

    changes: dict[str, Change] = field(default_factory=dict)
    rewrites: dict[Ask, Rewrite] = field(default_factory=dict)

    def copy(self) -> "Draft":
        """Return another draft with the same changes."""
        return Draft(changes=dict(self.changes), rewrites=dict(self.rewrites))
