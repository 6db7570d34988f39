"""Edits that mend a finding safely: as values, as a unified diff, and applied."""
