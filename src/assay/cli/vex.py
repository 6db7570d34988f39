"""`assay vex`: what suppliers say of vulnerabilities in their products: read, written, joined."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from assay.cli.options import JsonOption
from assay.cli.output import EXIT_STATUS, print_json, print_not_checked
from assay.cli.vexconvert import convert
from assay.cli.vexexplain import explain
from assay.cli.vexrecord import list_, record, withdraw
from assay.cli.vexwrite import create, generate, merge
from assay.core.printable import printable

if TYPE_CHECKING:
    from assay.vuln.vex.statement import VexStatement

_MAX_PRODUCTS: Final = 5  # of one statement on a terminal; `--json` has all

app = typer.Typer(help="VEX: what is said of a vulnerability in a product.", no_args_is_help=True)
app.command("convert")(convert)
app.command("merge")(merge)
app.command("create")(create)
app.command("generate")(generate)
app.command("explain")(explain)
app.command("record")(record)
app.command("list")(list_)
app.command("withdraw")(withdraw)

VexArgument = Annotated[Path, typer.Argument(help="A VEX document: OpenVEX, CycloneDX or CSAF.")]
BomOption = Annotated[
    list[Path] | None,
    typer.Option("--bom", help="A CycloneDX BOM that it points into.", show_default=False),
]


@app.command("validate")
def validate(vex: VexArgument, *, as_json: JsonOption = False) -> None:
    """Hold a VEX document against the rules of its format.

    Exits with 1 where it breaks them as a whole, and with 3 where there are statements in it that
    nobody can understand: they may contradict the others. The tests of CSAF's specification are
    those of `assay csaf validate`.

        assay vex validate vendor.openvex.json
    """
    from assay.operations.read_vex import check_vex  # noqa: PLC0415  # start-up time

    done = check_vex(vex)
    if as_json:
        print_json(done.as_json())
    else:
        count = len(done.document.statements)
        noun = "statement" if count == 1 else "statements"
        typer.echo(printable(f"{done.verdict.name}: {done.document.format}, {count} {noun}"))
        print_not_checked(done.document.not_checked)
    raise typer.Exit(EXIT_STATUS[done.verdict])


@app.command("show")
def show(vex: VexArgument, *, bom: BomOption = None, as_json: JsonOption = False) -> None:
    """Show what a VEX document says, whatever its format.

    Nothing is checked but its form: who signed it, and whether that counts here, is another
    question. With `--bom`, what it names in other documents is looked up there.

        assay vex show vendor.cdx.json --bom product.cdx.json
    """
    from assay.operations.read_vex import check_vex  # noqa: PLC0415  # start-up time

    done = check_vex(vex, boms=tuple(bom or ()))
    if as_json:
        print_json(done.as_json())
        return
    document = done.document
    by = document.author or "nobody who is named"
    typer.echo(printable(f"{document.format} by {by}, {document.id or 'without an id'}"))
    for statement in document.statements:
        _print_statement(statement)
    print_not_checked(document.not_checked)


def _print_statement(statement: "VexStatement") -> None:
    from assay.vuln.vex.targets import exact_time  # noqa: PLC0415  # start-up time

    why = statement.raw_justification or str(statement.justification or "")
    reasons = [f" ({why})" if why else ""]
    if statement.dated_at:
        reasons.append(f", {exact_time(statement.dated_at)[:10]}")
    if statement.expires_at:
        reasons.append(f", until {exact_time(statement.expires_at)[:10]}")
    line = f"{statement.vulnerability.name}: {statement.status}{''.join(reasons)}"
    typer.echo(printable(line))
    for product in statement.products[:_MAX_PRODUCTS]:
        inside = ", ".join(part.label for part in product.subcomponents)
        typer.echo(printable(f"  in {product.target.label}{': ' + inside if inside else ''}"))
    more = len(statement.products) - _MAX_PRODUCTS
    if more > 0:
        typer.echo(f"  and {more} more products (--json has all)")
    for text in (statement.impact_statement, statement.action_statement, statement.notes):
        if text:
            typer.echo(printable(f"  {text}"))
