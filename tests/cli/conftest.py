"""What tests of the command line may ask for."""

from tests.operations.site import checked_site, site

__all__ = ["checked_site", "site"]
