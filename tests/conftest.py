"""What every test may ask for."""

from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of public vectors beside the checkout, or skip."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the public test data are not at ../shared/data ({SHARED_DATA.name} absent)")
    return SHARED_DATA
