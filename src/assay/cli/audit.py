"""`assay audit`: all evidence about a subject in one file, and everything in it checked again."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.options import JsonOption, RepositoryOption
from assay.cli.output import EXIT_STATUS, print_json

app = typer.Typer(
    help="Hand all evidence about a subject to an auditor.",
    no_args_is_help=True,
)


@app.command("export")
def export(
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the kit.")],
    subject: Annotated[
        str, typer.Option(help="What it is about: gitCommit:HEX.", show_default="HEAD")
    ] = "",
    anchor: Annotated[
        list[Path] | None,
        typer.Option(
            help="A checkpoint that the auditor keeps: the kit proves that it extends it."
        ),
    ] = None,
    repository: RepositoryOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Write a kit: all evidence about a subject, and that it is all.

    With what the evidence rests on: policies, trust roots, checkpoints and proofs.

        assay audit export --output kit.json
    """
    from assay.operations.export_kit import export_kit  # noqa: PLC0415  # start-up time

    done = export_kit(repository, subject=subject, output=output, anchors=tuple(anchor or ()))
    if as_json:
        print_json(done.as_json())
        return
    cosigned = f", cosigned by {', '.join(done.witnesses)}" if done.witnesses else ""
    typer.echo(f"{output}: all {done.statements} statements about {done.subject}")
    typer.echo(f"in the first {done.log_size} entries of {done.origin}{cosigned}.")
    typer.echo(f"{done.size} bytes, {done.digest}; {done.entries} entries with what they rest on.")


@app.command("verify")
def verify(  # noqa: PLR0913  # one for each option
    kit: Annotated[Path, typer.Argument(help="From `assay audit export`.")],
    *,
    subject: Annotated[str, typer.Option(help="What it must be about: gitCommit:HEX.")],
    trust_root: Annotated[
        Path | None, typer.Option(help="The trust root, which you got another way.")
    ] = None,
    trust_digest: Annotated[str, typer.Option(help="Or the digest of one: sha256:HEX.")] = "",
    log_key: Annotated[
        str, typer.Option(help="Or the log's key alone: then who may sign stays untold.")
    ] = "",
    anchor: Annotated[
        list[Path] | None,
        typer.Option(help="A checkpoint that you kept: the log must begin with it."),
    ] = None,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output",
            "-o",
            help="Write a report too; the ending tells its format: .html .json .txt",
        ),
    ] = None,
    output_format: Annotated[
        str, typer.Option("--format", help="Of stdout: text, json, html.")
    ] = "text",
    as_json: JsonOption = False,
) -> int:
    """Check everything in a kit again, and make each verdict anew.

    Needs no network, no log and no repository. Exits 0 when all of it holds, whatever the verdicts
    say; 1 when something does not; 3 when it could not be told.

        assay audit verify kit.json --subject gitCommit:HEX --trust-root FILE
    """
    from assay.operations.verify_kit import (  # noqa: PLC0415  # start-up time
        Expectations,
        verify_kit,
    )
    from assay.reports.auditwrite import (  # noqa: PLC0415
        audit_format,
        print_audit,
        write_audit,
    )

    wanted = audit_format("json" if as_json else output_format)
    targets = [(target, audit_format(target.suffix)) for target in output or ()]
    expected = Expectations(
        subject=subject,
        trust_root=trust_root,
        trust_digest=trust_digest,
        log_key=log_key,
        anchors=tuple(anchor or ()),
    )
    found = verify_kit(kit, expected=expected)
    for target, kind in targets:
        write_audit(found, kind, target)
    print_audit(found, wanted)
    if wanted == "text":
        for target, _ in targets:
            typer.echo(f"Report: {target}")
    return EXIT_STATUS[found.result]
