"""Who may sign: keys, key files, and the trust root."""
