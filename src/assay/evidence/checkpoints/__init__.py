"""Signed and dated tree heads, who cosigned them, and proof that a log contradicts itself."""
