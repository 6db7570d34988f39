"""`assay sbom compare` and `assay sbom truth`: SBOMs against each other, and against the thing."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from assay.cli.options import JsonOption
from assay.cli.output import EXIT_STATUS, print_json, print_not_checked
from assay.core.printable import printable

if TYPE_CHECKING:
    from assay.operations.compare_sboms import ComparedSboms

MAX_SHOWN: Final = 10  # of one list on a terminal; `--json` has all
SbomArgument = Annotated[Path, typer.Argument(help="An SBOM: CycloneDX or SPDX.")]
SbomsArgument = Annotated[list[Path], typer.Argument(help="Two SBOMs or more.")]
ReportOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--output",
        "-o",
        help="Write a report too; the ending tells its format: .html .json .md",
        show_default=False,
    ),
]


def compare(
    sboms: SbomsArgument, *, output: ReportOption = None, as_json: JsonOption = False
) -> None:
    """Show where SBOMs of several makers disagree.

    For one artifact: which packages only some list, of which they name other versions, and of which
    they only write the identity in another way.

        assay sbom compare syft.json trivy.json --output disagreement.html
    """
    from assay.operations.compare_sboms import compare_sboms  # noqa: PLC0415  # start-up time

    targets = _targets(output)
    _tell(compare_sboms(tuple(sboms)), targets, as_json=as_json)


def truth(
    sbom: SbomArgument,
    source: Annotated[str, typer.Argument(help="The artifact: a folder, file or image.")],
    *,
    platform: Annotated[
        str,
        typer.Option(help="Which of an image for several: linux/arm64.", show_default=False),
    ] = "",
    build: Annotated[
        str,
        typer.Option(
            help="Run this in a copy of the folder first, confined and without a network.",
            metavar="COMMAND",
            show_default=False,
        ),
    ] = "",
    output: ReportOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare an SBOM with what is in the artifact itself.

    Fails where the artifact holds what the SBOM does not list. What only the SBOM lists cannot be
    told: it may be there in a form that is not recognised. With --build, what that command leaves
    in a copy of the folder is the artifact, and lock files do not count.

        assay sbom truth bom.json oci:image
        assay sbom truth bom.json . --build 'npm ci --offline --cache .cache'
    """
    from assay.operations.compare_sboms import check_truth  # noqa: PLC0415  # start-up time

    targets = _targets(output)
    _tell(
        check_truth(sbom, source=source, platform=platform, build=build), targets, as_json=as_json
    )


def _targets(output: list[Path] | None) -> list[Path]:
    """Return the reports to write, refused before the work where they cannot be."""
    from assay.reports.comparison import check_ending  # noqa: PLC0415  # start-up time

    for target in output or ():
        check_ending(target)
    return output or []


def _tell(done: "ComparedSboms", targets: list[Path], *, as_json: bool) -> None:
    from assay.reports.comparison import TITLES, write_comparison  # noqa: PLC0415

    for target in targets:
        write_comparison(done, target)
    if as_json:
        print_json(done.as_json())
        raise typer.Exit(EXIT_STATUS[done.verdict])
    found = done.comparison
    typer.echo(f"{done.verdict.name}: {count_of(found.agreed, 'component')} alike in all")
    for kind, title in TITLES.items():
        lines = [
            f"{item.package}: " + "; ".join(f"{name}: {' '.join(said)}" for name, said in item.said)
            for item in found.disagreements
            if item.kind == kind
        ]
        print_list(title, lines)
    print_not_checked(done.not_checked)
    raise typer.Exit(EXIT_STATUS[done.verdict])


def print_list(heading: str, lines: "list[str] | tuple[str, ...]", *, title: str = "") -> None:
    """Print a heading and the first lines below it; a list alone is not printed where empty."""
    if not lines and not title:
        return
    typer.echo(printable(heading if title else f"{heading}: {len(lines)}"))
    for line in lines[:MAX_SHOWN]:
        typer.echo(printable(f"  {title + ' ' if title else ''}{line}"))
    if len(lines) > MAX_SHOWN:
        typer.echo(f"  and {len(lines) - MAX_SHOWN} more (--json has all)")


def count_of(count: int, noun: str) -> str:
    """Return a number of things in words."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
