"""The one shape of a problem found, whatever tool found it."""
