"""Storage: of an import that fails half-way, nothing is left."""

from pathlib import Path

import pytest

from assay.core.errors import MalformedError, UnavailableError
from assay.evidence.store import open_store
from assay.signing.keys import PublicKey
from tests.fakes.trust import LOG, LOG_KEY, NOW, ORIGIN, verified

GOOD = tuple(verified({"n": n}) for n in range(3))


class FailingSigner:
    """The log's key, which is out of reach when all rows are written."""

    public: PublicKey = LOG.public

    def sign(self, message: bytes) -> bytes:
        raise UnavailableError("no answer")


def test_partial_import_that_leaves_half(tmp_path: Path) -> None:
    """One of the statements cannot be filed: the others are not there either."""
    unfit = verified(predicate_type=f"urn:{'x' * 5000}")
    with open_store(tmp_path / "log.db", origin=ORIGIN, create=True) as store:
        store.append(GOOD[:1], log_signer=LOG, at=NOW)
        with pytest.raises(MalformedError):
            store.append([*GOOD[1:], unfit], log_signer=LOG, at=NOW)
        assert store.size == 1
        assert [entry.digest for entry in store.all_entries()] == [GOOD[0].digest]
        store.verify(log_key=LOG_KEY)


def test_what_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    """All rows of the second import are written when its checkpoint cannot be signed."""
    with open_store(tmp_path / "log.db", origin=ORIGIN, create=True) as store:
        store.append(GOOD[:1], log_signer=LOG, at=NOW)
        with pytest.raises(UnavailableError):
            store.append(GOOD[1:], log_signer=FailingSigner(), at=NOW)
        assert [entry.digest for entry in store.all_entries()] == [GOOD[0].digest]
        store.append(GOOD, log_signer=LOG, at=NOW)
        assert [entry.digest for entry in store.all_entries()] == [one.digest for one in GOOD]
        store.verify(log_key=LOG_KEY)
