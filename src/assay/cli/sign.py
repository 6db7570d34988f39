"""`assay sign`."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.options import JsonOption
from assay.cli.output import print_json
from assay.core.printable import printable


def sign(
    file: Annotated[Path, typer.Argument(help="What is signed.")],
    *,
    signer: Annotated[str, typer.Option(help="The private key: a file, or a URI as pkcs11:…")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Where to write the Sigstore bundle.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Sign a file: write a Sigstore bundle, which cosign reads too.

    Nothing is logged, and no network is needed.

        assay sign app.tar --signer release.pem --output app.tar.sigstore.json
    """
    from assay.operations.sign_file import sign_file  # noqa: PLC0415  # start-up time

    signed = sign_file(file, signer_uri=signer, bundle=output)
    if as_json:
        print_json(signed.as_json())
        return
    typer.echo(printable(f"Signed {signed.artifact} with the key {signed.key_id}"))
    typer.echo(printable(f"Bundle: {signed.bundle}"))
