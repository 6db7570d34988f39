"""`assay check`."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.options import JsonOption, RepositoryArgument
from assay.cli.output import EXIT_STATUS, progress


def check(
    path: RepositoryArgument = Path(),
    *,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output",
            "-o",
            help="Write a report too, of the format of its ending: "
            ".html .json .sarif .md .codequality",
        ),
    ] = None,
    output_format: Annotated[
        str,
        typer.Option("--format", help="Of stdout: text, json, sarif, html, markdown, codequality."),
    ] = "text",
    save_verdict: Annotated[
        Path | None,
        typer.Option(help="Write the signed verdict with its proof, for `assay verify`."),
    ] = None,
    workers: Annotated[
        int, typer.Option(help="Processes that read the history.", show_default="one per core")
    ] = 0,
    as_json: JsonOption = False,
) -> int:
    """Decide at the gate `source` about the commit at HEAD.

    Reads the commit, its history and the advisories on this machine, records signed evidence, and
    says PASSED (exit 0), FAILED (1) or UNKNOWN (3) with what to do.

        assay check --output report.html --save-verdict verdict.json
    """
    from assay.operations.check_source import check_source  # noqa: PLC0415  # start-up time
    from assay.reports.write import print_report, report_format, write_report  # noqa: PLC0415

    wanted = report_format("json" if as_json else output_format)
    targets = [(target, report_format(target.suffix)) for target in output or ()]
    with progress(quiet=as_json) as show:
        report = check_source(path, workers=workers, progress=show, save_verdict=save_verdict)
    for target, kind in targets:
        write_report(report, kind, target)
    print_report(report, wanted)
    if wanted == "text":
        for target, _ in targets:
            typer.echo(f"Report: {target}")
        if save_verdict is not None:
            typer.echo(f"Verdict: {save_verdict}")
    return EXIT_STATUS[report.verdict]
