"""`assay vulns push --try`: whether a target takes a message."""

from assay.core.clock import Clock
from assay.core.errors import UsageError
from assay.core.wording import near_hint
from assay.operations.deliver import send
from assay.operations.home import open_home
from assay.operations.notification import trial_message
from assay.operations.notifysettings import load_settings
from assay.system.clock import now


def try_target(name: str, *, clock: Clock = now) -> None:
    """Send a message to one target that says that it is a trial, and nothing else.

    Raises:
        UsageError: `notify.toml` has no such target, or is wrong.
        RejectedError: The target refuses it.
        UnavailableError: The target does not answer.
    """
    targets = {target.name: target for target in load_settings(open_home().notify).targets}
    if name not in targets:
        raise UsageError(
            f"no target {name!r} in notify.toml",
            hint=near_hint(name, tuple(targets)) if targets else "",
        )
    send(targets[name], trial_message(targets[name], at=clock()), clock=clock)
