"""`assay csaf`: security advisories in the form that vendors publish."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from assay.cli.options import JsonOption
from assay.cli.output import EXIT_STATUS, MAX_MESSAGE, print_json, print_not_checked
from assay.core.printable import printable

if TYPE_CHECKING:
    from assay.operations.check_csaf import CheckedCsaf
    from assay.vuln.csaf.validate import Failure

MAX_SHOWN: Final = 20  # of one list on a terminal; `--json` has all

app = typer.Typer(help="Security advisories as vendors publish them (CSAF).", no_args_is_help=True)


@app.command("validate")
def validate(
    files: Annotated[list[Path], typer.Argument(help="CSAF 2.0 documents, of any profile.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Hold documents against the rules of CSAF 2.0 (OASIS).

    Exit status 0: the shape is right and every mandatory test holds; 1: one does not; 3: one could
    not tell. Optional and informative tests are told and change no status.

        assay csaf validate example-2026-001.json
    """
    from assay.operations.check_csaf import (  # noqa: PLC0415  # start-up time
        all_gaps,
        check_csaf,
        csaf_json,
        overall,
    )

    checked = check_csaf(files)
    if as_json:
        print_json(csaf_json(checked))
    else:
        for one in checked:
            _print(one)
        print_not_checked(all_gaps(checked))
    raise typer.Exit(EXIT_STATUS[overall(checked)])


@app.command("verify")
def verify(
    folder: Annotated[Path, typer.Argument(help="A folder that a publisher distributes.")],
    *,
    key: Annotated[
        list[Path] | None,
        typer.Option(help="The publisher's OpenPGP key, as `gpg --armor --export` writes it."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Hold a publisher's folder against itself.

    Each document: its .sha256 and .sha512, its signature (.asc) by the key that you give, its name,
    and the tests of CSAF. The folder: index.txt, changes.csv, ROLIE feeds, provider-metadata.json,
    and aggregator.json, with a publisher for each folder.
    No network is asked. Without a key the answer is about damage, and not about who made them.

        assay csaf verify white --key publisher.asc
    """
    from assay.operations.verify_csaf import verify_csaf  # noqa: PLC0415  # start-up time

    verified = verify_csaf(folder, keys=tuple(key or ()))
    if as_json:
        print_json(verified.as_json())
    else:
        for problem in verified.problems:
            typer.echo(printable(f"  wrong: {problem}", limit=MAX_MESSAGE))
        print_not_checked(verified.not_checked)
        plural = "" if verified.documents == 1 else "s"
        told = f"{verified.verdict.value}  {verified.documents} document{plural} in {folder}"
        typer.echo(printable(told, limit=MAX_MESSAGE))
    raise typer.Exit(EXIT_STATUS[verified.verdict])


def _print(one: "CheckedCsaf") -> None:
    found = one.found
    named = f" ({found.category} {found.id})" if found.id else ""
    typer.echo(printable(f"{found.verdict.value} {one.path}{named}", limit=MAX_MESSAGE))
    _print_list("failed", found.failures)
    _print_list("warning", found.warnings)
    _print_list("note", found.notes)


def _print_list(kind: str, failures: tuple["Failure", ...]) -> None:
    for failure in failures[:MAX_SHOWN]:
        typer.echo(printable(f"  {kind}: {failure}", limit=MAX_MESSAGE))
    if len(failures) > MAX_SHOWN:
        typer.echo(f"  {kind}: {len(failures) - MAX_SHOWN} more (--json lists all)")
