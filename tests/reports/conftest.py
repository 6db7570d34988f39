"""What tests of the report about a kit may ask for: a site with a log."""

from tests.operations.conftest import dated_site

__all__ = ["dated_site"]
