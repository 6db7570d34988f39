"""Reports of scanners that others ran, read into findings."""
