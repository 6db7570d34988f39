"""What tests of evidence may ask for: an empty log, in each kind of database."""

from collections.abc import Iterator

import pytest

from assay.evidence.store import LogStore
from tests.fakes.backends import Backend


@pytest.fixture
def store(backend: Backend) -> Iterator[LogStore]:
    with backend.open() as made:
        yield made
