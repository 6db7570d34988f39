"""What became of the verdicts of a log, for people."""

import typer

from assay.core.printable import printable
from assay.operations.reverify_log import Fallen, Reverified
from assay.reports.wording import counted


def print_reverified(done: Reverified) -> None:
    """Print each verdict that fell, why, and what stands in its place."""
    new = [item for item in done.fallen if not item.withdrawn]
    for item in new:
        _print_fallen(item)
    before = len(done.fallen) - len(new)
    verdicts = counted(done.verdicts, "verdict")
    _say(
        f"{done.verdict.value}: {verdicts} under version {done.trust_version} of the trust root; "
        f"{len(new)} fell, {before} had been withdrawn before"
    )
    for gap in done.not_checked:
        _say(f"  not checked: {gap}")


def _print_fallen(item: Fallen) -> None:
    _say(f"Entry {item.index}: {item.said.value} at the gate {item.stage}")
    _say(f"  about {item.name} {item.subject}")
    for reason in item.reasons:
        _say(f"  {reason}")
    if item.now is not None:
        _say(f"  withdrawn: the new verdict is {item.now.value}")


def _say(line: str) -> None:
    typer.echo(printable(line))
