"""Runs a bundle of rules on a document; knows no domain."""
