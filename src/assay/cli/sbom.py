"""`assay sbom`: lists of components: made, read, compared and converted."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from assay.cli.options import JsonOption
from assay.cli.output import EXIT_STATUS, print_json, print_not_checked
from assay.cli.sbomcompare import SbomArgument, SbomsArgument, compare, count_of, print_list, truth
from assay.cli.sbomgenerate import generate
from assay.core.printable import printable

if TYPE_CHECKING:
    from assay.operations.convert_sbom import Converted
    from assay.sbom.difference import FieldChange

_FORMAT: Final = "cyclonedx-1.6"

app = typer.Typer(
    help="What folders, artifacts and images are made of, as SBOMs.", no_args_is_help=True
)
app.command("generate")(generate)


def _complete_format(incomplete: str) -> list[str]:
    from assay.sbom.formats.writer import FORMATS  # noqa: PLC0415  # start-up time

    return [name for name in FORMATS if name.startswith(incomplete)]


def _complete_profile(incomplete: str) -> list[str]:
    from assay.sbom.minimum import PROFILES  # noqa: PLC0415  # start-up time

    return [name for name in PROFILES if name.startswith(incomplete)]


FormatOption = Annotated[
    str, typer.Option("--to", help="The format to write.", autocompletion=_complete_format)
]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", help="The file to write.", show_default="stdout")
]


@app.command("validate")
def validate(sbom: SbomArgument, *, as_json: JsonOption = False) -> None:
    """Hold an SBOM against the rules of its format.

    CycloneDX 1.2 to 1.7 in JSON or XML, SPDX 2.2, 2.3 and 3.0 in JSON. A fault is told with the
    path to it.

        assay sbom validate bom.json
    """
    from assay.operations.read_sbom import validate_sbom  # noqa: PLC0415  # start-up time

    done = validate_sbom(sbom)
    if as_json:
        print_json(done.as_json())
        return
    count = len(done.sbom.components)
    typer.echo(printable(f"Valid: {done.sbom.format}, {count_of(count, 'component')}"))
    print_not_checked(done.not_checked)


@app.command("convert")
def convert(
    sbom: SbomArgument,
    *,
    to: FormatOption = _FORMAT,
    output: OutputOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write an SBOM in another format.

    What the new document does not hold of the old one is told. With `--json` that is all that is
    printed, so that it needs `--output`.

        assay sbom convert bom.json --to spdx-2.3 --output bom.spdx.json
    """
    from assay.operations.convert_sbom import convert_sbom  # noqa: PLC0415  # start-up time

    _need_output(output, as_json=as_json)
    _print_converted(convert_sbom(sbom, to=to, output=output), output, as_json=as_json)


@app.command("merge")
def merge(  # the options of one command
    sboms: SbomsArgument,
    *,
    name: Annotated[str, typer.Option(help="What they make together.")] = "",
    version: Annotated[str, typer.Option(help="Its version.")] = "",
    to: FormatOption = _FORMAT,
    output: OutputOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make one SBOM of several.

    Nothing that one of them says is lost; where two contradict each other about a component, both
    stay and it is told. Those about different things need `--name`.

        assay sbom merge service.json frontend.json --name shop --output shop.json
    """
    from assay.operations.merge_sboms import merge_sboms  # noqa: PLC0415  # start-up time

    _need_output(output, as_json=as_json)
    done = merge_sboms(tuple(sboms), name=name, version=version, to=to, output=output)
    _print_converted(done, output, as_json=as_json)


@app.command("diff")
def diff(
    before: Annotated[Path, typer.Argument(help="The older SBOM.")],
    after: Annotated[Path, typer.Argument(help="The newer SBOM.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Show what changed from one SBOM to the next.

    Exits with 1 where a component has other content at the same version.

        assay sbom diff v1.json v2.json
    """
    from assay.operations.diff_sboms import diff_sboms  # noqa: PLC0415  # start-up time

    done = diff_sboms(before, after)
    if as_json:
        print_json(done.as_json())
        raise typer.Exit(EXIT_STATUS[done.verdict])
    found = done.difference
    _print_changes("OTHER CONTENT AT THE SAME VERSION", found.rewritten)
    print_list("added", found.added)
    print_list("removed", found.removed)
    moves = [f"{c.package} {c.before} -> {c.after} ({c.direction})" for c in found.versions]
    print_list("version changed", moves)
    _print_changes("changed", found.changed)
    if found.is_empty():
        typer.echo("No difference.")
    print_not_checked(found.not_checked)
    raise typer.Exit(EXIT_STATUS[done.verdict])


@app.command("check")
def check(
    sbom: SbomArgument,
    *,
    profile: Annotated[
        str, typer.Option(help="Whose elements: ntia or cisa.", autocompletion=_complete_profile)
    ] = "ntia",
    as_json: JsonOption = False,
) -> None:
    """Look for the minimum elements of an SBOM.

    Those of NTIA (2021) or of CISA's draft (2025), and where they are missing. That an element is
    there does not make it true: see `assay sbom truth`.

        assay sbom check bom.json --profile cisa
    """
    from assay.operations.check_sbom import check_sbom  # noqa: PLC0415  # start-up time

    done = check_sbom(sbom, profile=profile)
    if as_json:
        print_json(done.as_json())
        raise typer.Exit(EXIT_STATUS[done.verdict])
    typer.echo(f"{done.verdict.name}: minimum elements of {profile} in {done.format}")
    for found in done.report.found:
        have = found.needed - len(found.missing)
        print_list(f"{found.element}: {have} of {found.needed}", found.missing, title="missing in")
    print_not_checked(done.report.not_checked)
    raise typer.Exit(EXIT_STATUS[done.verdict])


app.command("compare")(compare)
app.command("truth")(truth)


def _need_output(output: Path | None, *, as_json: bool) -> None:
    from assay.core.errors import UsageError  # noqa: PLC0415  # start-up time

    if as_json and output is None:
        raise UsageError("the document and the answer cannot both be on stdout", hint="--output")


def _print_converted(done: "Converted", output: Path | None, *, as_json: bool) -> None:
    if as_json:
        print_json(done.as_json())
        return
    if output is None:
        typer.echo(done.document.decode(), nl=False)
    else:
        written = f"Wrote {output}: {done.format}, {count_of(done.components, 'component')}"
        typer.echo(printable(written))
    for member, count in done.left_out.items():
        typer.echo(printable(f"  left out: {member}, {count} times"), err=True)
    for note in done.not_checked:
        typer.echo(printable(f"  not checked: {note}"), err=True)


def _print_changes(title: str, changes: "tuple[FieldChange, ...]") -> None:
    print_list(title, [f"{c.component} {c.field}:{_move(c.before, c.after)}" for c in changes])


def _move(before: tuple[str, ...], after: tuple[str, ...]) -> str:
    """Return what went and what came."""
    gone = [f" -{text}" for text in before if text not in after]
    return "".join([*gone, *(f" +{text}" for text in after if text not in before)])
