"""Mutants that no test can kill because nothing observable differs, each with its reason."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mutants.mutation import Mutant

LIST: Final = Path(__file__).with_name("equivalent.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalent:
    """One entry of the list: which mutants, and why nobody could tell them apart."""

    module: str
    function: str
    before: str
    after: str
    reason: str

    def covers(self, mutant: Mutant) -> bool:
        """Tell whether the entry is about `mutant`."""
        return (self.module, self.function, self.before, self.after) == (
            mutant.module,
            mutant.function,
            mutant.before,
            mutant.after,
        )


def load_equivalents() -> tuple[Equivalent, ...]:
    """Return the entries of the list, in its order."""
    document = tomllib.loads(LIST.read_text())
    return tuple(Equivalent(**entry) for entry in document.get("mutant", []))
