"""`assay vex record`, `list` and `withdraw`: whose word counts on vulnerabilities."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.options import JsonOption, RepositoryOption
from assay.cli.output import print_json


def record(
    file: Annotated[
        Path,
        typer.Argument(
            help="A VEX document; or a DSSE envelope or Sigstore bundle around one.",
            metavar="FILE",
        ),
    ],
    repository: RepositoryOption = Path(),
    *,
    signature: Annotated[
        Path | None,
        typer.Option(help="The OpenPGP signature beside it (.asc).", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Record a VEX document in the log, and say whether it counts.

    What others signed counts by their signature. Any other document counts by yours: the trust root
    has to make you a vex-author, and let you speak for the author that the document names. The
    next `assay check` applies what counts, for the components that the trust root gives you.

        assay vex record shop.openvex.json
    """
    from assay.operations.record_vex import record_vex  # noqa: PLC0415  # start-up time
    from assay.reports.vexrecordtext import print_recorded  # noqa: PLC0415

    done = record_vex(repository, file, signature=signature)
    if as_json:
        print_json(done.as_json())
    else:
        print_recorded(done)


def list_(repository: RepositoryOption = Path(), *, as_json: JsonOption = False) -> None:
    """List recorded documents, and what they take away at HEAD.

    Of everything that is not applied it is said why.

        assay vex list
    """
    from assay.operations.list_vex import list_vex  # noqa: PLC0415  # start-up time
    from assay.reports.vexrecordtext import print_listing  # noqa: PLC0415

    found = list_vex(repository)
    if as_json:
        print_json(found.as_json())
    else:
        print_listing(found)


def _complete_document(context: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Return the entries of documents, none where the log cannot be read."""
    from assay.core.errors import AssayError  # noqa: PLC0415  # start-up time
    from assay.operations.list_vex import list_vex  # noqa: PLC0415

    try:
        found = list_vex(context.params.get("repository") or Path())
    except AssayError:
        return []
    named = [(str(one.index), one.file) for one in found.documents if not one.withdrawn]
    return [one for one in named if one[0].startswith(incomplete)]


def withdraw(
    name: Annotated[
        str,
        typer.Argument(
            metavar="ENTRY",
            help="The document: its entry in the log, or the digest of that.",
            autocompletion=_complete_document,
        ),
    ],
    repository: RepositoryOption = Path(),
    *,
    reason: Annotated[str, typer.Option(help="Why it is not to count any more.")],
    as_json: JsonOption = False,
) -> None:
    """End what a recorded document takes away.

    Signed by you, a vex-author, and logged.

    What it says is affected stays so, unless it is your own word, or one that you answer for.

        assay vex withdraw 14 --reason "the option is on in production"
    """
    from assay.operations.record_vex import withdraw_vex  # noqa: PLC0415  # start-up time
    from assay.reports.vexrecordtext import print_withdrawn  # noqa: PLC0415

    done = withdraw_vex(repository, name=name, reason=reason)
    if as_json:
        print_json(done.as_json())
    else:
        print_withdrawn(done)
