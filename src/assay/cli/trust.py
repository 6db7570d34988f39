"""`assay trust`: who may sign what, looked at and changed."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.options import JsonOption, RepositoryOption
from assay.cli.output import print_json
from assay.core.errors import UsageError

app = typer.Typer(
    help="Show who may sign what, and change it as its owners.",
    no_args_is_help=True,
)

DraftArgument = Annotated[Path, typer.Argument(help="From `assay trust propose` or `revoke`.")]
OutputOption = Annotated[Path, typer.Option("--output", "-o", help="Where to write the draft.")]
NEW_DRAFT = Path("trust-draft.json")


@app.command("show")
def show(
    repository: RepositoryOption = Path(),
    *,
    draft: Annotated[
        Path | None, typer.Option(help="Show what this draft changes, and who signed it.")
    ] = None,
    statement: Annotated[
        bool,
        typer.Option("--statement", help="Print what an owner of the draft signs with Sigstore."),
    ] = False,
    toml: Annotated[
        bool, typer.Option("--toml", help="Print it as TOML, to be edited into the next version.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show every principal with its roles, keys and identities.

    From when until when each holds, and what was revoked.

        assay trust show --toml > trust.toml
    """
    from assay.operations.change_trust import (  # noqa: PLC0415  # start-up time
        show_draft,
        show_statement,
    )
    from assay.operations.show_trust import show_trust  # noqa: PLC0415
    from assay.reports.trusttext import print_change, print_trust  # noqa: PLC0415

    if statement:
        if draft is None:
            raise UsageError("--statement of no draft", hint="name it with --draft")
        typer.echo(show_statement(draft), nl=False)
        return
    if draft is not None:
        change = show_draft(draft)
        if as_json:
            print_json(change.as_json(), form="draft")
        else:
            print_change(change)
        return
    shown = show_trust(repository)
    if as_json:
        print_json(shown.as_json())
    elif toml:
        typer.echo(shown.toml, nl=False)
    else:
        print_trust(shown)


@app.command("propose")
def propose(
    file: Annotated[Path, typer.Argument(help="The next version, as TOML or JSON.")],
    *,
    output: OutputOption = NEW_DRAFT,
    repository: RepositoryOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Say what a new trust root changes, and write a draft of it.

    Its owners sign the draft.

        assay trust propose trust.toml
    """
    from assay.operations.change_trust import propose_trust  # noqa: PLC0415  # start-up time
    from assay.reports.trusttext import print_change  # noqa: PLC0415

    change = propose_trust(file, repository, draft=output)
    if as_json:
        print_json(change.as_json())
        return
    print_change(change)
    typer.echo(f"Next: each owner runs assay trust sign {output}")


@app.command("sign")
def sign(
    draft: DraftArgument,
    *,
    signer: Annotated[
        str,
        typer.Option(
            help="The owner's key: a file, or a URI as pkcs11:…",
            show_default="what signs statements here",
        ),
    ] = "",
    bundle: Annotated[
        Path | None,
        typer.Option(help="A Sigstore bundle of an owner instead, around `show --statement`."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Sign a draft as one of its owners.

    Needs neither the repository nor the log. Read what it changes first: `assay trust show --draft
    FILE`.

        assay trust sign trust-draft.json --signer file:/keys/ana.pem
    """
    from assay.operations.change_trust import sign_trust  # noqa: PLC0415  # start-up time
    from assay.reports.trusttext import print_change  # noqa: PLC0415

    change = sign_trust(draft, signer_uri=signer, bundle=bundle)
    if as_json:
        print_json(change.as_json())
        return
    print_change(change)
    if all(signatures.are_enough for signatures in change.signatures):
        typer.echo(f"Next: assay trust apply {draft}")


@app.command("apply")
def apply(
    draft: DraftArgument,
    *,
    log_signer: Annotated[
        str,
        typer.Option(
            metavar="URI",
            help="The log's new key, where the draft names one.",
            show_default="what `assay log rotate` made here",
        ),
    ] = "",
    repository: RepositoryOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Put a draft in force that enough owners signed.

    In the log, and pinned here.

        assay trust apply trust-draft.json
    """
    from assay.operations.change_trust import apply_trust  # noqa: PLC0415  # start-up time
    from assay.reports.trusttext import print_applied  # noqa: PLC0415

    change = apply_trust(draft, repository, log_signer=log_signer)
    if as_json:
        print_json(change.as_json())
    else:
        print_applied(change)


@app.command("update")
def update(
    file: Annotated[Path, typer.Argument(help="The next version, as TOML or JSON.")],
    *,
    repository: RepositoryOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Propose, sign and apply at once, where one owner is enough.

    It is signed with what signs statements here.

        assay trust update trust.toml
    """
    from assay.operations.change_trust import update_trust  # noqa: PLC0415  # start-up time
    from assay.reports.trusttext import print_applied  # noqa: PLC0415

    change = update_trust(file, repository)
    if as_json:
        print_json(change.as_json())
    else:
        print_applied(change)


@app.command("revoke")
def revoke(  # noqa: PLR0913  # each is an option that people type
    principal: Annotated[str, typer.Argument(help="Whose key it is.")],
    name: Annotated[
        str,
        typer.Argument(
            metavar="KEY", help="The beginning of the key id, or the subject of an identity."
        ),
    ],
    *,
    since: Annotated[
        str, typer.Option(help="The first moment at which it does not count: 2026-01-31T12:00:00Z.")
    ],
    reason: Annotated[str, typer.Option(help="compromised or retired.")],
    at_once: Annotated[
        bool, typer.Option("--apply", help="Sign and apply it, where one owner is enough.")
    ] = False,
    output: OutputOption = NEW_DRAFT,
    repository: RepositoryOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Write the draft of a change that revokes one key.

    It changes nothing else. What the key signed counts if it was recorded before. Then run `assay
    log reverify`.

        assay trust revoke bob 3f9a0c12 --since 2026-01-31T12:00:00Z --reason retired
    """
    from assay.operations.change_trust import Revoking, revoke_key  # noqa: PLC0415  # start-up time
    from assay.reports.trusttext import print_applied, print_change  # noqa: PLC0415

    wanted = Revoking(principal=principal, key=name, since=since, reason=reason)
    change = revoke_key(wanted, repository, draft=None if at_once else output)
    if as_json:
        print_json(change.as_json())
    elif at_once:
        print_applied(change)
        typer.echo("Next: assay log reverify")
    else:
        print_change(change)
        typer.echo(f"Next: each owner runs assay trust sign {output}")
