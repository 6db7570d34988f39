"""`assay log`: the log's checkpoint, shown to others and compared with what they have seen."""

import signal
from pathlib import Path
from typing import Annotated

import typer

from assay.cli.logproof import LogKeyOption, cosigned_json, print_cosigned
from assay.cli.options import JsonOption, RepositoryOption
from assay.cli.output import EXIT_STATUS, print_json, print_not_checked
from assay.core.errors import UsageError
from assay.core.wording import entries


def checkpoint(
    repository: RepositoryOption = Path(),
    *,
    key: Annotated[
        bool, typer.Option("--key", help="Print the log's verifier key, which checks it.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Print the newest checkpoint, to be kept by somebody else.

    Whoever has it can tell whether the log was set back: `assay log verify --against FILE`.

        assay log checkpoint > seen.note
    """
    from assay.operations.show_checkpoint import show_checkpoint, show_log_key  # noqa: PLC0415

    if key and not as_json:
        typer.echo(show_log_key(repository))
        return
    shown = show_checkpoint(repository)
    if as_json:
        document: dict[str, object] = {
            "origin": shown.origin,
            "logKey": shown.log_key,
            "size": shown.size,
            "note": shown.note.decode(),
            "notChecked": [],
        }
        print_json(document)
        return
    typer.echo(shown.note, nl=False)


def compare(
    notes: Annotated[list[Path], typer.Argument(help="Files with checkpoints of this log.")],
    repository: RepositoryOption = Path(),
    *,
    as_json: JsonOption = False,
) -> int:
    """Tell whether checkpoints of this log can all be true.

    Exits 1 where the log's key signed two histories, and keeps the proof; 3 where a checkpoint is
    ahead of this log.

        assay log compare seen.note
    """
    from assay.operations.compare_checkpoints import compare_checkpoints  # noqa: PLC0415

    done = compare_checkpoints(repository, tuple(notes))
    verdict = "FAILED" if done.fork else "PASSED"
    if as_json:
        print_json(
            {
                "verdict": verdict,
                "origin": done.origin,
                "sizes": list(done.sizes),
                "fork": None if done.fork is None else list(done.fork),
                "proof": None if done.kept is None else str(done.kept),
                "notChecked": [],
            }
        )
    elif done.fork is None:
        sizes = ", ".join(map(str, done.sizes))
        typer.echo(f"PASSED: one history of {done.origin} has all of these sizes: {sizes}")
    else:
        first, second = done.fork
        typer.echo(
            f"FAILED: {done.origin} signed two histories, seen at {first} and {entries(second)}"
        )
        typer.echo(f"The proof is in {done.kept}")
    return 1 if done.fork else 0


def check_fork(
    proof: Annotated[Path, typer.Argument(help="From `assay log compare`.")],
    *,
    log_key: LogKeyOption,
    as_json: JsonOption = False,
) -> None:
    """Check offline the proof that a log signed two histories.

    Exits 0 where it is proven, and 1 where it is not.

        assay log check-fork fork.json --log-key KEY
    """
    from assay.operations import compare_checkpoints  # noqa: PLC0415  # start-up time

    first, second = compare_checkpoints.check_fork(proof, log_key=log_key)
    if as_json:
        print_json(
            {
                "verdict": "PASSED",
                "origin": first.origin,
                "sizes": [first.size, second.size],
                "notChecked": [],
            }
        )
        return
    typer.echo(
        f"PASSED: proven. {first.origin} signed two histories, "
        f"seen at {first.size} and {entries(second.size)}"
    )


def cosign(
    repository: RepositoryOption = Path(),
    *,
    witness: Annotated[
        list[str] | None,
        typer.Option(
            help="The address of a witness; may be repeated.", show_default="the file witnesses"
        ),
    ] = None,
    witness_key: Annotated[
        list[str] | None,
        typer.Option(help="The key of a witness that counts besides those of the trust root."),
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Have witnesses cosign the newest checkpoint.

    What they answer is kept with it. Exits 1 where a witness has seen another history of this log,
    3 where too few answered.

        assay log cosign --witness https://witness.example
    """
    from assay.operations.cosign_log import cosign_log  # noqa: PLC0415  # start-up time

    done = cosign_log(repository, urls=tuple(witness or ()), keys=tuple(witness_key or ()))
    if as_json:
        print_json(
            {
                "verdict": done.verdict.value,
                "origin": done.origin,
                "size": done.size,
                "quorum": done.quorum,
                "cosigned": cosigned_json(done.cosigned),
                "notChecked": [item.as_json() for item in done.not_checked],
            }
        )
    else:
        typer.echo(f"{done.verdict.value}: {entries(done.size)} of {done.origin}")
        print_cosigned(done.cosigned)
        print_not_checked(done.not_checked)
    return EXIT_STATUS[done.verdict]


FolderArgument = Annotated[Path, typer.Argument(help="Where the witness keeps its key and state.")]
NameOption = Annotated[
    str, typer.Option(help="The name of a new witness, such as witness.example/w1.")
]
KeyOption = Annotated[
    str,
    typer.Option(
        metavar="URI", help="Where its private key is.", show_default="FOLDER/witness.pem"
    ),
]


def witness_key(
    folder: FolderArgument,
    *,
    name: NameOption = "",
    key: KeyOption = "",
    as_json: JsonOption = False,
) -> None:
    """Print the key of a witness; with --name, make a witness.

    It is what a trust root names, and `assay log cosign --witness-key`.

        assay log witness-key /var/lib/witness --name witness.example/w1
    """
    from assay.operations.run_witness import open_witness  # noqa: PLC0415  # start-up time

    opened = open_witness(folder, name=name, key_uri=key, logs=(), report=_report)
    if as_json:
        print_json(
            {
                "key": opened.verifier_key,
                "logs": sorted(known.name for known in opened.log_keys),
                "notChecked": [],
            }
        )
        return
    typer.echo(opened.verifier_key)


def witness(
    folder: FolderArgument,
    *,
    name: NameOption = "",
    log: Annotated[
        list[str] | None, typer.Option(help="The verifier key of a log to witness.")
    ] = None,
    key: KeyOption = "",
    listen: Annotated[str, typer.Option(help="Where to listen; put TLS in front.")] = (
        "127.0.0.1:8720"
    ),
) -> None:
    """Run a witness: cosign checkpoints that extend what it saw.

    It speaks C2SP tlog-witness. The logs that it knows are named with --log, or in the file
    FOLDER/logs, one key on a line.

        assay log witness /var/lib/witness --listen 127.0.0.1:8720
    """
    from assay.operations.run_witness import open_witness, serve_witness  # noqa: PLC0415

    host, port = _address(listen)
    opened = open_witness(folder, name=name, key_uri=key, logs=tuple(log or ()), report=_report)
    with serve_witness(opened, host=host, port=port) as url:
        typer.echo(f"{opened.verifier_key}\nlistening on {url}/add-checkpoint")
        typer.get_text_stream("stdout").flush()
        signal.pause()  # Ctrl-C and the like leave it


def _report(line: str) -> None:
    typer.echo(line, err=True)


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise UsageError(f"{text!r} is no address", hint="write it as 127.0.0.1:8720")
    return host, int(port)
