"""Assay: a secure software delivery system that refuses to ship what it cannot prove."""

__version__ = "0.1.0"
