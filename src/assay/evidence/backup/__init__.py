"""A log in one portable file, and the log put back from it."""
