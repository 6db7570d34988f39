"""Commands that are imported when they are asked for.

Every call runs one command; to import and build all the others took longer than most of them run.
"""

import importlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from assay.cli.helptext import SectionedGroup

if TYPE_CHECKING:
    from typer._click import Command, Context


class LazyCommand(TyperCommand):
    """What the list of commands says of one, until it is asked for.

    It is `app`, or the function of its name, in the module of its name.
    """

    def __init__(self, name: str, *, section: str, line: str) -> None:
        super().__init__(name, help=line, rich_help_panel=section)
        self._home = f"assay.cli.{name}"

    def load(self) -> "Command":
        """Import it, and return it as it would be if it had always been there."""
        module = importlib.import_module(self._home)
        name = str(self.name)
        around = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
        around.callback()(_not_alone)
        if hasattr(module, "app"):
            around.add_typer(module.app, name=name, rich_help_panel=self.rich_help_panel)
        else:
            function = getattr(module, name)
            around.command(name, rich_help_panel=self.rich_help_panel)(function)
        return get_group(around).commands[name]


def _not_alone() -> None:
    """Keep the name of a command that is the only one of its group."""


class LazyGroup(SectionedGroup):
    """A group whose help needs none of its commands, and whose call needs one."""

    def get_command(self, ctx: "Context", cmd_name: str) -> "Command | None":
        """Return a command, imported."""
        command = super().get_command(ctx, cmd_name)
        if isinstance(command, LazyCommand):
            command = self.commands[cmd_name] = command.load()
        return command


def every_command(group: "Command", *words: str) -> Iterator[tuple[tuple[str, ...], "Command"]]:
    """Yield all below a group and itself by their words, imported, as help lists them."""
    yield words, group
    if isinstance(group, TyperGroup):
        for name, command in group.commands.items():
            whole = command.load() if isinstance(command, LazyCommand) else command
            yield from every_command(whole, *words, name)
