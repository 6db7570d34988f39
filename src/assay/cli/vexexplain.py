"""`assay vex explain`: what several documents together say of one vulnerability."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.options import JsonOption
from assay.cli.output import EXIT_STATUS, print_json, print_not_checked
from assay.core.printable import printable


def explain(
    vex: Annotated[list[Path], typer.Argument(help="VEX documents.")],
    *,
    vulnerability: Annotated[str, typer.Option(help="The vulnerability: CVE-2024-1234.")],
    product: Annotated[str, typer.Option(help="The product, as a package URL.")],
    component: Annotated[str, typer.Option(help="The component in it, as a package URL.")],
    alias: Annotated[
        list[str] | None,
        typer.Option("--alias", help="Another id of the vulnerability.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show what VEX documents come to about one component, and why.

    Each is taken for the word of the author that it names: signatures are not looked at. Exits with
    0 where it is not affected or fixed, with 1 where it is affected, and with 3 where nobody says
    so, it is under investigation, or the documents contradict each other.

        assay vex explain a.json b.json --vulnerability CVE-2024-1234
        --product pkg:oci/shop@sha256:… --component pkg:npm/a@1.2.3
    """
    from assay.operations.explain_vex import (  # noqa: PLC0415  # start-up time
        AskedVex,
        explain_vex,
        standing_words,
    )

    asked = AskedVex(
        vulnerability=vulnerability,
        product=product,
        component=component,
        aliases=tuple(alias or ()),
    )
    done = explain_vex(tuple(vex), asked)
    if as_json:
        print_json(done.as_json())
        raise typer.Exit(EXIT_STATUS[done.verdict])
    typer.echo(printable(f"{vulnerability} in {component}: {standing_words(done.answer)}"))
    for claim in done.answer.claims:
        typer.echo(printable(f"  {claim}"))
    for doubt in done.answer.doubts:
        typer.echo(printable(f"  doubt: {doubt}"))
    print_not_checked(done.not_checked)
    raise typer.Exit(EXIT_STATUS[done.verdict])
