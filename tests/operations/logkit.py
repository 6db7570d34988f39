"""A site's log with witnesses: they run on the loopback, and its trust root asks for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from assay.operations.run_witness import Witness, open_witness, serve_witness
from assay.signing.trust import TrustRoot
from tests.operations.run import ledger
from tests.operations.site import Site
from tests.operations.trustkit import moment, pinned, update


@dataclass(frozen=True, kw_only=True)
class Running:
    """A witness that answers at `url`."""

    url: str
    key: str
    folder: Path


def witness_of(site: Site, name: str = "w1", *, hours: float = 9) -> Witness:
    """Open a witness of the site's log, with a clock that stands still."""
    return open_witness(
        site.folder / name,
        name=f"{name}.example",
        key_uri="",
        logs=(pinned(site).log_key,),
        report=lambda _: None,
        clock=lambda: moment(hours),
    )


@contextmanager
def running(site: Site, name: str = "w1", *, hours: float = 9) -> Iterator[Running]:
    """Run a witness of the site's log."""
    witness = witness_of(site, name, hours=hours)
    with serve_witness(witness, host="127.0.0.1", port=0) as url:
        yield Running(url=url, key=witness.verifier_key, folder=site.folder / name)


def ask_for(site: Site, *keys: str, quorum: int, hours: float) -> TrustRoot:
    """Let the trust root ask for witnesses; that adds an entry to the log."""
    update(site, replace(pinned(site), witnesses=keys, quorum=quorum), hours=hours)
    return pinned(site)


def log_key(site: Site) -> str:
    """Return the verifier key of the site's log."""
    return pinned(site).log_key


def newest_note(site: Site, *, hours: float = 9) -> bytes:
    """Return the newest checkpoint with its cosignatures."""
    with ledger(site, hours=hours) as opened:
        return opened.store.cosigned_checkpoint(opened.store.size) or b""
