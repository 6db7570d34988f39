"""Values without a domain: errors, verdicts, digests, strict JSON, time."""
