"""`assay vex convert`: a VEX document in another format, or in a BOM."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from assay.cli.options import JsonOption
from assay.cli.output import EXIT_STATUS, print_json
from assay.cli.vexwrite import (
    FORMAT,
    AuthorOption,
    OutputOption,
    complete_format,
    need_output,
    print_joined,
    print_written,
)

if TYPE_CHECKING:
    from assay.operations.convert_vex import Missing


def convert(  # noqa: PLR0913  # the options of one command
    vex: Annotated[Path, typer.Argument(help="A VEX document.")],
    *,
    to: Annotated[
        str,
        typer.Option(
            help="The format to write.", autocompletion=complete_format, show_default=FORMAT
        ),
    ] = "",
    bom: Annotated[
        list[Path] | None,
        typer.Option("--bom", help="A CycloneDX BOM that it points into.", show_default=False),
    ] = None,
    link: Annotated[
        Path | None,
        typer.Option("--link", help="A CycloneDX BOM to point into.", show_default=False),
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option("--into", help="A CycloneDX BOM to write it into.", show_default=False),
    ] = None,
    author: AuthorOption = "",
    issued: Annotated[
        str, typer.Option(help="When it was said, if it does not say.", show_default=False)
    ] = "",
    output: OutputOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a VEX document in another format.

    What the new document does not say of the old one is told. A statement that the format could
    only write so that it says more is left out; the exit status is 3 then. With `--json` that is
    all that is printed, so that it needs `--output`.

    With `--into` it becomes a part of a BOM, of which all else stays as it is: an entry for each
    statement, pointing at what the BOM holds. What that does not hold is left out.

        assay vex convert vendor.cdx.json --to openvex --output vendor.openvex.json

        assay vex convert shop.openvex.json --into shop.cdx.json --output shop-vex.cdx.json
    """
    from assay.operations.convert_vex import (  # noqa: PLC0415  # start-up time
        Boms,
        Missing,
        convert_vex,
    )

    need_output(output, as_json=as_json)
    missing = Missing(author=author, issued=issued)
    if into is not None:
        _refuse_beside_into(to=to, link=link)
        _write_into(vex, into, tuple(bom or ()), missing, output=output, as_json=as_json)
    to = to or FORMAT
    boms = Boms(known=tuple(bom or ()), link=link)
    done = convert_vex(vex, to=to, boms=boms, missing=missing, output=output)
    if as_json:
        print_json(done.as_json())
    else:
        print_written(done, output)
    raise typer.Exit(EXIT_STATUS[done.verdict])


def _refuse_beside_into(*, to: str, link: Path | None) -> None:
    from assay.core.errors import UsageError  # noqa: PLC0415  # start-up time

    for option, given in (("--to", bool(to)), ("--link", link is not None)):
        if given:
            hint = "what is written into a BOM is CycloneDX, and points at what is there"
            raise UsageError("not together with --into", where=option, hint=hint)


def _write_into(  # the options of one command
    vex: Path,
    into: Path,
    boms: tuple[Path, ...],
    missing: "Missing",
    *,
    output: Path | None,
    as_json: bool,
) -> NoReturn:
    from assay.operations.embed_vex import write_into_bom  # noqa: PLC0415  # start-up time

    done = write_into_bom(vex, into=into, boms=boms, missing=missing, output=output)
    print_joined(done, output, as_json=as_json)
    raise typer.Exit(EXIT_STATUS[done.verdict])
