"""A fix as a value: texts that take the place of others, between two positions of a file.

Positions are lines and columns from 1, columns in Unicode code points; the end is the first
position behind. An edit whose start is its end inserts.
"""

from dataclasses import dataclass

from assay.core.jsonvalue import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Edit:
    """One replacement in one file."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str

    def __post_init__(self) -> None:
        """Refuse positions that no file has."""
        if not (1, 1) <= (self.line, self.column) <= (self.end_line, self.end_column):
            raise ValueError("an edit that ends before it begins")
        if self.end_column < 1:
            raise ValueError("an edit that ends before the first column")

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {
            "path": self.path,
            "line": self.line,
            "column": self.column,
            "endLine": self.end_line,
            "endColumn": self.end_column,
            "text": self.text,
        }


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Fix:
    """Edits that belong together, and what they do, in one sentence."""

    description: str
    edits: tuple[Edit, ...]

    def __post_init__(self) -> None:
        """Refuse a fix that changes nothing."""
        if not self.edits:
            raise ValueError("a fix without an edit")

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {
            "description": self.description,
            "edits": [edit.as_json() for edit in self.edits],
        }


def parse_fix(value: JsonValue) -> Fix:
    """Read what `Fix.as_json` wrote.

    Raises:
        MalformedError: A field is missing or of another type.
        ValueError: A position that no file has, or no edit.
    """
    return Fix(
        description=value.field("description").text(),
        edits=tuple(_parse_edit(item) for item in value.field("edits").items()),
    )


def _parse_edit(value: JsonValue) -> Edit:
    return Edit(
        path=value.field("path").text(),
        line=value.field("line").integer(),
        column=value.field("column").integer(),
        end_line=value.field("endLine").integer(),
        end_column=value.field("endColumn").integer(),
        text=value.field("text").text(),
    )
