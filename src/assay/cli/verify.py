"""`assay verify`."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.options import JsonOption
from assay.cli.output import EXIT_STATUS, print_json
from assay.core.printable import printable


def verify(
    verdict_file: Annotated[Path, typer.Argument(help="From `assay check --save-verdict`.")],
    *,
    subject: Annotated[str, typer.Option(help="What it must be about: gitCommit:HEX.")],
    trust: Annotated[Path, typer.Option(help="The trust root (see `assay init`).")],
    stage: Annotated[str, typer.Option(help="The gate that it must come from.")] = "source",
    as_json: JsonOption = False,
) -> int:
    """Verify a verdict offline: its signature, its subject, and its place in the log.

    Needs neither the repository nor the log, only the file and the trust root.
    """
    from assay.operations.verify_verdict import verify_verdict  # noqa: PLC0415  # start-up time

    found = verify_verdict(verdict_file, subject=subject, trust_file=trust, stage=stage)
    if as_json:
        print_json(found.as_json())
    else:
        typer.echo(
            f"{found.verdict.value}: decided {found.decided_at} at the gate {found.stage}, "
            f"signed by {', '.join(sorted(found.signed_by))}, "
            f"entry {found.index} of {found.log_size} in {found.origin}"
        )
        for item in found.not_checked:
            typer.echo(printable(f"  not checked: {item.what} {item.where}: {item.why}"))
    return EXIT_STATUS[found.verdict]
