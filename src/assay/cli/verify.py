"""`assay verify`."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.options import JsonOption
from assay.cli.output import EXIT_STATUS, print_json, print_not_checked
from assay.core.errors import UsageError
from assay.core.printable import printable


def verify(  # noqa: PLR0913  # each is an expectation, and none may be left out unseen
    file: Annotated[
        str,
        typer.Argument(
            help="A verdict from `assay check --save-verdict`; "
            "with --bundle, an artifact: a file, or its digest as sha256:HEX.",
        ),
    ],
    *,
    subject: Annotated[str, typer.Option(help="Verdict: what it must be about.")] = "",
    trust_root: Annotated[Path | None, typer.Option(help="Verdict: the trust root.")] = None,
    stage: Annotated[str, typer.Option(help="Verdict: the gate it must come from.")] = "source",
    bundle: Annotated[
        Path | None, typer.Option(help="The Sigstore bundle of the artifact.")
    ] = None,
    identity: Annotated[str, typer.Option(help="Bundle: who must have signed, exactly.")] = "",
    issuer: Annotated[str, typer.Option(help="Bundle: who must vouch for the identity.")] = "",
    key: Annotated[str, typer.Option(help="Bundle: the key that must have signed.")] = "",
    trusted_root: Annotated[
        Path | None, typer.Option(help="Bundle: the trusted root of the Sigstore instance.")
    ] = None,
    predicate_type: Annotated[
        str, typer.Option("--type", help="Bundle: the predicate type of the statement in it.")
    ] = "",
    as_json: JsonOption = False,
) -> int:
    """Verify a verdict, or the bundle of an artifact, offline.

    A verdict: its signature, its subject, and its place in the log. Needs neither the repository
    nor the log.

        assay verify verdict.json --subject gitCommit:HEX --trust-root FILE

    A bundle: by whom, when, in which log, about this artifact. Either --identity, --issuer and
    --trusted-root, or --key; with --trusted-root, a key's signature must be logged too. --type
    where the bundle holds a statement and not a signature on the artifact.

        assay verify app.tar --bundle app.tar.sigstore.json --key release.pub
    """
    about_verdict, about_bundle = (subject, trust_root), (identity, issuer, key, trusted_root)
    if bundle is None:
        if any((*about_bundle, predicate_type)) or not subject or trust_root is None:
            raise UsageError(
                "a verdict is verified with --subject and --trust-root",
                hint="or an artifact with --bundle and who must have signed",
            )
        return _verify_verdict(Path(file), subject, trust_root, stage, as_json=as_json)
    if any(about_verdict) or stage != "source":
        raise UsageError(
            "--subject, --trust-root and --stage are of verdicts, --bundle of artifacts"
        )
    from assay.operations.verify_bundle import (  # noqa: PLC0415  # start-up time
        Expected,
        verify_bundle_file,
    )

    expected = Expected(
        identity=identity,
        issuer=issuer,
        key=key,
        trusted_root=trusted_root,
        predicate_type=predicate_type,
    )
    found = verify_bundle_file(file, bundle=bundle, expected=expected)
    if as_json:
        print_json(found.as_json(), form="bundle")
        return 0
    typer.echo(printable(f"PASSED: {found.artifact} was signed by {found.found.signed_by}"))
    for time in found.found.times:
        typer.echo(printable(f"  at the latest {time.at.isoformat()}, by the {time.source}"))
    for place in found.found.logged:
        proof = "promised" if place.proven_in is None else f"proven, of {place.proven_in}"
        typer.echo(printable(f"  entry {place.index} of the log {place.log} ({proof})"))
    print_not_checked(found.not_checked)
    return 0


def _verify_verdict(path: Path, subject: str, trust: Path, stage: str, *, as_json: bool) -> int:
    from assay.operations.verify_verdict import verify_verdict  # noqa: PLC0415  # start-up time

    found = verify_verdict(path, subject=subject, trust_file=trust, stage=stage)
    if as_json:
        print_json(found.as_json())
    else:
        typer.echo(
            f"{found.verdict.value}: decided {found.decided_at} at the gate {found.stage}, "
            f"signed by {', '.join(sorted(found.signed_by))}, "
            f"entry {found.index} of {found.log_size} in {found.origin}"
        )
        print_not_checked(found.not_checked)
    return EXIT_STATUS[found.verdict]
