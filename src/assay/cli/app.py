"""The subcommands of `assay`, and what holds for all of them.

Everything heavy is imported inside the commands, so that `assay --help` stays fast.
"""

from typing import Annotated

import typer

from assay.cli import (
    audit,
    check,
    init,
    key,
    log,
    policy,
    replay,
    sign,
    status,
    trust,
    verify,
    vulns,
)

app = typer.Typer(
    name="assay",
    help="Prove that your secure-delivery controls work; refuse to ship what cannot be proven.",
    no_args_is_help=True,
    rich_markup_mode=None,  # half of the start-up time, for a help text
    pretty_exceptions_enable=False,
)
app.command("init")(init.init)
app.command("check")(check.check)
app.command("status")(status.status)
app.command("verify")(verify.verify)
app.command("sign")(sign.sign)
app.command("replay")(replay.replay)
app.add_typer(log.app, name="log")
app.add_typer(audit.app, name="audit")
app.add_typer(key.app, name="key")
app.add_typer(trust.app, name="trust")
app.add_typer(vulns.app, name="vulns")
app.add_typer(policy.app, name="policy")


def _print_version(wanted: bool) -> None:  # noqa: FBT001  # the shape that Typer calls
    if wanted:
        from assay.operations.show_versions import show_versions  # noqa: PLC0415  # start-up time

        for name, version in show_versions():
            typer.echo(f"{name} {version}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Show the versions of Assay and of what it relies on.",
        ),
    ] = False,
) -> None:
    """Prove that your secure-delivery controls work; refuse to ship what cannot be proven."""
