"""The catalogue files that come with Assay."""
