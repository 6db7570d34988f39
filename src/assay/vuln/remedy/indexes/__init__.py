"""Package indexes: what releases there are, as PyPI and npm publish it."""
