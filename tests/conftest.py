"""What every test may ask for."""

import signal
from pathlib import Path

import pytest
from hypothesis import settings

from tests.fakes.backends import backend
from tests.fakes.postgres import postgres_server

__all__ = ["backend", "postgres_server"]

# Started in the background of a shell, this process ignores Ctrl-C, and so would all that the tests
# start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

# A busy machine makes no example wrong. All else stays as the profile that is loaded has it.
settings.register_profile("unhurried", parent=settings.default, deadline=None)
settings.load_profile("unhurried")

SHARED_DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of public vectors beside the checkout, or skip."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the public test data are not at ../shared/data ({SHARED_DATA.name} absent)")
    return SHARED_DATA
