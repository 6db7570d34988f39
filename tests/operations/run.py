"""Running operations in this process, at a time that the test says."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from assay.core.clock import Clock
from assay.core.errors import AssayError
from assay.operations.check_source import check_source
from assay.operations.checkreport import CheckReport
from assay.operations.ledger import Ledger, open_ledger
from assay.operations.record import Recorder, open_recorder
from assay.source.repository import open_repository
from tests.operations.site import Site

AT: Final = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
ENTRIES: Final = (
    12  # of the log after one check: policy, trust root, log check, 8 collectors, verdict
)
EVIDENCE: Final = 8  # of the gate: what its collectors say about the commit
VERDICT: Final = ENTRIES - 1  # the entry of the first verdict


def clock(*, hours: float = 0) -> Clock:
    """Return a clock that stands still, some hours after `AT`."""
    return lambda: AT + hours * HOUR


def check(site: Site, *, hours: float = 0, save_verdict: Path | None = None) -> CheckReport:
    """Check the commit at HEAD."""
    return check_source(
        site.top,
        workers=1,
        progress=lambda _: None,
        save_verdict=save_verdict,
        clock=clock(hours=hours),
    )


@contextmanager
def ledger(site: Site, *, hours: float = 0) -> Iterator[Ledger]:
    """Open the log of the site."""
    with open_ledger(open_repository(site.top), at=AT + hours * HOUR) as opened:
        yield opened


@contextmanager
def recorder(site: Site, *, hours: float = 0) -> Iterator[Recorder]:
    """Open the log of the site for appending."""
    at = AT + hours * HOUR
    with open_recorder(open_repository(site.top), at=at, clock=lambda: at) as opened:
        yield opened


def told(error: AssayError, site: Site) -> str:
    """Return the whole message, with the site's folder as `{}`."""
    return str(error).replace(str(site.folder), "{}")
