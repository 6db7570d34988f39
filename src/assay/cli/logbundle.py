"""`assay log bundle`."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.logproof import EntryArgument
from assay.cli.options import JsonOption, RepositoryOption
from assay.cli.output import print_json
from assay.core.printable import printable


def bundle(
    entry: EntryArgument,
    repository: RepositoryOption = Path(),
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Where to write the Sigstore bundle.")
    ],
    signed_by: Annotated[
        str, typer.Option(help="Whose signature, where several principals signed.")
    ] = "",
    public_key: Annotated[
        Path | None, typer.Option(help="Write the key that checks it, as PEM, too.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write an entry as a Sigstore bundle, for cosign and others.

    With --public-key, the key that verifies it as well.

        assay log bundle 9 --output verdict.sigstore.json --public-key signer.pub
    """
    from assay.operations.bundle_entry import bundle_entry  # noqa: PLC0415  # start-up time

    written = bundle_entry(
        repository, entry, bundle=output, signed_by=signed_by, public_key=public_key
    )
    if as_json:
        print_json(written.as_json())
        return
    typer.echo(printable(f"Entry {written.index}: {written.predicate_type}"))
    typer.echo(printable(f"Signed by {written.signed_by}, key {written.key_id}"))
    typer.echo(printable(f"Bundle: {written.bundle}"))
