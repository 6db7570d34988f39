"""What is new goes into the outbox and is noted as told: both, or nothing.

What VEX sets aside is noted too, and nobody is told: when VEX ends, that is another state.
"""

from collections.abc import Sequence
from datetime import datetime

from assay.operations.notification import Alert, build_messages, group_by_told
from assay.operations.notifysettings import Target
from assay.vuln.portfolio.store import Portfolio


def note_alerts(
    portfolio: Portfolio, targets: Sequence[Target], alerts: Sequence[Alert], at: datetime
) -> None:
    """Put into the outbox what was not told yet, and note it as told."""
    if not targets or not alerts:
        return
    by_told = group_by_told(alerts)
    with portfolio.transaction():
        untold = portfolio.outbox.untold(tuple(by_told))
        portfolio.outbox.note_told(untold)
        fresh = [alert for told in untold for alert in by_told[told]]
        portfolio.outbox.add(build_messages(targets, fresh, at=at), at=at)
