"""`assay log`: one entry, the proof that it is there, and the whole log as files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.options import JsonOption, RepositoryOption
from assay.cli.output import print_json, print_not_checked
from assay.core.clock import format_time
from assay.core.errors import UsageError
from assay.core.printable import printable
from assay.core.wording import entries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.evidence.checkpoints.checkpoint import Cosigned

EntryArgument = Annotated[
    str, typer.Argument(help="An entry: its number, from 0, or the digest of its envelope.")
]
LogKeyOption = Annotated[
    str, typer.Option("--log-key", help="The log's verifier key: NAME+ID+KEY.")
]
WitnessKeyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--witness-key", help="The verifier key of a witness that counts; may be repeated."
    ),
]
QuorumOption = Annotated[
    int,
    typer.Option(help="How many of them must have cosigned.", show_default="all of them"),
]
_ALL = -1


def show(
    entry: EntryArgument,
    repository: RepositoryOption = Path(),
    *,
    raw: Annotated[
        bool, typer.Option("--raw", help="Print the envelope's bytes, unread and unverified.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show an entry: what it says, who signed it, and when.

    Its signatures are verified first.

        assay log show 0
    """
    from assay.operations.show_entry import load_envelope, show_entry  # noqa: PLC0415
    from assay.reports.jsontext import render_json  # noqa: PLC0415

    if raw:
        if as_json:
            raise UsageError("--raw and --json at once")
        typer.echo(load_envelope(repository, entry), nl=False)
        return
    shown = show_entry(repository, entry)
    if as_json:
        print_json(shown.as_json())
        return
    typer.echo(f"entry      {shown.index}")
    typer.echo(f"envelope   {shown.digest}")
    typer.echo(f"type       {printable(shown.predicate_type)}")
    for name, digest in shown.subjects:
        typer.echo(f"subject    {digest}  {printable(name)}")
    signers = ", ".join(map(printable, shown.signed_by))
    typer.echo(f"signed by  {signers} (as {', '.join(shown.roles)})")
    typer.echo(f"recorded   {format_time(shown.recorded_at)}")
    typer.echo(render_json(shown.predicate), nl=False)


