"""Frameworks, and how far the evidence meets them: a view on the log, never a source of truth."""
