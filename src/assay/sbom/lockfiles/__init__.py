"""One module for each lock file format: bytes in, components and what could not be read out."""
