"""The subcommands of `assay`, and what holds for all of them.

Everything heavy is imported inside the commands, so that `assay --help` stays fast.
"""

from typing import Annotated

import typer

from assay.cli import (
    audit,
    check,
    finding,
    fix,
    forge,
    hook,
    init,
    key,
    log,
    policy,
    replay,
    review,
    scan,
    secrets,
    sign,
    source,
    status,
    trust,
    verify,
    vulns,
)
from assay.cli.helptext import SectionedGroup

DECIDE = "Decide about a commit"
SHOW = "Prove and verify"
SET_UP = "Set up"

app = typer.Typer(
    name="assay",
    cls=SectionedGroup,
    help="Prove that your secure-delivery controls work; refuse to ship what cannot be proven.",
    no_args_is_help=True,
    rich_markup_mode=None,  # half of the start-up time, for a help text
    pretty_exceptions_enable=False,
)
app.command("init", rich_help_panel=DECIDE)(init.init)
app.command("check", rich_help_panel=DECIDE)(check.check)
app.add_typer(review.app, name="review", rich_help_panel=DECIDE)
app.command("status", rich_help_panel=DECIDE)(status.status)
app.command("fix", rich_help_panel=DECIDE)(fix.fix)
app.add_typer(finding.app, name="finding", rich_help_panel=DECIDE)
app.command("replay", rich_help_panel=DECIDE)(replay.replay)
app.command("verify", rich_help_panel=SHOW)(verify.verify)
app.command("sign", rich_help_panel=SHOW)(sign.sign)
app.add_typer(secrets.app, name="secrets", rich_help_panel=DECIDE)
app.add_typer(scan.app, name="scan", rich_help_panel=DECIDE)
app.add_typer(source.app, name="source", rich_help_panel=SHOW)
app.add_typer(log.app, name="log", rich_help_panel=SHOW)
app.add_typer(audit.app, name="audit", rich_help_panel=SHOW)
app.add_typer(trust.app, name="trust", rich_help_panel=SET_UP)
app.add_typer(key.app, name="key", rich_help_panel=SET_UP)
app.add_typer(hook.app, name="hook", rich_help_panel=DECIDE)
app.add_typer(forge.app, name="forge", rich_help_panel=SET_UP)
app.add_typer(vulns.app, name="vulns", rich_help_panel=SET_UP)
app.add_typer(policy.app, name="policy", rich_help_panel=SET_UP)


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
