"""What was not looked at: part of every answer, so that silence never reads as "clean"."""

from dataclasses import dataclass

from assay.core.jsonvalue import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class NotChecked:
    """One thing that was not looked at, why, and what would change that.

    `what` is a short noun of the kind of thing ("blob", "submodule", "advisory data"), `where`
    its path or name. `accepted` is empty unless somebody decided, with a reason and an end
    date, to go without; a rule answers UNKNOWN for whatever is not accepted.
    """

    what: str
    where: str
    why: str
    remedy: str = ""
    accepted: str = ""

    def __str__(self) -> str:
        """Render the one form that it has in a line: `what, where: why (remedy); accepted: …`."""
        remedy = f" ({self.remedy})" if self.remedy else ""
        accepted = f"; accepted: {self.accepted}" if self.accepted else ""
        return f"{self.what}, {self.where}: {self.why}{remedy}{accepted}"

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value in statements and reports."""
        return {
            "what": self.what,
            "where": self.where,
            "why": self.why,
            "remedy": self.remedy,
            "accepted": self.accepted,
        }


def parse_not_checked(value: JsonValue) -> NotChecked:
    """Read one entry that `NotChecked.as_json` wrote.

    Raises:
        MalformedError: A field is missing or is not text.
    """
    return NotChecked(
        what=value.field("what").text(),
        where=value.field("where").text(),
        why=value.field("why").text(),
        remedy=value.field("remedy").text(),
        accepted=value.field("accepted").text(),
    )
