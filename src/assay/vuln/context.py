"""What `assay.toml` says about a product's place in the world, which no advisory can know.

The words are those of SSVC (CERT/CC, CISA): how far attackers can reach the product, how much the
mission depends on it, and what harm to people can come of it. Each may be left out: a decision
then says so, and allows for the worst.
"""

import enum
from dataclasses import dataclass
from typing import Final, TypeVar

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue

CONTEXT_KEYS: Final = ("owner", "deployed", "exposure", "mission-impact", "well-being-impact")


class Exposure(enum.StrEnum):
    """SSVC, "System Exposure"."""

    SMALL = "small"
    CONTROLLED = "controlled"
    OPEN = "open"


class Mission(enum.StrEnum):
    """SSVC of CISA, "Mission Prevalence"."""

    MINIMAL = "minimal"
    SUPPORT = "support"
    ESSENTIAL = "essential"


class WellBeing(enum.StrEnum):
    """SSVC of CISA, "Public Well-being Impact"."""

    MINIMAL = "minimal"
    MATERIAL = "material"
    IRREVERSIBLE = "irreversible"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductContext:
    """A product's owner and place; None where `assay.toml` does not say."""

    owner: str = ""
    deployed: bool | None = None
    exposure: Exposure | None = None
    mission: Mission | None = None
    well_being: WellBeing | None = None

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that `parse_context` reads; what is not known is null."""
        return {
            "owner": self.owner,
            "deployed": self.deployed,
            "exposure": self.exposure and self.exposure.value,
            "mission-impact": self.mission and self.mission.value,
            "well-being-impact": self.well_being and self.well_being.value,
        }


def parse_context(product: JsonValue) -> ProductContext:
    """Read the keys `CONTEXT_KEYS` of the table `product` in `assay.toml`, or of `as_json`.

    Raises:
        MalformedError: One is of another type, or has a value that it cannot have.
    """
    deployed = product.optional("deployed")
    return ProductContext(
        owner=product.optional_text("owner"),
        deployed=None if deployed is None else deployed.boolean(),
        exposure=_word(product, "exposure", Exposure),
        mission=_word(product, "mission-impact", Mission),
        well_being=_word(product, "well-being-impact", WellBeing),
    )


Word = TypeVar("Word", bound=enum.StrEnum)


def _word(product: JsonValue, name: str, words: type[Word]) -> Word | None:
    member = product.optional(name)
    if member is None:
        return None
    try:
        return words(member.text())
    except ValueError as error:
        known = ", ".join(word.value for word in words)
        raise MalformedError(
            f"{member.text()!r}", where=member.where, hint=f"one of {known}"
        ) from error
