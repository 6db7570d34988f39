"""A published log: its tiles, its proofs as files, and the check of all of it."""
