"""A trust root and its changes, for people; all that comes from a file is made printable."""

import typer

from assay.core.printable import printable
from assay.operations.show_trust import TrustShown
from assay.operations.trustdraft import DescribedDraft


def print_trust(shown: TrustShown) -> None:
    """Print who may sign what until when."""
    root = shown.root
    _say(f"Trust root version {root.version} of {root.log_origin}, {shown.digest}")
    _say(f"Owners that must sign a change: {root.owner_threshold}")
    if root.witnesses:
        _say(f"Witnesses that must sign a checkpoint: {root.quorum} of {len(root.witnesses)}")
    for first, *rest in shown.principals:
        _say("")
        _say(first)
        for line in rest:
            _say(f"  {line}")
    for line in shown.dangers:
        _say(f"! {line}")
    for line in shown.doubts:
        _say(f"! in doubt, look at it: {line}")


def print_change(change: DescribedDraft) -> None:
    """Print what a draft changes, and whose signatures it has and lacks."""
    _say(f"Version {change.version} of the trust root, {change.digest}")
    for line in change.changes:
        _say(f"  {line}")
    for line in change.dangers:
        _say(f"  ! {line}")
    for signatures in change.signatures:
        who = ", ".join(signatures.signed_by) or "nobody yet"
        _say(
            f"Owners of version {signatures.version}: signed by {who}; "
            f"{len(signatures.signed_by)} of the {signatures.needed} needed"
        )


def print_applied(change: DescribedDraft) -> None:
    """Print what is in force now."""
    _say(f"In force: version {change.version} of the trust root, {change.digest}")
    for line in change.changes:
        _say(f"  {line}")
    for line in change.dangers:
        _say(f"  ! {line}")


def _say(line: str) -> None:
    typer.echo(printable(line))
