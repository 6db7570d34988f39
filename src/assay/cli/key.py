"""`assay key`: the keys that sign, and who signs with which."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.options import JsonOption
from assay.cli.output import print_json, print_not_checked
from assay.core.printable import printable

app = typer.Typer(help="The keys that sign: make, show and list them.", no_args_is_help=True)

_File = Annotated[Path, typer.Argument(help="The file of the private key.")]
_New = Annotated[
    Path | None, typer.Option(help="Read the new passphrase from a private file; else it is asked.")
]
_None = Annotated[bool, typer.Option("--no-passphrase", help="Leave the key in the clear.")]


@app.command("create")
def create(
    file: _File,
    *,
    algorithm: Annotated[
        str, typer.Option(help="ed25519, ecdsa-p256, ecdsa-p384, rsa-pss or ml-dsa-65.")
    ] = "ed25519",
    new_passphrase_file: _New = None,
    no_passphrase: _None = False,
    as_json: JsonOption = False,
) -> None:
    """Make a private key in a file of its own, encrypted.

    Shows its public half. Nothing is overwritten, and no key is made inside a Git repository.

        assay key create ~/keys/ada.pem
    """
    from assay.operations.manage_keys import NewPassphrase, create_key  # noqa: PLC0415  # start-up

    new = NewPassphrase(file=new_passphrase_file, none=no_passphrase)
    _print(create_key(file, algorithm=algorithm, new=new).as_json(), as_json=as_json)


@app.command("show")
def show(
    signer: Annotated[
        str,
        typer.Argument(
            help="A file, or a URI as pkcs11:…", show_default="what signs statements here"
        ),
    ] = "",
    *,
    log: Annotated[bool, typer.Option("--log", help="What signs the log here.")] = False,
    origin: Annotated[
        str, typer.Option(help="Show the verifier key (C2SP) of a log of this name, too.")
    ] = "",
    pem: Annotated[bool, typer.Option("--pem", help="Print the public key alone.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Open a key, wherever it is, and show its public half.

    Without a name, what signs statements here.

        assay key show --pem > signer.pub

        assay key show 'pkcs11:token=shop;object=release'
    """
    from assay.operations.manage_keys import show_key  # noqa: PLC0415  # start-up time

    shown = show_key(signer, log=log, origin=origin).as_json()
    if pem and not as_json:
        typer.echo(shown["publicKey"], nl=False)
        return
    _print(shown, as_json=as_json)


@app.command("list")
def list_(*, as_json: JsonOption = False) -> None:
    """List which keys sign statements and the log here.

    And who chose them. A key that needs a passphrase or a PIN which is not in the environment is
    not opened.

        assay key list
    """
    from assay.operations.manage_keys import list_keys  # noqa: PLC0415  # start-up time

    listed = list_keys()
    gaps = [gap for key in listed for gap in key.not_checked()]
    if as_json:
        keys = [key.as_json() for key in listed]
        not_checked = [gap.as_json() for gap in gaps]
        print_json({"keys": keys, "notChecked": not_checked})
        return
    for key in listed:
        known = (
            "not opened" if key.public is None else f"{key.public.algorithm} {key.public.key_id}"
        )
        typer.echo(printable(f"{key.choice.role:<11} {key.signer}"))
        typer.echo(printable(f"{'':<11} {known}, chosen by {key.choice.chosen_by}"))
    print_not_checked(gaps)


@app.command("passwd")
def passwd(
    file: _File,
    *,
    new_passphrase_file: _New = None,
    no_passphrase: _None = False,
    as_json: JsonOption = False,
) -> None:
    """Encrypt the private key in a file with another passphrase.

    The key stays the same; whoever has a copy of the old file and its passphrase still has it.

        assay key passwd ~/keys/ada.pem
    """
    from assay.operations.manage_keys import (  # noqa: PLC0415  # start-up time
        NewPassphrase,
        change_key_passphrase,
    )

    new = NewPassphrase(file=new_passphrase_file, none=no_passphrase)
    _print(change_key_passphrase(file, new=new).as_json(), as_json=as_json)


def _print(shown: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        print_json(shown)
        return
    typer.echo(printable(f"Signer     {shown['signer']}"))
    typer.echo(f"Algorithm  {shown['algorithm']}")
    typer.echo(f"Key id     {shown['keyId']}")
    if shown["verifierKey"] is not None:
        typer.echo(printable(f"Verifier   {shown['verifierKey']}"))
    typer.echo(f"{shown['publicKey']}", nl=False)
