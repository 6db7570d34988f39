"""`assay vex convert`, `merge`, `create` and `generate`: what writes VEX documents."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from assay.cli.options import JsonOption, RepositoryArgument
from assay.cli.output import EXIT_STATUS, print_json
from assay.core.printable import printable

if TYPE_CHECKING:
    from assay.operations.convert_vex import WrittenFile

_FORMAT: Final = "openvex"


def _complete_format(incomplete: str) -> list[str]:
    from assay.vuln.vexformats import FORMATS  # noqa: PLC0415  # start-up time

    return [one.name for one in FORMATS if one.name.startswith(incomplete)]


def _complete_status(incomplete: str) -> list[str]:
    from assay.vuln.vex.statement import Status  # noqa: PLC0415  # start-up time

    return [str(one) for one in Status if one.startswith(incomplete)]


def _complete_justification(incomplete: str) -> list[str]:
    from assay.vuln.vex.statement import Justification  # noqa: PLC0415  # start-up time

    return [str(one) for one in Justification if one.startswith(incomplete)]


ToOption = Annotated[
    str, typer.Option("--to", help="The format to write.", autocompletion=_complete_format)
]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", help="The file to write.", show_default="stdout")
]
AllVersionsOption = Annotated[
    bool, typer.Option("--all-versions", help="Packages without a version mean every one.")
]
AuthorOption = Annotated[str, typer.Option("--author", help="Who says it.", show_default=False)]


def convert(  # noqa: PLR0913  # the options of one command
    vex: Annotated[Path, typer.Argument(help="A VEX document.")],
    *,
    to: ToOption = _FORMAT,
    bom: Annotated[
        list[Path] | None,
        typer.Option("--bom", help="A CycloneDX BOM that it points into.", show_default=False),
    ] = None,
    link: Annotated[
        Path | None,
        typer.Option("--link", help="A CycloneDX BOM to point into.", show_default=False),
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

        assay vex convert vendor.cdx.json --to openvex --output vendor.openvex.json
    """
    from assay.operations.convert_vex import (  # noqa: PLC0415  # start-up time
        Boms,
        Missing,
        convert_vex,
    )

    _need_output(output, as_json=as_json)
    missing = Missing(author=author, issued=issued)
    boms = Boms(known=tuple(bom or ()), link=link)
    done = convert_vex(vex, to=to, boms=boms, missing=missing, output=output)
    if as_json:
        print_json(done.as_json())
    else:
        _print_written(done, output)
    raise typer.Exit(EXIT_STATUS[done.verdict])


