"""`assay vex merge`, `create` and `generate`: what writes VEX documents."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from assay.cli.options import JsonOption, RepositoryArgument
from assay.cli.output import EXIT_STATUS, print_json
from assay.core.printable import printable

if TYPE_CHECKING:
    from assay.operations.convert_vex import WrittenFile
    from assay.operations.merge_vex import MergedVex

FORMAT: Final = "openvex"


def complete_format(incomplete: str) -> list[str]:
    """Return the formats that begin so."""
    from assay.vuln.vexformats import FORMATS  # noqa: PLC0415  # start-up time

    return [one.name for one in FORMATS if one.name.startswith(incomplete)]


def _complete_status(incomplete: str) -> list[str]:
    from assay.vuln.vex.statement import Status  # noqa: PLC0415  # start-up time

    return [str(one) for one in Status if one.startswith(incomplete)]


def _complete_justification(incomplete: str) -> list[str]:
    from assay.vuln.vex.statement import Justification  # noqa: PLC0415  # start-up time

    return [str(one) for one in Justification if one.startswith(incomplete)]


ToOption = Annotated[
    str, typer.Option("--to", help="The format to write.", autocompletion=complete_format)
]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", help="The file to write.", show_default="stdout")
]
AllVersionsOption = Annotated[
    bool, typer.Option("--all-versions", help="Packages without a version mean every one.")
]
AuthorOption = Annotated[str, typer.Option("--author", help="Who says it.", show_default=False)]


def merge(
    vex: Annotated[list[Path], typer.Argument(help="Two VEX documents or more.")],
    *,
    to: ToOption = FORMAT,
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

    need_output(output, as_json=as_json)
    done = merge_vex(tuple(vex), author=author, id_=name, to=to, output=output)
    print_joined(done, output, as_json=as_json)
    raise typer.Exit(EXIT_STATUS[done.verdict])


def print_joined(done: "MergedVex", output: Path | None, *, as_json: bool) -> None:
    """Print what was written of several, and what in it contradicts."""
    if as_json:
        print_json(done.as_json())
        return
    print_written(done.written, output)
    for line in done.contradictions:
        typer.echo(printable(f"  contradiction: {line}"), err=True)


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
    to: ToOption = FORMAT,
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
    need_output(output, as_json=as_json)
    _print_made(create_vex(said, to=to, output=output), output, as_json=as_json)


def generate(  # noqa: PLR0913  # the options of one command
    repository: RepositoryArgument = Path(),
    *,
    product: Annotated[str, typer.Option(help="The product, as a package URL.")],
    author: Annotated[str, typer.Option(help="Who says it.")],
    role: Annotated[str, typer.Option(help="The author's role.", show_default=False)] = "",
    all_versions: AllVersionsOption = False,
    to: ToOption = FORMAT,
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
    need_output(output, as_json=as_json)
    done = generate_vex(repository, about, to=to, output=output)
    _print_made(done, output, as_json=as_json)


def need_output(output: Path | None, *, as_json: bool) -> None:
    """Refuse to print a document and an answer on one stream."""
    from assay.core.errors import UsageError  # noqa: PLC0415  # start-up time

    if as_json and output is None:
        raise UsageError("the document and the answer cannot both be on stdout", hint="--output")


def _print_made(done: "WrittenFile", output: Path | None, *, as_json: bool) -> None:
    if as_json:
        print_json(done.as_json())
    else:
        print_written(done, output)


def print_written(done: "WrittenFile", output: Path | None) -> None:
    """Print the document, or where it is; and on stderr what is not in it."""
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
