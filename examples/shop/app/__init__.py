"""The shop's service."""
