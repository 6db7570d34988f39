"""The subcommands of `assay`, and what holds for all of them.

Everything heavy is imported inside the commands, and the commands themselves when they are run.
"""

from typing import Annotated, Final

import typer
from typer.core import TyperGroup
from typer.main import get_command

from assay.cli.lazygroup import LazyCommand, LazyGroup

# Each command is in the module of its name, and is imported when it is asked for.
COMMANDS: Final = {
    "Decide about a commit": {
        "init": "Make your keys, and the log and trust root of a repository.",
        "check": "Decide at the gate `source` about the commit at HEAD.",
        "review": "Approve or reject a change; show what was reviewed.",
        "status": "Show how far the commit at HEAD meets the SSDF, by evidence.",
        "fix": "Mend what can be mended safely, and show it as a diff.",
        "finding": "Look at findings, and accept one for a while.",
        "vex": "VEX: what is said of a vulnerability in a product.",
        "affected": "Show which products a vulnerability, or a package, is in.",
        "replay": "Decide again from the recorded evidence; compare every byte.",
        "secrets": "Secrets in a repository and its history.",
        "scan": "Scanners here, and reports of scanners elsewhere.",
        "hook": "Look at what is staged before each commit.",
    },
    "Prove and verify": {
        "verify": "Verify a verdict, or the bundle of an artifact, offline.",
        "sign": "Sign a file: write a Sigstore bundle, which cosign reads too.",
        "source": "Record the revisions of a branch; show who signed tags.",
        "log": "The log of evidence: look at it, check it, prove it to others.",
        "sbom": "What folders, artifacts and images are made of, as SBOMs.",
        "audit": "Hand all evidence about a subject to an auditor.",
    },
    "Set up": {
        "trust": "Show who may sign what, and change it as its owners.",
        "key": "The keys that sign: make, show and list them.",
        "forge": "Record what the forge enforces, and show since when.",
        "csaf": "Security advisories as vendors publish them (CSAF).",
        "vulns": "Advisories: keep them here, and match products with them.",
        "policy": "Rules of your own, beside the default ones.",
    },
}


_root = typer.Typer(
    name="assay",
    cls=LazyGroup,
    help="Prove that your secure-delivery controls work; refuse to ship what cannot be proven.",
    no_args_is_help=True,
    rich_markup_mode=None,  # half of the start-up time, for a help text
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:  # noqa: FBT001  # the shape that Typer calls
    if wanted:
        from assay.operations.show_versions import show_versions  # noqa: PLC0415  # start-up time

        for name, version in show_versions():
            typer.echo(f"{name} {version}")
        raise typer.Exit


@_root.callback()
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


def _whole() -> TyperGroup:
    group = get_command(_root)
    if not isinstance(group, TyperGroup):  # a Typer with a callback is one
        raise TypeError(type(group))
    for section, commands in COMMANDS.items():
        for name, line in commands.items():
            group.add_command(LazyCommand(name, section=section, line=line))
    return group


app: Final = _whole()
