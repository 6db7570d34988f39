"""The rows of a log, in which tables they are, and where the large envelopes go."""
