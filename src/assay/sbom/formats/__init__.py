"""The formats of SBOMs, read and written."""
