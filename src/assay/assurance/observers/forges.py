"""What looks at a forge show: the rules of the branch, and since when they hold.

The event log of the platform is not read, so that what was undone between two looks is not seen.
"""

from typing import Final

from assay.assurance.observers.saying import Answer, Sight, counted, each, failed, in_part, listed
from assay.assurance.record import Record
from assay.core.clock import format_time
from assay.core.printable import printable
from assay.core.verdict import Verdict
from assay.source.forge.account import ForgeAccount
from assay.source.forge.facts import Control

_NEEDED: Final = (Control.REQUESTS, Control.ADMINS, Control.NO_FORCE, Control.NO_DELETION)


def ref_protection_state_and_continuity(record: Record) -> tuple[Sight, ...]:
    """PS.1.1: a rule that is off now is a no; what happened between two looks nobody saw."""
    return each(record.forges, _judge)


def _judge(account: ForgeAccount) -> Answer:
    protection = account.protection
    where = printable(f"{account.repository.path} {protection.ref}", limit=120)
    off = [c.value for c in _NEEDED if protection.rules.answer(c) is Verdict.FAILED]
    if off:
        return failed(f"{where}: the forge does not enforce {', '.join(off)}")
    untold = [c.value for c in _NEEDED if protection.rules.answer(c) is Verdict.UNKNOWN]
    since = [protection.since[c] for c in _NEEDED if c in protection.since]
    row = f" without a break since {format_time(max(since))}" if since else ""
    weakened = sorted({one.what for one in protection.weakenings})
    return in_part(
        f"the rules of {where} in {counted(protection.looks, 'look')}{row}",
        not_seen=listed(
            f"what the forge does not tell ({', '.join(untold)})" if untold else "",
            f"why it was weakened ({printable(', '.join(weakened), limit=120)})"
            if weakened
            else "",
            "the event log of the platform, other branches",
        ),
    )
