"""What tests of operations may ask for."""

from tests.operations.site import checked_site, site

__all__ = ["checked_site", "site"]
