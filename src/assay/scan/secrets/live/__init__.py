"""Whether a secret still opens something: asked on request only, and only of its issuer."""
