"""`assay init`."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.options import JsonOption, RepositoryArgument
from assay.cli.output import print_json


def init(
    path: RepositoryArgument = Path(),
    *,
    algorithm: Annotated[
        str, typer.Option(help="Of a new signing key: ed25519, ecdsa-p256, …")
    ] = "ed25519",
    signer: Annotated[
        str, typer.Option(help="A key that is there already: a URI, as pkcs11:…, or a file.")
    ] = "",
    log_signer: Annotated[str, typer.Option(help="The same for the log; it is Ed25519.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Make your keys, and the log and trust root of a repository.

    Keys and trust lie outside the repository, in ASSAY_HOME. What exists is left as it is. A key
    in a token or a key service is named by its URI.

        assay init

        assay init --signer awskms:alias/assay
    """
    from assay.operations.initialise import initialise  # noqa: PLC0415  # start-up time

    done = initialise(path, algorithm=algorithm, signer=signer, log_signer=log_signer)
    if as_json:
        print_json(
            {
                "log": str(done.log),
                "origin": done.origin,
                "trust": str(done.trust),
                "signer": done.signer,
                "keyId": done.key_id,
                "algorithm": done.algorithm,
                "made": list(done.made),
                "notChecked": [],
            }
        )
        return
    typer.echo(f"Made: {', '.join(done.made)}" if done.made else "Everything is there already.")
    typer.echo(f"Signer       {done.signer} ({done.algorithm}, {done.key_id[:16]}…)")
    typer.echo(f"Log          {done.log} ({done.origin})")
    typer.echo(f"Trust root   {done.trust}")
    first = "" if done.has_advisories else "assay vulns update (or import), then "
    typer.echo(f"Next: {first}assay check")
