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
    bundle: Annotated[Path, typer.Option(help="Where the Sigstore bundle is written.")],
    as_json: JsonOption = False,
) -> None:
    """Sign a file, and write a Sigstore bundle that `assay verify` and cosign verify.

    Nothing is logged, and no network is needed.

        assay sign app.tar --signer release.pem --bundle app.tar.sigstore.json
    """
    from assay.operations.sign_file import sign_file  # noqa: PLC0415  # start-up time

    signed = sign_file(file, signer_uri=signer, bundle=bundle)
    if as_json:
        print_json(signed.as_json())
        return
    typer.echo(printable(f"Signed {signed.artifact} with the key {signed.key_id}"))
    typer.echo(printable(f"Bundle: {signed.bundle}"))