def prove(
    entry: EntryArgument,
    repository: RepositoryOption = Path(),
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the proof into a file.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Prove that an entry is in the log, to anybody, offline.

    The proof is a C2SP tlog-proof. It leads to the newest checkpoint that as many witnesses
    cosigned as the trust root asks for.

        assay log prove 0 --output entry.tlog-proof
    """
    from assay.operations.prove_log import prove_log, save_proof  # noqa: PLC0415

    proved = prove_log(repository, entry)
    if output is not None:
        save_proof(output, proved)
    if as_json:
        document: dict[str, object] = {
            "index": proved.index,
            "size": proved.size,
            "proof": proved.proof.decode(),
            "notChecked": [],
        }
        print_json(document)
    elif output is None:
        typer.echo(proved.proof, nl=False)
    else:
        typer.echo(f"Entry {proved.index} of {proved.size} is proven in {output}")


def renew(
    files: Annotated[
        list[Path],
        typer.Argument(help="Saved verdicts (`assay check --save-verdict`) or proofs of entries."),
    ],
    repository: RepositoryOption = Path(),
    *,
    as_json: JsonOption = False,
) -> None:
    """Add the cosignatures that came since to saved proofs.

    Each file is written again with a proof under the first checkpoint over its entry that as many
    witnesses cosigned as the trust root asks for. Exits 3 where there is none yet: `assay log
    cosign` asks them.

        assay log renew verdict.json
    """
    from assay.operations.renew_proof import renew_proofs  # noqa: PLC0415  # start-up time

    done = renew_proofs(repository, tuple(files))
    if as_json:
        print_json(
            {
                "renewed": [item.as_json() for item in done],
                "notChecked": [],
            }
        )
        return
    for item in done:
        typer.echo(
            printable(f"{item.file}: entry {item.index}, under the checkpoint of {item.dated}")
        )
        print_cosigned(item.cosigned)


def check_proof(
    proof: Annotated[Path, typer.Argument(help="From `assay log prove`, or any tlog-proof.")],
    *,
    entry: Annotated[Path, typer.Option(help="The file with the entry: `assay log show --raw`.")],
    log_key: LogKeyOption,
    witness_key: WitnessKeyOption = None,
    quorum: QuorumOption = _ALL,
    as_json: JsonOption = False,
) -> None:
    """Check offline the proof that an entry is in a log.

    Needs neither the repository nor the log. With --witness-key, that witnesses have seen it
    there, too. Exits 1 where the proof does not show it.

        assay log check-proof entry.tlog-proof --entry entry.json --log-key KEY
    """
    from assay.operations import prove_log  # noqa: PLC0415  # start-up time

    keys = tuple(witness_key or ())
    needed = len(keys) if quorum == _ALL else quorum
    checked = prove_log.check_proof(
        proof, entry=entry, log_key=log_key, witnesses=keys, quorum=needed
    )
    if as_json:
        print_json(
            {
                "verdict": "PASSED",
                "origin": checked.origin,
                "index": checked.index,
                "size": checked.size,
                "cosigned": cosigned_json(checked.cosigned),
                "notChecked": [item.as_json() for item in checked.not_checked],
            }
        )
        return
    typer.echo(f"PASSED: entry {checked.index} of {checked.size} in {checked.origin}")
    print_cosigned(checked.cosigned)
    print_not_checked(checked.not_checked)


def publish(
    folder: Annotated[Path, typer.Argument(help="Where to: a folder that a web server serves.")],
    repository: RepositoryOption = Path(),
    *,
    hashes_only: Annotated[
        bool, typer.Option("--hashes-only", help="Publish no entry: they may say what is secret.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Write the log as static files, for a web server.

    The form is C2SP tlog-tiles; a second time only what is new is written. Everybody who can read
    the files can check the log, and prove what is in it, without asking anyone.

        assay log publish public/log
    """
    from assay.operations.publish_log import publish_log  # noqa: PLC0415  # start-up time

    done = publish_log(repository, folder, with_entries=not hashes_only)
    if as_json:
        print_json(
            {
                "origin": done.origin,
                "oldSize": done.old_size,
                "size": done.size,
                "files": done.files,
                "notChecked": [],
            }
        )
        return
    typer.echo(f"{done.origin}: {entries(done.size)} in {folder} ({done.files} new files)")


def check_tiles(
    folder: Annotated[Path, typer.Argument(help="A published log: checkpoint, tile/ and so on.")],
    *,
    log_key: LogKeyOption,
    witness_key: WitnessKeyOption = None,
    quorum: QuorumOption = _ALL,
    as_json: JsonOption = False,
) -> None:
    """Check a published log offline, against the log's key alone.

    Every entry and tile. Exits 1 and names the file when anything is not what was signed.

        assay log check-tiles public/log --log-key KEY
    """
    from assay.operations.verify_tiles import verify_tiles  # noqa: PLC0415  # start-up time

    keys = tuple(witness_key or ())
    needed = len(keys) if quorum == _ALL else quorum
    checked = verify_tiles(folder, log_key=log_key, witnesses=keys, quorum=needed)
    if as_json:
        print_json(
            {
                "verdict": "PASSED",
                "origin": checked.origin,
                "size": checked.size,
                "root": checked.root,
                "cosigned": cosigned_json(checked.cosigned),
                "notChecked": [item.as_json() for item in checked.not_checked],
            }
        )
        return
    typer.echo(f"PASSED: {checked.origin}, {entries(checked.size)}: what was signed.")
    print_cosigned(checked.cosigned)
    print_not_checked(checked.not_checked)


def cosigned_json(cosigned: "Sequence[Cosigned]") -> list[dict[str, str]]:
    """Return witnesses and their times as they stand in documents."""
    return [{"witness": item.name, "at": format_time(item.at)} for item in cosigned]


def print_cosigned(cosigned: "Sequence[Cosigned]") -> None:
    """Print each witness on a line."""
    for item in cosigned:
        typer.echo(f"  cosigned by {printable(item.name)} at {format_time(item.at)}")
