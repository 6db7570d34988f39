"""Which verified statement shows which evidence: one small pure function for each kind."""
