"""The help of a group with many commands: in sections, in the order in which they were added.

A command names its section as its `rich_help_panel`, which Typer itself heeds with Rich alone.
"""

from typing import TYPE_CHECKING

from typer.core import TyperGroup

if TYPE_CHECKING:
    from typer._click import Context, HelpFormatter

_BESIDES_A_NAME = 6  # characters on each line of the list: margins, and the gap behind the name


class SectionedGroup(TyperGroup):
    """A group whose help lists its commands in sections."""

    def format_commands(self, _ctx: "Context", formatter: "HelpFormatter") -> None:
        """Write one list for each section."""
        width = max(map(len, self.commands))
        limit = formatter.width - _BESIDES_A_NAME - width
        sections = dict[str, list[tuple[str, str]]]()
        for name, command in self.commands.items():
            section = str(getattr(command, "rich_help_panel", None) or "Commands")
            row = (name.ljust(width), command.get_short_help_str(limit))
            sections.setdefault(section, []).append(row)
        for section, rows in sections.items():
            with formatter.section(section):
                formatter.write_dl(rows)
