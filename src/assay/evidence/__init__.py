"""What was claimed, by whom, and that it was recorded: statements, envelopes, proofs, the log."""
