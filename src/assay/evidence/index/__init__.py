"""The verifiable index: what the log holds under a subject or a type, and nothing else."""