def merge(
    vex: Annotated[list[Path], typer.Argument(help="Two VEX documents or more.")],
    *,
    to: ToOption = _FORMAT,
    author: AuthorOption = "",
    name: Annotated[
        str, typer.Option("--id", help="The id of the new document.", show_default=False)
    ] = "",
    output: OutputOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make one VEX document of several.

    Every statement is kept with its own time. Where two contradict each other, both stay, it is
    told, and the exit status is 3. Documents of several authors need somebody who answers for all
    of it: `--author`.

        assay vex merge a.openvex.json b.openvex.json --output all.openvex.json
    """
    from assay.operations.merge_vex import merge_vex  # noqa: PLC0415  # start-up time

    _need_output(output, as_json=as_json)
    done = merge_vex(tuple(vex), author=author, id_=name, to=to, output=output)
    if as_json:
        print_json(done.as_json())
    else:
        _print_written(done.written, output)
        for line in done.contradictions:
            typer.echo(printable(f"  contradiction: {line}"), err=True)
    raise typer.Exit(EXIT_STATUS[done.verdict])


def create(  # noqa: PLR0913  # the options of one command
    *,
    product: Annotated[list[str], typer.Option("--product", help="A product, as a package URL.")],
    vulnerability: Annotated[str, typer.Option(help="The vulnerability: CVE-2024-1234.")],
    status: Annotated[str, typer.Option(help="What is so.", autocompletion=_complete_status)],
    author: Annotated[str, typer.Option(help="Who says it.")],
    component: Annotated[
        list[str] | None,
        typer.Option("--component", help="A component inside the products.", show_default=False),
    ] = None,
    alias: Annotated[
        list[str] | None,
        typer.Option("--alias", help="Another id of the vulnerability.", show_default=False),
    ] = None,
    justification: Annotated[
        str,
        typer.Option(
            help="Why it is not affected.",
            autocompletion=_complete_justification,
            show_default=False,
        ),
    ] = "",
    impact: Annotated[
        str, typer.Option(help="Why it is not affected, in words.", show_default=False)
    ] = "",
    action: Annotated[
        str, typer.Option(help="What to do where it is affected.", show_default=False)
    ] = "",
    expires: Annotated[
        str, typer.Option(help="The day on which it ends.", show_default=False)
    ] = "",
    role: Annotated[str, typer.Option(help="The author's role.", show_default=False)] = "",
    all_versions: AllVersionsOption = False,
    to: ToOption = _FORMAT,
    output: OutputOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a VEX document with one statement.

    Who is not affected says why: `--justification` or `--impact`. Name the component in question,
    or the statement is about all that is in the product. With `SOURCE_DATE_EPOCH` set, the same
    words give the same bytes.

        assay vex create --product pkg:oci/shop@sha256:… --component pkg:npm/a@1.2.3
        --vulnerability CVE-2024-1234 --status not_affected
        --justification vulnerable_code_not_in_execute_path --author 'Example Ltd'
    """
    from assay.operations.create_vex import SaidVex, create_vex  # noqa: PLC0415  # start-up time

    said = SaidVex(
        author=author,
        vulnerability=vulnerability,
        status=status,
        products=tuple(product),
        components=tuple(component or ()),
        aliases=tuple(alias or ()),
        justification=justification,
        impact=impact,
        action=action,
        expires=expires,
        role=role,
        all_versions=all_versions,
    )
    _need_output(output, as_json=as_json)
    _print_made(create_vex(said, to=to, output=output), output, as_json=as_json)


def generate(  # noqa: PLR0913  # the options of one command
    repository: RepositoryArgument = Path(),
    *,
    product: Annotated[str, typer.Option(help="The product, as a package URL.")],
    author: Annotated[str, typer.Option(help="Who says it.")],
    role: Annotated[str, typer.Option(help="The author's role.", show_default=False)] = "",
    all_versions: AllVersionsOption = False,
    to: ToOption = _FORMAT,
    output: OutputOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write what is recorded about vulnerabilities at HEAD as VEX.

    A known vulnerability in a component is under investigation, until code that calls what is
    vulnerable, or somebody's VEX that counts here, says more. A waiver says nothing of it. Sign the
    document and record it: it is nobody's word before.

        assay vex generate --product pkg:oci/shop@sha256:… --author 'Example Ltd'
    """
    from assay.operations.generate_vex import (  # noqa: PLC0415  # start-up time
        AboutProduct,
        generate_vex,
    )

    about = AboutProduct(product=product, author=author, role=role, all_versions=all_versions)
    _need_output(output, as_json=as_json)
    done = generate_vex(repository, about, to=to, output=output)
    _print_made(done, output, as_json=as_json)


def _need_output(output: Path | None, *, as_json: bool) -> None:
    from assay.core.errors import UsageError  # noqa: PLC0415  # start-up time

    if as_json and output is None:
        raise UsageError("the document and the answer cannot both be on stdout", hint="--output")


def _print_made(done: "WrittenFile", output: Path | None, *, as_json: bool) -> None:
    if as_json:
        print_json(done.as_json())
    else:
        _print_written(done, output)


def _print_written(done: "WrittenFile", output: Path | None) -> None:
    if output is None:
        typer.echo(done.document.decode(), nl=False)
    else:
        noun = "statement" if done.statements == 1 else "statements"
        part = "not all of " if any(loss.whole for loss in done.losses) else ""
        typer.echo(printable(f"Wrote {output}: {done.format}, {part}{done.statements} {noun}"))
    for loss in done.losses:
        how = "not written" if loss.whole else "left out"
        typer.echo(printable(f"  {how}: {loss}"), err=True)
    for member, count in done.left_out.items():
        typer.echo(printable(f"  left out: {member}, {count} times"), err=True)
    for note in done.not_checked:
        typer.echo(printable(f"  not checked: {note}"), err=True)
